"""What a program prints, for terminals and files that know few characters.

On Windows a file that output is sent to is in the code page of the machine, which has no ✓. Python
would stop there with an error.
"""

import codecs
import sys
import unicodedata

# What stands for characters that Unicode does not decompose into plain ones.
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
    """Have standard output and error write what their encoding lacks in other characters."""
    codecs.register_error("course-plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a test or a notebook may have put another there
            stream.reconfigure(errors="course-plain")


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Python's hook for what cannot be encoded."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_one, error.object[error.start : error.end])), error.end


def _one(character: str) -> str:
    taken_apart = unicodedata.normalize("NFKD", character)
    plain = "".join(c for c in taken_apart if c.isascii())
    return PLAIN.get(character) or plain or "?"
