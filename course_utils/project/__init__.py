"""The project: the best generative model of `fashion` that a budget of training buys.

For instructors: students do not have this folder. `judging` turns samples into points, by their
distance from real garments (`features`), unless they are copies (`copies`); `bundled` looks at what
a notebook brings along; `stock` is the test cell's hidden part. What students have of the project
is `course_utils.grading.project`.
"""

NAME = "project"
FUNCTION = "train"
# What training may use, in seconds of one processor, and with what tolerance.
SECONDS, TOLERANCE = 120.0, 1.25
# What drawing all samples may use.
SAMPLING_SECONDS = 60.0
SAMPLES = 5000
# What the course compares with, in Fréchet distances; `benchmarks/project.py` prints them.
ANCHORS = {
    "real garments": 0.05,
    "the course's GAN, trained for longer": 1.0,
    "the course's GAN": 5.9,
    "the released VAE": 29.0,
    "the course's VAE": 35.0,
}
