"""A playground: a generative model of points in the plane that learns in the page."""

from collections.abc import Sequence

from course_utils.explorers.explorer import Explorer, modules
from course_utils.validation import check_number

MODELS = ("gan", "vae", "flow", "diffusion", "flow_matching")
SHAPES = ("ring", "grid", "moons", "rings", "spiral", "gaussians", "drawn")
OBJECTIVES = ("non_saturating", "saturating", "hinge", "wasserstein")


class Playground(Explorer):
    """A model of points in the plane that learns while you watch, without a kernel.

    The page contains the models and their training (`explorers/playground/`, short enough to read):
    a GAN, a VAE, a normalizing flow, diffusion and flow matching. The reader chooses or draws the
    data, plays, pauses or steps, and changes the learning rate and the remedies. The arguments are
    the settings with which the page opens.

    Args:
        model: one of `MODELS`.
        shape: the data, one of `SHAPES`.
        drawn: (x, y) pairs between −1.5 and 1.5, for the shape "drawn".
        learning_rate: of Adam, between 0 and 1; preferably one of those on the slider.
        seed: of all random numbers.
        objective: for a GAN, what the players minimize, one of `OBJECTIVES`.
        r1: for a GAN, whether to penalise the discriminator's gradient at real points (γ = 0.1).
        average: for a GAN, diffusion and flow matching, whether samples come from the averaged
            weights (decay 0.99).
        beta: for a VAE, the weight of the divergence, at least 0.
        field, grid: whether to show the discriminator's output or the density in the plane, and the
            image of a square grid of codes.

    Raises:
        ValueError: a name is unknown, there are no drawn points, or a number is out of range.
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
