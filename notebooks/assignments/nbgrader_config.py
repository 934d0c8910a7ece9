"""How nbgrader grades this course; it is read in the folder that holds `source/`."""

import os

# The kernels that grade inherit these: no widget is made, and one notebook takes one core.
os.environ["NBNAS_DISPLAY"] = "off"
os.environ["OMP_NUM_THREADS"] = "1"

c = get_config()  # noqa: F821 (nbgrader defines it)
c.CourseDirectory.course_id = "nbnas"
c.Execute.timeout = 60  # seconds for one cell; the solutions' graded cells take under 10
c.ExecutePreprocessor.timeout = 60
c.ExecutePreprocessor.startup_timeout = 120  # a busy machine starts kernels slowly
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"
