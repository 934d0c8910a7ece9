"""A wheel brings the notebooks along: those of `notebooks/` go into it as `nbnas/notebooks/`.

An editable installation finds them where they are, and gets no copy.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# What was made beside them, such as stores and checkpoints, stays out.
KINDS = (
    *("*.ipynb", "lessons/*.ipynb", "assignments/*.md", "assignments/*.py"),
    *("assignments/source/*/*.ipynb", "assignments/classroom/*.py"),
)


class Notebooks(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the notebooks to a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Say which files go into the wheel, and where to.

        Args:
            version: "standard", or "editable".
            build_data: What the build knows of the wheel; it is changed.
        """
        if version == "editable":
            return
        folder = Path(self.root, "notebooks")
        for path in sorted(path for kind in KINDS for path in folder.glob(kind)):
            inside = Path("nbnas", "notebooks", path.relative_to(folder))
            build_data["force_include"][str(path)] = inside.as_posix()
