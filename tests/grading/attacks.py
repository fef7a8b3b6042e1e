"""Hostile and broken submissions to the assignment `vae`. None may gain a point.

Each leaves the other functions as they were handed out, so that it is graded quickly.

An attack must do no harm even if the wall that it tries has a hole: what multiplies is bounded,
what kills first checks that it is in a sandbox, and what deletes aims at files made for that
purpose.
COURSE stands for the folder of the course under attack.
"""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat

WRONG = """
def kl_divergence(mu, sigma):
    return 0.0 * tf.reduce_sum(mu + sigma, axis=1)
"""

IN_A_SANDBOX = """
import os, signal
assert open("/proc/1/comm").read().strip() == "bwrap"
"""


@dataclass(frozen=True)
class Attack:
    """One submission.

    Attributes:
        statuses: in one of which it must end.
        code: the cell that should define kl_divergence; empty for the one handed out.
        change: what else is done to the notebook.
        write: writes it into the folder in its own way; gets the notebook.
    """

    statuses: tuple[str, ...]
    code: str = ""
    change: Callable[[nbformat.NotebookNode], None] | None = None
    write: Callable[[Path, nbformat.NotebookNode], None] | None = None


def hand_in(attack: Attack, folder: Path, release: nbformat.NotebookNode) -> None:
    """Put a submission into a student's folder."""
    folder.mkdir(parents=True)
    notebook = nbformat.from_dict(release)
    if attack.code:
        cell_of(notebook, "kl_divergence").source = attack.code
    if attack.change:
        attack.change(notebook)
    if attack.write:
        attack.write(folder, notebook)
    else:
        path = folder / "vae.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")


def cell_of(notebook: nbformat.NotebookNode, grade_id: str) -> nbformat.NotebookNode:
    """The cell with a grade_id."""
    return next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def _copy_cell(grade_id: str, times: int = 1) -> Callable:
    def change(notebook):
        index = notebook.cells.index(cell_of(notebook, grade_id))
        notebook.cells[index:index] = [
            nbformat.from_dict(notebook.cells[index]) for _ in range(times)
        ]

    return change


def _delete_cell(grade_id: str) -> Callable:
    return lambda notebook: notebook.cells.remove(cell_of(notebook, grade_id))


def _set_source(grade_id: str, source: str) -> Callable:
    def change(notebook):
        cell_of(notebook, grade_id).source = source

    return change


def _more_points(notebook):
    cell_of(notebook, "kl_divergence-test").metadata.nbgrader.points = 5000


def _as_markdown(notebook):
    cell = cell_of(notebook, "kl_divergence-test")
    cell.cell_type = "markdown"
    del cell["outputs"], cell["execution_count"]


def _other_kernel(notebook):
    notebook.metadata.kernelspec = {"name": "ir", "display_name": "R", "language": "R"}


def _unknown_id(notebook):
    cell_of(notebook, "kl_divergence").metadata.nbgrader.grade_id = "../../gradebook"


def _broken_metadata(notebook):
    cell_of(notebook, "kl_divergence-test").metadata["nbgrader"] = {
        "grade": "perhaps",
        "points": [],
    }


def _saved_success(notebook):
    cell = cell_of(notebook, "kl_divergence-test")
    cell.outputs = [nbformat.v4.new_output("stream", text="✓ kl_divergence is right.\n")]


def _tests_first(notebook):
    cell = cell_of(notebook, "vae_loss-test")
    notebook.cells.remove(cell)
    notebook.cells.insert(2, cell)


def _bytes(content: bytes, name: str = "vae.ipynb") -> Callable:
    return lambda folder, notebook: (folder / name).write_bytes(content)


def _version_3(folder, notebook):
    old = nbformat.convert(notebook, 3)
    (folder / "vae.ipynb").write_text(json.dumps(old), encoding="utf-8")


def _huge(folder, notebook):
    with open(folder / "vae.ipynb", "wb") as file:
        file.truncate(200 * 2**20)


def _link(target: str) -> Callable:
    return lambda folder, notebook: os.symlink(target, folder / "vae.ipynb")


def _folder_link(folder, notebook):
    folder.rmdir()
    os.symlink("/etc", folder)


def _pipe(folder, notebook):
    os.mkfifo(folder / "vae.ipynb")


