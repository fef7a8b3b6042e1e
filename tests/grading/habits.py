"""What honest students also write into the cell of their function. None may be flagged for it.

Each code stands before or around a right `kl_divergence`.
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
}
