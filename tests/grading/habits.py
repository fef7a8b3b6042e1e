"""Harmless code that honest students also write into a function's cell. None of it may be flagged.

Each piece of code comes before or around a correct `kl_divergence`.
"""

RIGHT = """
def kl_divergence(mu, sigma):
    return 0.5 * tf.reduce_sum(mu**2 + sigma**2 - 1 - 2 * tf.math.log(sigma), axis=1)
"""

HABITS = {
    "a plot": "import matplotlib.pyplot as plt\n%matplotlib inline\n"
    "plt.plot([1, 2], label='$a$')\nplt.show()\n" + RIGHT,
    "magics and the shell": "%time x = 1\n!pip --version; ls {x}\nnames = !ls\n"
    "%timeit -n1 -r1 pass\n" + RIGHT,
    "a progress bar": "from tqdm.auto import tqdm\nfor _ in tqdm(range(3)):\n    pass\n" + RIGHT,
    "a slider": "from ipywidgets import interact\ninteract(lambda a=1.0: a)\n" + RIGHT,
    "threads": "from concurrent.futures import ThreadPoolExecutor\n"
    "with ThreadPoolExecutor(4) as pool:\n    print(list(pool.map(abs, [-1, 2])))\n" + RIGHT,
    "another program": "import subprocess\nsubprocess.run(['ls'], check=True)\n" + RIGHT,
    "await": "import asyncio\nawait asyncio.sleep(0)\n" + RIGHT,
    "a file": "open('notes.txt', 'w').write('x')\nprint(open('notes.txt').read())\n" + RIGHT,
    "Greek": RIGHT.replace("sigma", "σ").replace("mu", "μ"),
    "a class": "class Divergence:\n    def __call__(self, mu, sigma):\n        return 0.5 * "
    "tf.reduce_sum(mu**2 + sigma**2 - 1 - 2 * tf.math.log(sigma), axis=1)\n"
    "kl_divergence = Divergence()\n",
    "a partial": "import functools\ndef general(axis, mu, sigma):\n    return 0.5 * "
    "tf.reduce_sum(mu**2 + sigma**2 - 1 - 2 * tf.math.log(sigma), axis=axis)\n"
    "kl_divergence = functools.partial(general, 1)\n",
    "seeds": "import random\nrandom.seed(0)\nkeras.utils.set_random_seed(1)\n" + RIGHT,
    "a model": "model = keras.Sequential([keras.layers.Dense(1)])\nmodel.compile('sgd', 'mse')\n"
    "model.fit(np.ones([8, 2]), np.ones(8), verbose=0)\n" + RIGHT,
    "warnings": "import logging, sys, warnings\nwarnings.warn('careful')\nlogging.warning('x')\n"
    "print('e', file=sys.stderr)\n" + RIGHT,
    "counting calls": "calls = []\n"
    + RIGHT.replace("    return", "    calls.append(1)\n    print('call', len(calls))\n    return"),
    "help": "?tf.reduce_sum\nhelp(abs)\n" + RIGHT,
    # Magics, and what notebooks are full of.
    "a figure's format": "%config InlineBackend.figure_format = 'retina'\n" + RIGHT,
    "the time of the cell": "%%time\n" + RIGHT.strip(),
    "a captured cell": "%%capture caught\nprint('x')\n" + RIGHT.strip(),
    "reloading": "%load_ext autoreload\n%autoreload 2\n" + RIGHT,
    "looking around": "%env MY_SETTING=1\n%pwd\n%who\n%whos\n" + RIGHT,
    "the last values": "3\n_\nOut\nIn[-1]\n" + RIGHT,
    "formulas on show": "from IPython.display import Latex, Markdown, Math, display\n"
    "display(Math('x^2'), Latex('$x$'), Markdown('**x**'))\n" + RIGHT,
    "an output cleared": "from IPython.display import clear_output\nfor n in range(3):\n"
    "    print(n)\n    clear_output(wait=True)\n" + RIGHT,
    "a display that changes": "from IPython.display import display\n"
    "shown = display('a', display_id=True)\nshown.update('b')\n" + RIGHT,
    # Ways to write a function.
    "a lambda": "kl_divergence = lambda mu, sigma: 0.5 * tf.reduce_sum(\n"
    "    mu**2 + sigma**2 - 1 - 2 * tf.math.log(sigma), axis=1)\n",
    "a compiled function": "@tf.function" + RIGHT,
    "annotations": RIGHT.replace("mu, sigma):", "mu: tf.Tensor, sigma: tf.Tensor) -> tf.Tensor:"),
    "tabs": RIGHT.replace("    ", "\t"),
    "a helper of its own": "def _terms(m, s):\n    return m**2 + s**2 - 1 - 2 * tf.math.log(s)\n"
    "def kl_divergence(mu, sigma):\n    return 0.5 * tf.reduce_sum(_terms(mu, sigma), axis=1)\n",
    "more arguments": RIGHT.replace("mu, sigma):", "mu, sigma, axis=1, *, check=False):"),
    "tries on the way": RIGHT.replace("0.5", "0.25") + "print(kl_divergence)\n" + RIGHT,
    "a function tried out": RIGHT + "print(kl_divergence(tf.zeros([2, 3]), tf.ones([2, 3])))\n"
    "assert kl_divergence(tf.zeros([1, 1]), tf.ones([1, 1])) == 0\n",
    "an error caught": "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n"
    "    print(error)\nelse:\n    print('no')\n" + RIGHT,
    "a docstring with an example": RIGHT.replace(
        "sigma):\n", 'sigma):\n    """The KL.\n\n    >>> 1 + 1\n    2\n    """\n'
    ),
    # Files and settings.
    "arrays kept": "np.save('x.npy', np.ones(3))\nnp.savez('y', a=1)\nnp.load('x.npy')\n" + RIGHT,
    "a figure kept": "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.savefig('x.png')\n"
    "plt.savefig('x.pdf')\nplt.close('all')\n" + RIGHT,
    "folders and paths": "from pathlib import Path\nPath('a/b').mkdir(parents=True)\n"
    "Path('a/b/c.txt').write_text('ü', encoding='utf-8')\nprint(*Path().rglob('*'))\n" + RIGHT,
    "pickles": "import pickle\npickle.loads(pickle.dumps({'a': np.ones(3)}))\n" + RIGHT,
    "temporary files": "import tempfile\nwith tempfile.TemporaryDirectory() as folder:\n"
    "    open(folder + '/x', 'w').close()\n" + RIGHT,
    "how arrays are printed": "np.set_printoptions(precision=2, suppress=True)\n"
    "print(np.ones(3) / 3)\n" + RIGHT,
    "a style of figures": "import matplotlib.pyplot as plt\nplt.style.use('ggplot')\n"
    "plt.rcParams['figure.figsize'] = 4, 3\n" + RIGHT,
    "words in other scripts": "# 散度 — дивергенция 🎉\nπ = 3.14\nprint('größer ≥ 0', π)\n" + RIGHT,
    "output sent elsewhere": "import contextlib, io\n"
    "with contextlib.redirect_stdout(io.StringIO()):\n    print('unseen')\n" + RIGHT,
    # What the notebook sets stays set.
    "NumPy's errors": "np.seterr(all='raise')\n" + RIGHT,
    "eager graphs": "tf.config.run_functions_eagerly(True)\n" + RIGHT,
    "warnings as errors": "import warnings\nwarnings.simplefilter('error')\n" + RIGHT,
    "mixed precision": "keras.config.set_dtype_policy('mixed_float16')\n" + RIGHT,
    "double precision": "keras.config.set_floatx('float64')\n" + RIGHT,
    "tensors like arrays": "tf.experimental.numpy.experimental_enable_numpy_behavior()\n" + RIGHT,
    "checked numbers": "tf.debugging.enable_check_numerics()\n" + RIGHT,
    "deep recursion": "import gc, sys\nsys.setrecursionlimit(20_000)\ngc.disable()\n" + RIGHT,
    "modules loaded again": "%load_ext autoreload\n%autoreload 2\nimport importlib\n"
    "from course_utils.grading import selfcheck\nimportlib.reload(selfcheck)\n" + RIGHT,
    "a helper called check": RIGHT
    + "def check(function):\n    print(function(tf.ones([1, 1]), tf.ones([1, 1])))\n"
    "check(kl_divergence)\n",
    "check under another name": "from course_utils.grading import check as verify\n"
    + RIGHT
    + "verify(kl_divergence)\n",
    # What a computer has.
    "a pool of processes": "from concurrent.futures import ProcessPoolExecutor\n"
    "with ProcessPoolExecutor(2) as pool:\n    print(list(pool.map(abs, [-1, 2])))\n" + RIGHT,
    "locks and queues": "import multiprocessing\nlock, queue = multiprocessing.Lock(), "
    "multiprocessing.Queue()\nwith lock:\n    queue.put(1)\nassert queue.get() == 1\n" + RIGHT,
    "shared memory": "from multiprocessing import shared_memory\n"
    "block = shared_memory.SharedMemory(create=True, size=1000)\nblock.buf[0] = 1\n"
    "block.close()\nblock.unlink()\n" + RIGHT,
    "joblib": "from joblib import Parallel, delayed\n"
    "print(Parallel(n_jobs=2)(delayed(abs)(i) for i in range(3)))\n" + RIGHT,
    "Keras's workers": "class Halves(keras.utils.PyDataset):\n"
    "    def __len__(self):\n        return 4\n"
    "    def __getitem__(self, index):\n"
    "        return np.full([2, 3], index / 2), np.full([2, 1], index)\n"
    "model = keras.Sequential([keras.layers.Dense(1)])\nmodel.compile('sgd', 'mse')\n"
    "for processes in (False, True):\n"
    "    data = Halves(workers=2, use_multiprocessing=processes)\n"
    "    print(model.fit(data, epochs=2, verbose=0).history['loss'])\n" + RIGHT,
    "the streams of a kernel": "import subprocess, sys\n"
    "for stream in (sys.stdout, sys.stderr):\n    assert not stream.closed\n"
    "    print(stream.fileno(), stream.errors, stream.encoding, stream.isatty())\n"
    "subprocess.run(['echo', 'x'], stdout=sys.stdout, check=True)\n" + RIGHT,
    "streams led elsewhere": "import contextlib, io, logging, sys\n"
    "logging.basicConfig(stream=sys.stdout)\n"
    "with contextlib.redirect_stdout(io.StringIO()) as text:\n    print('x')\n"
    "print(text.getvalue(), file=sys.__stdout__)\n" + RIGHT,
    "who and where one is": "import getpass, grp, os, pwd\nfrom pathlib import Path\n"
    "assert getpass.getuser() == pwd.getpwuid(os.getuid()).pw_name == os.environ['USER']\n"
    "print(grp.getgrgid(os.getgid()), Path.home(), os.path.expanduser('~'))\n" + RIGHT,
    "a locked file": "import fcntl, os\nos.nice(5)\nwith open('lock', 'w') as file:\n"
    "    fcntl.flock(file, fcntl.LOCK_EX)\n    fcntl.lockf(file, fcntl.LOCK_EX)\n" + RIGHT,
    "a database": "import sqlite3\nwith sqlite3.connect('runs.db') as runs:\n"
    "    runs.execute('create table run (loss)')\n"
    "    runs.execute('insert into run values (1.5)')\n"
    "print(sqlite3.connect('runs.db').execute('select * from run').fetchall())\n" + RIGHT,
    "a thread that stays": "import threading, time\n"
    "threading.Thread(target=time.sleep, args=(5,), daemon=True).start()\n" + RIGHT,
    "a function of functions": RIGHT
    + "import functools, time\ndef timed(function):\n    @functools.wraps(function)\n"
    "    def call(*arguments, **named):\n        start = time.perf_counter()\n"
    "        result = function(*arguments, **named)\n"
    "        call.seconds = time.perf_counter() - start\n        return result\n"
    "    return call\nkl_divergence = timed(kl_divergence)\n",
    "a default that remembers": RIGHT.replace("sigma):", "sigma, seen={}):").replace(
        "    return", "    seen[1] = 1\n    return"
    ),
}

