# %% [markdown]
# # Generative models
#
# How can a machine draw a digit that nobody wrote? In this course you build the models that do it,
# train them on this computer, and look inside them.
#
# | lecture | assignment |
# |---|---|
# | [Clustering](01_clustering.ipynb) | [clustering](../assignments/clustering/clustering.ipynb) |
# | [Densities](02_densities.ipynb) | |
# | [Manifolds](03_manifolds.ipynb) | |
# | [Transposed convolutions](04_transposed_convolutions.ipynb) | [transposed_convolution](../assignments/transposed_convolution/transposed_convolution.ipynb) |
# | [Watching a training: TensorBoard](05_tensorboard.ipynb) | |
# | [Autoencoders](06_autoencoders.ipynb) | |
# | [Variational autoencoders](07_vae.ipynb) | [vae](../assignments/vae/vae.ipynb) |
#
# **How to use it.** Open a lecture and choose *Run → Run All Cells*. Predict what a cell will show
# before you look. Move the sliders. Then do the assignment and press *Validate*.
#
# **Is everything in place?** Run the next cell (Shift+Enter). You should see ten handwritten digits,
# 8×8 pixels each, one of each class.

# %%
import matplotlib.pyplot as plt

from course_utils.data import load

digits = load("digits").train
figure, axes = plt.subplots(1, 10, figsize=(10, 1.4), layout="constrained")
for digit, ax in enumerate(axes):
    ax.imshow(digits.x[digits.labels == digit][0], cmap="gray_r", vmin=0, vmax=1)
    ax.set_title(digit)
    ax.axis("off")
