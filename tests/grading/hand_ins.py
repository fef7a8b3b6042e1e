"""Ways in which honest students hand in the assignment `vae`: in each, their work must be found.

Each case writes a worked notebook into a folder in its own way. The work is one function and one
answer, CODE and WORDS.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import nbformat

from tests.grading.attacks import cell_of

CODE = "def kl_divergence(mu, sigma):\n    return tf.reduce_sum(mu, axis=1)\n"
WORDS = "Straying costs 64 times as much – größer als zuvor."
PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"
ENCODED = base64.b64encode(PNG).decode()


def worked(release: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The release with the work in it."""
    notebook = nbformat.from_dict(release)
    cell_of(notebook, "kl_divergence").source = CODE
    cell_of(notebook, "question").source = WORDS
    return notebook


def text_of(notebook: dict) -> str:
    """A notebook as it lies on a disk."""
    return json.dumps(notebook, ensure_ascii=False, indent=1)


def _named(name: str, encoding: str = "utf-8") -> Callable:
    def write(folder: Path, notebook: dict) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text_of(notebook).encode(encoding, "replace"))

    return write


def _beside(*others: tuple[str, bytes], name: str = "vae.ipynb") -> Callable:
    def write(folder: Path, notebook: dict) -> None:
        _named(name)(folder, notebook)
        for other, content in others:
            (folder / other).parent.mkdir(parents=True, exist_ok=True)
            (folder / other).write_bytes(content)

    return write


def _untouched_beside(name: str, worked_name: str) -> Callable:
    def write(folder: Path, notebook: dict) -> None:
        _named(worked_name)(folder, notebook)
        blank = nbformat.from_dict(notebook)
        cell_of(blank, "kl_divergence").source = "def kl_divergence(mu, sigma):\n    ..."
        blank.cells = [cell for cell in blank.cells if cell.source not in (CODE, WORDS)]
        blank.cells = [cell for cell in blank.cells if "kl_divergence" not in cell.source]
        _named(name)(folder, blank)

    return write


def _changed(change: Callable[[nbformat.NotebookNode], object]) -> Callable:
    def write(folder: Path, notebook: dict) -> None:
        notebook = nbformat.from_dict(notebook)
        change(notebook)
        _named("vae.ipynb")(folder, notebook)

    return write


def _without_marks(notebook):
    for cell in notebook.cells:
        cell.metadata = {}


def _without_some_marks(notebook):
    for grade_id in ("question", "kl_divergence", "kl_divergence-test"):
        cell_of(notebook, grade_id).metadata = {}


def _answer_in_a_new_cell(notebook):
    cell_of(notebook, "question").source = "*Your answer goes here.*"
    notebook.cells.append(nbformat.v4.new_markdown_cell(WORDS))


def _answer_before_its_cell(notebook):
    cell = cell_of(notebook, "question")
    cell.source = "*Your answer goes here.*"
    notebook.cells.insert(notebook.cells.index(cell), nbformat.v4.new_raw_cell(WORDS))


def _answer_in_the_question(notebook):
    cell = cell_of(notebook, "question")
    cell.source = "*Your answer goes here.*"
    notebook.cells[notebook.cells.index(cell) - 1].source += f"\n\n{WORDS}"


def _answer_pasted_over(notebook):
    index = notebook.cells.index(cell_of(notebook, "question"))
    notebook.cells[index] = nbformat.v4.new_markdown_cell(WORDS)


def _answer_split(notebook):
    cell = cell_of(notebook, "question")
    second = nbformat.from_dict(cell)
    cell.source, _, second.source = WORDS.partition(" as ")
    second.source = f"as {second.source}"
    notebook.cells.insert(notebook.cells.index(cell) + 1, second)


def _answer_made_code(notebook):
    cell = cell_of(notebook, "question")
    cell.cell_type = "code"
    cell.outputs, cell.execution_count = [], None


def _answer_with_the_mark_of_code(notebook):
    cell_of(notebook, "question").metadata = cell_of(notebook, "kl_divergence").metadata


def _stub_after_the_answer(notebook):
    cell = cell_of(notebook, "question")
    stub = nbformat.from_dict(cell)
    stub.source = "*Your answer goes here.*"
    notebook.cells.append(stub)


def _function_in_a_new_cell(notebook):
    index = notebook.cells.index(cell_of(notebook, "kl_divergence"))
    notebook.cells[index] = nbformat.v4.new_code_cell(CODE)


def _function_under_the_mark_of_another(notebook):
    cell = cell_of(notebook, "kl_divergence")
    cell.metadata = nbformat.from_dict(cell_of(notebook, "reparameterize").metadata)


def _function_in_its_test(notebook):
    test = cell_of(notebook, "kl_divergence-test")
    cell_of(notebook, "kl_divergence").source = ""
    test.source = CODE + test.source


