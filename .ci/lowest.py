"""Print a constraints file for pip: the lowest versions that pyproject.toml declares.

python .ci/lowest.py > lowest.txt && pip install -c lowest.txt -e '.[test]'
"""

import re
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def constraints(project: dict[str, object]) -> list[str]:
    """The lowest version of each requirement of a project, those of its extras included.

    Args:
        project: The table `project` of a pyproject.toml.

    Returns:
        Lines such as `numpy==1.26`, sorted, each once.

    Raises:
        ValueError: If a requirement is not a name, `>=` and a version, and `<` one at most.
    """
    extras = project["optional-dependencies"]
    requirements = [*project["dependencies"], *(one for extra in extras.values() for one in extra)]
    return sorted({_lowest(requirement) for requirement in requirements})


def _lowest(requirement: str) -> str:
    found = re.fullmatch(r"([\w.-]+)(?:\[.*\])?\s*>=\s*([\d.]+)(?:,<[\d.]+)?", requirement)
    if found is None:
        raise ValueError(f"expected a requirement such as numpy>=1.26, got {requirement!r}")
    return "{}=={}".format(*found.groups())


if __name__ == "__main__":
    table = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    sys.stdout.write("\n".join(constraints(table)) + "\n")
