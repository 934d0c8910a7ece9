"""Parameters of notebooks: checked before anything is trained, words made objects.

A notebook parameter must be a plain value, and papermill passes `-p flag false` as the string
'false' and only warns of a name that it does not know. So the first cell after the parameters
checks names, types and ranges, and says what is allowed.
"""
