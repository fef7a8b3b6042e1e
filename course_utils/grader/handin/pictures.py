"""The pictures that belong to a text: pasted, embedded in it, or in files beside the notebook.

nbgrader's Formgrader passes the HTML and the links of a text unchanged to an instructor's browser.
So the text keeps neither: each picture becomes an attachment with a name chosen here and verified
content, and everything else that could be markup is shown as plain text.
"""

import base64
import binascii
import contextlib
import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote, unquote_to_bytes

from course_utils.grader.handin import files
from course_utils.grader.handin.files import Entry

LARGEST_PICTURE = 50 * 2**20
LARGEST_PICTURES = 100 * 2**20
MOST_SENTENCES = 10
# Pictures that a browser shows, recognised by how their bytes begin.
SHOWN = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", "png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg", "jpg"),
    (re.compile(rb"GIF8[79]a"), "image/gif", "gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp", "webp"),
    (re.compile(rb"BM....\x00\x00\x00\x00", re.DOTALL), "image/bmp", "bmp"),
    # Shown as a picture, SVG can neither run scripts nor load anything.
    (
        re.compile(
            rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*(?:<!DOCTYPE svg[^>\[]*>)?\s*"
            rb"(?:<!--.{0,2000}?-->\s*)?<svg\b",
            re.DOTALL,
        ),
        "image/svg+xml",
        "svg",
    ),
)
# Formats in which an answer may be handed in, but which a page cannot show.
DOCUMENTS = (
    ".pdf",
    ".heic",
    ".heif",
    ".tif",
    ".tiff",
    ".doc",
    ".docx",
    ".odt",
    ".rtf",
    ".pages",
    ".ppt",
    ".pptx",
    ".odp",
    ".tex",
    ".xopp",
    ".drawio",
    ".excalidraw",
    ".mp4",
    ".mov",
    ".zip",
)
MOST_LEFT_OVER = 20
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".svg")
# ![words](target "title"), where parentheses in the target are not nested; also [words](target),
# since a link to a picture beside the notebook is meant to show it.
# The words contain no brackets: otherwise, in a long text of opening brackets, each of them would
# start a search to the end of the text.
INLINE = r"!?\[(?P<words>[^\[\]\n]*)\]\((?P<target>[^()]*(?:\([^()]*\)[^()]*)*)\)"
REFERENCE = r"!\[(?P<said>[^\[\]\n]*)\](?:\[(?P<label>[^\[\]\n]*)\])?(?!\()"
HTML = r"<(?i:img)\b[^<>]*>"
BARE = r"data:image/[\w.+-]+;base64,[A-Za-z0-9+/=]+"
PICTURE = re.compile(f"{INLINE}|{REFERENCE}|(?P<html>{HTML})|(?P<bare>{BARE})")
DEFINITION = re.compile(r"^ {0,3}\[(?P<label>[^\[\]\n]+)\]:[ \t]*(?P<target>\S+)", re.M)
ATTRIBUTE = r"""\b(?i:%s)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))"""
LONGEST_ADDRESS = 1000
# Where a tag, a link or a picture begins. A space added there turns it into plain text, and does no
# harm to a formula.
MARKUP = re.compile(r"<(?=[A-Za-z/!?])|\](?=[(:])")


