"""A sandbox by bubblewrap, and how a process that was forked elsewhere steps into it.

bubblewrap makes the namespaces: no network, its own processes, a read-only system, an empty scratch
folder in memory, and of the course only what students have. It would start a program afresh in
them, and importing TensorFlow takes seconds; so it starts `cat`, which keeps the sandbox open, and
a process forked from one that has TensorFlow imported joins the namespaces (setns), gives up all
privileges and only then runs a student's code. When the sandbox closes, every process in it dies.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import course_utils

SCRATCH = "/tmp/work"
# Joined in this order: the user namespace first, since it owns the others.
NAMESPACES = ("user", "mnt", "net", "ipc", "uts", "cgroup", "pid")
START_SECONDS = 30
# Of course_utils, what students' code must not see.
SECRET = ("grading/assignments",)

PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_DUMPABLE = 1, 24, 38, 4
_libc = ctypes.CDLL(None, use_errno=True)


class SandboxError(RuntimeError):
    """The sandbox cannot be made here; the message says why."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        seconds: wall-clock time for all of it, calls by the grader included.
        memory: MB beyond what TensorFlow takes when it is imported; all processes together.
        processes: at once, threads included.
        file_size: MB of one file.
        scratch: MB of all files together.
        output: bytes of everything that cells print and show.
    """

    seconds: float = 300.0
    memory: int = 2048
    processes: int = 128
    file_size: int = 64
    scratch: int = 256
    output: int = 4 * 2**20


class Sandbox:
    """An open sandbox. Closing it kills everything in it.

    Args:
        limits: only `scratch` matters here.

    Attributes:
        process: the sandbox's first process, as seen from outside.

    Raises:
        SandboxError: bubblewrap is not there or not allowed to make namespaces.
    """

    def __init__(self, limits: Limits) -> None:
        program = shutil.which("bwrap")
        if program is None:
            raise SandboxError("bubblewrap is not installed (Debian's package `bubblewrap`)")
        reading, writing = os.pipe()
        try:
            self._keeper = subprocess.Popen(
                [program, "--info-fd", str(writing), *_arguments(limits), "--", "/usr/bin/cat"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=[writing],
                bufsize=0,
                env={},
            )
        finally:
            os.close(writing)
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
        finally:
            os.close(reading)

    def close(self) -> None:
        """Kill everything in it and wait until it is gone."""
        if self._keeper.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError, AttributeError):
            os.kill(self.process, signal.SIGKILL)
        self._keeper.kill()
        for stream in (self._keeper.stdin, self._keeper.stdout, self._keeper.stderr):
            stream.close()
        self._keeper.wait()


def _arguments(limits: Limits) -> list[str]:
    """What bubblewrap is told: which folders are there, and nothing else is."""
    arguments = [
        *("--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"),
        *("--unshare-cgroup", "--uid", "65534", "--gid", "65534", "--hostname", "sandbox"),
        *("--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"),
        *("--proc", "/proc", "--size", str(limits.scratch * 2**20), "--tmpfs", "/tmp"),
        *("--dir", SCRATCH, "--ro-bind", "/usr", "/usr"),
    ]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            arguments += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    for name in ("ld.so.cache", "localtime", "fonts", "ssl", "alternatives"):
        arguments += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for name in ("null", "zero", "full", "random", "urandom"):
        arguments += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    package = Path(course_utils.__file__).resolve().parent
    for folder in dict.fromkeys([sys.base_prefix, sys.prefix, *_site_folders(), str(package)]):
        if not folder.startswith("/usr/"):
            arguments += ["--ro-bind", folder, folder]
    for secret in SECRET:
        if (package / secret).is_dir():
            arguments += ["--tmpfs", str(package / secret), "--remount-ro", str(package / secret)]
    return arguments


def _site_folders() -> list[str]:
    """Folders that packages are imported from."""
    return [folder for folder in sys.path if folder.endswith(("site-packages", "dist-packages"))]


def why_unavailable() -> str | None:
    """Why there can be no sandbox on this machine, in a sentence; None if there can be one."""
    try:
        sandbox = Sandbox(Limits())
    except SandboxError as error:
        return str(error)
    try:
        pid = os.fork()
        if pid == 0:
            try:
                join(sandbox.process)
                os._exit(0)
            except OSError as error:
                os._exit(error.errno or 1)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    finally:
        sandbox.close()
    if status:
        return f"a process cannot join bubblewrap's namespaces here ({os.strerror(status)})"
    return None


def join(process: int) -> None:
    """Step into the namespaces of a process. Children are in its process namespace, too."""
    namespaces = [os.open(f"/proc/{process}/ns/{name}", os.O_RDONLY) for name in NAMESPACES]
    for namespace in namespaces:
        _checked(_libc.setns(namespace, 0))
        os.close(namespace)
    os.chdir(SCRATCH)


def give_up_privileges() -> None:
    """No capability, now or later; nobody else's process can look into this one."""
    for capability in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
            break
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    _checked(_libc.capset(header, (ctypes.c_uint32 * 6)()))
    _checked(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def die_with_parent() -> None:
    """Be killed when the process that forked this one ends."""
    _checked(_libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))


def limit(limits: Limits) -> None:
    """Set the kernel's limits for this process and its children."""
    mebibyte = 2**20
    used = _status("VmData")
    for what, most in (
        # A plain MemoryError for one large array; the sum over processes is watched from outside.
        (resource.RLIMIT_DATA, used + limits.memory * mebibyte),
        (resource.RLIMIT_FSIZE, limits.file_size * mebibyte),
        (resource.RLIMIT_CPU, int(limits.seconds * (os.cpu_count() or 1)) + 1),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 512),
    ):
        _, ceiling = resource.getrlimit(what)
        if ceiling != resource.RLIM_INFINITY:
            most = min(most, ceiling)
        resource.setrlimit(what, (most, most))


def _status(field: str) -> int:
    """A number of /proc/self/status, in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field + ":"))


def _checked(result: int) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
