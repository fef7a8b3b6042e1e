"""Explorers: move a slider, see the image change.

An explorer is one function in a JavaScript file beside its Python class. The same code can be shown
in two ways:

- **In the page.** `export_network(decoder)` turns a small Keras network into steps and float16
  weights, and `network.js` runs them. The explorer is then one piece of HTML with script and
  weights inside: it answers within a frame, in JupyterLab and Notebook, in exported HTML opened
  from a file, and on a web site, with no kernel and nothing loaded from elsewhere. Prefer this
  way. An explorer without a network carries all that it draws in its options.
- **In the kernel.** Where a student's own model must draw, give a callable: codes (B, D) → images
  in [0, 1]. The same script then runs as a widget (anywidget) and sends its codes to the kernel,
  one request at a time and always the latest; an exception in the callable is shown under the
  picture. Let the callable use `model(z)` or a `tf.function`, never `model.predict`, which is many
  times slower.

A new explorer is a function `name(stage, options, decoder)` in a script, built from the parts in
`toolkit.js` and `chart.js`, and a subclass of `Explorer` that names it. No explorer imports a model
class. `tests/browser/examples.py` makes one of each; the browser tests operate them.
"""

from course_utils.explorers.clustering import KMeansStepper
from course_utils.explorers.convolution import PixelConnections
from course_utils.explorers.density import DensityExplorer
from course_utils.explorers.diffusion import DiffusionSteps
from course_utils.explorers.drawing import DrawYourOwn
from course_utils.explorers.evaluation import Defect, MetricExplorer
from course_utils.explorers.explorer import Explorer
from course_utils.explorers.faces import FaceSwap
from course_utils.explorers.film import Film
from course_utils.explorers.flow import AttributeEditor, FlowGrid
from course_utils.explorers.guessing import RealOrFake
from course_utils.explorers.latent import Interpolation, LatentMap, LatentSliders
from course_utils.explorers.network import Network, export_network
from course_utils.explorers.noise import DenoisingSlider
from course_utils.explorers.painting import LabelPainter
from course_utils.explorers.pixels import PixelPath
from course_utils.explorers.playground import Playground
from course_utils.explorers.runs import RunCurves
from course_utils.explorers.style import StyleMixer
from course_utils.explorers.training import TrainingReplay
from course_utils.explorers.translation import RoundTrip

__all__ = [
    "AttributeEditor",
    "Defect",
    "DenoisingSlider",
    "DensityExplorer",
    "DiffusionSteps",
    "DrawYourOwn",
    "Explorer",
    "FaceSwap",
    "Film",
    "FlowGrid",
    "Interpolation",
    "KMeansStepper",
    "LabelPainter",
    "LatentMap",
    "LatentSliders",
    "MetricExplorer",
    "Network",
    "PixelConnections",
    "PixelPath",
    "Playground",
    "RealOrFake",
    "RoundTrip",
    "RunCurves",
    "StyleMixer",
    "TrainingReplay",
    "export_network",
]