@dataclass
class Pictures:
    """The pictures to which a notebook's texts can refer.

    Attributes:
        found: all files that were handed in.
        notebook: where people find the notebook: submitted/STUDENT/ASSIGNMENT/NAME.
        attachments: the attachments of all cells, because they stay behind when a text is copied
            into another cell.
        meant: the names of the attachments that some text shows.
        sentences: what could not be shown, in words for the student.
    """

    found: list[Entry]
    notebook: PurePosixPath
    attachments: dict[str, object] = field(default_factory=dict)
    meant: set[str] = field(default_factory=set)
    sentences: list[str] = field(default_factory=list)
    _names: dict[bytes, str] = field(default_factory=dict)
    _files: dict[str, bytes] = field(default_factory=dict)
    _room: int = LARGEST_PICTURES

    def __post_init__(self) -> None:
        self._by_path = {PurePosixPath(one.name.casefold()): one for one in self.found}
        self._by_name: dict[str, list[Entry]] = {}
        for path, one in self._by_path.items():
            self._by_name.setdefault(path.name, []).append(one)

    def in_text(self, text: str, attachments: dict) -> tuple[str, dict]:
        """A text without markup, and its pictures as the attachments of a cell.

        Args:
            text: Markdown, as it was handed in.
            attachments: the attachments of its cell, as they were handed in.
        """
        targets = {m["label"].lower(): m["target"] for m in DEFINITION.finditer(text)}
        self._pasted = self.attachments | attachments
        parts, last, shown = [], 0, {}
        for match in PICTURE.finditer(text):
            words, target = _meant(match, targets)
            picture = self._picture(target)
            if picture is None:
                if match[0].startswith(("!", "<", "data:")) and target:
                    self._tell(target)
                if len(target) <= LONGEST_ADDRESS:
                    continue  # the words stay as they were written
                instead = f"*[What cannot be shown is in {_plain_words(str(self.notebook))}]*"
            else:
                instead = self._attach(words, picture, shown)
            parts += [_harmless(text[last : match.start()]), instead]
            last = match.end()
        parts.append(_harmless(text[last:]))
        # Pictures that were pasted, but whose place in the text was deleted.
        for name in attachments:
            picture = None if name in self.meant else self._picture(f"attachment:{name}")
            if picture and self._names.get(picture) not in shown:
                parts.append(f"\n\n{self._attach(name, picture, shown)}")
        return "".join(parts), shown

    def left_over(self, code: str) -> tuple[str, dict]:
        """A text that shows or lists the files beside the notebook that nothing mentions.

        Args:
            code: the code of all cells; files whose names occur in it are skipped.

        Returns:
            The text, empty if there are no such files, and its attachments.
        """
        lines, shown = [], {}
        for entry in self.found:
            name = PurePosixPath(entry.name)
            kind = name.suffix.lower()
            if kind not in PICTURES + DOCUMENTS or entry.is_hidden or not entry.is_file:
                continue
            beside = name.is_relative_to(PurePosixPath(*self.notebook.parts[3:-1]))
            if not beside or entry.name in self._files or name.name in code:
                continue
            picture = self._read(entry) if kind in PICTURES else None
            if picture and len(shown) < MOST_LEFT_OVER:
                lines.append(self._attach(name.name, picture, shown))
            else:
                place = PurePosixPath(*self.notebook.parts[:3], entry.name)
                lines.append(f"*[{_plain_words(str(place))}]*")
        if lines:
            lines.insert(0, "*[Handed in beside the notebook:]*")
        return "\n\n".join(lines), shown

    def _attach(self, words: str, content: bytes, shown: dict) -> str:
        mime, suffix = _kind(content)
        name = self._names.setdefault(content, f"picture-{len(self._names) + 1}.{suffix}")
        if name not in shown:
            self._room -= len(content)
            shown[name] = {mime: base64.b64encode(content).decode()}
        return f"![{_plain_words(words) or 'a picture'}](attachment:{name})"

    def _tell(self, target: str) -> None:
        words = _plain_words(target[:100] or "without a name")
        reason = "it was not handed in, or is not a picture that can be shown here"
        if re.match(r"(?i)(https?:)?//", target):
            reason = "it lies on another machine"
        sentence = f"A picture of a text is missing ({words}): {reason}."
        if len(self.sentences) < MOST_SENTENCES and sentence not in self.sentences:
            self.sentences.append(sentence)

    def _picture(self, target: str) -> bytes | None:
        """The bytes of the picture to which a text points; None if there is none to show."""
        if target.startswith("attachment:"):
            content = self._of_attachment(unquote(target.removeprefix("attachment:")))
        elif target.lower().startswith("data:"):
            content = _of_address(target)
        else:
            content = self._of_file(target)
        known = content and len(content) <= self._room and _kind(content)
        return content if known else None

    def _of_attachment(self, name: str) -> bytes | None:
        bundle = self._pasted.get(name)
        if bundle is None and len(self._pasted) == 1:
            (bundle,) = self._pasted.values()
        for value in bundle.values() if isinstance(bundle, dict) else ():
            value = "".join(map(str, value)) if isinstance(value, list) else value
            content = _of_base64(value) if isinstance(value, str) else None
            if content and _kind(content):
                return content
        return None

    def _of_file(self, target: str) -> bytes | None:
        if not target or re.match(r"(?i)(?!file:)[a-z][a-z0-9+.-]+:", target):
            return None
        asked = unquote(target).replace("\\", "/").removeprefix("file://").partition("?")[0]
        asked = unicodedata.normalize("NFC", asked).casefold()
        home = PurePosixPath(*self.notebook.parts[3:-1])
        found = self._by_path.get(PurePosixPath(str(home).casefold(), asked))
        if found is None:  # a path on the student's own disk
            same = self._by_name.get(PurePosixPath(asked).name, [])
            found = same[0] if len(same) == 1 else None
        return self._read(found) if found else None

    def _read(self, entry: Entry) -> bytes | None:
        """The content of a picture, read only once; None if it is not one or is too large."""
        if entry.name not in self._files:
            content = None
            if entry.is_file and entry.info.st_size <= min(LARGEST_PICTURE, self._room):
                with contextlib.suppress(OSError):
                    content = files.content(entry, LARGEST_PICTURE)
            if not content or not _kind(content):
                return None
            self._files[entry.name] = content
        return self._files[entry.name]


