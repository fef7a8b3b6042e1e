"""A prediction is shown beside the result, and nothing that a student writes stops the lecture."""

import pytest

from course_utils.exercises import compare

TREND = {"choices": ("rises", "falls", "stays")}


@pytest.mark.parametrize(
    ("prediction", "happened", "how", "said"),
    [
        (..., 37.0, {"within": 5}, "○ No prediction written. What happened: 37"),
        (..., "falls", TREND, "○ No prediction written. What happened: falls"),
        (40, 37.0, {"within": 5}, "✓ Close enough (within 5)."),
        (43, 37.0, {"within": 5}, "✗ Too high by 6."),
        (30, 37.0, {"within": 5}, "✗ Too low by 7."),
        (37, 37, {}, "✓ As predicted."),
        (..., 12_800, {}, "○ No prediction written. What happened: 12,800"),
        (800, 12_800, {}, "✗ Too low by 12,000."),
        (0.5, 0.123456, {}, "✗ Too high by 0.3765."),
        ("many", 37.0, {"within": 5}, "Please predict a number"),
        ("falls", "falls", TREND, "✓ As predicted."),
        ("rises", "falls", TREND, "✗ A surprise"),
        ("climbs", "falls", TREND, 'Please choose one of "rises", "falls", "stays".'),
        ("a blur", "a mean of images", {}, "You predicted: a blur\nWhat happened: a mean"),
    ],
)
def test_what_is_said(prediction, happened, how, said, capsys):
    compare(prediction, happened, **how)
    assert said in capsys.readouterr().out


def test_a_free_text_is_not_judged(capsys):
    compare("a blur", "a blur", **{})
    assert "✓" not in capsys.readouterr().out
