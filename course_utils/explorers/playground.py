"""A playground: a generative model that learns in the page, on points in the plane."""

from collections.abc import Sequence

from course_utils.explorers.explorer import Explorer, modules
from course_utils.validation import check_number

MODELS = ("gan", "vae", "flow", "diffusion", "flow_matching")
SHAPES = ("ring", "grid", "moons", "rings", "spiral", "gaussians", "drawn")
OBJECTIVES = ("non_saturating", "saturating", "hinge", "wasserstein")


class Playground(Explorer):
    """A model of points in the plane that learns while you watch, without a kernel.

    The page holds the models and their training (`explorers/playground/`, small enough to read): a
    GAN, a VAE, a normalizing flow, diffusion and flow matching. The reader chooses the data or
    draws them, plays, pauses, steps, and changes the learning rate and the remedies. The settings
    here are those on which it opens.

    Args:
        model: one of `MODELS`.
        shape: the data, one of `SHAPES`.
        drawn: (x, y) pairs between −1.5 and 1.5, for the shape "drawn".
        learning_rate: of Adam; one of those on the slider is best.
        seed: of all random numbers.
        objective: for a GAN what the players minimise, one of `OBJECTIVES`.
        r1: for a GAN whether the discriminator pays for its slope at real points (γ = 0.1).
        average: whether samples come from the average of the weights (decay 0.99).
        beta: for a VAE the weight of the divergence.
        field, grid: whether to show what the model says of the plane, and the bent grid of codes.

    Raises:
        ValueError: for a name that is not known, no drawn points, or numbers out of range.
    """

    script = "playground.js"
    function = "playground"
    title = "A model that learns in the page"

    def __init__(
        self,
        model: str = "gan",
        shape: str = "ring",
        *,
        drawn: Sequence[tuple[float, float]] = (),
        learning_rate: float = 0.001,
        seed: int = 0,
        objective: str = "non_saturating",
        r1: bool = False,
        average: bool = False,
        beta: float = 1.0,
        field: bool = True,
        grid: bool = False,
    ):
        for name, value, known in (
            ("model", model, MODELS),
            ("shape", shape, SHAPES),
            ("objective", objective, OBJECTIVES),
        ):
            if value not in known:
                raise ValueError(f"{name}: expected one of {', '.join(known)}; got {value!r}")
        if shape == "drawn" and not len(drawn):
            raise ValueError('drawn: expected (x, y) pairs for the shape "drawn", got none')
        settings = {
            "model": model,
            "shape": shape,
            "drawn": [[round(float(x), 3), round(float(y), 3)] for x, y in drawn],
            "rate": check_number("learning_rate", learning_rate, above=0, below=1),
            "seed": int(seed),
            "objective": objective,
            "r1": r1,
            "average": average,
            "beta": check_number("beta", beta, low=0),
            "rests": "",
            "field": field,
            "grid": grid,
        }
        super().__init__(None, {"settings": settings, "worker": modules("playground/worker.js")})
