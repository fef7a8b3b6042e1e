"""Find out which file is the notebook, whatever its name and folder."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from course_utils.grader.handin import Missing, Refused, files, reading
from course_utils.grader.handin.files import Entry

LARGEST_NOTEBOOK = 100 * 2**20
# No more notebooks than this are read.
MOST_NOTEBOOKS = 20
NAMED = 5
# Other suffixes that a notebook may have been saved with.
OTHER_SUFFIXES = ("", ".json", ".txt")


@dataclass
class Candidate:
    """A file that may be the notebook.

    Attributes:
        entry: the file.
        content: the notebook; empty if it cannot be read.
        repairs: a sentence for each thing that was repaired to read it.
        refusal: why it cannot be read; empty if it can.
    """

    entry: Entry
    content: dict = field(default_factory=dict)
    repairs: list[str] = field(default_factory=list)
    refusal: str = ""


def find(
    found: list[Entry], name: str, is_worked: Callable[[dict], bool], repairs: list[str]
) -> Candidate:
    """The notebook among what was handed in.

    It is the one with the right name, unless that one is unchanged and somebody's work is in
    exactly one other, or in exactly one other with the right name.

    Args:
        found: everything in the folder.
        name: the assignment's name.
        is_worked: whether a notebook is the assignment's, with something written into it.
        repairs: gets a sentence for each thing that was repaired.

    Raises:
        Missing: nothing was handed in.
        Refused: there is no notebook, more than one, or one that cannot be read.
    """
    candidates = [_read(entry) for entry in _named_like_notebooks(found)[:MOST_NOTEBOOKS]]
    if not candidates:
        others = [e for e in found if PurePosixPath(e.name).suffix.lower() in OTHER_SUFFIXES]
        candidates = [_read(entry) for entry in others[:MOST_NOTEBOOKS]]
        candidates = [one for one in candidates if one.content]
    if not candidates:
        raise _no_notebook(found, name)
    right = [one for one in candidates if _is_called(one.entry, name)]
    right = [one for one in right if one.entry.name.lower() == f"{name}.ipynb"] or right
    chosen = right[0] if len(right) == 1 else None
    worked = [one for one in candidates if one.content and is_worked(one.content)]
    if chosen is None or chosen not in worked:
        named = [one for one in worked if _is_called(one.entry, name)]
        if len(worked) == 1 or len(named) == 1:
            chosen = (named or worked)[0]
        elif worked or chosen is None:
            chosen = candidates[0] if len(candidates) == 1 else None
    if chosen is None:
        names = _listed([one.entry for one in worked or candidates])
        raise Refused(
            f"It is not clear which notebook is to be graded: {names}. Hand in one, called "
            f"{name}.ipynb."
        )
    if chosen.refusal:
        raise Refused(chosen.refusal)
    if chosen.entry.name != f"{name}.ipynb":
        repairs.append(f"{chosen.entry.name} was taken for {name}.ipynb.")
    others = [one.entry for one in worked if one is not chosen]
    if others:
        repairs.append(
            f"{chosen.entry.name} was graded, {_listed(others)} was not. If you meant the other, "
            "hand in that one alone."
        )
    repairs += chosen.repairs
    return chosen


def _named_like_notebooks(found: list[Entry]) -> list[Entry]:
    shown = [entry for entry in found if not entry.is_hidden]
    exact = [entry for entry in shown if entry.name.lower().endswith(".ipynb")]
    # vae.ipynb.txt, vae.ipynb.json, vae.ipynb (1)
    return exact or [e for e in shown if ".ipynb" in PurePosixPath(e.name).name.lower()]


def _is_called(entry: Entry, name: str) -> bool:
    return PurePosixPath(entry.name).name.lower().partition(".ipynb")[0] == name


def _no_notebook(found: list[Entry], name: str) -> Exception:
    shown = [entry for entry in found if not entry.is_hidden]
    if not shown:
        return Missing()
    advice = ""
    for entry in shown[:MOST_NOTEBOOKS]:
        try:
            kind = reading.kind(files.content(entry, 4096)) if entry.is_file else None
        except OSError:
            continue
        if kind:
            advice = f"{entry.name} is {kind[0]}. {kind[1]} "
            break
    return Refused(
        f"There is no notebook among what was handed in: {_listed(shown)}. {advice}"
        f"Hand in {name}.ipynb."
    )


def _listed(some: list[Entry]) -> str:
    more = f" and {len(some) - NAMED} more" if len(some) > NAMED else ""
    return ", ".join(entry.name for entry in some[:NAMED]) + more


def _read(entry: Entry) -> Candidate:
    candidate = Candidate(entry)
    try:
        candidate.content = reading.parse(_bytes(entry), entry.name, candidate.repairs)
    except Refused as refusal:
        candidate.refusal = str(refusal)
    return candidate


def _bytes(entry: Entry) -> bytes:
    name = PurePosixPath(entry.name).name
    if entry.path.is_symlink():
        raise Refused(f"{name} is a link to another place. Hand in the file itself.")
    if not entry.is_file:
        raise Refused(f"{name} is not a file. Hand in the notebook itself.")
    if entry.info.st_size > LARGEST_NOTEBOOK:
        raise Refused(
            f"{name} has {entry.info.st_size / 2**20:.0f} MB; up to "
            f"{LARGEST_NOTEBOOK // 2**20} are read. Clear all outputs, save it and hand it in "
            "again."
        )
    try:
        return files.content(entry, LARGEST_NOTEBOOK)
    except OSError as error:
        raise Refused(files.unreadable(name, entry.path.parent, error)) from error
