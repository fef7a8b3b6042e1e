"""Sphinx's configuration for the site of the executed lectures; `build_site.py` runs Sphinx.

Nothing in a page comes from another server: explorers and pictures are in the notebooks' outputs,
and formulas are rendered here.
"""

from docutils.nodes import SkipNode

from course_utils.building.formulas import formula_svg

project = "Generative models"
author = "the authors of the course"
project_copyright = ""
extensions = ["myst_nb"]
root_doc = "index"
exclude_patterns = ["**/.ipynb_checkpoints"]

nb_execution_mode = "off"  # `course lectures` has executed them already
nb_merge_streams = True  # a progress bar writes over itself; the page shows how it ended
nb_ipywidgets_js = {}  # myst-nb would load them from a server; explorers in the page need none
myst_enable_extensions = ["amsmath", "dollarmath"]
suppress_warnings = ["mystnb.unknown_mime_type"]

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_math_renderer = "drawn"
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "navbar_persistent": [],  # no second search field beside the sidebar's
}


def setup(app):
    """Render formulas when the pages are built, so that no script has to."""
    app.add_html_math_renderer("drawn", (_visit_inline, None), (_visit_display, None))


def _visit_inline(translator, node):
    translator.body.append(formula_svg(node.astext()))
    raise SkipNode


def _visit_display(translator, node):
    translator.body.append(f'<div class="formula">{formula_svg(node.astext(), display=True)}</div>')
    raise SkipNode
