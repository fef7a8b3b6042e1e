"""A notebook from a file's bytes, of any encoding and format; or what the file is instead."""

import json
import re

import nbformat

from course_utils.grader.handin import Refused

# Files that are handed in instead of a notebook: how they begin, what they are, and what to do.
KINDS = (
    (rb"PK\x03\x04", "a zip archive", "Unpack it and hand in the notebook that is in it."),
    (rb"\x1f\x8b|7z\xbc\xaf|Rar!", "an archive", "Unpack it and hand in the notebook in it."),
    (rb"%PDF", "a PDF file", "Hand in the notebook itself, not a print of it."),
    (rb"\x89PNG|\xff\xd8\xff|GIF8", "a picture", "Hand in the notebook itself."),
    (
        rb"(?i)\s*(<!--.*?-->\s*)*<(!doctype html|html)\b",
        "a web page",
        "Hand in the notebook itself: in JupyterLab choose File → Download.",
    ),
    (
        rb"version https://git-lfs",
        "a pointer of Git LFS to a file",
        "Run `git lfs pull` and hand in the notebook itself.",
    ),
    (
        rb"\x00+$",
        "nothing but zeros, as after a full disk or an unfinished download",
        "Hand in the notebook again from the computer where you wrote it.",
    ),
)
# The beginnings of the lines with which git marks a conflict, and the version that follows each.
CONFLICT = (
    ("<<<<<<< ", "ours"),
    ("||||||| ", "base"),
    ("=======", "theirs"),
    (">>>>>>> ", "both"),
)


def kind(content: bytes) -> tuple[str, str] | None:
    """What a file is if it is not a notebook, and what to do; None if it may be a notebook.

    Args:
        content: how the file begins.
    """
    for pattern, kind, advice in KINDS:
        if re.match(pattern, content, re.DOTALL):
            return kind, advice
    return None


def parse(content: bytes, name: str, repairs: list[str]) -> dict:
    """A notebook in format 4 from the bytes of a file.

    Args:
        content: the bytes.
        name: the file's name, for messages.
        repairs: gets a sentence for each thing that was repaired.

    Raises:
        Refused: it is not a notebook; the message says what it is and what to do.
    """
    if not content.strip(b"\xef\xbb\xbf \t\r\n"):
        raise Refused(f"{name} is empty. Save it and hand in again.")
    what = kind(content[:4096])
    if what:
        raise Refused(f"{name} is not a notebook but {what[0]}. {what[1]}")
    text = decoded(content, repairs)
    notebook = _unwrapped(_json(text, name, repairs))
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        raise Refused(f"{name} is JSON but not a notebook. Hand in the notebook itself.")
    if notebook["nbformat"] > 4:
        raise Refused(f"The notebook's format {notebook['nbformat']} is newer than the grader's.")
    if notebook["nbformat"] < 4:
        notebook = _converted(notebook, repairs)
    kernel = notebook.get("metadata")
    kernel = kernel.get("kernelspec") if isinstance(kernel, dict) else None
    language = kernel.get("language") if isinstance(kernel, dict) else None
    if isinstance(language, str) and language.lower() != "python":
        repairs.append(f"The notebook's kernel was for {language[:30]}; it was run as Python.")
    return notebook


def decoded(content: bytes, repairs: list[str] | None = None) -> str:
    """A text from bytes in UTF-8, UTF-16 or UTF-32, with or without a byte order mark, or cp1252.

    Args:
        content: the bytes.
        repairs: gets a sentence if the encoding is not UTF-8.
    """
    encoding = json.detect_encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        # Replaced, since five bytes have no meaning in cp1252.
        encoding = "cp1252"
        text = content.decode(encoding, "replace")
    if repairs is not None and not encoding.startswith("utf-8"):
        name = "Windows-1252" if encoding == "cp1252" else encoding.upper()[:6]
        repairs.append(
            f"The notebook is in the encoding {name} instead of UTF-8. It was read; check "
            "that its letters are right."
        )
    return text.lstrip("\ufeff")


def _json(text: str, name: str, repairs: list[str]) -> object:
    text = text.strip()
    try:
        notebook, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError) as error:
        if any(line.startswith(CONFLICT[0][0]) for line in text.splitlines()):
            return _merged(text, name, repairs)
        if text.startswith("{") and not text.endswith("}"):
            raise Refused(
                f"{name} breaks off after {len(text):,} characters: the upload or the disk failed. "
                "Hand it in again from the computer where you wrote it. If JupyterLab cannot open "
                "it there, hand in the copy from the folder .ipynb_checkpoints beside it."
            ) from error
        line = getattr(error, "lineno", 1)
        raise Refused(
            f"{name} is not a notebook: line {line} is not valid JSON "
            f"({str(error)[:100]}). If JupyterLab cannot open it either, hand in the copy from the "
            "folder .ipynb_checkpoints beside it, or an earlier version."
        ) from error
    if text[end:].strip("\0 \t\r\n"):
        repairs.append("After the end of the notebook there was more in the file; it was left out.")
    return notebook


def _merged(text: str, name: str, repairs: list[str]) -> object:
    """A notebook with git's conflict markers, if the cells of both versions have the same text.

    Raises:
        Refused: they differ, or one of the versions is not valid JSON.
    """
    versions = []
    for side in ("ours", "theirs"):
        try:
            versions.append(json.loads(_side(text, side)))
        except (ValueError, RecursionError):
            continue
    written = {json.dumps([cell.get("source") for cell in _cells(one)]) for one in versions}
    if len(versions) == 2 and len(written) == 1:
        repairs.append("Git could not merge what two runs of the notebook printed; one was kept.")
        return versions[0]
    lines = text.splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.startswith(CONFLICT[0][0]))
    raise Refused(
        f"{name} holds two versions that git could not merge, from line {number} (<<<<<<<). Run "
        f"`git checkout --ours {name}` or `git checkout --theirs {name}`, check that it is the "
        "version you want, and hand it in again."
    )


def _side(text: str, side: str) -> str:
    """One of the two versions of a text with conflict markers: "ours" or "theirs"."""
    kept, part = [], "both"
    for line in text.splitlines():
        mark = next((begins for mark, begins in CONFLICT if line.startswith(mark)), None)
        if mark:
            part = mark
        elif part in ("both", side):
            kept.append(line)
    return "\n".join(kept)


def _cells(notebook: object) -> list[dict]:
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def _unwrapped(notebook: object) -> object:
    """The notebook itself if it is wrapped in a server's response, and with `nbformat` added."""
    if isinstance(notebook, dict) and isinstance(notebook.get("content"), dict):
        notebook = notebook["content"]
    if isinstance(notebook, dict) and "nbformat" not in notebook and _cells(notebook):
        return notebook | {"nbformat": 4}
    return notebook


def _converted(notebook: dict, repairs: list[str]) -> dict:
    try:
        notebook = nbformat.convert(nbformat.from_dict(notebook), 4)
    except Exception as error:  # old formats break in many ways
        raise Refused(
            "The notebook is of an old format that cannot be converted. Open it in JupyterLab, "
            "save it and hand it in again."
        ) from error
    repairs.append("The notebook was of an old format and was converted.")
    return notebook
