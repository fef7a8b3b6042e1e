"""How stock nbgrader works on this repository, from its root.

nbgrader generate_assignment vae
nbgrader autograde vae
nbgrader generate_feedback vae
nbgrader export
"""

import os
import sys

c = get_config()  # noqa: F821  nbgrader provides it

root = os.path.dirname(os.path.abspath(__file__))

c.CourseDirectory.course_id = "generative-models"
c.CourseDirectory.root = root
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
# These and gradebook.db are nbgrader's own defaults. git ignores all of them.
c.CourseDirectory.submitted_directory = "submitted"
c.CourseDirectory.autograded_directory = "autograded"
c.CourseDirectory.feedback_directory = "feedback"
c.ExportPlugin.to = os.path.join(root, "exports", "grades.csv")
if "export" in sys.argv:
    os.makedirs(os.path.dirname(c.ExportPlugin.to), exist_ok=True)

# The released notebooks are committed. Without this nbgrader would skip every assignment as done
# and never enter it into its gradebook.
c.GenerateAssignment.force = True
# That removes the released notebook before the new one is made; this first tries to make it.
c.GenerateAssignment.exporter_class = "course_utils.building.stock_release.LookFirst"
c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("Your code goes here.")'}
c.ClearSolutions.text_stub = "*Your answer goes here.*"

# A page that needs no network, and nbgrader's own steps with HideTests between them; by themselves
# they print the hidden tests.
c.GenerateFeedback.exporter_class = "course_utils.building.stock_feedback.Page"
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "course_utils.building.stock_feedback.HideTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]

# A cell may train a model. The first one imports TensorFlow, which takes up to 15 s.
c.Execute.timeout = 300
c.Execute.startup_timeout = 120
# nbclient's 4 s for a cell's last output are too few on a busy machine, and a cell that misses
# them is an error of the whole submission.
c.Execute.iopub_timeout = 60
# TensorFlow writes to stderr when it finds no GPU, and nbgrader gives no points to a test cell that
# writes there. Kernels inherit these.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"
# nbgrader calls alembic by name. It lies beside this Python, whose folder may not be on the PATH.
scripts = os.path.dirname(sys.executable)
if scripts not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", "")])
