"""What a hidden test may say about a function that it finds wrong.

A function that is being tested sees the hidden inputs. It could smuggle them out in anything that
it controls and the student reads afterwards: a number, a shape, an error's message or line. So a
hidden test says only what kind of difference there is and for which inputs, in the course's own
words.
"""

from course_utils.quiet import tf

import builtins

from course_utils.grading import library, selfcheck
from course_utils.grading import probes as p
from course_utils.grading.probes import Observation, Probe
from course_utils.grading.selfcheck import Diagnosis


class Lacking(AssertionError):
    """A function that lacks a property.

    Attributes:
        diagnosis: what was found.
    """

    def __init__(self, name: str, probe: Probe, seen: Observation) -> None:
        self.diagnosis = diagnosis(name, seen, probe)
        super().__init__(self.diagnosis.sentence)


def diagnosis(name: str, seen: Observation, probe: Probe | None = None) -> Diagnosis:
    """What was found, in words that reveal nothing about the inputs."""
    return selfcheck.diagnosis_of(name, seen, outline(name, probe, seen))


def outline(name: str, probe: Probe | None, seen: Observation) -> str:
    """What `selfcheck.describe` says, without anything that the function controls.

    Args:
        name: the function's name.
        probe: the probe that failed; None where it is not known.
        seen: what was observed instead.
    """
    situation = f" for {probe.about}" if probe else ""
    if probe and probe.quantity in (p.TRACED, p.BATCH_UNKNOWN):
        situation = f" {probe.quantity},{situation}"
    if probe and probe.graph:
        situation = f" {p.TRACED},{situation}"
    match seen.failure:
        case p.RAISED if seen.kind == library.LibraryCalled.__name__:
            return str(library.LibraryCalled())
        case p.RAISED:
            return f"{name} raises {error_named(seen.kind)}{situation}."
        case p.WRONG_TYPE if probe:
            wanted = f"the tuple ({', '.join(probe.parts)})" if probe.parts else "one tensor"
            if probe.numpy and not probe.parts:
                wanted = "one array"
            return f"{name} does not return {wanted}{situation}."
        case p.NOT_WRITTEN | p.NOTHING | p.NO_GRADIENT if probe:
            return selfcheck.describe(name, probe, seen)
    if probe is None:
        return f"{name} is not right."
    if seen.dtype not in probe.dtypes:
        wanted = "integers" if probe.dtypes is p.INTEGERS else " or ".join(probe.dtypes)
        return f"{name} does not return {wanted}{situation}."
    if probe.quantity.startswith((p.AFTER, p.ALL_AFTER)):
        return f"After {name} the {probe.quantity} are not right{situation}."
    if seen.value.shape != probe.expected.shape:
        return f"{name} returns another shape than {probe.expected.shape}{situation}."
    subject = f"The {probe.part} that {name} gives" if probe.part else f"What {name} gives"
    if probe.quantity.startswith(p.GRADIENT):
        subject = (
            f"The gradient of {name} with respect to {probe.quantity.removeprefix(p.GRADIENT)}"
        )
    return f"{subject} is not right{situation}."


def error_named(kind: str) -> str:
    """An error with its type's name, if Python or TensorFlow chose it; otherwise just "an error".

    Args:
        kind: the name of the error's type.
    """
    known = isinstance(getattr(builtins, kind, None), type) or hasattr(tf.errors, kind)
    return f"an error ({kind})" if known else "an error"
