"""The sandbox's walls, tried by small programs without TensorFlow.

Programs that multiply are bounded and end by themselves, in case a wall has a hole.
"""

import os
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from course_utils import students
from course_utils.grader.box import sandbox, zygote
from course_utils.grader.box.sandbox import Limits, Sandbox

pytestmark = pytest.mark.skipif(
    bool(sandbox.why_unavailable()), reason="bubblewrap does not work here"
)
LIMITS = Limits(seconds=20, memory=300, processes=40, file_size=8, scratch=16)


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "library"
    folder.mkdir()
    sandbox.copy_library(folder)
    for path in (tmp_path, *tmp_path.parents[:-1]):
        # pytest's own folders are closed to other users.
        if path.owner() == Path(tmp_path).owner() and path != Path("/tmp"):
            path.chmod(0o755)
    return folder


@pytest.fixture
def inside(library):
    """Runs Python code in a sandbox as a student's process would; returns what it printed."""

    def run(code, course="", limits=LIMITS):
        reading, writing = os.pipe()
        box = Sandbox(limits, str(library), [str(course)])
        try:
            guard = os.fork()
            if guard == 0:
                _step_inside(box, limits, writing, textwrap.dedent(code))
            os.close(writing)
            with open(reading, encoding="utf-8") as pipe:
                said = pipe.read()
            os.waitpid(guard, 0)
        finally:
            box.close()
        return said

    return run


def _step_inside(box, limits, writing, code):
    """Never returns."""
    try:
        sandbox.join(box.process, box.user)
        child = os.fork()
        if child == 0:
            os.dup2(writing, 1)
            os.dup2(writing, 2)
            sandbox.limit(limits)
            sandbox.give_up_privileges(box.user)
            os.execve(sys.executable, [sys.executable, "-I", "-c", code], {"PATH": "/usr/bin"})
        os.close(writing)
        os.waitpid(child, 0)
    finally:
        os._exit(0)


SECRET = "canary-5f1c9e"
SEARCH = f"""
import os, time
for where, folders, names in os.walk(TOP):
    if where == "/":
        folders[:] = [name for name in folders if name not in ("proc", "dev")]
    for name in names:
        path = os.path.join(where, name)
        if {SECRET!r} in path:
            print("seen", path)
        elif os.path.exists(path) and time.time() - os.stat(path).st_mtime < 600:
            # A package that was just installed is as new as the secret, and larger than the memory.
            with open(path, "rb") as file:
                if {SECRET.encode()!r} in file.read(1000):
                    print("read", path)
print("searched")
"""


