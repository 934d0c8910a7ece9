"""A4 graded by nbgrader: nothing, the solution, and ten typical wrong answers."""

import pytest

WRONG = {
    "ann": {
        # name=value, as some other tools have it.
        "a4-command": """
def command(notebook, output, **parameters):
    words = [sys.executable, "-m", "papermill", str(notebook), str(output), "-k", "python3"]
    for name, value in parameters.items():
        words += ["-p", f"{name}={value}"]
    return words
""",
        # Killed before anything is stored.
        "a4-kill": """
def kill_after(words, store, study, trials):
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process.kill()
    process.wait()
    return stored(store, study)
""",
        # As many trials need not be the same trials.
        "a4-continues": """
def continues(before, after):
    return len(after) >= len(before)
""",
        # All trials are counted as completed; what is poor is taken for failed.
        "a4-summary": """
def summary(trials):
    return {
        "completed": len(trials),
        "failed": int((trials["status"] == "failed").sum()),
        "best": float(trials["value"].max()),
        "seconds": float(trials["seconds"].sum()),
    }


def failures(trials):
    failed = trials[trials["value"].fillna(0) < 0.1]
    return list(zip(failed["number"].tolist(), failed["error"].tolist(), strict=True))
""",
    },
    "bob": {
        # Paths and numbers are no texts.
        "a4-command": """
def command(notebook, output, **parameters):
    words = [sys.executable, "-m", "papermill", notebook, output, "-k", "python3"]
    for name, value in parameters.items():
        words += ["-p", name, value]
    return words
""",
        # A polite request, which the process may ignore.
        "a4-kill": """
def kill_after(words, store, study, trials):
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and stored(store, study) < trials:
        time.sleep(0.05)
    process.terminate()
    return stored(store, study)
""",
        # A missing value is not equal to itself.
        "a4-continues": """
def continues(before, after):
    columns = ["number", "architecture", "value", "started"]
    kept = after[: len(before)]
    return len(kept) == len(before) and bool((before[columns] == kept[columns]).all().all())
""",
        # Times are compared as well.
        "a4-same": """
def same_search(a, b):
    return a.equals(b)
""",
        # A failed training gets an accuracy.
        "a4-broken": """
def broken(objective, word):
    def evaluate(architecture, seed=0):
        if word in str(architecture):
            return nb.Evaluation(architecture, 0.0)
        return objective(architecture, seed)

    return evaluate
""",
    },
}
LOST = {
    "ann": {
        "a4-command-test": 3,
        "a4-kill-test": 4,
        "a4-continues-test": 3,
        "a4-summary-test": 3,
        "a4-failures-test": 2,
    },
    "bob": {
        "a4-command-test": 3,
        "a4-kill-test": 4,
        "a4-continues-test": 3,
        "a4-same-test": 3,
        "a4-broken-test": 2,
    },
}


@pytest.fixture(scope="module")
def a4(graded):
    return graded("a4", WRONG)


def test_scores_what_each_answer_earns(a4, check):
    check(a4, LOST)


def test_the_killed_search_went_on(a4):
    """The solution's own run: not graded, but it must be what the text says is right."""
    said = {
        cell.id: cell.outputs[-1]["data"]["text/plain"]
        for cell in a4.course.notebook("autograded", "right").cells
        if cell.id in ("a4-resume", "a4-whole")
    }
    assert said["a4-resume"].endswith("6, True)")
    assert said["a4-whole"] == "True"
