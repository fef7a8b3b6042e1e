"""A sandbox by bubblewrap, and how a process that was forked elsewhere steps into it.

bubblewrap makes the namespaces: no network, its own processes, an empty scratch folder in memory.
Of the disk it shows, read-only, what is listed here and nothing else: programs and libraries of the
system, Python with its packages, and a copy of the part of course_utils that students have. The
repository, the course's folder and nbgrader are hidden even where they lie inside one of these.

bubblewrap would start a program afresh, and importing TensorFlow takes seconds. So it starts `cat`,
which keeps the sandbox open, and a process forked from one that has TensorFlow imported joins the
namespaces (setns), gives up all privileges and only then runs a student's code. When the sandbox
closes, every process in it dies. bubblewrap's own processes are under the same filter and limits:
an ordinary user's student is the same user as they, and may write into their memory.

An ordinary user's sandbox has a user namespace of its own. Where root grades, each worker uses a
user number that nobody has: the kernel does not limit the number of root's processes.
"""

import contextlib
import ctypes
import itertools
import json
import os
import platform
import resource
import select
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from course_utils import students
from course_utils.grader.box import seccomp

PACKAGE = students.LIBRARY.resolve()
SCRATCH = "/tmp/work"
# What programs share memory by. It lies in the scratch folder, so that one limit holds for both.
SHARED_MEMORY = "/tmp/.shm"
USER_NAME = "student"
# An ordinary user's sandbox maps whoever runs it to this number.
MAPPED_USER = 65534
# Joined in this order: the user namespace first, since it owns the others, if there is one.
NAMESPACES = ("user", "mnt", "net", "ipc", "uts", "cgroup", "pid")
START_SECONDS = 120
SYSTEM = (
    "/usr/bin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/share/fonts",
    "/usr/share/fontconfig",
    "/usr/share/zoneinfo",
    "/usr/share/terminfo",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
)
LINKED = ("bin", "sbin", "lib", "lib32", "lib64")
DEVICES = ("null", "zero", "full", "random", "urandom")

# Above all user numbers that systems assign, and below 2³¹ even for the largest process number.
FIRST_SPARE_USER = 0x60000000
USERS_A_PROCESS = 64
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_DUMPABLE = 1, 24, 38, 4
_libc = ctypes.CDLL(None, use_errno=True)


class SandboxError(RuntimeError):
    """The sandbox cannot be made here; the message says why."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        seconds: wall-clock time for all of it, calls by the grader included, but not the time for
            which it waits for a processor of a busy machine or for the grader.
        patience: how many times `seconds` it may take with such waiting.
        memory: MB beyond what TensorFlow takes when it is imported; all processes together.
        processes: at once, threads included.
        file_size: MB of one file.
        scratch: MB of all files together.
        output: bytes of everything that cells print and show.
    """

    seconds: float = 300.0
    patience: float = 4.0
    memory: int = 2048
    processes: int = 128
    file_size: int = 64
    scratch: int = 256
    output: int = 4 * 2**20


