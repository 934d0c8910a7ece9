"""The exceptions of nbnas: one small tree, so that `except NbnasError` catches what we raise.

An error says what was expected, what came and what to do.
"""


class NbnasError(Exception):
    """Base of every exception that nbnas raises on purpose."""


class ArchitectureError(NbnasError, ValueError):
    """A text, JSON or graph does not describe an architecture of the space."""


class SettingError(NbnasError, ValueError):
    """A parameter has a wrong name, type or value."""


class ObservationError(NbnasError, ValueError):
    """The observations do not allow what was asked, such as a posterior without data."""


class NotPositiveDefiniteError(NbnasError, ArithmeticError):
    """A kernel matrix is not positive definite, so that it is no covariance."""


class TrainingError(NbnasError, RuntimeError):
    """A training cannot go on, such as one whose loss is no longer a number."""


class DataError(NbnasError, ValueError):
    """A data set or table is missing, malformed or too small."""


class StoreError(NbnasError, RuntimeError):
    """The store cannot be read or written."""


class StudyMismatchError(StoreError):
    """A study was made with another space, objective, strategy or seed."""


class SearchError(NbnasError, RuntimeError):
    """The search cannot go on, or was told something that it did not ask for."""


class ExportError(NbnasError, RuntimeError):
    """A network cannot be written as files, or its files do not give what it gives."""


class NotebookError(NbnasError, RuntimeError):
    """A notebook did not run to its end."""


def shown(value: object, most: int = 100) -> str:
    """A value of any type for a message: its repr in one line, cut; whatever its repr does."""
    try:
        text = repr(value)
    except Exception as error:
        text = f"<{type(value).__name__}, whose repr raises {type(error).__name__}>"
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
