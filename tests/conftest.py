"""What every test can rely on: its own home folder, quiet TensorFlow, a browser or clear advice.

Tests neither read nor write the home folder of whoever runs them. The variables are set before any
test module is imported, because Keras, Matplotlib and Jupyter read them on import.
"""

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NO_BROWSER = (
    "browser tests need Chromium on the PATH; please install it "
    "(on Debian and Ubuntu: apt install chromium)"
)
# Each would lead a test to the files of the person who runs it.
PERSONAL = (
    "COURSE_DATA",
    "JUPYTER_CONFIG_PATH",
    "JUPYTER_PATH",
    "JUPYTER_PREFER_ENV_PATH",
    "KERAS_HOME",
    "TENSORBOARD_PROXY_URL",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
)


def pytest_configure(config):
    home = tempfile.TemporaryDirectory(prefix="course-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(home.cleanup)
    for name in PERSONAL:
        os.environ.pop(name, None)
    os.environ.update(
        HOME=home.name,
        USERPROFILE=home.name,
        IPYTHONDIR=str(Path(home.name, "ipython")),
        JUPYTER_CONFIG_DIR=str(Path(home.name, "jupyter", "config")),
        JUPYTER_DATA_DIR=str(Path(home.name, "jupyter", "data")),
        JUPYTER_RUNTIME_DIR=str(Path(home.name, "jupyter", "runtime")),
        MPLBACKEND="Agg",
        MPLCONFIGDIR=str(Path(home.name, "matplotlib")),
        TF_CPP_MIN_LOG_LEVEL="3",
    )


def find_chromium() -> str | None:
    """The path of the first browser found, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def pytest_runtest_setup(item):
    if item.get_closest_marker("browser") and find_chromium() is None:
        # A machine that is there to run the tests must not pass by leaving some out.
        if os.environ.get("CI"):
            pytest.fail(NO_BROWSER, pytrace=False)
        pytest.skip(NO_BROWSER)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The path of Chromium, for tests marked `browser`."""
    path = find_chromium()
    if path is None:
        pytest.fail(f"{NO_BROWSER}; a test that uses it is marked browser", pytrace=False)
    return path


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def pixels_that_matter():
    """A function (network, shape of an image, place): which pixels the output there depends on."""
    import keras  # only here: most tests that this file serves do without
    import tensorflow as tf

    def mask(network, shape, place) -> np.ndarray:
        keras.utils.set_random_seed(0)
        network.set_weights([np.random.normal(size=w.shape) for w in network.get_weights()])
        image = tf.constant(np.random.default_rng(0).random((1, *shape)), tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(image)
            output = tf.reduce_sum(network(image)[(0, *place)])
        return np.abs(tape.gradient(output, image)[0]).sum(axis=-1) > 0

    return mask