def _function_made_text(notebook):
    index = notebook.cells.index(cell_of(notebook, "kl_divergence"))
    old = notebook.cells[index]
    notebook.cells[index] = nbformat.v4.new_markdown_cell(old.source, metadata=old.metadata)


def _windows_lines(notebook):
    for cell in notebook.cells:
        cell.source = cell.source.replace("\n", "\r\n")


def _formatted(notebook):
    cell_of(notebook, "setup").source = cell_of(notebook, "setup").source.replace("  #", " #")
    cell_of(notebook, "kl_divergence-test").source = "check( kl_divergence )  # run me\n"


def _lines_as_lists(notebook):
    for cell in notebook.cells:
        cell["source"] = cell["source"].splitlines(keepends=True)


def _texts_lost(notebook):
    ours = ("kl_divergence", "question")
    kept = [cell_of(notebook, grade_id) for grade_id in ours]
    notebook.cells = [c for c in notebook.cells if c.cell_type == "code" or c in kept]


def _conflict_in_outputs(folder: Path, notebook: dict) -> None:
    both = '<<<<<<< HEAD\n"metadata": {}\n=======\n"metadata": {"a": 1}\n>>>>>>> theirs\n'
    text = text_of(notebook).replace('   "metadata": {}', both, 1)
    (folder / "vae.ipynb").write_text(text, encoding="utf-8")


def _as_an_answer_of_the_server(folder: Path, notebook: dict) -> None:
    whole = {"name": "vae.ipynb", "type": "notebook", "content": notebook}
    (folder / "vae.ipynb").write_text(json.dumps(whole), encoding="utf-8")


def _without_a_format(folder: Path, notebook: dict) -> None:
    whole = {key: value for key, value in notebook.items() if not key.startswith("nbformat")}
    (folder / "vae.ipynb").write_text(json.dumps(whole), encoding="utf-8")


def _with_zeros_at_the_end(folder: Path, notebook: dict) -> None:
    (folder / "vae.ipynb").write_bytes(text_of(notebook).encode() + bytes(4096))


def _in_bytes(name: bytes) -> Callable:
    def write(folder: Path, notebook: dict) -> None:
        with open(bytes(folder) + b"/" + name, "wb") as file:
            file.write(text_of(notebook).encode())

    return write


READ = {
    "as it should be": _named("vae.ipynb"),
    "of another name": _named("vae (3).ipynb"),
    "with a capital": _named("VAE.ipynb"),
    "with the capital suffix": _named("vae.IPYNB"),
    "named in Chinese": _named("作业.ipynb"),
    "named by a German Windows": _in_bytes(b"L\x94sung.ipynb"),
    "named by a Windows in Latin-1": _in_bytes(b"L\xf6sung.ipynb"),
    "unpacked with backslashes": _in_bytes(b"homework\\vae.ipynb"),
    "in a folder": _named("homework/vae.ipynb"),
    "in three folders": _named("a/b/c/vae.ipynb"),
    "saved as text": _named("vae.ipynb.txt"),
    "saved as JSON": _named("vae.json"),
    "saved without a suffix": _named("vae"),
    "downloaded twice": _named("vae.ipynb (1)"),
    "UTF-16": _named("vae.ipynb", "utf-16"),
    "UTF-16 without a mark": _named("vae.ipynb", "utf-16-be"),
    "UTF-8 with a mark": _named("vae.ipynb", "utf-8-sig"),
    "UTF-32": _named("vae.ipynb", "utf-32"),
    "Windows-1252": _named("vae.ipynb", "cp1252"),
    "zeros after the end": _with_zeros_at_the_end,
    "a conflict in what was printed": _conflict_in_outputs,
    "saved from the server": _as_an_answer_of_the_server,
    "no number of a format": _without_a_format,
    "AppleDouble beside it": _beside(
        ("._vae (1).ipynb", b"\0\5\x16\7\0\2\0\0Mac OS X"), name="vae (1).ipynb"
    ),
    "JupyterLab's folders beside it": _beside(
        (".virtual_documents/vae.ipynb", b"import keras"),
        (".ipynb_checkpoints/vae-checkpoint.ipynb", b"{}"),
        (".Trash-1000/files/old.ipynb", b"{}"),
        name="final.ipynb",
    ),
    "an environment beside it": _beside(
        ("env/pyvenv.cfg", b""), ("env/lib/template.ipynb", b"{}"), name="mine.ipynb"
    ),
    "another notebook beside it": _beside(
        ("notes.ipynb", b'{"nbformat": 4, "cells": [], "metadata": {}}'), name="mine.ipynb"
    ),
    "an empty one of the right name": _beside(("vae.ipynb", b""), name="vae-Copy1.ipynb"),
    "an untouched one of the right name": _untouched_beside("vae.ipynb", "vae-Copy1.ipynb"),
    "all marks lost": _changed(_without_marks),
    "some marks lost": _changed(_without_some_marks),
    "all texts lost": _changed(_texts_lost),
    "the answer in a new cell": _changed(_answer_in_a_new_cell),
    "the answer in a raw cell before": _changed(_answer_before_its_cell),
    "the answer in the question's cell": _changed(_answer_in_the_question),
    "the answer's cell pasted over": _changed(_answer_pasted_over),
    "the answer split": _changed(_answer_split),
    "the answer made code": _changed(_answer_made_code),
    "the answer under a mark of code": _changed(_answer_with_the_mark_of_code),
    "an untouched copy after the answer": _changed(_stub_after_the_answer),
    "the function in a new cell": _changed(_function_in_a_new_cell),
    "the function under another's mark": _changed(_function_under_the_mark_of_another),
    "the function in its test's cell": _changed(_function_in_its_test),
    "the function made text": _changed(_function_made_text),
    "the lines of Windows": _changed(_windows_lines),
    "formatted by an editor": _changed(_formatted),
    "lines as lists": _changed(_lines_as_lists),
}