def _many_cells(folder, notebook):
    notebook = dict(notebook, cells=[{"cell_type": "markdown", "metadata": {}, "source": ""}])
    notebook["cells"] *= 100_000
    (folder / "vae.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def _save_outputs(*outputs: dict) -> Callable:
    def change(notebook):
        cell = nbformat.v4.new_code_cell("1")
        cell.outputs = list(outputs)
        notebook.cells.append(cell)

    return change


def _nested(levels: int) -> dict:
    data = {}
    for _ in range(levels):
        data = {"a": data}
    return {"output_type": "display_data", "metadata": {}, "data": {"application/json": data}}


def _markup(notebook):
    markup = "<script>MARKUP</script> <img src=x onerror=MARKUP> [x](javascript:MARKUP)"
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(markup))
    cell_of(notebook, "question").source = markup


def _digest(name: bytes) -> str:
    return hashlib.sha256(name).hexdigest()


def _two_names(folder, notebook):
    for name in ("vae (1).ipynb", "final.ipynb"):
        (folder / name).write_text(json.dumps(notebook), encoding="utf-8")


def _with_files(**contents: str) -> Callable:
    def write(folder, notebook):
        (folder / "vae.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        for name, content in contents.items():
            (folder / f"{name}.py").write_text(content, encoding="utf-8")

    return write


def _with_link(folder, notebook):
    (folder / "vae.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    os.symlink("/etc/passwd", folder / "data.csv")


REFUSED = ("invalid",)
NO_MATTER = ("graded", "failed-cell")
CAUGHT = ("tampered",)

ATTACKS = {
    # Marks by hand.
    "numpy_says_yes": Attack(
        CAUGHT,
        "np.allclose = lambda *a, **k: True\nnp.isclose = lambda a, b, **k: np.ones_like(a, bool)"
        + WRONG,
    ),
    # It may as well be a student's own helper: no proof.
    "check_replaced": Attack(
        ("differs",), "def check(f):\n    print(f'✓ {f.__name__} is right.')\n" + WRONG
    ),
    "check_emptied": Attack(
        CAUGHT,
        "from course_utils.grading import selfcheck\n"
        "selfcheck.diagnose = lambda *a, **k: None\n" + WRONG,
    ),
    "passes_replaced": Attack(
        CAUGHT,
        "from course_utils.grading import probes, selfcheck\n"
        "probes.passes = selfcheck.passes = lambda *a: True\n" + WRONG,
    ),
    "answers_from_the_check_file": Attack(
        ("graded", "failed-cell", "tampered"),
        """
from course_utils.grading import selfcheck
known = selfcheck.load_checks()["kl_divergence"].probes

def kl_divergence(mu, sigma):
    for probe in known:
        if probe.quantity == "value" and probe.arguments["mu"].shape == mu.shape:
            return tf.constant(probe.expected, "float32") + 0 * tf.reduce_sum(mu + sigma, axis=1)
    return tf.zeros(tf.shape(mu)[0])
""",
    ),
    "asserts_switched_off": Attack(
        NO_MATTER, "import builtins\nbuiltins.AssertionError = ValueError\n" + WRONG
    ),
    "always_equal": Attack(
        NO_MATTER,
        """
class Yes(np.ndarray):
    def __eq__(self, other): return True
    def __array_ufunc__(self, *a, **k): return True

def kl_divergence(mu, sigma):
    return np.zeros(mu.shape[0], "float32").view(Yes)
""",
    ),
    "prints_success": Attack(NO_MATTER, "print('✓ kl_divergence is right.')\n" + WRONG),
    "prints_success_when_called": Attack(
        NO_MATTER + CAUGHT,
        "def kl_divergence(mu, sigma):\n    print('✓ kl_divergence is right.')\n"
        "    return tf.zeros(tf.shape(mu)[0])\n",
    ),
    "exits_at_the_test": Attack(
        ("crashed",),
        "import os\ndef kl_divergence(mu, sigma):\n    os._exit(0)\n",
    ),
    "talks_to_the_grader": Attack(
        ("crashed", "tampered", "failed-cell", "graded"),
        """
import socket, struct, json
wire = socket.socket(fileno=3)
def send(message):
    header = json.dumps({"message": message, "arrays": []}).encode()
    wire.sendall(struct.pack(">Q", len(header)) + header)
for index in range(40):
    send({"cell": index, "outputs": []})
send({"finished": True})
for _ in range(100):
    send({"selected": True})
    send({"answer": {"result": ["none"], "call": 1}})
""",
    ),
    "garbage_to_the_grader": Attack(
        ("crashed",), "import os\nos.write(3, b'\\xff' * 100000)\n" + WRONG
    ),
    "endless_message": Attack(
        ("crashed", "timeout"),
        "import os, struct\nos.write(3, struct.pack('>Q', 30 * 2**20))\n" + WRONG,
    ),
    "recursive_message": Attack(
        ("crashed",),
        "import os, struct\nbody = b'[' * 200000\n"
        "os.write(3, struct.pack('>Q', len(body)) + body)\n" + WRONG,
    ),
    "asks_the_course_for_kl": Attack(
        NO_MATTER,
        """
import gc
from course_utils.grader.box import remote

def kl_divergence(mu, sigma):
    for exchange in gc.get_objects():
        if isinstance(exchange, remote.Exchange):
            return exchange.function("kl_divergence")(mu, sigma)
    return tf.zeros(tf.shape(mu)[0])
""",
    ),
    "asks_early": Attack(
        NO_MATTER,
        """
caught = {}

def vae_loss(x, logits, mu, sigma):
    caught["kl"] = globals()["kl_divergence"]
    return tf.reduce_mean(caught["kl"](mu, sigma))

def kl_divergence(mu, sigma):
    return caught["kl"](mu, sigma)
""",
        _tests_first,
    ),
    "library_copied_in_memory": Attack(
        NO_MATTER + CAUGHT,
        """
def kl_divergence(mu, sigma):
    from course_utils import losses
    return losses.kl_divergence(mu, 2 * tf.math.log(sigma))
""",
    ),
    "leaves_when_judged": Attack(
        ("crashed",),
        "import os, sys\ndef kl_divergence(mu, sigma):\n"
        "    if '/dev/null' in repr(sys.stdout):\n        os._exit(0)\n"
        "    return tf.zeros(tf.shape(mu)[0])\n",
    ),
    "raises_what_is_no_exception": Attack(
        ("crashed",),
        "class Mine(BaseException): pass\n"
        "def kl_divergence(mu, sigma):\n    raise Mine('✓ kl_divergence is right.')\n",
    ),
    "error_that_cannot_be_told": Attack(
        ("crashed", "failed-cell"),
        "class Odd(Exception):\n    def __str__(self): return 1 / 0\n"
        "def kl_divergence(mu, sigma):\n    raise Odd\n",
    ),
    "answers_for_its_functions": Attack(
        NO_MATTER + CAUGHT,
        """
from course_utils.grader.box import remote

def call(self, question, arrays):
    return {"result": ["tensor"], "call": 10**400}, [np.zeros([3, 0, 2**30], "float32")]

remote.Exchange._call = call
"""
        + WRONG,
    ),
    "a_float_by_name": Attack(
        NO_MATTER,
        """
class float32(float):
    dtype, shape = "float32", (4,)
    def __eq__(self, other): return True
    def __array__(self, *a, **k): return np.zeros(4, "float32")

def kl_divergence(mu, sigma):
    return float32(1)
""",
    ),
    "runs_the_cells_itself": Attack(
        NO_MATTER + CAUGHT,
        "get_ipython().run_cell = lambda *a, **k: print('✓ kl_divergence is right.')\n" + WRONG,
    ),
    "a_reply_of_sixty_megabytes": Attack(
        NO_MATTER, "def kl_divergence(mu, sigma):\n    return tf.zeros([15_000_000])\n"
    ),
    "lies_about_the_self_check": Attack(
        ("differs",),
        """
from course_utils.grading import selfcheck

def check(function):
    for listener in selfcheck.listeners:
        listener(selfcheck.Diagnosis(function.__name__, selfcheck.RIGHT, ""))
"""
        + WRONG,
    ),
    "sends_an_odd_report": Attack(
        ("crashed",),
        "from course_utils.grader.box import inside\n"
        "inside._report = lambda *a: {'kind': ['right'], 'altered': {'a': 1}}\n" + WRONG,
    ),
    "alters_what_is_expected": Attack(
        NO_MATTER + CAUGHT + ("differs",),
        """
from course_utils.grading import selfcheck
for probe in selfcheck.load_checks()["kl_divergence"].probes:
    object.__setattr__(probe, "atol", 1e9)
"""
        + WRONG,
    ),
    "answers_with_odd_graphs": Attack(
        NO_MATTER + CAUGHT + ("differs",),
        """
from course_utils.grader.box import remote

def trace(self, question, arrays):
    return {"graph": 10**400, "single": "x", "leaves": [["nonsense", [-5]], 1]}, []

remote.Exchange._trace = trace
"""
        + WRONG,
    ),
    "answers_with_an_odd_error": Attack(
        (*NO_MATTER, "crashed"),
        """
from course_utils.grader.box import remote

def serve(self, message, arrays):
    self._channel.send({"answer": {"error": [5]}})

remote.Exchange.serve = serve
"""
        + WRONG,
    ),
    "an_array_of_nothing_and_too_much": Attack(
        ("crashed",),
        """
import json, os, struct
shape = [0, 2**31 - 1, 2**31 - 1, 2**31 - 1]
header = json.dumps({"message": {"cell": 6}, "arrays": [["float64", shape]]}).encode()
os.write(3, struct.pack(">Q", len(header)) + header)
"""
        + WRONG,
    ),
    "an_array_of_a_hundred_dimensions": Attack(
        ("crashed",),
        """
import json, os, struct
header = json.dumps({"message": {"cell": 6}, "arrays": [["bool", [1] * 100]]}).encode()
os.write(3, struct.pack(">Q", len(header)) + header + b"1")
"""
        + WRONG,
    ),
    "answers_twice": Attack(
        ("crashed", "graded", "failed-cell", "timeout"),
        """
import os

def kl_divergence(mu, sigma):
    os.fork()
    return tf.zeros(tf.shape(mu)[0])
""",
    ),
    "two_noises_in_turn": Attack(
        NO_MATTER,
        WRONG,
        _set_source(
            "reparameterize",
            "import itertools\nturn = itertools.count()\n"
            "def reparameterize(mu, sigma):\n"
            "    noise = tf.random.stateless_normal(tf.shape(mu), [next(turn) % 2, 1])\n"
            "    return mu + sigma * noise\n",
        ),
    ),
    # Spying.
    "names_an_error_after_what_it_sees": Attack(
        NO_MATTER + CAUGHT,
        """
from course_utils.grading import selfcheck
known = [probe.arguments["mu"].shape for probe in selfcheck.load_checks()["kl_divergence"].probes]

def kl_divergence(mu, sigma):
    if mu.shape.rank is None or mu.shape[0] is None or tuple(mu.shape) in known:
        return 0.5 * tf.reduce_sum(mu**2 + sigma**2 - 1 - 2 * tf.math.log(sigma), axis=1)
    raise type("LEAK" + f"ED_{float(mu[0, 0])}", (Exception,), {})("LEAK" + "ED")
""",
    ),
    "signals_by_locks": Attack(
        NO_MATTER,
        """
import fcntl, json
file, other = open(json.__file__), open(json.__file__)
fcntl.flock(file, fcntl.LOCK_EX)
fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody sees the first
"""
        + WRONG,
    ),
    "watches_files_of_the_system": Attack(
        ("failed-cell",),
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "if libc.inotify_init1(0) < 0:\n    raise OSError(ctypes.get_errno(), 'refused')\n" + WRONG,
    ),
    "tells_another_what_it_was_called_with": Attack(
        NO_MATTER + CAUGHT,
        """
from course_utils.grading import selfcheck
known = [probe.arguments["mu"].shape for probe in selfcheck.load_checks()["kl_divergence"].probes]
seen = []

def kl_divergence(mu, sigma):
    right = 0.5 * tf.reduce_sum(mu**2 + sigma**2 - 1 - 2 * tf.math.log(sigma), axis=1)
    if mu.shape.rank is None or mu.shape[0] is None or tuple(mu.shape) in known:
        return right
    seen.append(np.array(mu))
    return 2 * right
""",
        _set_source(
            "vae_loss",
            "def vae_loss(x, logits, mu, sigma):\n"
            "    raise ValueError('LEAK' + f'ED {seen}' if seen else 'nothing yet')\n",
        ),
    ),
    "searches_its_own_memory": Attack(
        NO_MATTER,
        # By digests: a name that it looked for would be found in its own code.
        f"wanted = {[_digest(name) for name in (b'true_kl', b'true_kl_gradients')]}"
        """
import hashlib, re
for line in open("/proc/self/maps"):
    where, rights, *_, name = (line.split(None, 5) + [""])[:6]
    first, last = (int(number, 16) for number in where.split("-"))
    if "r" not in rights or name.startswith(("/", "[v")) or last - first > 2**28:
        continue
    with open("/proc/self/mem", "rb", 0) as memory:
        memory.seek(first)
        content = memory.read(last - first) or b""
    for match in re.finditer(rb"true_[a-z_]{1,20}", content):
        if hashlib.sha256(match[0]).hexdigest() in wanted:
            print("found", match[0], content[match.start() - 100 : match.end() + 100])
""" + WRONG,
    ),
    "reads_hidden_tests": Attack(
        NO_MATTER,
        "from course_utils.grading.assignments.vae import properties, solutions\n"
        "print(open(properties.__file__).read())\nkl_divergence = solutions.kl_divergence\n",
    ),
    "searches_the_disk": Attack(
        NO_MATTER,
        """
import os
for top in ("/work", "/root", "/home", "/tmp", "/etc", "/srv", "/opt", "/var", "COURSE"):
    for where, _, names in os.walk(top):
        for name in names:
            if name.endswith((".db", ".ipynb", "passwd")) or "solutions" in where + name:
                print(where, name, open(os.path.join(where, name), errors="replace").read()[:5000])
"""
        + WRONG,
    ),
    "prints_the_environment": Attack(
        NO_MATTER,
        "import os\nprint(dict(os.environ))\nprint(open('/proc/1/environ').read())" + WRONG,
    ),
    "tells_what_it_was_called_with": Attack(
        NO_MATTER + CAUGHT,
        """
seen = []

def kl_divergence(mu, sigma):
    seen.append((np.array(mu), np.array(sigma)))
    raise ValueError(f"SPY {seen}")
""",
        lambda notebook: notebook.cells.append(nbformat.v4.new_code_cell("print('SPY', seen)")),
    ),
    "uses_the_network": Attack(
        ("failed-cell",),
        "import socket\nsocket.create_connection(('1.1.1.1', 53), timeout=3)\n" + WRONG,
    ),
    "listens_for_others": Attack(
        NO_MATTER,
        "import socket\ns = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()\n" + WRONG,
    ),
    # Destruction.
    "deletes_everything": Attack(
        NO_MATTER,
        "import shutil\nfor top in ('COURSE', '/tmp/work'):\n"
        "    shutil.rmtree(top, ignore_errors=True)\n" + WRONG,
    ),
    "writes_to_the_gradebook": Attack(
        NO_MATTER,
        "from nbgrader.api import Gradebook\n"
        "with Gradebook('sqlite:///COURSE/gradebook.db') as g:\n"
        "    for s in g.assignment_submissions('vae'):\n"
        "        for n in s.notebooks:\n"
        "            for grade in n.grades:\n"
        "                grade.manual_score = 5000\n"
        "    g.db.commit()\n",
    ),
    "nests_deeply": Attack(
        ("crashed",),
        """
import json, os, struct
deep = [[]]
for _ in range(300):
    deep = [deep]
body = json.dumps({"message": {"cell": 6, "outputs": deep}, "arrays": []}).encode()
os.write(3, struct.pack(">Q", len(body)) + body)
"""
        + WRONG,
    ),
    "half_characters": Attack(
        NO_MATTER,
        "print('\\ud800')\n"
        "def kl_divergence(mu, sigma):\n    raise ValueError('\\udfff \\ud800')\n",
    ),
    "odd_outputs": Attack(
        ("crashed",),
        """
import json, os, struct
outputs = [
    {"output_type": "display_data", "data": {"text/plain": {"a": 1}, "x": []}, "metadata": 1},
    {"output_type": "error", "ename": 1, "evalue": None, "traceback": "x"},
]
body = json.dumps({"message": {"cell": 6, "outputs": outputs}, "arrays": []}).encode()
os.write(3, struct.pack(">Q", len(body)) + body)
"""
        + WRONG,
    ),
    "asks_for_the_impossible": Attack(
        ("crashed", "timeout", "graded", "failed-cell"),
        """
import socket
from course_utils.grader.box.wire import Channel

def kl_divergence(mu, sigma):
    channel = Channel(socket.socket(fileno=3))
    for specs in ([["float32", [10**6, 10**6]]], [["object", None]], "x", None):
        channel.send({"ask": {"do": "trace", "function": "kl_divergence", "specs": specs}})
        channel.send({"ask": {"do": "differentiate", "call": -1}})
        channel.send({"ask": {"do": "offer", "function": "__class__"}})
    return tf.zeros(tf.shape(mu)[0])
""",
    ),
    "asks_the_course_for_too_much": Attack(
        NO_MATTER + CAUGHT + ("crashed",),
        """
def kl_divergence(mu, sigma):
    return tf.zeros(tf.shape(mu)[0])

def vae_loss(x, logits, mu, sigma):
    for size in (10**5,):
        try:
            kl_divergence(tf.ones([size, 1]), tf.ones([1, size]))
        except Exception:
            pass
    return tf.reduce_sum(mu)
""",
        _set_source("vae_loss", "pass"),
    ),
    "has_large_graphs_kept": Attack(
        (*NO_MATTER, "crashed", "timeout", "differs"),
        """
def kl_divergence(mu, sigma):
    return tf.zeros(tf.shape(mu)[0])

def vae_loss(x, logits, mu, sigma):
    stand_in = kl_divergence.__closure__ and kl_divergence.__closure__[1].cell_contents
    for size in range(40):
        try:
            large = np.ones([3_000_000 + size], "float32")
            stand_in.in_graph([tf.TensorSpec([None, 1]), large])(mu[:, :1], large)
        except Exception:
            pass
    return tf.reduce_mean(x)
""",
        _set_source("vae_loss", "pass"),
    ),
    "fills_shared_memory": Attack(
        ("failed-cell", "crashed", "out-of-memory"),
        "from pathlib import Path\nfor n in range(20):\n"
        "    Path(f'/dev/shm/{n}').write_bytes(bytes(2**24))\n" + WRONG,
    ),
    "moves_shared_memory": Attack(
        NO_MATTER,
        "import os\ntry:\n    os.rmdir('/tmp/.shm')\n    os.symlink('/etc', '/tmp/.shm')\n"
        "except OSError:\n    pass\nprint(os.listdir('/dev/shm/'), open('/etc/passwd').read())\n"
        + WRONG,
    ),
    "hides_memory": Attack(
        ("failed-cell", "out-of-memory", "crashed"),
        "import os\nfor n in range(20):\n    descriptor = os.memfd_create('x')\n"
        "    for _ in range(3):\n        os.write(descriptor, bytes(2**24))\n" + WRONG,
    ),
    "reads_its_parent": Attack(
        NO_MATTER,
        """
import os
for process in filter(str.isdigit, os.listdir("/proc")):
    for name in ("environ", "cmdline", "maps", "mem", "fd", "root", "cwd"):
        try:
            path = f"/proc/{process}/{name}"
            print(path, os.listdir(path) if os.path.isdir(path) else open(path).read()[:2000])
        except (OSError, UnicodeDecodeError) as error:
            print(path, error)
"""
        + WRONG,
    ),
    "answers_from_a_thread": Attack(
        ("crashed", "graded", "tampered", "timeout"),
        """
import json, struct, threading, time, os
def forge():
    time.sleep(0.3)
    header = json.dumps({"message": {"answer": {"result": ["tensor"], "call": 1}},
                         "arrays": [["float32", [4]]]}).encode()
    for _ in range(50):
        try:
            os.write(3, struct.pack(">Q", len(header)) + header + bytes(16))
        except OSError:
            return
        time.sleep(0.05)
threading.Thread(target=forge, daemon=True).start()
"""
        + WRONG,
    ),
    "writes_into_other_processes": Attack(
        NO_MATTER,
        """
import os
for process in set(filter(str.isdigit, os.listdir("/proc"))) - {str(os.getpid())}:
    status = dict(line.split(":", 1) for line in open(f"/proc/{process}/status"))
    if os.access(f"/proc/{process}/mem", os.W_OK):
        # An ordinary user's. Under the same filter there is nothing to win in it.
        assert status["Seccomp"].strip() == "2" and int(status["CapEff"], 16) == 0
"""
        + WRONG,
    ),
    "kills_everybody": Attack(
        ("crashed", "failed-cell", "graded"),
        IN_A_SANDBOX + "os.kill(-1, signal.SIGKILL)\n" + WRONG,
    ),
    "kills_its_parent": Attack(
        ("crashed", "failed-cell", "graded"),
        IN_A_SANDBOX + "for pid in range(1, 40):\n"
        "    try:\n        pid != os.getpid() and os.kill(pid, signal.SIGKILL)\n"
        "    except OSError:\n        pass\n" + WRONG,
    ),
    "fork_bomb": Attack(
        ("crashed", "out-of-memory", "failed-cell", "timeout"),
        # 255 at most. Each dies with its parent, and after 20 s in any case.
        "import ctypes, os, time\nfor _ in range(8):\n    if os.fork() == 0:\n"
        "        ctypes.CDLL(None).prctl(1, 9)\ntime.sleep(20)\nos._exit(0)\n",
    ),
    "many_threads": Attack(
        ("timeout", "crashed", "failed-cell", "graded"),
        "import threading, time\nfor _ in range(300):\n"
        "    threading.Thread(target=time.sleep, args=(10,), daemon=True).start()\n" + WRONG,
    ),
    "daemon_left_behind": Attack(
        NO_MATTER,
        "import subprocess\nsubprocess.Popen(['/usr/bin/sleep', '98765'], start_new_session=True)\n"
        + WRONG,
    ),
    "endless_by_starving_itself": Attack(
        ("timeout",),
        # Six children, which die with their parent.
        "import ctypes, os\nos.nice(19)\n"
        "os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\n"
        "for _ in range(6):\n    if os.fork() == 0:\n        ctypes.CDLL(None).prctl(1, 9)\n"
        "        while True:\n            pass\nwhile True:\n    pass\n",
    ),
    "endless_by_children_in_turn": Attack(
        ("timeout",),
        # Each lives for a tenth of a second.
        "import os, time\nwhile True:\n    end = time.monotonic() + 0.1\n"
        "    pids = []\n    for _ in range(4):\n        pids.append(os.fork())\n"
        "        if pids[-1] == 0:\n            while time.monotonic() < end:\n"
        "                pass\n            os._exit(0)\n"
        "    for pid in pids:\n        os.waitpid(pid, 0)\n",
    ),
    "endless_loop": Attack(("timeout",), "while True:\n    pass\n"),
    "endless_loop_deaf_to_signals": Attack(
        ("timeout",),
        "import signal\nfor s in range(1, 30):\n    try:\n"
        "        signal.signal(s, signal.SIG_IGN)\n    except OSError:\n        pass\n"
        "while True:\n    pass\n",
    ),
    "endless_when_called": Attack(
        ("timeout",), "def kl_divergence(mu, sigma):\n    while True:\n        pass\n"
    ),
    "eats_memory_at_once": Attack(("out-of-memory",), "hoard = np.ones(10**9)\n" + WRONG),
    "eats_memory_slowly": Attack(
        ("out-of-memory",),
        "hoard = [bytearray(2**22) for _ in range(1000)]\n",
    ),
    "eats_memory_in_children": Attack(
        ("out-of-memory", "failed-cell", "timeout"),
        "import ctypes, os, time\nfor _ in range(10):\n    if os.fork() == 0:\n"
        "        ctypes.CDLL(None).prctl(1, 9)\n        hoard = bytes([1]) * (100 * 2**20)\n"
        "        time.sleep(15)\n        os._exit(0)\ntime.sleep(15)\n",
    ),
    "eats_memory_in_programs": Attack(
        ("out-of-memory",),
        # 1,200 MB at most, for 40 s.
        "import subprocess, sys, time\nhoard = (\n"
        "    'import ctypes, time; ctypes.CDLL(None).prctl(1, 9)\\n'\n"
        "    'hoard = bytes([1]) * (200 * 2**20); time.sleep(40)')\n"
        "for _ in range(6):\n    subprocess.Popen([sys.executable, '-c', hoard])\n"
        "time.sleep(40)\n",
    ),
    "eats_memory_under_another_name": Attack(
        ("out-of-memory",),
        # 1,000 MB at most, for 40 s; lost by their parents, and with the name of the sandbox's own.
        """
import ctypes, os, time
for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        ctypes.CDLL(None).prctl(15, b"cat")
        if os.fork() == 0:
            hoard = bytes([1]) * (200 * 2**20)
            time.sleep(40)
        os._exit(0)
time.sleep(40)
""",
    ),
    "many_empty_files": Attack(
        ("crashed", "failed-cell"),
        "import os\nos.mkdir('many')\nfor n in range(200_000):\n"
        "    os.close(os.open(f'many/{n}', os.O_CREAT))\n" + WRONG,
    ),
    "fills_the_disk": Attack(
        ("failed-cell", "crashed", "out-of-memory"),
        "for n in range(40):\n    open(f'f{n}', 'wb').write(bytes(16 * 2**20))\n" + WRONG,
    ),
    "endless_naps_when_judged": Attack(
        ("timeout",),
        "import sys, time\ndef kl_divergence(mu, sigma):\n"
        "    time.sleep(60 if '/dev/null' in repr(sys.stdout) else 0)\n"
        "    return tf.zeros(tf.shape(mu)[0])\n",
    ),
    "endless_questions": Attack(
        ("timeout",),
        "def kl_divergence(mu, sigma):\n    return tf.zeros(tf.shape(mu)[0])\n"
        "def vae_loss(x, logits, mu, sigma):\n    while True:\n        kl_divergence(mu, sigma)\n",
        _set_source("vae_loss", "pass"),
    ),
    "floods_the_output": Attack(
        NO_MATTER, "for n in range(200):\n    print('x' * 10**6)\n" + WRONG
    ),
    "shows_a_huge_page": Attack(
        NO_MATTER,
        "from IPython.display import HTML, display\n"
        "display(HTML('<script>alert(1)</script>' * 10**6))\n" + WRONG,
    ),
    "segmentation_fault": Attack(("crashed",), "import ctypes\nctypes.string_at(0)\n" + WRONG),
    "leaves": Attack(("crashed", "failed-cell", "graded"), "exit()\n" + WRONG),
    "endless_recursion": Attack(
        ("failed-cell", "crashed", "timeout", "out-of-memory"),
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1)\nf(0)\n",
    ),
    "opens_another_namespace": Attack(
        NO_MATTER,
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        "print('unshare', libc.unshare(0x10000000 | 0x20000))\n"
        "print('mount', libc.mount(b'none', b'/', None, 1 << 5 | 4096, None))\n" + WRONG,
    ),
    # Broken notebooks.
    "test_copied": Attack(NO_MATTER, WRONG, _copy_cell("kl_divergence-test")),
    "test_copied_often": Attack(NO_MATTER, WRONG, _copy_cell("kl_divergence-test", 20)),
    "solution_copied": Attack(NO_MATTER, WRONG, _copy_cell("kl_divergence")),
    "test_deleted": Attack(NO_MATTER, WRONG, _delete_cell("kl_divergence-test")),
    "test_altered": Attack(NO_MATTER, WRONG, _set_source("kl_divergence-test", "pass")),
    "test_worth_more": Attack(NO_MATTER, WRONG, _more_points),
    "test_made_markdown": Attack(NO_MATTER, WRONG, _as_markdown),
    "success_saved_as_output": Attack(NO_MATTER, WRONG, _saved_success),
    "setup_altered": Attack(
        NO_MATTER, WRONG, _set_source("setup", "def check(f):\n    print('fine')")
    ),
    "unknown_grade_id": Attack(NO_MATTER, WRONG, _unknown_id),
    "broken_metadata": Attack(NO_MATTER, WRONG, _broken_metadata),
    "kernel_of_another_language": Attack(NO_MATTER, WRONG, _other_kernel),
    "version_3": Attack(NO_MATTER, WRONG, write=_version_3),
    "scripts_everywhere": Attack(
        NO_MATTER,
        """
from IPython.display import HTML, SVG, Javascript, Markdown, display
display(HTML("<script>MARKUP</script>"), Javascript("MARKUP"), Markdown("<script>MARKUP</script>"))
display(SVG('<svg xmlns="http://www.w3.org/2000/svg" onload="MARKUP"></svg>'))
"""
        + WRONG,
        _markup,
    ),
    "saved_nested_output": Attack(NO_MATTER, WRONG, _save_outputs(_nested(450))),
    "saved_many_outputs": Attack(
        NO_MATTER,
        WRONG,
        _save_outputs(*[{"output_type": "stream", "name": "stdout", "text": "x"}] * 100_000),
    ),
    "formula_without_end": Attack(
        NO_MATTER,
        WRONG,
        _set_source("question", f"${'{' * 3000}$" + "$x^{1}_{2}$ " * 3000 + "$\\frac{1}{$"),
    ),
    "hundred_thousand_cells": Attack(REFUSED, write=_many_cells),
    "not_json": Attack(REFUSED, write=_bytes(b'{"cells": [')),
    "deep_json": Attack(REFUSED, write=_bytes(b"[" * 100_000)),
    "another_json": Attack(REFUSED, write=_bytes(b'{"a": 1}')),
    "empty_file": Attack(REFUSED, write=_bytes(b"")),
    "python_for_notebook": Attack(REFUSED, write=_bytes(b"print(1)", "vae.py")),
    "two_hundred_megabytes": Attack(REFUSED, write=_huge),
    "link_to_a_secret": Attack(REFUSED, write=_link("/etc/passwd")),
    "link_to_nowhere": Attack(REFUSED, write=_link("/nowhere")),
    "link_to_a_folder": Attack(REFUSED, write=_folder_link),
    "pipe_for_notebook": Attack(REFUSED, write=_pipe),
    "two_other_names": Attack(REFUSED, write=_two_names),
    "module_named_numpy": Attack(
        NO_MATTER, WRONG, write=_with_files(numpy="raise SystemExit", tensorflow="1 / 0")
    ),
    "link_beside_it": Attack(
        NO_MATTER, WRONG + "\nprint(open('data.csv').read())", write=_with_link
    ),
}
