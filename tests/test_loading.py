import gc
import json
import subprocess
import sys

import pytest

from nbnas.loading import loading

FIRST = """
import gc, json, sys
import nbnas as nb
begun = []
gc.callbacks.append(lambda phase, info: begun.append(phase) if phase == "start" else None)
nb.Search, nb.BayesianOptimization
found = [gc.isenabled(), len(begun), "torch" in sys.modules, "scipy.stats" in sys.modules]
print(json.dumps(found))
"""


def test_the_first_search_loads_without_the_collector_and_without_statistics():
    """But for what begins between two modules; some hundred times it began within them."""
    words = [sys.executable, "-W", "ignore", "-c", FIRST]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    enabled, begun, torch, statistics = json.loads(said)
    assert enabled
    assert begun < 10
    assert (torch, statistics) == (True, False)


def test_the_collector_is_as_before_also_after_an_error():
    with pytest.raises(ImportError), loading():
        raise ImportError("no altair")
    assert gc.isenabled()


def test_a_collector_that_the_user_turned_off_stays_off():
    gc.disable()
    try:
        with loading():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
