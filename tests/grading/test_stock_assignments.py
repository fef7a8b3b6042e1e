"""Every assignment through stock nbgrader; test_stock_vae.py tests one of them in more detail."""

import re
from pathlib import Path

import nbformat
import pytest

from course_utils.grader.box import sandbox
from course_utils.grading.assignments import registry
from tests.grading.stock_nbgrader import StockCourse, graded_by_the_course

ROOT = Path(__file__).parents[2]
POINTS = {
    "autoencoder": {
        "mse_loss-test": 5,
        "cross_entropy_loss-test": 5,
        "corrupt-test": 5,
        "sparsity_penalty-test": 5,
        "contractive_penalty-test": 5,
        "question": 5,
    },
    "clustering": {
        "assign-test": 5,
        "update-test": 5,
        "inertia-test": 5,
        "gaussian_log_density-test": 5,
        "fit_gaussian-test": 5,
        "question": 5,
    },
    "cyclegan": {
        "cycle_loss-test": 4,
        "identity_loss-test": 2,
        "least_squares_discriminator_loss-test": 6,
        "least_squares_generator_loss-test": 5,
        "generator_objective-test": 8,
        "question": 5,
    },
    "diffusion": {
        "add_noise-test": 5,
        "predict_clean-test": 5,
        "noise_loss-test": 4,
        "guide-test": 4,
        "ddim_step-test": 6,
        "flow_point-test": 4,
        "flow_target-test": 2,
        "question": 5,
    },
    "disentanglement": {
        "beta_vae_loss-test": 5,
        "code_loss-test": 5,
        "discrete_mutual_information-test": 5,
        "mutual_information_gap-test": 5,
        "question": 5,
    },
    "evaluation": {
        "frechet_distance-test": 7,
        "precision-test": 6,
        "recall-test": 3,
        "nearest_distances-test": 4,
        "log_likelihood_bound-test": 5,
        "question": 5,
    },
    "flow": {
        "coupling_forward-test": 5,
        "coupling_inverse-test": 5,
        "log_prob-test": 5,
        "bits_per_dimension-test": 5,
        "question": 5,
    },
    "gan": {
        "discriminator_loss-test": 5,
        "generator_loss-test": 5,
        "saturating_generator_loss-test": 5,
        "critic_loss-test": 5,
        "gradient_penalty-test": 5,
        "question": 5,
    },
    "training": {
        "vae_step-test": 8,
        "discriminator_step-test": 6,
        "generator_step-test": 6,
        "average_weights-test": 4,
        "question": 5,
    },
    "transposed_convolution": {
        "conv_matrix-test": 5,
        "conv2d-test": 5,
        "conv2d_transpose-test": 5,
        "question": 5,
    },
    "vae": {
        "reparameterize-test": 5,
        "kl_divergence-test": 5,
        "reconstruction_loss-test": 5,
        "vae_loss-test": 5,
        "question": 5,
    },
}


@pytest.mark.parametrize("name", POINTS)
def test_points_and_grade_ids_stay(name):
    solution = nbformat.read(ROOT / "solutions" / name / f"{name}.ipynb", as_version=4)
    graded = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for cell in solution.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert graded == POINTS[name]


@pytest.mark.parametrize("name", POINTS)
def test_the_steps_are_named_from_easy_to_hard(name):
    first = nbformat.read(ROOT / "solutions" / name / f"{name}.ipynb", as_version=4).cells[0].source
    [steps] = [part for part in first.split("\n\n") if part.startswith("**From easy to hard.**")]
    functions = [grade_id.removesuffix("-test") for grade_id in POINTS[name]][:-1]
    assert set(re.findall(r"`(\w+)`", steps)) >= set(functions)
    # Where functions are not worth the same, each says what it is worth.
    said = {f: int(points) for f, points in re.findall(r"`(\w+)` \((\d+)", steps)}
    worth = {function: POINTS[name][f"{function}-test"] for function in functions}
    assert said == (worth if len(set(worth.values())) > 1 else {})


def test_the_points_of_every_assignment_are_pinned():
    assert list(POINTS) == [*registry.NAMES]


@pytest.fixture(scope="module", params=[name for name in POINTS if name != "vae"])
def course(request, tmp_path_factory):
    """The solution, the release, and a wrong first function with right ones after it."""
    assignment = registry.find(request.param)
    course = StockCourse(ROOT, tmp_path_factory.mktemp("course"), assignment.name)
    path = course.submit_solution("perfect")
    course.submit("blank")
    notebook = nbformat.read(path, as_version=4)
    first, *others = (function.name for function in assignment.functions)
    cells = {cell.id: cell.source for cell in notebook.cells}
    wrong = assignment.function(first)
    answers = {name: cells[name] for name in others}
    answers[first] = wrong.cells(wrong.misconceptions[0])[0]
    course.submit("first_wrong", answers)
    course.grade()
    return course


@pytest.mark.slow
def test_scores(course):
    automatic = {name: most for name, most in POINTS[course.name].items() if name != "question"}
    first = next(iter(automatic))
    assert course.scores() == {
        "perfect": automatic | {"question": None},
        "blank": dict.fromkeys(automatic, 0) | {"question": 0},
        "first_wrong": automatic | {first: 0, "question": 0},
    }


@pytest.mark.slow
@pytest.mark.skipif(bool(sandbox.why_unavailable()), reason="bubblewrap does not work here")
def test_the_class_grader_gives_the_same_scores(course, tmp_path):
    ours = graded_by_the_course(course, ROOT, tmp_path)
    assert ours.scores() == course.scores()
    ours.nbgrader("export")
    keys = ("score", "max_score", "raw_score")
    assert {s: [row[k] for k in keys] for s, row in ours.exported().items()} == {
        s: [row[k] for k in keys] for s, row in course.exported().items()
    }


@pytest.mark.slow
def test_feedback_says_what_is_wrong_and_hides_the_tests(course):
    assignment = registry.find(course.name)
    sentence = assignment.functions[0].misconceptions[0].sentence
    page = course.feedback("first_wrong")
    assert sentence.split(".")[0][:40] in page
    assert f"{course.name}.grade" not in page
    assert "<svg" in page
    assert not re.search(r'<script|(src|href)="(https?:)?//', page.replace('href="#', ""))


@pytest.mark.slow
def test_validate_gives_the_verdict_of_the_self_checks(course):
    submission = course.folder / "submitted" / "first_wrong" / course.name / f"{course.name}.ipynb"
    said = re.sub(r"\s+", " ", course.validate(submission))
    # The first function is wrong and the question is not answered; all other cells pass.
    assert "VALIDATION FAILED ON 2 CELL(S)" in said
    assert registry.find(course.name).functions[0].misconceptions[0].sentence in said
