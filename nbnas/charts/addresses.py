"""Let jsonschema, which altair imports, compile its grammar of addresses when somebody needs it.

Where `rfc3987_syntax` is installed, as it is beside JupyterLab, jsonschema's import compiles a
grammar of internationalised addresses: two seconds before the first picture, for what no chart
asks. This file is imported before altair.

References:
    https://github.com/python-jsonschema/jsonschema/issues/1428.
"""

import importlib
import importlib.util
import sys
from types import ModuleType

SLOW = "rfc3987_syntax"


def _import_jsonschema() -> None:
    """Import jsonschema with a stand-in that imports the grammar at its first use."""
    if SLOW in sys.modules or importlib.util.find_spec(SLOW) is None:
        return
    stand_in = ModuleType(SLOW)
    stand_in.is_valid_syntax = _is_valid_syntax  # type: ignore[attr-defined]
    sys.modules[SLOW] = stand_in
    try:
        importlib.import_module("jsonschema")
    finally:
        sys.modules.pop(SLOW, None)


def _is_valid_syntax(term: str, value: str) -> bool:
    return bool(importlib.import_module(SLOW).is_valid_syntax(term, value))


_import_jsonschema()
