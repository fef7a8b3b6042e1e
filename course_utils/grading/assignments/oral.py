"""Oral questions about what a student handed in, and the lines of code that they refer to.

A `Question` is about one function. Its pattern says what must occur in the student's own code for
the question to make sense, and the statement in which it occurs is read out with the question. A
`Reading` is about a line that the experiment printed. Code is only parsed, never run.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Pattern = Callable[[ast.AST], bool]

# Longer statements are not read out.
MOST_LINES = 6
MOST_CHARACTERS = 400


@dataclass(frozen=True)
class Question:
    """One question about a function.

    Attributes:
        function: the function's name.
        text: the question.
        points: what a good answer says, one sentence for each point.
        about: what must occur in the student's code; None for a general question about the
            function, which is asked when no code can be read.
        probes: the name of the misconception that the question is about, or empty.
    """

    function: str
    text: str
    points: tuple[str, ...]
    about: Pattern | None = None
    probes: str = ""


@dataclass(frozen=True)
class Reading:
    """One question about what the experiment printed.

    Attributes:
        begins: how the printed line begins.
        text: the question.
        points: what a good answer says, one sentence for each point.
    """

    begins: str
    text: str
    points: tuple[str, ...]


def calls(*names: str) -> Pattern:
    """A call to one of these functions or methods, from whatever module."""
    return lambda node: isinstance(node, ast.Call) and _last_name(node.func) in names


def keyword(*names: str) -> Pattern:
    """One of these keyword arguments in a call."""
    return lambda node: isinstance(node, ast.keyword) and node.arg in names


def operator(*kinds: type[ast.operator]) -> Pattern:
    """A sum, difference, power, … of these kinds."""
    return lambda node: isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, kinds)


def term(value: float) -> Pattern:
    """A sum or difference of which this number is one side."""

    def is_one(node: ast.AST) -> bool:
        return (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Add | ast.Sub)
            and any(
                isinstance(n, ast.Constant) and n.value == value for n in (node.left, node.right)
            )
        )

    return is_one


def indexed(*names: str) -> Pattern:
    """One of these variables or attributes, or a call to one of these functions, with an index."""
    return lambda node: isinstance(node, ast.Subscript) and _last_name(node.value) in names


def named(*names: str) -> Pattern:
    """A use of one of these variables."""

    def is_one(node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load)

    return is_one


def attribute(*names: str) -> Pattern:
    """An attribute with one of these names, of whatever object."""
    return lambda node: isinstance(node, ast.Attribute) and node.attr in names


def either(*patterns: Pattern) -> Pattern:
    """Anything that fits at least one of the patterns."""
    return lambda node: any(pattern(node) for pattern in patterns)


def compares(node: ast.AST) -> bool:
    """A comparison."""
    return isinstance(node, ast.Compare)


def chooses(node: ast.AST) -> bool:
    """A conditional expression, `a if … else b`."""
    return isinstance(node, ast.IfExp)


def quoted(code: str, tree: ast.Module, pattern: Pattern) -> str | None:
    """The first statement that fits a pattern and can be read out, as written but unindented.

    Args:
        code: the text of a cell.
        tree: the same, parsed; functions that have been removed from it are not searched.
        pattern: what must occur in the statement itself, not in the statements nested in it.

    Returns:
        The statement's lines (only the head of a compound statement), or None if nothing fits.
    """
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    lines = code.split("\n")
    for statement in sorted(statements, key=lambda node: node.lineno):
        if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
            continue
        if any(pattern(node) for node in _own(statement)):
            text = _dedented(lines[statement.lineno - 1 : _end(statement)])
            if _can_be_read_out(text):
                return text
    return None


def _own(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement without those of the statements nested in it."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [c for c in ast.iter_child_nodes(node) if not isinstance(c, ast.stmt)]


def _end(statement: ast.stmt) -> int:
    """The number of a statement's last line; for a compound statement, that of its head."""
    body = getattr(statement, "body", None)
    return max(statement.lineno, body[0].lineno - 1) if body else statement.end_lineno


def _dedented(lines: list[str]) -> str:
    margin = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(line[min(margin, len(line) - len(line.lstrip())) :] for line in lines).rstrip()


def _can_be_read_out(text: str) -> bool:
    """Whether the text is short and contains no control characters, which a terminal would obey."""
    lines = text.split("\n")
    return (
        len(lines) <= MOST_LINES
        and len(text) <= MOST_CHARACTERS
        and all(line.isprintable() for line in lines)
    )


def _last_name(node: ast.AST) -> str:
    """`c` for `a.b.c`, for `c` and for `c(…)`; otherwise empty."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    return node.id if isinstance(node, ast.Name) else ""
