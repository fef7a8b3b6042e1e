"""A process that has imported TensorFlow and forks a process for each submission.

Importing takes seconds; forking takes milliseconds. A fork must come before TensorFlow's first
operation, because that starts threads, which a fork does not copy. A zygote never runs a student's
code and has no secrets in its memory: no solution, no hidden test, none of the grader's environment
variables. Its course_utils is a copy of the part that students have, in a separate folder, because
that folder is what a sandbox shows.

    python -P -m course_utils.grader.box.zygote FD FOLDER

Each message on the socket FD is a request, with one end of another socket attached. It asks either
for a student's process, which gets that end; the answers are the process's number and, later, how
it ended. Or it asks for a branch: a fork of the zygote that serves requests arriving on that end.
"""

import contextlib
import importlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from course_utils.grader.box import sandbox
from course_utils.grader.box.sandbox import Limits, Sandbox
from course_utils.grader.box.wire import Channel

MESSAGE_BYTES = 4096
# The environment variables of students' processes.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": sandbox.SCRATCH,
    "USER": sandbox.USER_NAME,
    "LOGNAME": sandbox.USER_NAME,
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "IPYTHONDIR": "/tmp/ipython",
    "KERAS_HOME": "/tmp/keras",
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "NBGRADER_EXECUTION": "autograde",
}

# What students' code, or the code around it, needs. Importing must not run TensorFlow operations.
IMPORTED = (
    "course_utils.grader.box.imported",
    "course_utils.grader.box.inside",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
)


class Branch:
    """A zygote or a fork of one, as seen by the worker that sends it requests.

    Args:
        control: the worker's end of the socket for requests.
        library: the folder from which it imports course_utils; deleted when the zygote ends.
    """

    def __init__(self, control: socket.socket, library: str) -> None:
        self._control = control
        self.library = library

    def fork(
        self, connection: socket.socket, limits: Limits, inside: Sandbox | None, folder: str
    ) -> int:
        """Fork a process for one submission.

        Args:
            connection: the end of a socket that the process gets.
            limits: what it may use.
            inside: the sandbox that it enters; None for no sandbox.
            folder: its working directory if there is no sandbox.

        Returns:
            The number of the process. In a sandbox that is its number as seen from outside.

        Raises:
            RuntimeError: the process could not be forked.
        """
        request = {
            "limits": vars(limits),
            "inside": inside and inside.process,
            "user": inside and inside.user,
            "folder": folder,
        }
        socket.send_fds(self._control, [json.dumps(request).encode()], [connection.fileno()])
        return self._answer()["pid"]

    def wait(self) -> int:
        """Wait until the process that was forked last ends.

        Returns:
            Its exit status, or minus the number of the signal that killed it.

        Raises:
            RuntimeError: the zygote or the branch has ended.
        """
        return self._answer()["ended"]

    def close(self) -> None:
        """End the branch."""
        self._control.close()

    def _answer(self) -> dict:
        content = self._control.recv(MESSAGE_BYTES)
        if not content:
            raise RuntimeError("the process that forks for submissions has ended")
        answer = json.loads(content)
        if "failed" in answer:
            raise RuntimeError(answer["failed"])
        return answer


class Zygote(Branch):
    """A running zygote, as seen by the process that started it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        super().__init__(ours, tempfile.mkdtemp(prefix="course-students-"))
        sandbox.copy_library(Path(self.library))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(theirs.fileno()), self.library],
            pass_fds=[theirs.fileno()],
            env=ENVIRONMENT | {"PYTHONPATH": self.library},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        theirs.close()

    def branch(self) -> socket.socket:
        """Fork a branch, which ends with the zygote.

        Returns:
            The socket for the branch's requests, which may be given to another process.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(
                self._control, [json.dumps({"branch": True}).encode()], [theirs.fileno()]
            )
        return ours

    def close(self) -> None:
        """End the zygote and its branches."""
        super().close()
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self.library, ignore_errors=True)


def main() -> None:
    """Import, then fork for each request until the other end is closed."""
    control, library = socket.socket(fileno=int(sys.argv[1])), sys.argv[2]
    for module in IMPORTED:
        importlib.import_module(module)
    _serve(control)
    # The process that started this one may have been killed before it could delete the folder.
    shutil.rmtree(library, ignore_errors=True)


def _serve(control: socket.socket) -> None:
    """Fork for each request until the other end is closed."""
    while True:
        try:
            content, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 1)
        except ConnectionResetError:  # the worker died before it read our last answer
            content = b""
        if not content:
            return
        request = json.loads(content)
        connection = descriptors[0]
        if "branch" in request:
            if os.fork() == 0:
                _branch(control, connection)
            os.close(connection)
            continue
        guard = os.fork()
        if guard == 0:
            _guard(control, request, connection)
        os.close(connection)
        os.waitpid(guard, 0)


def _branch(zygote: socket.socket, connection: int) -> None:
    """Serve a worker's requests. Never returns."""
    try:
        sandbox.die_with_parent()
        zygote.close()
        _serve(socket.socket(fileno=connection))
    finally:
        os._exit(0)


def _guard(control: socket.socket, request: dict, connection: int) -> None:
    """Enter the sandbox, fork the student's process into it, wait for its end. Never returns.

    A process that joins a process namespace stays outside; only its children are inside. That is
    why there is a second fork.
    """
    try:
        sandbox.die_with_parent()
        user = request["user"]
        if request["inside"] is None:
            os.chdir(request["folder"])
        else:
            sandbox.join(request["inside"], user)
        pid = os.fork()
        if pid == 0:
            _student(Limits(**request["limits"]), connection, request["inside"] is not None, user)
        os.close(connection)
        control.send(json.dumps({"pid": pid}).encode())
        status = os.waitpid(pid, 0)[1]
        control.send(json.dumps({"ended": os.waitstatus_to_exitcode(status)}).encode())
    except BaseException as error:
        with contextlib.suppress(OSError):
            control.send(json.dumps({"failed": f"{type(error).__name__}: {error}"[:300]}).encode())
    os._exit(0)


def _student(limits: Limits, connection: int, sandboxed: bool, user: int | None) -> None:
    """Give up open files and all privileges, then run a student's notebook. Never returns."""
    status = 1
    try:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        kept = os.dup2(connection, 3)
        os.closerange(4, 65536)
        os.environ.pop("PYTHONPATH", None)
        if not sandboxed:
            os.environ["HOME"] = os.getcwd()
        sandbox.limit(limits)
        if sandboxed:
            sandbox.give_up_privileges(user)
        # Only now, since changing the user would undo it.
        sandbox.die_with_parent()
        signal.signal(signal.SIGINT, signal.default_int_handler)

        inside = sys.modules["course_utils.grader.box.inside"]
        inside.serve(socket.socket(fileno=kept), limits.output)
        status = 0
    except BaseException:
        # The worker listens for this only until the student's code begins.
        failed = {"failed": traceback.format_exc()[-2000:]}
        with contextlib.suppress(BaseException):
            Channel(socket.socket(fileno=kept)).send(failed)
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
