"""A course in a folder of its own, graded by the real nbgrader."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "notebooks" / "assignments"
READ_SCORES = """
import json, sys
from nbgrader.api import Gradebook

with Gradebook("sqlite:///gradebook.db") as book:
    found = {
        submission.student.id: {
            grade.name: (grade.auto_score, grade.max_score, grade.needs_manual_grade)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }
        for submission in book.assignment_submissions(sys.argv[1])
    }
print(json.dumps(found))
"""


def by_grade_id(notebook):
    """The cells that nbgrader knows, by their name."""
    return {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }


@dataclass(frozen=True)
class Course:
    """One assignment in a folder of its own, from its source to the students' feedback."""

    folder: Path
    name: str

    def run(self, *words):
        """Run `python ...` in the course's folder, with nobody's own settings."""
        own = {k: v for k, v in os.environ.items() if not k.startswith(("NBNAS_", "JPY_"))}
        places = {
            name: str(self.folder / "settings") for name in ("JUPYTER_CONFIG_DIR", "IPYTHONDIR")
        }
        # nbgrader calls alembic by its name, also where the environment is not activated.
        places["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env=own | places | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    def notebook(self, *folders):
        path = self.folder.joinpath(*folders, self.name, f"{self.name}.ipynb")
        return nbformat.read(path, as_version=4)

    def submit(self, student, answers, *, whole=False):
        """Hand in the released notebook with these answers, by the names of their cells.

        What nbgrader does not know is left out unless it is `whole`: experiments, which take long.
        """
        released = self.notebook("release")
        if not whole:
            released.cells = [
                each
                for each in released.cells
                if each.cell_type == "markdown" or "nbgrader" in each.metadata
            ]
        cells = by_grade_id(released)
        for name, source in answers.items():
            assert cells[name].metadata.nbgrader.solution, name
            cells[name].source = source
        path = self.folder / "submitted" / student / self.name / f"{self.name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(released, path)

    def scores(self):
        """For each student and graded cell: points by tests, points there are, is a person due."""
        return json.loads(self.run("-c", READ_SCORES, self.name))


@dataclass(frozen=True)
class Graded:
    """What nbgrader made of some submissions."""

    course: Course
    scores: dict

    def points(self, student):
        """What the tests gave, by graded cell; cells that a person grades are left out."""
        manual = self.manual
        return {k: got for k, (got, _, _) in self.scores[student].items() if k not in manual}

    @property
    def manual(self):
        cells = by_grade_id(self.course.notebook("source")).items()
        return {
            name
            for name, cell in cells
            if cell.metadata.nbgrader.grade and cell.metadata.nbgrader.solution
        }

    def lost(self, student):
        """The points that were lost in tests, by graded cell; cells without loss are left out."""
        full = {name: most for name, (_, most, _) in self.scores[student].items()}
        return {
            name: full[name] - got
            for name, got in self.points(student).items()
            if got != full[name]
        }

    def seconds(self, student):
        """How long each graded cell took."""
        cells = by_grade_id(self.course.notebook("autograded", student)).items()
        return {
            name: _duration(cell.metadata.execution)
            for name, cell in cells
            if cell.metadata.nbgrader.grade and cell.cell_type == "code"
        }


def _duration(execution):
    begin, end = execution["iopub.status.busy"], execution["shell.execute_reply"]
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds()


def round_trip(folder, name, wrong, shorter=()):
    """Release, hand in (nothing, the solution, and what is wrong), grade, give feedback.

    Args:
        folder: An empty folder.
        name: The assignment, such as "a1".
        wrong: For each student with wrong answers, these by the names of their cells; all their
            other answers are right.
        shorter: A text in the solution's code and what stands there instead, to save time.
    """
    course = Course(folder, name)
    shutil.copytree(COURSE / "source" / name, folder / "source" / name)
    config = (COURSE / "nbgrader_config.py").read_text(encoding="utf-8")
    patient = "c.Execute.timeout = 300  # the machine of the tests may be busy\n"
    (folder / "nbgrader_config.py").write_text(config + patient, encoding="utf-8")
    course.run("-m", "nbgrader", "generate_assignment", name)
    right = {
        k: cell.source
        for k, cell in by_grade_id(course.notebook("source")).items()
        if cell.metadata.nbgrader.solution
    }
    if shorter:
        assert any(shorter[0] in source for source in right.values()), shorter
        right = {k: source.replace(*shorter) for k, source in right.items()}
    course.submit("blank", {})
    course.submit("right", right, whole=True)
    for student, answers in wrong.items():
        course.submit(student, right | answers)
    course.run("-m", "nbgrader", "autograde", name)
    course.run("-m", "nbgrader", "generate_feedback", name)
    return Graded(course, course.scores())


@pytest.fixture(scope="session")
def course_folder():
    """The folder of the course."""
    return COURSE


@pytest.fixture(scope="session")
def graded(forking, tmp_path_factory):
    """The function that takes an assignment through a whole course."""

    def run(name, wrong, shorter=()):
        with forking():
            return round_trip(tmp_path_factory.mktemp(name), name, wrong, shorter)

    return run


def check_round_trip(graded, lost):
    """Blank scores nothing, the solution everything, and what is wrong loses what it should.

    Args:
        graded: The result of the round trip.
        lost: For each student with wrong answers, the points lost by graded cell.
    """
    released = "\n".join(cell.source for cell in graded.course.notebook("release").cells)
    assert "# YOUR CODE HERE" in released
    assert "### BEGIN" not in released, "a solution or a hidden test was handed out"
    ran = graded.course.notebook("autograded", "right").cells
    outputs = [output for cell in ran for output in cell.get("outputs", ())]
    assert not [o for o in outputs if o.output_type == "error"]
    assert not [o for o in outputs if any("widget" in kind for kind in o.get("data", ()))]
    most = {k: most for k, (_, most, _) in graded.scores["right"].items()}
    assert set(graded.points("blank").values()) == {0}
    assert graded.lost("right") == {}
    assert {student: graded.lost(student) for student in lost} == lost
    for student, found in graded.scores.items():
        due = {name for name, (_, _, by_person) in found.items() if by_person}
        assert due == (set() if student == "blank" else graded.manual), student
        page = graded.course.folder / "feedback" / student / graded.course.name
        text = (page / f"{graded.course.name}.html").read_text(encoding="utf-8")
        assert f"{sum(most.values()):.1f}" in text
        assert f"{sum(graded.points(student).values()):.1f}" in text


@pytest.fixture(scope="session")
def check():
    """The function that checks a round trip."""
    return check_round_trip
