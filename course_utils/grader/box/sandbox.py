"""A sandbox made by bubblewrap, and how a process that was forked elsewhere enters it.

bubblewrap makes the namespaces: no network, separate processes, an empty scratch folder in memory.
Of the disk it shows only what is listed here, read-only: the system's programs and libraries,
Python with its packages, and a copy of the part of course_utils that students have. The repository,
the course's folder and nbgrader are hidden even if they lie inside one of these.

bubblewrap would start a new program, and importing TensorFlow takes seconds. So it starts `cat`,
which keeps the sandbox open. A process forked from one that has imported TensorFlow then joins the
namespaces (setns), gives up all privileges and only then runs a student's code. When the sandbox
closes, every process in it dies. bubblewrap's own processes have the same filter and limits,
because a student's process in an ordinary user's sandbox runs as the same user as they do and may
write into their memory.

An ordinary user's sandbox has its own user namespace. If root grades, each sandbox has an unused
user number instead, because the kernel does not limit the number of root's processes.
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
# The folder for shared memory. It lies in the same file system as the scratch folder, so that one
# limit holds for both.
SHARED_MEMORY = "/tmp/.shm"
USER_NAME = "student"
# In an ordinary user's sandbox, the user who runs it has this number.
MAPPED_USER = 65534
# Joined in this order: the user namespace, if there is one, comes first, since it owns the others.
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
        seconds: wall-clock time for everything, the grader's calls included, except the time spent
            waiting for the grader or for a processor of a busy machine.
        patience: how many times `seconds` it may take including such waiting.
        memory: MiB beyond what importing TensorFlow takes, for all processes together.
        processes: number of processes and threads at one time.
        file_size: MiB of a single file.
        scratch: MiB of all files together.
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
        limits: for the size of all files, and for the sandbox's own processes.
        library: the folder with the students' course_utils, see `copy_library`.
        hidden: folders that must not be visible in it, such as the course's folder with the
            gradebook and the submissions.

    Attributes:
        process: the number of the sandbox's first process, as seen from outside.
        user: the user number that a student's process takes; None to stay the user who grades.

    Raises:
        SandboxError: bubblewrap is not installed, or may not make namespaces.
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
        # The root is a file system in memory, too, which an ordinary user's student could fill.
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
        """Kill everything in the sandbox, and wait for its end."""
        if self._keeper.returncode is not None:
            return
        # The first process dies with its keeper, and all others with the first.
        self._keeper.kill()
        for stream in (self._keeper.stdin, self._keeper.stdout, self._keeper.stderr):
            stream.close()
        self._keeper.wait()


def _arguments(limits: Limits, library: str, hidden: Sequence[str]) -> list[str]:
    """bubblewrap's arguments: the namespaces, and every folder that is to be visible."""
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
    """A descriptor from which this content can be read. It has to fit into a pipe's buffer."""
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return reading


def _python() -> list[str]:
    """The paths that this Python and its packages need, wherever they are installed."""
    folders = [Path(sys.executable).parent, Path(sys.base_prefix, "bin")]
    folders += [Path(sys.prefix, "pyvenv.cfg"), Path(sysconfig.get_config_var("LIBDIR") or "/")]
    for prefix in (sys.base_prefix, sys.prefix):
        folders += [Path(prefix, name) for name in ("lib", "lib64")]
    folders += [Path(sysconfig.get_path(kind)) for kind in ("stdlib", "platstdlib")]
    folders += _site_folders()
    # Links are followed inside the sandbox, so their targets must be there too.
    return [str(path) for folder in folders for path in (folder, folder.resolve()) if path.name]


def _site_folders() -> list[Path]:
    """The folders from which packages are imported."""
    return [Path(f) for f in sys.path if f.endswith(("site-packages", "dist-packages"))]


def _secret() -> list[str]:
    """The paths that must stay hidden even if they lie inside a folder that is shown."""
    repository = [PACKAGE.parent] if (PACKAGE.parent / "nbgrader_config.py").exists() else []
    graders = [folder / "nbgrader" for folder in _site_folders()]
    return [str(path) for path in (PACKAGE, *repository, *graders)]


def _mounts(shown: Iterable[str], hidden: Iterable[str]) -> list[str]:
    """Arguments that show some paths read-only and hide others; the deepest rule decides."""
    wanted = {path: True for path in map(Path, shown) if path.exists()}
    for secret in (Path(path).resolve() for path in hidden):
        # A folder around it may be shown under several names, because of links; hide it in each.
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
            # Only at the end, since something inside may have to be shown.
            closed += ["--remount-ro", str(path)]
    return arguments + closed


def _open_parents(path: str) -> list[str]:
    """Arguments that make the folders above a path so that everybody may enter them.

    Those that bubblewrap makes by itself are for their owner only.
    """
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
    # A student's process may run as another user.
    for where, _, files in os.walk(folder):
        os.chmod(where, 0o755)
        for name in files:
            os.chmod(os.path.join(where, name), 0o644)


def why_unavailable() -> str | None:
    """Why no sandbox is possible on this machine, in words; None if one is possible."""
    try:
        # Any file of Python's will do to test whether files in the sandbox can be read.
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
    """For root, an unused user number, a new one for each sandbox; otherwise None.

    The previous sandbox's processes may not have ended yet.
    """
    if os.geteuid():
        return None
    return FIRST_SPARE_USER + os.getpid() * USERS_A_PROCESS + next(_sandboxes) % USERS_A_PROCESS


def join(process: int, user: int | None) -> None:
    """Join the namespaces of a process. Its process namespace holds only for later children.

    Args:
        process: the number of any process in the sandbox, as seen from here.
        user: the user who is to own the scratch folder; None to leave it as it is.

    Raises:
        OSError: the kernel refuses.
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
    """Give up all capabilities for good, and apply the filter of system calls.

    Args:
        user: the user number to take; None to keep the present one.

    Raises:
        OSError: the kernel refuses.
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
    # Changing the user makes /proc/self/fd unreadable, which Python's subprocesses need.
    _checked(_libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))


def die_with_parent() -> None:
    """Have this process killed when the one that forked it ends."""
    _checked(_libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))


def limit(limits: Limits, process: int | None = None) -> None:
    """Set the kernel's limits for a process and its later children.

    Args:
        limits: what it may use.
        process: the number of the process; None for this one.
    """
    mebibyte = 2**20
    process = process or os.getpid()
    used = _status(process, "VmData")
    for what, most in (
        # One large array gives a plain MemoryError; the sum over processes is watched from outside.
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
    """A size from /proc/PID/status, in bytes."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field + ":"))


def _checked(result: int) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
