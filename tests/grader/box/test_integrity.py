"""A replaced self-check is noticed; one that was only reloaded is not."""

import course_utils.quiet  # isort: skip

import importlib

import numpy as np
import pytest

from course_utils.grader.box import integrity
from course_utils.grading import probes, selfcheck


@pytest.fixture(autouse=True)
def remembered():
    integrity.remember()


def test_nothing_is_altered_at_first_nor_by_loading_it_again():
    assert integrity.altered() == []
    for module in (probes, selfcheck):
        before = dict(vars(module))
        try:
            importlib.reload(module)
            assert integrity.altered() == []
            assert integrity.is_own_check(selfcheck.check)
        finally:
            vars(module).update(before)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (np, "allclose"),
        (np, "isclose"),
        (probes, "passes"),
        (probes, "silence"),
        (selfcheck, "diagnose"),
        (selfcheck, "load_checks"),
        (selfcheck.SelfCheckFailed, "_render_traceback_"),
    ],
)
def test_what_is_exchanged_is_named(owner, name, monkeypatch):
    names = set(integrity.parts())
    monkeypatch.setattr(owner, name, lambda *a, **k: True)
    assert [one.rpartition(".")[2] for one in integrity.altered()] == [name]
    assert set(integrity.altered()) <= names


def test_code_put_in_place_is_noticed_too(monkeypatch):
    monkeypatch.setattr(selfcheck.check, "__code__", (lambda function: None).__code__)
    assert integrity.altered() == ["course_utils.grading.selfcheck.check"]


def test_a_helper_is_not_the_check_of_the_course():
    assert not integrity.is_own_check(lambda function: None)
    assert not integrity.is_own_check(None)
    assert integrity.is_own_check(selfcheck.check)
