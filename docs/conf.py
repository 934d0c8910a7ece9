"""How the manual is built, without the network; CONTRIBUTING.md says by which command."""

import logging
import os
import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for `_ext`
os.environ["NBNAS_DISPLAY"] = "static"  # notebooks that are executed show pictures

from _ext import others

project = "nbnas"
author = "the maintainers of nbnas"
project_copyright = author
version = release = version_of("nbnas")

extensions = [
    *("sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.intersphinx"),
    *("_ext.links", "_ext.notebooks", "_ext.mathml"),
    *("_ext.entries", "_ext.parameters", "_ext.schema", "_ext.gallery"),
    *("myst_nb", "sphinx_copybutton", "sphinx_design"),
]
exclude_patterns = ["_*", "**.ipynb_checkpoints"]

# A list may end with "all others" where there are none: Sphinx 9.0 has no type for that warning.
_list = logging.getLogger("sphinx.sphinx.directives.other")
_list.addFilter(lambda record: "glob pattern" not in str(record.msg))

# Pages of Markdown; formulas are MathML, see `_ext/mathml.py`.
myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
myst_update_mathjax = False
html_math_renderer = "mathml"

# Notebooks: executed once, until they change; a view is its picture, as no kernel runs here.
nb_execution_mode = "cache"
nb_execution_cache_path = str(Path(__file__).parent / "_build" / "executed")
nb_execution_in_temp = True
nb_execution_timeout = 600  # seconds for a cell
nb_execution_raise_on_error = True
nb_output_stderr = "remove"  # how far a search is
nb_execution_excludepatterns: list[str] = []
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # else scripts from a CDN
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]

# The API, see `_ext/entries.py`.
autodoc_default_options = {
    "members": True,
    "member-order": "bysource",
    "special-members": "__call__",
}
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False
napoleon_use_ivar = True
python_maximum_signature_line_length = 88
add_module_names = False
intersphinx_mapping = others.mapping()

# What is not found stops the build; but for parts that are not public, and of numpy's own typing.
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"nbnas(\.\w+){2,}"), ("py:.*", r"numpy\._typing.*")]

html_theme = "pydata_sphinx_theme"
html_title = "nbnas"
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 5,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system is
html_static_path = ["_static"]
html_css_files = ["manual.css"]
html_copy_source = False
html_show_sphinx = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