def _meant(match: re.Match, targets: dict[str, str]) -> tuple[str, str]:
    """The words and the target of a match of `PICTURE`.

    Args:
        match: the match.
        targets: the targets of the text's reference definitions, by label.
    """
    if match["bare"]:
        return "", match["bare"]
    if match["html"]:
        return _attribute("alt", match["html"]), _attribute("src", match["html"])
    if match["words"] is not None:
        target = _without_title(match["target"].strip())
        if target.startswith("<") and target.endswith(">"):
            target = target[1:-1]
        return match["words"], target
    return match["said"], targets.get((match["label"] or match["said"]).lower(), "")


def _attribute(name: str, tag: str) -> str:
    found = re.search(ATTRIBUTE % name, tag)
    return html.unescape(next(filter(None, found.groups()), "")) if found else ""


def _without_title(target: str) -> str:
    """The target in `target "title"`; all of it if there is no title."""
    quote = target[-1:]
    begins = target.rfind(quote, 0, -1) if quote in ("'", '"') else -1
    return target[:begins].rstrip() if begins > 0 and target[begins - 1].isspace() else target


def _kind(content: bytes) -> tuple[str, str] | None:
    """The media type and suffix of a picture that a browser shows; None for anything else."""
    kinds = ((mime, suffix) for begins, mime, suffix in SHOWN if begins.match(content))
    return next(kinds, None)


def _of_address(address: str) -> bytes | None:
    """The content of a data URL."""
    head, comma, body = address.partition(",")
    if not comma:
        return None
    if head.lower().endswith(";base64"):
        return _of_base64(unquote(body))
    return unquote_to_bytes(body)


def _of_base64(text: str) -> bytes | None:
    text = re.sub(r"\s+", "", text).rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _harmless(text: str) -> str:
    return MARKUP.sub(r"\g<0> ", text)


def _plain_words(text: str) -> str:
    """Words without any character that could be markup, at most 200 characters."""
    return " ".join(re.sub(r"[^\w.,;:?/()+= -]", " ", text).split())[:200]


def meant_in(text: str) -> set[str]:
    """The names of the attachments that a text shows."""
    return {unquote(name) for name in re.findall(r"attachment:([^)>\s\"']+)", text)}


def shown_in(text: str) -> Iterator[tuple[str, str, str]]:
    """The pieces of a text from `in_text`, split at its pictures.

    Yields:
        A piece of text, and the words and the name of the picture after it. Words and name are
        empty for the last piece.
    """
    last = 0
    for match in re.finditer(r"!\[([^\]\n]*)\]\(attachment:(picture-\d+\.\w+)\)", text):
        yield text[last : match.start()], match[1], match[2]
        last = match.end()
    yield text[last:], "", ""