def _answer(text: str, *files: tuple[str, bytes], attachments: dict | None = None) -> Callable:
    def write(folder: Path, notebook: dict) -> None:
        notebook = nbformat.from_dict(notebook)
        cell = cell_of(notebook, "question")
        cell.source = f"{WORDS}\n\n{text}"
        if attachments:
            cell["attachments"] = attachments
        _beside(*files)(folder, notebook)

    return write


def _split_from_its_attachment(folder: Path, notebook: dict) -> None:
    notebook = nbformat.from_dict(notebook)
    index = notebook.cells.index(cell_of(notebook, "question"))
    pasted = nbformat.v4.new_markdown_cell("see below", attachments=PASTED)
    notebook.cells.insert(index, pasted)
    cell_of(notebook, "question").source = f"{WORDS} ![image.png](attachment:image.png)"
    _named("vae.ipynb")(folder, notebook)


PASTED = {"image.png": {"image/png": ENCODED}}
ADDRESS = f"data:image/png;base64,{ENCODED}"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'
DRAWN = (
    b'<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN">\n<!-- a -->\n<svg/>'
)
# Each shows one picture in the answer.
PICTURES = {
    "pasted": _answer("![image.png](attachment:image.png)", attachments=PASTED),
    "pasted, its place deleted": _answer("my sketch", attachments=PASTED),
    "pasted as lines": _answer(
        "![](attachment:image.png)",
        attachments={"image.png": {"image/png": [ENCODED[:9] + "\n", ENCODED[9:]]}},
    ),
    "pasted under a name with a space": _answer(
        "![](attachment:my%20sketch.png)",
        attachments={"my sketch.png": {"image/png": ENCODED}},
    ),
    "pasted in a cell that was split": _split_from_its_attachment,
    "an address of data": _answer(f"![a]({ADDRESS})"),
    "an address of data with a title": _answer(f'![a]({ADDRESS} "mine")'),
    "HTML with an address of data": _answer(f"<img alt='a' width=300 src='{ADDRESS}'/>"),
    "an address of data alone": _answer(ADDRESS),
    "a file beside it": _answer("![](sketch.png)", ("sketch.png", PNG)),
    "a file with spaces": _answer("![](my sketch (1).png)", ("my sketch (1).png", PNG)),
    "a file with escaped spaces": _answer("![](my%20sketch.png)", ("my sketch.png", PNG)),
    "a file in angle brackets": _answer("![x](<my sketch.png>)", ("my sketch.png", PNG)),
    "a file in a folder": _answer("![](./figs/sketch.png)", ("figs/sketch.png", PNG)),
    "a file by the path of Windows": _answer("![](figs\\sketch.png)", ("figs/sketch.png", PNG)),
    "a file by another case": _answer("![](Sketch.PNG)", ("sketch.png", PNG)),
    "a file by its place elsewhere": _answer("![](C:/Users/ada/sketch.png)", ("sketch.png", PNG)),
    "a file in HTML": _answer('<IMG SRC="sketch.png" >', ("sketch.png", PNG)),
    "a file by reference": _answer("![see][1]\n\n[1]: sketch.png", ("sketch.png", PNG)),
    "a link to a file": _answer("[my sketch](sketch.png)", ("sketch.png", PNG)),
    "a decomposed name": _answer("![](größe.png)", ("gro\u0308ße.png", PNG)),
    "a file that no text names": _answer("See the photo.", ("photo.jpg", b"\xff\xd8\xff pixels")),
    "an SVG": _answer("![](sketch.svg)", ("sketch.svg", SVG)),
    "an SVG of Matplotlib": _answer("![](plot.svg)", ("plot.svg", DRAWN)),
    "the same twice": _answer("![](a.png) and again", ("a.png", PNG), attachments=PASTED),
    "a GIF": _answer("![](sketch.gif)", ("sketch.gif", b"GIF89a pixels")),
    "a photo with a wrong suffix": _answer("![](x.png)", ("x.png", b"\xff\xd8\xff pixels")),
}
