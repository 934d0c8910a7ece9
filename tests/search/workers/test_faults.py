"""What a trial can do to its process, with real workers of this machine and of dask."""

import pytest
import trials

import nbnas as nb

SPACE = nb.CellSpace()
KINDS = {
    "raises": "ValueError: not this one",
    "nan": "expected a finite value",
    "segfault": "signal 11 (SIGSEGV)",
    "exits": "exited with code 3",
    "exits without a word": "exited with code 0",
    "aborts": "signal 6 (SIGABRT)",
    "hangs": "it took longer than",
    "takes memory": "GB of memory, more than 2",
}

pytestmark = pytest.mark.usefixtures("nothing_is_left")


def search(objective):
    return nb.Search(SPACE, objective, nb.RandomSearch())


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "count"), [("local", 1), ("local", 2), ("dask", 2)])
def test_a_fault_fails_alone(workers, count):
    """All faults in one search, so that few processes start, which takes seconds each."""
    sequence = [str(e.architecture) for e in search(trials.value).run(12).observations]
    faults = dict(zip(sequence[1:], KINDS, strict=False))
    limits = workers(count, timeout=20, memory="2 GB")
    made = search(trials.Faulty(faults)).run(12, workers=limits)
    found = {str(e.architecture): e for e in made.observations}
    assert len(found) == 12
    for text, evaluation in found.items():
        if text not in faults:
            assert evaluation.status == "completed"
            continue
        assert evaluation.status == "failed"
        assert KINDS[faults[text]] in evaluation.error
        assert evaluation.error.endswith("last lines of its output:\nsaid before it ended")
        crashed = faults[text] in ("segfault", "aborts")
        assert ("trials.py" in evaluation.error) == crashed, "where it crashed"
