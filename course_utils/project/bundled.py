"""Check what a notebook brings along: its own data, and models that somebody else trained.

A project's model is to be trained only on the garments that it is given. But weights and pictures
can be hidden in a notebook: as strings, as lists of numbers, in comments and names, in files beside
it, or, where the code can open the notebook itself, in its text and its pasted pictures. All of
these are counted, and what exceeds the limits is refused.
"""

import ast
import warnings
from collections.abc import Iterable, Mapping

from IPython.core.inputtransformer2 import TransformerManager

# Bytes of all literals in the cells, pasted pictures and files beside the notebook together. A
# network with this many weights of one byte each is too small to draw garments.
MOST_DATA = 16 * 1024
# Characters of all code and text, because comments and names can hold data too.
MOST_TEXT = 100_000
# The modules with finished models, untrained and trained.
MODELS = ("course_utils.models", "course_utils.pretrained")


def refusal(sources: Iterable[str], files: Mapping[str, bytes | int], text: str = "") -> str:
    """Why a notebook's model is not going to be trained, in words for the student; or empty.

    Args:
        sources: the sources of its code cells.
        files: the files beside the notebook and the pictures in it that the code can read, by
            name: their contents, or their sizes in bytes.
        text: what else the code can read of the notebook.
    """
    sources = list(sources)
    trees = [_tree(source) for source in sources]
    used = sorted({name for tree in trees if tree for name in _models_used(tree)})
    if used:
        return (
            f"The notebook imports {', '.join(used)}. The project's model must be your own: build "
            "it from Keras layers and train it from the garments. The rest of the library is "
            "welcome."
        )
    if (length := len(text) + sum(map(len, sources))) > MOST_TEXT:
        return (
            f"The notebook has {length:,} characters; {MOST_TEXT:,} are allowed. A model that is "
            "trained from the garments needs far fewer."
        )
    parts = zip(trees, sources, strict=True)
    literals = sum(data_in(tree) if tree else len(source.encode()) for tree, source in parts)
    beside = sum(size if isinstance(size, int) else len(size) for size in files.values())
    if literals + beside > MOST_DATA:
        return (
            f"The notebook brings {literals + beside:,} bytes of data along: {literals:,} in the "
            f"strings and numbers of its code, {beside:,} in files beside it or pictures pasted "
            f"into it. {MOST_DATA:,} are allowed, since the model is to be trained here and not "
            "brought along. Remove what it does not need."
        )
    return ""


def data_in(tree: ast.AST) -> int:
    """How many bytes the literals in some code contain."""
    return sum(_size(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant))


def _size(value: object) -> int:
    if isinstance(value, str):
        return len(value.encode("utf-8", "surrogatepass"))
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, int):
        return max(1, (value.bit_length() + 7) // 8)
    return {float: 8, complex: 16}.get(type(value), 1)


def _models_used(tree: ast.AST) -> Iterable[str]:
    """The modules of `MODELS` that some code imports."""
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            yield from (m for m in MODELS if name == m or name.startswith(f"{m}."))


def _tree(source: str) -> ast.AST | None:
    """The syntax tree of a cell, which may contain magics; None if Python cannot parse it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about backslashes in a student's strings
            return ast.parse(TransformerManager().transform_cell(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