# The cell of the function, and what a later cell does. It counts as it was at its test.
CHANGED_LATER = {
    "a configuration": (
        "config = {'factor': 0.5}\n" + RIGHT.replace("0.5 *", "config['factor'] *"),
        "config['factor'] = 7.0",
    ),
    "an array": (
        "factor = np.array([0.5], 'float32')\n" + RIGHT.replace("0.5 *", "factor[0] *"),
        "factor *= 2",
    ),
    "a name": ("half = 0.5\n" + RIGHT.replace("0.5 *", "half *"), "half = 'nothing'"),
    "a helper that goes": (
        "def half(x):\n    return 0.5 * x\n" + RIGHT.replace("0.5 *", "half(1.0) *"),
        "del half",
    ),
    "the folder": (
        "open('factor.txt', 'w').write('0.5')\n"
        + RIGHT.replace("0.5 *", "float(open('factor.txt').read()) *"),
        "import os\nos.makedirs('runs')\nos.chdir('runs')",
    ),
    "a variable": (
        "import os\nos.environ['FACTOR'] = '0.5'\n"
        + RIGHT.replace("0.5 *", "float(os.environ['FACTOR']) *"),
        "import os\ndel os.environ['FACTOR']",
    ),
    "the precision": (
        RIGHT.replace("0.5 *", "tf.constant(0.5, keras.config.floatx()) *"),
        "keras.config.set_floatx('float64')\nkeras.config.set_epsilon(0.1)",
    ),
    "how dtypes are promoted": (
        RIGHT.replace("0.5 *", "np.float64(0.5) *"),
        "tf.experimental.numpy.experimental_enable_numpy_behavior()",
    ),
    "the mode": (RIGHT, "tf.config.run_functions_eagerly(True)\nnp.seterr(all='raise')"),
}
# This cannot be brought back. The points may go; nobody is accused, and the student reads why.
GONE_LATER = {
    "a file": (
        "open('factor.txt', 'w').write('0.5')\n"
        + RIGHT.replace("0.5 *", "float(open('factor.txt').read()) *"),
        "import os\nos.remove('factor.txt')",
    ),
    "an object": (
        "class Config:\n    factor = 0.5\n" + RIGHT.replace("0.5 *", "Config.factor *"),
        "Config.factor = 7.0",
    ),
    "a list in a class": (
        "import collections\nfactors = collections.deque([0.5])\n"
        + RIGHT.replace("0.5 *", "factors[0] *"),
        "factors[0] = 7.0",
    ),
}