class Sandbox:
    """An open sandbox. Closing it kills everything in it.

    Args:
        limits: of all files together, and for the sandbox's own processes.
        library: the folder with the students' course_utils, see `copy_library`.
        hidden: folders that it must not see, such as the course's, with gradebook and submissions.

    Attributes:
        process: the sandbox's first process, as seen from outside.
        user: whose number a student's process takes in it; None for that of who runs the grader.

    Raises:
        SandboxError: bubblewrap is not there or not allowed to make namespaces.
    """

    def __init__(self, limits: Limits, library: str, hidden: Sequence[str] = ()) -> None:
        program = shutil.which("bwrap")
        if program is None:
            raise SandboxError("bubblewrap is not installed (Debian's package `bubblewrap`)")
        self.user = spare_user()
        reading, writing = os.pipe()
        passed = [writing]
        arguments = ["--info-fd", str(writing), *_arguments(limits, library, hidden)]
        number = MAPPED_USER if self.user is None else self.user
        for path, line in (
            ("/etc/passwd", f"{USER_NAME}:x:{number}:{number}::{SCRATCH}:/bin/sh\n"),
            ("/etc/group", f"{USER_NAME}:x:{number}:\n"),
        ):
            passed.append(_pipe_with(line.encode()))
            arguments += ["--perms", "0644", "--ro-bind-data", str(passed[-1]), path]
        if calls := seccomp.program(platform.machine()):
            passed.append(_pipe_with(calls))
            arguments += ["--seccomp", str(passed[-1])]
        # What holds all this is a file system in memory, too, and an ordinary user's own.
        arguments += ["--remount-ro", "/"]
        try:
            self._keeper = subprocess.Popen(
                [program, *arguments, "--", "/usr/bin/cat"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=passed,
                bufsize=0,
                env={},
            )
        finally:
            for descriptor in passed:
                os.close(descriptor)
        try:
            # An echo means that everything is mounted.
            with contextlib.suppress(BrokenPipeError):
                self._keeper.stdin.write(b"\n")
            ready, _, _ = select.select([self._keeper.stdout], [], [], START_SECONDS)
            if not (ready and self._keeper.stdout.read(1) == b"\n"):
                self._keeper.kill()
                said = self._keeper.stderr.read().decode(errors="replace").strip()
                self.close()
                raise SandboxError(f"bubblewrap cannot make a sandbox here: {said or 'no answer'}")
            self.process: int = json.loads(os.read(reading, 4096))["child-pid"]
            for process in (
                self.process,
                *(p.pid for p in psutil.Process(self.process).children()),
            ):
                limit(limits, process)
        finally:
            os.close(reading)

    def close(self) -> None:
        """Kill everything in it and wait until it is gone."""
        if self._keeper.returncode is not None:
            return
        # The first process dies with its keeper, and all others with the first.
        self._keeper.kill()
        for stream in (self._keeper.stdin, self._keeper.stdout, self._keeper.stderr):
            stream.close()
        self._keeper.wait()


def _arguments(limits: Limits, library: str, hidden: Sequence[str]) -> list[str]:
    """What bubblewrap is told: which folders are there, and nothing else is."""
    mapped = ["--unshare-user", "--uid", str(MAPPED_USER), "--gid", str(MAPPED_USER)]
    arguments = [
        *(mapped if os.geteuid() else []),
        "--unshare-ipc",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-uts",
        "--unshare-cgroup",
        "--hostname",
        "sandbox",
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--clearenv",
        "--proc",
        "/proc",
        "--size",
        str(limits.scratch * 2**20),
        "--tmpfs",
        "/tmp",
        "--dir",
        SCRATCH,
        "--perms",
        "1777",
        "--dir",
        SHARED_MEMORY,
    ]
    shown = [library, *SYSTEM, *_python()]
    for path in (Path("/", name) for name in LINKED):
        if path.is_symlink():
            arguments += ["--symlink", os.readlink(path), str(path)]
        else:
            shown.append(str(path))
    arguments += _mounts(shown, [*_secret(), *filter(None, hidden)])
    arguments += _open_parents("/dev/x")
    for name in DEVICES:
        arguments += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    return [*arguments, "--symlink", SHARED_MEMORY, "/dev/shm"]


def _pipe_with(content: bytes) -> int:
    """A descriptor from which some content can be read: little enough to wait in a pipe."""
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return reading


def _python() -> list[str]:
    """What this Python and its packages need, wherever they are installed."""
    folders = [Path(sys.executable).parent, Path(sys.base_prefix, "bin")]
    folders += [Path(sys.prefix, "pyvenv.cfg"), Path(sysconfig.get_config_var("LIBDIR") or "/")]
    for prefix in (sys.base_prefix, sys.prefix):
        folders += [Path(prefix, name) for name in ("lib", "lib64")]
    folders += [Path(sysconfig.get_path(kind)) for kind in ("stdlib", "platstdlib")]
    folders += _site_folders()
    # A link is followed by whoever opens it, from inside: what it leads to must be there, too.
    return [str(path) for folder in folders for path in (folder, folder.resolve()) if path.name]


def _site_folders() -> list[Path]:
    """Folders that packages are imported from."""
    return [Path(f) for f in sys.path if f.endswith(("site-packages", "dist-packages"))]


def _secret() -> list[str]:
    """What must not be seen even where it lies inside a folder that is shown."""
    repository = [PACKAGE.parent] if (PACKAGE.parent / "nbgrader_config.py").exists() else []
    graders = [folder / "nbgrader" for folder in _site_folders()]
    return [str(path) for path in (PACKAGE, *repository, *graders)]


def _mounts(shown: Iterable[str], hidden: Iterable[str]) -> list[str]:
    """Show some paths read-only and hide others; the deepest that holds a path decides about it."""
    wanted = {path: True for path in map(Path, shown) if path.exists()}
    for secret in (Path(path).resolve() for path in hidden):
        # It is hidden under each name that a link gives to a folder around it.
        for path in [path for path, show in wanted.items() if show]:
            if secret.is_relative_to(path.resolve()):
                wanted.setdefault(path / secret.relative_to(path.resolve()), False)
    arguments, closed = [], []
    for path in sorted(wanted, key=lambda path: len(path.parts)):
        around = next((wanted[above] for above in path.parents if above in wanted), False)
        if wanted[path] and not around:
            arguments += [*_open_parents(str(path)), "--ro-bind", str(path), str(path)]
        elif around and not wanted[path] and path.is_dir():
            arguments += ["--tmpfs", str(path)]
            # Later, since something inside may have to be shown.
            closed += ["--remount-ro", str(path)]
    return arguments + closed


def _open_parents(path: str) -> list[str]:
    """Make the folders above a path, for everybody to pass; bubblewrap would make them for root."""
    above = [str(parent) for parent in reversed(Path(path).parents)][1:]
    return [argument for folder in above for argument in ("--perms", "0755", "--dir", folder)]


def copy_library(folder: Path) -> None:
    """Copy the part of course_utils that students have, and this package, into a folder."""
    box = Path(__file__).parent
    shown = [PACKAGE / path for path in students.files(PACKAGE)]
    for path in [*shown, box.parent / "__init__.py", *students.files_below(box)]:
        copy = folder / PACKAGE.name / path.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    # Whoever runs the code is a user of its own.
    for where, _, files in os.walk(folder):
        os.chmod(where, 0o755)
        for name in files:
            os.chmod(os.path.join(where, name), 0o644)


def why_unavailable() -> str | None:
    """Why there can be no sandbox on this machine, in a sentence; None if there can be one."""
    try:
        # Any file of Python's serves to see whether what is shown can be read.
        sandbox = Sandbox(Limits(), str(Path(json.__file__).parent))
    except SandboxError as error:
        return str(error)
    try:
        pid = os.fork()
        if pid == 0:
            try:
                join(sandbox.process, sandbox.user)
                give_up_privileges(sandbox.user)
                with open(json.__file__, "rb"):
                    os._exit(0)
            except OSError as error:
                os._exit(error.errno or 1)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    finally:
        sandbox.close()
    if status:
        return f"a process cannot work in bubblewrap's namespaces here ({os.strerror(status)})"
    return None


_sandboxes = itertools.count()


def spare_user() -> int | None:
    """For root, the number of a user that nobody else is, another one for each sandbox.

    The one before may still have processes that are ending.
    """
    if os.geteuid():
        return None
    return FIRST_SPARE_USER + os.getpid() * USERS_A_PROCESS + next(_sandboxes) % USERS_A_PROCESS


def join(process: int, user: int | None) -> None:
    """Step into the namespaces of a process. Children are in its process namespace, too.

    Args:
        process: any in the sandbox, as seen from here.
        user: to whom the scratch folder shall belong.
    """
    folder = Path("/proc", str(process), "ns")
    others = [name for name in NAMESPACES if not _is_own(folder / name)]
    namespaces = [os.open(folder / name, os.O_RDONLY) for name in others]
    for namespace in namespaces:
        _checked(_libc.setns(namespace, 0))
        os.close(namespace)
    os.chdir(SCRATCH)
    if user is not None:
        os.chmod("/tmp", 0o1777)
        os.chown(SCRATCH, user, user)


def _is_own(namespace: Path) -> bool:
    return os.readlink(namespace) == os.readlink(Path("/proc/self/ns") / namespace.name)


def give_up_privileges(user: int | None) -> None:
    """Become somebody without any capability, now or later.

    Args:
        user: whose number to take; None to stay who it is.
    """
    for capability in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
            break
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    _checked(_libc.capset(header, (ctypes.c_uint32 * 6)()))
    _checked(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _checked(seccomp.apply(_libc))
    # Changing the user closes /proc/self/fd and others, which Python's subprocesses want.
    _checked(_libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))


def die_with_parent() -> None:
    """Be killed when the process that forked this one ends."""
    _checked(_libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))


def limit(limits: Limits, process: int | None = None) -> None:
    """Set the kernel's limits for a process and its later children.

    Args:
        limits: what it may use.
        process: its number; None for this one.
    """
    mebibyte = 2**20
    process = process or os.getpid()
    used = _status(process, "VmData")
    for what, most in (
        # A plain MemoryError for one large array; the sum over processes is watched from outside.
        (resource.RLIMIT_DATA, used + limits.memory * mebibyte),
        (resource.RLIMIT_FSIZE, limits.file_size * mebibyte),
        (resource.RLIMIT_CPU, int(limits.seconds * (os.cpu_count() or 1)) + 1),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 512),
    ):
        _, ceiling = resource.prlimit(process, what)
        if ceiling != resource.RLIM_INFINITY:
            most = min(most, ceiling)
        resource.prlimit(process, what, (most, most))


def _status(process: int, field: str) -> int:
    """A number of /proc/PID/status, in bytes."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field + ":"))


def _checked(result: int) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
