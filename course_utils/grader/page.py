"""What the pages for students and for instructors share: one HTML file that needs no network.

Everything that somebody else wrote is escaped.
"""

import ast
import html

from nbformat import NotebookNode

from course_utils.grader.handin.cells import defined, tree
from course_utils.grader.tasks import Verdict

LONGEST_CODE = 5000

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b1b1b; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.score { float: right; font-variant-numeric: tabular-nums; }
section { border: 1px solid #ccc; border-left-width: .4rem; border-radius: .3rem;
  padding: .5rem 1rem; margin: .7rem 0; }
section.right { border-left-color: #0072b2; } section.wrong { border-left-color: #d55e00; }
section.open { border-left-color: #999; }
pre { background: #f5f5f5; padding: .6rem; overflow-x: auto; white-space: pre-wrap;
  overflow-wrap: anywhere; font-size: .85rem; }
summary { cursor: pointer; color: #444; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
img, svg { max-width: 100%; }
img.samples { width: 100%; image-rendering: pixelated; }
table { border-collapse: collapse; } th, td { padding: .2rem .8rem .2rem 0; text-align: left; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
"""


def whole(title: str, body: str) -> str:
    """A page from its title, as text, and its body, as HTML."""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "img-src data:; style-src 'unsafe-inline'\">"
        f"<title>{escaped(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def escaped(value: object) -> str:
    """The text of a value, with all markup escaped."""
    return html.escape(str(value))


def samples_of(verdict: Verdict) -> str:
    """The picture of a project's samples; empty for other verdicts."""
    if not verdict.picture:
        return ""
    source = f"data:image/png;base64,{escaped(verdict.picture)}"
    return f'<p><img class=samples alt="samples of the model" src="{source}"></p>'


def code_of(notebook: NotebookNode, function: str, test: str) -> str:
    """The code of a function as it was when its test cell ran; empty if no cell defines it.

    Args:
        notebook: the graded notebook.
        function: its name.
        test: the test cell's grade_id.
    """
    code = _alone(cell_of(notebook, function, test), function)
    return code if len(code) <= LONGEST_CODE else f"{code[:LONGEST_CODE]}\n…"


def cell_of(notebook: NotebookNode, function: str, test: str) -> str:
    """The cell that defined a function when its test cell ran; empty if none does."""
    found = ""
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == test:
            break
        if cell.cell_type == "code" and function in defined(cell.source):
            found = cell.source
    return found


def _alone(code: str, function: str) -> str:
    """The function without the rest of its cell, if Python can parse the cell."""
    parsed = tree(code)
    for node in reversed(parsed.body if parsed else []):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return ast.get_source_segment(code, node) or code
    return code
