"""Outputs of cells, reduced to what is safe on a page.

They come from a student, in the notebook that was handed in or from the process that ran it. An
instructor looks at them in nbgrader's Formgrader, which does not escape HTML: a script in it would
act there with the instructor's rights. So only plain text and bitmap images remain.
"""

SHOWN = ("text/plain", "image/png", "image/jpeg")
MOST_OUTPUTS = 10_000


def plain_outputs(given: object) -> list[dict]:
    """The outputs of a cell, checked.

    Args:
        given: a list of outputs as nbformat writes them.

        Raises:
            ValueError: it is no such list.
    """
    if not isinstance(given, list) or len(given) > MOST_OUTPUTS:
        raise ValueError("outputs that are none")
    return [_plain(output) for output in given]


def _plain(given: object) -> dict:
    match given:
        case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": text}:
            return {"output_type": "stream", "name": name, "text": _text(text)}
        case {"output_type": "display_data" | "execute_result" as kind, "data": dict() as data}:
            shown = {key: _text(data[key]) for key in SHOWN if key in data}
            shown = shown or {"text/plain": "neither a text nor a picture"}
            more = {"execution_count": None} if kind == "execute_result" else {}
            return {"output_type": kind, "data": shown, "metadata": {}, **more}
        case {"output_type": "error", "ename": name, "evalue": value, "traceback": list() as lines}:
            return {
                "output_type": "error",
                "ename": _text(name),
                "evalue": _text(value),
                "traceback": [_text(line) for line in lines],
            }
    raise ValueError("outputs that are none")


def _text(given: object) -> str:
    """A text, which a notebook may hold as a list of lines.

    A lone surrogate becomes a question mark, since UTF-8 cannot encode it.
    """
    if isinstance(given, list) and all(isinstance(line, str) for line in given):
        given = "".join(given)
    if not isinstance(given, str):
        raise ValueError("outputs that are none")
    return given.encode("utf-8", "replace").decode()