@pytest.mark.parametrize(
    ("where", "top"),
    [
        ("/tmp", "/"),
        *((where, "COURSE") for where in ("/root", "/home", "/srv", "/usr/lib", "site-packages")),
    ],
)
def test_no_secret_is_seen_wherever_the_course_lies(inside, where, top):
    """Solutions, gradebook and other students' work: neither their content nor their names."""
    if where == "site-packages":
        where = sandbox._site_folders()[0]
    if not os.access(where, os.W_OK):
        pytest.skip(f"only root can put a course into {where}")
    with tempfile.TemporaryDirectory(prefix="course-", dir=where) as course:
        for name in ("gradebook.db", "solutions/vae.ipynb", f"submitted/{SECRET}/vae.ipynb"):
            path = Path(course, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(SECRET, encoding="utf-8")
        Path(course).chmod(0o755)
        code = SEARCH.replace("TOP", repr(course if top == "COURSE" else top))
        assert inside(code, course).splitlines() == ["searched"]


def test_students_have_the_library_without_the_instructors_part(inside, library):
    code = f"""
    import os
    for name in (
        "losses.py", "grading/selfcheck.py", "grader/box/inside.py", "grading/assignments",
        "grader/judging.py", "building", "cli.py",
    ):
        print(name, os.path.exists({str(library)!r} + "/course_utils/" + name))
    """
    said = dict(line.split() for line in inside(code).splitlines())
    there = {name for name, found in said.items() if found == "True"}
    assert there == {"losses.py", "grading/selfcheck.py", "grader/box/inside.py", "cli.py"}


def test_students_have_in_a_sandbox_what_they_have_at_home(library):
    there = {p.relative_to(library / "course_utils") for p in library.rglob("*") if p.is_file()}
    at_home = {path for path in there if path.parts[0] != "grader"}
    assert at_home == {*students.files()}
    assert {path.parts[1] for path in there - at_home} == {"__init__.py", "box"}


def tried(code):
    """Print whether some code raises OSError, and its number."""
    body = textwrap.indent(textwrap.dedent(code).strip(), "    ")
    return f"try:\n{body}\n    print('no wall')\nexcept OSError as e:\n    print('wall', e.errno)\n"


CALL = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
if libc.syscall({}) < 0:
    raise OSError(ctypes.get_errno(), "")
"""
WALLS = {
    "the network": "import socket; socket.create_connection(('1.1.1.1', 53), timeout=5)",
    "the library": "open(r'{library}/course_utils/losses.py', 'a')",
    "the packages": "import json; open(json.__file__, 'a')",
    "the system": "open('/usr/bin/x', 'w')",
    "the top": "open('/x', 'w')",
    "devices": "import os; os.mknod('/tmp/d', 0o666 | 0o060000, os.makedev(8, 0))",
    "root": "import os; os.setuid(0)",
    "killing it": "import os, signal; os.kill(1, signal.SIGTERM); raise ProcessLookupError(1, '')",
    "large files": "open('/tmp/x', 'wb').write(bytes(9 << 20))",
    "much scratch": "for i in range(3): open(f'/tmp/{{i}}', 'wb').write(bytes(7 << 20))",
    "many open files": "import os; [os.dup(1) for _ in range(600)]",
    "priorities": "import os; os.nice(-5)",
    "a debugger": CALL.format("101 if os.uname().machine == 'x86_64' else 117, 16, 1, 0, 0"),
    "memory of its own": CALL.format(
        "319 if os.uname().machine == 'x86_64' else 279, ctypes.c_char_p(b'x'), 0"
    ),
    "shared memory": CALL.format(
        "29 if os.uname().machine == 'x86_64' else 194, 0, ctypes.c_size_t(1 << 33), 0o1600"
    ),
    "namespaces": CALL.format("272 if os.uname().machine == 'x86_64' else 97, 0x10000000"),
    "namespaces of children": CALL.format(
        "56 if os.uname().machine == 'x86_64' else 220, 0x10000011, 0, 0, 0, 0"
    ),
    "news of files": CALL.format("294 if os.uname().machine == 'x86_64' else 26, 0"),
    "leases": "import fcntl; fcntl.fcntl(open(fcntl.__file__), fcntl.F_SETLEASE, fcntl.F_RDLCK)",
    "mounts": CALL.format("165 if os.uname().machine == 'x86_64' else 40, 0, 0, 0, 0, 0"),
}


@pytest.mark.parametrize("wall", WALLS)
def test_walls(inside, library, wall):
    code = WALLS[wall].replace("{library}", str(library)).replace("{{", "{").replace("}}", "}")
    assert inside(tried(code)).startswith("wall"), inside(tried(code))


def test_a_lock_is_seen_by_nobody(inside):
    """By a lock on a file of the system one sandbox could tell another what it is asked."""
    code = """
    import fcntl, json, os
    files = [open(json.__file__) for _ in range(2)]
    for lock, how in ((fcntl.flock, fcntl.LOCK_EX), (fcntl.lockf, fcntl.LOCK_SH)):
        for file in files:
            try:
                lock(file, how | fcntl.LOCK_NB)
                print("held")
            except OSError as error:
                print(error)
    print(open("/proc/locks").read().count(f" {os.getpid()} "))
    """
    assert inside(code).splitlines() == ["held"] * 4 + ["0"]


def test_nobody_makes_himself_wait(inside):
    code = """
    import os
    os.nice(10)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    print(os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0) == os.SCHED_OTHER)
    """
    assert inside(code) == "0 True\n"


def test_processes_share_memory_within_the_limit_of_the_scratch_folder(inside):
    code = """
    import multiprocessing, os
    from multiprocessing import shared_memory
    block = shared_memory.SharedMemory(create=True, size=1000)
    with multiprocessing.Lock():
        child = os.fork()
        if child == 0:
            block.buf[0] = 7
            os._exit(0)
        os.waitpid(child, 0)
    print(block.buf[0])
    block.close()
    block.unlink()
    try:
        for number in range(3):
            open(f"/dev/shm/{number}", "wb").write(bytes(7 << 20))
    except OSError as error:
        print(error.strerror)
    """
    assert inside(code).splitlines() == ["7", "No space left on device"]


def test_the_user_has_a_name_and_is_the_only_one(inside):
    code = """
    import grp, os, pwd
    print(pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name)
    print(len(pwd.getpwall()), len(grp.getgrall()))
    """
    assert inside(code).splitlines() == ["student student", "1 1"]


def test_much_memory_is_refused(inside):
    """The limit counts from what the process has that steps inside: here pytest, of any size."""
    code = "import resource; bytes(resource.getrlimit(resource.RLIMIT_DATA)[0] {})"
    assert "MemoryError" in inside(code.format("// 1"))
    assert inside(code.format("// 2")) == ""


def test_it_has_no_privileges(inside):
    said = inside("print(open('/proc/self/status').read())")
    fields = dict(line.split(":\t", 1) for line in said.splitlines() if ":\t" in line)
    assert int(fields["CapEff"], 16) == int(fields["CapBnd"], 16) == 0
    assert (fields["NoNewPrivs"], fields["Seccomp"]) == ("1", "2")
    assert "0" not in fields["Uid"].split()


def test_bubblewraps_own_processes_are_no_way_out(inside):
    """An ordinary user's are those of the student's user: the same filter, the same limits."""
    code = """
    import os
    for process in filter(str.isdigit, os.listdir("/proc")):
        status = dict(line.split(":", 1) for line in open(f"/proc/{process}/status"))
        limits = [line.split() for line in open(f"/proc/{process}/limits")]
        most = [words[2] for words in limits if words[:2] == ["Max", "processes"]]
        print(int(status["CapEff"], 16), *status["Seccomp"].split(), *most)
    """
    assert inside(code).splitlines() == [f"0 2 {LIMITS.processes}"] * 3


def test_it_sees_its_own_processes_and_environment_only(inside):
    code = """
    import os
    print(len([name for name in os.listdir("/proc") if name.isdigit()]), sorted(os.environ))
    print(os.listdir("/sys") if os.path.exists("/sys") else "", os.listdir("/tmp"), os.getcwd())
    """
    count, rest = inside(code).split(" ", 1)
    assert int(count) <= 4
    assert "HOME" not in rest
    assert "/tmp/work" in rest


# Children sleep for 60 s at most and die with their parent; no more than 200 are tried.
FORKS = """
import ctypes, os, time
count, parent = 0, os.getpid()
for _ in range(200):
    try:
        pid = os.fork()
    except OSError:
        break
    if pid == 0:
        ctypes.CDLL(None).prctl(1, 9)
        if os.getppid() == parent:
            time.sleep(60)
        os._exit(0)
    count += 1
