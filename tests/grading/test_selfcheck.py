"""What `check` says apart from misconceptions: each kind of difference has its own words."""

from course_utils.quiet import tf

import functools
import sys

import numpy as np
import pytest

from course_utils.grading import SelfCheckFailed, check
from course_utils.grading.assignments import cells
from course_utils.grading.assignments.vae import ASSIGNMENT

RIGHT = "tf.reduce_sum(mu**2 + sigma**2 - 1 - 2 * tf.math.log(sigma), axis=1) / 2"


def kl_divergence(body):
    namespace = ASSIGNMENT.notebook()
    cells.run(f"def kl_divergence(mu, sigma):\n    {body}", namespace)
    return namespace["kl_divergence"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise NotImplementedError('Your code goes here.')", "is not written yet"),
        ("return mu + unknown", "NameError in line 2 of the function: name 'unknown'"),
        ("return tf.matmul(mu, sigma)", "raises an error for a batch of 4 with 3 latent dim"),
        (f"kl = {RIGHT}", "returns nothing. Does it end with `return`"),
        (f"return [{RIGHT}]", "returns a list; it should return one tensor"),
        (f"return tf.cast({RIGHT}, tf.float64)", "returns float64 .* should return float32"),
        (f"return ({RIGHT})[:, None]", r"returns shape \(4, 1\) .* return shape \(4,\)"),
        (f"return {RIGHT} / 0.0", "gives inf .*: not finite"),
        (f"return 1.7 * {RIGHT}", "gives 1.7 times what it should be for a batch of 4"),
        (f"return 0.3 + {RIGHT}", r"gives 3.5058 at position \[0\] .*; it should be 3.2058"),
        (f"return ({RIGHT}).numpy()", "No gradient of kl_divergence reaches mu"),
        (f"sigma = tf.stop_gradient(sigma); return {RIGHT}", "No gradient .* reaches sigma"),
        (
            f"kl = {RIGHT}; return 2 * tf.stop_gradient(kl) - kl",
            "with respect to mu is the right size but the opposite sign",
        ),
        (
            f"return {RIGHT} if mu.numpy().any() else mu",
            "inside tf.function, for a batch of 4 .* nor ask what is in it.* no attribute 'numpy'",
        ),
        (
            f"kl = {RIGHT}; return tf.stack([one for one in kl])",
            r"Python can neither loop over it .* Iterating over a symbolic `tf.Tensor` .*allowed$",
        ),
        (f"return {RIGHT} if len(mu) > 1 else 0.5 * {RIGHT}", "for one example with one entry"),
    ],
)
def test_a_difference_is_told(body, message):
    with pytest.raises(SelfCheckFailed, match=message):
        check(kl_divergence(body))


def test_jupyter_shows_the_message_alone():
    with pytest.raises(SelfCheckFailed) as failure:
        check(kl_divergence("return mu"))
    shown = failure.value._render_traceback_()
    assert " ".join(shown) == f"✗ {failure.value}"
    assert max(map(len, shown)) <= 80
    assert isinstance(failure.value, AssertionError)


def test_a_batch_size_that_must_be_known_costs_nothing(capsys):
    check(kl_divergence("return sum((mu[:, d]**2 + sigma[:, d]**2 - 1) / 2 - "
                        "tf.math.log(sigma[:, d]) for d in range(mu.shape[1])) + "
                        "tf.zeros(mu.shape[0])"))  # fmt: skip
    assert "A remark that costs nothing" in capsys.readouterr().out


@pytest.mark.parametrize(("scale", "different_answers"), [("sigma", 0), ("0.9 * sigma", 1)])
def test_the_answer_on_a_random_function_is_the_same_each_time(scale, different_answers):
    answers = set()
    for _ in range(3):
        namespace = ASSIGNMENT.notebook()
        cells.run(
            "def reparameterize(mu, sigma):\n"
            f"    return mu + {scale} * tf.random.normal(tf.shape(mu))",
            namespace,
        )
        try:
            check(namespace["reparameterize"])
        except SelfCheckFailed as failure:
            answers.add(str(failure))
    assert len(answers) == different_answers


def test_shared_noise_that_is_no_known_misconception_is_told():
    namespace = ASSIGNMENT.notebook()
    cells.run(
        "def reparameterize(mu, sigma):\n"
        "    noise = tf.random.normal([2, mu.shape[1]])\n"
        "    return mu + sigma * tf.repeat(noise, mu.shape[0] // 2, axis=0)",
        namespace,
    )
    with pytest.raises(SelfCheckFailed, match="all examples of a batch get the same"):
        check(namespace["reparameterize"])


def test_vae_loss_waits_for_what_it_calls(capsys):
    namespace = ASSIGNMENT.notebook()
    cells.run("def kl_divergence(mu, sigma):\n    raise NotImplementedError", namespace)
    check(namespace["vae_loss"])
    out = capsys.readouterr().out
    assert out.startswith("… vae_loss can be judged once what it may call is right: kl_divergence.")


def test_a_vae_loss_that_is_not_written_does_not_wait():
    namespace = ASSIGNMENT.notebook()
    stub = "def {}(*a):\n    raise NotImplementedError\n"
    cells.run(stub.format("kl_divergence") + stub.format("vae_loss"), namespace)
    with pytest.raises(SelfCheckFailed, match="vae_loss is not written yet"):
        check(namespace["vae_loss"])


def test_any_callable_under_the_right_name_will_do(capsys):
    namespace = ASSIGNMENT.notebook()
    right = namespace["kl_divergence"]

    class Divergence:
        def __call__(self, mu, sigma):
            return right(mu, sigma)

    globals()["kl_divergence_before"] = globals()["kl_divergence"]
    try:
        for theirs in (functools.partial(right), Divergence(), tf.function(right)):
            globals()["kl_divergence"] = theirs
            check(theirs)
    finally:
        globals()["kl_divergence"] = globals().pop("kl_divergence_before")
    assert capsys.readouterr().out.count("✓") == 3


@pytest.mark.parametrize("thing", [print, 3, lambda mu, sigma: mu])
def test_what_is_no_graded_function_is_refused(thing):
    with pytest.raises(ValueError, match=r"it wants one of the functions .*kl_divergence"):
        check(thing)


def test_nothing_is_written_to_standard_error(capfd):
    body = (
        "import sys, warnings; warnings.warn('w'); print('e', file=sys.stderr); "
        f"np.log(np.zeros(1)); return {RIGHT}"
    )
    for _ in range(4):  # TensorFlow warns of frequent tracing from the fifth on
        check(kl_divergence(body))
    assert capfd.readouterr().err == ""
    assert sys.stderr.write("") == 0
    assert np.geterr()["divide"] == "warn"
