"""`course_utils.quiet` sets XLA's flag before XLA reads it, and leaves flags of others alone.

In processes of their own, since XLA reads its flags once.
"""

from course_utils.quiet import FUSION_EMITTERS, MEASURED_WITH

import os
import subprocess
import sys

import tensorflow as tf


def run(program: str, **variables: str) -> subprocess.CompletedProcess:
    clean = {name: value for name, value in os.environ.items() if name != "XLA_FLAGS"}
    return subprocess.run(
        [sys.executable, "-c", f"import os, course_utils.quiet\n{program}"],
        capture_output=True,
        text=True,
        check=False,
        env=clean | variables,
    )


def test_the_version_is_the_one_that_the_flag_was_measured_with():
    assert tf.__version__.startswith(MEASURED_WITH), "measure again: benchmarks/speed.py"


def test_the_import_is_silent_and_sets_the_flag():
    done = run("print(os.environ['XLA_FLAGS'])")
    assert (done.stdout, done.stderr, done.returncode) == (f"{FUSION_EMITTERS}\n", "", 0)


def test_flags_of_the_user_are_kept():
    done = run("print(os.environ['XLA_FLAGS'])", XLA_FLAGS="--xla_cpu_enable_fast_math=false")
    assert (done.stdout, done.returncode) == ("--xla_cpu_enable_fast_math=false\n", 0)


def test_xla_reads_its_flags_after_the_import():
    compiled = (
        "import tensorflow as tf\n"
        "print(tf.function(lambda x: tf.math.erf(x) + x, jit_compile=True)(tf.ones(3)).numpy())"
    )
    assert run(compiled).returncode == 0
    unknown = run(f"os.environ['XLA_FLAGS'] = '--no_such_flag'\n{compiled}")
    assert "Unknown flag" in unknown.stderr and unknown.returncode != 0
