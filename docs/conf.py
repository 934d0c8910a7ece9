"""How the manual is built: `sphinx-build -W -b html docs out`, with nothing from the network."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))  # `links`

project = "nbnas"
author = "the maintainers of nbnas"
version = release = version_of("nbnas")

extensions = ["links", "myst_nb", "sphinx_copybutton", "sphinx_design"]
exclude_patterns = ["_*"]
suppress_warnings = ["toc.empty_glob"]  # a part that has no page yet
html_theme = "pydata_sphinx_theme"

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
nb_execution_mode = "off"
