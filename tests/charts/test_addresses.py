"""No grammar is compiled before it is needed, and it is there when it is."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
import nbnas.charts
assert "altair" in sys.modules and "jsonschema" in sys.modules
assert "rfc3987_syntax" not in sys.modules, "compiled before the first picture"
import jsonschema
checker = jsonschema.FormatChecker()
assert checker.conforms("http://example.org/\\u00e4", "iri")
assert not checker.conforms("no address", "iri")
assert "lark" in sys.modules
"""


def test_the_grammar_is_compiled_at_its_first_use():
    pytest.importorskip("rfc3987_syntax")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
