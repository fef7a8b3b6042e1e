"""What a notebook has set is restored to what it was at a function's test."""

from course_utils.quiet import tf  # isort: skip

import os

import keras
import numpy as np
import pytest

from course_utils.grader.box.state import MOST_BYTES, MOST_PARTS, State


@pytest.fixture
def namespace():
    return {"config": {"sizes": [1, 2], "name": "a"}, "array": np.ones(3), "object": object()}


def test_plain_containers_and_arrays_are_as_they_were(namespace):
    shared = namespace["config"]["sizes"]
    namespace["alias"] = shared
    state = State(namespace)
    namespace["config"]["sizes"].append(3)
    namespace["array"] += 1
    namespace["new"] = 1
    thing = namespace.pop("object")
    state.restore(namespace)
    assert namespace["config"] == {"sizes": [1, 2], "name": "a"}
    assert namespace["alias"] is namespace["config"]["sizes"]
    assert namespace["array"].tolist() == [1, 1, 1]
    assert namespace["object"] is thing
    assert "new" not in namespace


@pytest.mark.parametrize(
    "value",
    [
        [object()],
        {"model": object()},
        list(range(MOST_PARTS)),
        np.zeros(MOST_BYTES + 1, "uint8"),
        np.array([object()]),
        type("Numbers", (list,), {})([1]),
    ],
)
def test_what_is_large_or_holds_other_objects_is_shared(value):
    namespace = {"value": value}
    State(namespace).restore(namespace)
    assert namespace["value"] is value


def test_a_list_that_holds_itself_ends():
    endless = []
    endless.append(endless)
    namespace = {"endless": endless}
    State(namespace).restore(namespace)
    assert namespace["endless"] is endless


def test_folder_variables_and_precision_are_as_they_were(tmp_path, monkeypatch, namespace):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FACTOR", "1")
    state = State(namespace)
    before = keras.config.floatx(), keras.config.dtype_policy().name
    try:
        os.chdir("/")
        os.environ["FACTOR"] = "2"
        os.environ["NEW"] = "3"
        keras.config.set_dtype_policy("mixed_float16")
        keras.config.set_floatx("float64")
    finally:
        state.restore(namespace)
    assert os.getcwd() == str(tmp_path)
    assert (os.environ["FACTOR"], os.environ.get("NEW")) == ("1", None)
    assert (keras.config.floatx(), keras.config.dtype_policy().name) == before


def test_dtypes_are_promoted_as_before(namespace):
    half = np.float64(0.5)
    before = State(namespace)
    assert (half * tf.ones(1)).dtype == "float32"
    try:
        tf.experimental.numpy.experimental_enable_numpy_behavior()
        after = State(namespace)
        assert (half * tf.ones(1)).dtype == "float64"
    finally:
        before.restore(namespace)
    assert (half * tf.ones(1)).dtype == "float32"
    after.restore(namespace)
    assert (half * tf.ones(1)).dtype == "float64"
    before.restore(namespace)


def test_a_folder_that_is_gone_stops_nothing(tmp_path, monkeypatch, namespace):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    state = State(namespace)
    folder.rmdir()
    State(namespace).restore(namespace)
    state.restore(namespace)
