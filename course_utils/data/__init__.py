"""Data sets that need no download, and two classics that may need one.

`load(name)` returns a `Dataset`: three splits with their shape, range, factors and source.
`load_domains()` returns two of them, for translation without pairs.
"""

from course_utils.data.dataset import Dataset, Split
from course_utils.data.digits import load_digits
from course_utils.data.domains import Domains, load_domains
from course_utils.data.faces import load_faces
from course_utils.data.fashion import load_fashion
from course_utils.data.mnist import load_fashion_mnist, load_mnist
from course_utils.data.sprites import load_sprites
from course_utils.data.toy import TOY_LOADERS

__all__ = ["Dataset", "Domains", "Split", "load", "load_domains"]

LOADERS = {
    "digits": load_digits,
    "fashion": load_fashion,
    "mnist": load_mnist,
    "fashion_mnist": load_fashion_mnist,
    "sprites": load_sprites,
    "faces": load_faces,
    **TOY_LOADERS,
}


def load(name: str, **options) -> Dataset:
    """Load a dataset by name.

    Args:
        name: one of the keys of `LOADERS`.
        **options: arguments of its loader, as in `load("sprites", size=32)`.

    Returns:
        The `Dataset`; printing it shows shape, range, splits, factors and source.

    Raises:
        ValueError: for a name that is not known.
    """
    if name not in LOADERS:
        raise ValueError(f"no dataset is called {name!r}; there are: {', '.join(LOADERS)}")
    return LOADERS[name](**options)
