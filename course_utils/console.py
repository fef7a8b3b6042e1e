"""What a program prints, for terminals and files whose encoding has few characters.

On Windows, output redirected to a file is written in the machine's code page, which has no ✓;
Python would stop with an error.
"""

import codecs
import sys
import unicodedata

# Replacements for characters that Unicode does not decompose into ASCII ones.
PLAIN = {
    "✓": "+",
    "✗": "x",
    "–": "-",
    "—": "-",
    "−": "-",
    "…": "...",
    "→": "->",
    "←": "<-",
    "×": "x",
    "·": ".",
    "≈": "~",
    "≤": "<=",
    "≥": ">=",
    "½": "1/2",
    "‖": "||",
    "∂": "d",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "▏": "|",
    "█": "#",
}


def speak_plainly() -> None:
    """Make standard output and standard error replace characters that their encoding lacks."""
    codecs.register_error("course-plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a test or a notebook may have replaced the stream
            stream.reconfigure(errors="course-plain")


def _plain(error: UnicodeError) -> tuple[str, int]:
    """The error handler that Python calls for characters that cannot be encoded."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_one, error.object[error.start : error.end])), error.end


def _one(character: str) -> str:
    taken_apart = unicodedata.normalize("NFKD", character)
    plain = "".join(c for c in taken_apart if c.isascii())
    return PLAIN.get(character) or plain or "?"