print(count)
"""


def test_processes_are_limited(inside):
    assert 0 < int(inside(FORKS)) <= LIMITS.processes


def test_the_limit_is_each_sandboxs_own(inside):
    """One sandbox at its limit leaves the next one its own."""
    first = int(inside(FORKS))
    assert int(inside(FORKS)) == first


def test_closing_kills_what_was_left_behind(inside):
    inside(
        """
        import subprocess
        subprocess.Popen(["/usr/bin/sleep", "54321"], start_new_session=True, stdout=-3, stderr=-3)
        """
    )
    patience = time.monotonic() + 120
    while time.monotonic() < patience:
        left = [p for p in psutil.process_iter(["cmdline"]) if "54321" in (p.info["cmdline"] or [])]
        if not left:
            return
        time.sleep(0.05)
    pytest.fail("a process outlived its sandbox")


def test_without_bubblewrap_there_is_a_reason(monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda _: None)
    assert "not installed" in sandbox.why_unavailable()


def test_bubblewrap_that_may_not_is_a_reason(monkeypatch, tmp_path):
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'No permissions to create new namespace' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(sandbox.shutil, "which", lambda _: str(program))
    assert "No permissions" in sandbox.why_unavailable()


@pytest.mark.parametrize("names", [zygote.IMPORTED, ("course_utils.grader.box.imported",)])
def test_what_is_forked_from_has_run_no_operation(names):
    """One would start threads, which a fork does not copy: every submission would hang."""
    code = (
        f"import importlib\nfor name in {names}: importlib.import_module(name)\n"
        "from tensorflow.python.eager import context; print(context.context()._initialized)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert (done.stdout, done.stderr.count("TensorFlow")) == ("False\n", 0)


def test_a_branch_forks_for_its_worker_and_ends_with_the_zygote(tmp_path):
    whole = zygote.Zygote()
    try:
        branches = [zygote.Branch(whole.branch(), whole.library) for _ in range(2)]
        forked = []
        for branch in branches:
            ours, theirs = socket.socketpair()
            forked.append(branch.fork(theirs, sandbox.Limits(), None, str(tmp_path)))
            theirs.close()
            ours.close()
            assert branch.wait() == 1  # nobody told it what to run
        assert len(set(forked)) == 2
    finally:
        whole.close()
    with pytest.raises(RuntimeError, match="has ended"):
        branches[0].wait()


def test_the_zygote_tidies_up_after_a_worker_that_died_with_an_unread_answer(tmp_path, monkeypatch):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.send(b"an answer")
    ours.close()  # with the answer unread: the other end gets a reset, not an end
    library = tmp_path / "library"
    library.mkdir()
    monkeypatch.setattr(zygote, "IMPORTED", ())
    monkeypatch.setattr(sys, "argv", ["zygote", str(theirs.detach()), str(library)])
    zygote.main()
    assert not library.exists()
