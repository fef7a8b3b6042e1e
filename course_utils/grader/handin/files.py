"""The files of a folder: readable names, and their content up to a limit."""

import hashlib
import os
import stat
import sys
import unicodedata
from collections import deque
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from course_utils.grader.handin import Refused

LARGEST_HASHED = 100 * 2**20
LARGEST_FILES = 16 * 2**20
MOST_FILES = 200
MOST_ENTRIES = 2000
NAMED = 5
OVERLOOKED = {
    ".ipynb_checkpoints",
    ".virtual_documents",
    "__pycache__",
    "__MACOSX",
    ".git",
    "node_modules",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    "$RECYCLE.BIN",
}
# AppleDouble files, trash folders, and the lock files that office programs put beside an open file.
OVERLOOKED_BEGINNINGS = ("._", ".Trash", "~$", ".~lock")
# A folder that contains one of these is a Python environment, with thousands of installed files.
ENVIRONMENT = frozenset(("pyvenv.cfg", "conda-meta"))


@dataclass(frozen=True)
class Entry:
    """Anything in the folder that is not itself a folder.

    Attributes:
        path: where it is; its name may be in any encoding.
        name: its path relative to the folder in readable form: decoded, normalized (NFC), with
            slashes.
        info: its status; of a link, that of the link itself.
    """

    path: Path
    name: str
    info: os.stat_result

    @property
    def is_hidden(self) -> bool:
        return any(part.startswith(".") for part in PurePosixPath(self.name).parts)

    @property
    def is_file(self) -> bool:
        return stat.S_ISREG(self.info.st_mode)


def readable(name: str | Path) -> str:
    """A file's name in readable form, whatever its encoding.

    Zip files made on Windows may contain names in the machine's code page. Names that are not
    UTF-8 are read in Windows's code page 1252 or, if that does not give letters, in DOS's 437.
    """
    raw = os.fsencode(name)
    for encoding in ("utf-8", "cp1252", "cp437"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "cp1252" or all(c.isalpha() for c in text if not c.isascii()):
            break
    return unicodedata.normalize("NFC", text)


def entries(folder: Path) -> list[Entry]:
    """All files in a folder and its subfolders, the nearest first; links are not followed.

    A subfolder that cannot be read is itself one of the entries. The search stops after the folder
    in which `MOST_ENTRIES` are reached.

    Raises:
        Refused: the folder itself cannot be read.
    """
    found: list[Entry] = []
    waiting = deque([folder])
    while waiting and len(found) < MOST_ENTRIES:
        where = waiting.popleft()
        try:
            with os.scandir(where) as scan:
                here = sorted(scan, key=lambda one: os.fsencode(one.name))
        except OSError as error:
            if where == folder:
                raise Refused(unreadable(readable(folder.name), folder, error)) from error
            found.append(Entry(where, readable(os.path.relpath(where, folder)), where.lstat()))
            continue
        if where != folder and ENVIRONMENT.intersection(one.name for one in here):
            continue
        for one in here:
            if one.name in OVERLOOKED or one.name.startswith(OVERLOOKED_BEGINNINGS):
                continue
            if one.is_dir(follow_symlinks=False):
                waiting.append(Path(one.path))
            else:
                # Some programs leave backslashes in the names of files unpacked from Windows zips.
                name = readable(os.path.relpath(one.path, folder)).replace("\\", "/")
                found.append(Entry(Path(one.path), name, one.stat(follow_symlinks=False)))
    return found


def content(entry: Entry, most: int) -> bytes:
    """The content of a file.

    Args:
        entry: the file.
        most: the number of bytes to read at most.

    Raises:
        OSError: it cannot be read, or is a link.
    """
    with open(entry.path, "rb", opener=_no_link) as file:
        return file.read(most)


def unreadable(name: str, where: Path, error: OSError) -> str:
    """The message about something that the system does not let the grader read."""
    return (
        f"{name} cannot be read ({error.strerror}). That may be no fault of the student's: run "
        f"`chmod -R a+rX '{readable(where)}'` on the machine that grades, then grade again."
    )


def fingerprint(folder: Path) -> str:
    """A hash that changes when anything that was handed in changes; empty if there is nothing."""
    try:
        found = entries(folder) if folder.is_dir() and not folder.is_symlink() else []
    except (Refused, OSError) as error:
        return hashlib.sha256(str(error).encode("utf-8", "replace")).hexdigest()
    digest = hashlib.sha256()
    for entry in found:
        info = entry.info
        name = os.fsencode(entry.path.relative_to(folder))
        digest.update(name + f"\0{info.st_mode}\0{info.st_size}\0".encode())
        try:
            small = entry.is_file and info.st_size <= LARGEST_HASHED
            told = content(entry, LARGEST_HASHED) if small else str(info.st_mtime_ns).encode()
        except OSError as error:
            told = str(error.strerror).encode()
        digest.update(hashlib.sha256(told).digest())
    return digest.hexdigest() if found or folder.is_symlink() else ""


def beside(found: list[Entry], notebook: Entry, repairs: list[str]) -> dict[str, bytes]:
    """The files that the notebook's cells may read.

    Args:
        found: everything that was handed in.
        notebook: which of it is the notebook.
        repairs: gets a sentence for each reason why files were left out.

    Returns:
        The files' contents, by their paths relative to the student's folder.
    """
    kept: dict[str, bytes] = {}
    left_out: dict[str, list[str]] = {}
    home = PurePosixPath(notebook.name).parent
    size = 0
    # The smallest first, so that a large file does not push out small ones.
    for entry in sorted(found, key=lambda one: one.info.st_size):
        if entry == notebook:
            continue
        path = PurePosixPath(entry.name)
        is_module = path.suffix == ".py" and path.is_relative_to(home)
        reason = ""
        if not entry.is_file:
            link = stat.S_ISLNK(entry.info.st_mode)
            reason = "a link to another place" if link else "not a file that can be read"
        elif is_module and hides_a_module(path.relative_to(home)):
            reason = "a module whose name hides one that is installed"
        elif size + entry.info.st_size > LARGEST_FILES:
            reason = f"too large: up to {LARGEST_FILES // 2**20} MB are read in all"
        elif len(kept) >= MOST_FILES:
            reason = f"one too many: up to {MOST_FILES} files are read"
        elif entry.name not in kept:
            try:
                kept[entry.name] = content(entry, LARGEST_FILES)
                size += entry.info.st_size
            except OSError as error:
                reason = f"cannot be read: {error.strerror}"
        if reason:
            left_out.setdefault(reason, []).append(entry.name)
    repairs += [f"Left out: {_listed(names)} ({reason})." for reason, names in left_out.items()]
    return kept


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def hides_a_module(path: PurePosixPath) -> bool:
    """Whether a module at this path, relative to the notebook, would shadow an installed one."""
    top = path.parts[0].removesuffix(".py")
    if top in sys.stdlib_module_names or top == "course_utils":
        return True
    return any(
        (Path(entry) / top).is_dir() or (Path(entry) / f"{top}.py").is_file()
        for entry in sys.path
        if entry.endswith(("site-packages", "dist-packages"))
    )


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
