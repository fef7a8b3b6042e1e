"""Import TensorFlow without its start-up lines.

TensorFlow writes to standard error when it is imported and again at its first operation, and no
setting silences all of it: some lines come from C++ before any setting is read. They would clutter
every notebook, and nbgrader gives no points to a test cell that writes to standard error. So file
descriptor 2 itself is redirected to nowhere during the import and one tiny operation.

A process that others will be forked from must not run that operation, because it starts threads and
a fork does not copy them. Such a process sets the environment variable that `TO_BE_FORKED` names
before the import.

Usage, before anything else that needs TensorFlow::

    import course_utils.quiet
"""

import contextlib
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
TO_BE_FORKED = "COURSE_UTILS_TO_BE_FORKED"
# With XLA's older emitters of fused loops, a training step of a small network takes half the time:
# compare `python benchmarks/speed.py` with and without this variable set to "…=true". XLA ends the
# process at a flag that it does not know, so only the version it was measured with is given it.
FUSION_EMITTERS = "--xla_cpu_use_fusion_emitters=false"
MEASURED_WITH = "2.21."


@contextlib.contextmanager
def standard_error_discarded():
    """Discard what is written to file descriptor 2, from C++ as well as from Python."""
    sys.stderr.flush()
    saved = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


def require_tensorflow() -> None:
    """Refuse another backend of Keras: losses and training steps here are written in TensorFlow.

    Raises:
        ValueError: `KERAS_BACKEND` or `keras.config.set_backend` has chosen another.
    """
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    if backend != "tensorflow":
        raise ValueError(
            f'backend: the course\'s models need "tensorflow", got "{backend}"; '
            "set the environment variable KERAS_BACKEND to tensorflow, or leave it away, and start "
            "Python (in a notebook: the kernel) again"
        )


require_tensorflow()
with standard_error_discarded():
    import tensorflow as tf

    if tf.__version__.startswith(MEASURED_WITH):
        os.environ.setdefault("XLA_FLAGS", FUSION_EMITTERS)
    if TO_BE_FORKED not in os.environ:
        tf.zeros(1) + 1.0
