# %% [markdown]
# # Generative models
#
# How can a machine draw a digit that nobody wrote? In this course you build the models that do it,
# train them on this computer, and look inside them.
#
# | lecture | assignment | minutes |
# |---|---|---|
# | [Clustering](01_clustering.ipynb) | [clustering](../assignments/clustering/clustering.ipynb) | 45 |
# | [Densities](02_densities.ipynb) | | 45 |
# | [Manifolds](03_manifolds.ipynb) | | 45 |
# | [Transposed convolutions](04_transposed_convolutions.ipynb) | [transposed_convolution](../assignments/transposed_convolution/transposed_convolution.ipynb) | 50 |
# | [Watching a model train: TensorBoard](05_tensorboard.ipynb) | | 40 |
# | [Autoencoders](06_autoencoders.ipynb) | [autoencoder](../assignments/autoencoder/autoencoder.ipynb) | 60 |
# | [Variational autoencoders](07_vae.ipynb) | [vae](../assignments/vae/vae.ipynb), [training](../assignments/training/training.ipynb) | 75 |
# | [Generative adversarial networks](08_gans.ipynb) | [gan](../assignments/gan/gan.ipynb), [training](../assignments/training/training.ipynb) | 90 |
# | [Advances in generative adversarial networks](09_gan_advances.ipynb) | [gan](../assignments/gan/gan.ipynb) | 90 |
# | [Translation without pairs: CycleGAN and deepfakes](10_cyclegan.ipynb) | [cyclegan](../assignments/cyclegan/cyclegan.ipynb) | 60 |
# | [Normalizing flows](11_flows.ipynb) | [flow](../assignments/flow/flow.ipynb) | 60 |
# | [Disentanglement](12_disentanglement.ipynb) | [disentanglement](../assignments/disentanglement/disentanglement.ipynb) | 60 |
# | [Evaluation](13_evaluation.ipynb) | [evaluation](../assignments/evaluation/evaluation.ipynb) | 60 |
# | [Diffusion and flow matching](14_diffusion.ipynb) | [diffusion](../assignments/diffusion/diffusion.ipynb) | 60 |
#
# The minutes are for reading and playing. Running a lecture from top to bottom takes about two minutes on two cores, or
# less.
#
# Last comes the [project](../assignments/project/project.ipynb): make the best generative model of
# `fashion` that 120 seconds of training buy.
#
# **How to use it.** Open a lecture and choose *Run → Run All Cells*. Predict what a cell will show
# before you look. Move the sliders. Then do the assignment and press *Validate*.
#
# **Is everything in place?** Run the next cell (Shift+Enter). You should see ten handwritten digits,
# 8×8 pixels each, one of each class.

# %%
import numpy as np

from course_utils.data import load
from course_utils.plotting import show_images

digits = load("digits").train
one_of_each = [digits.x[digits.labels == digit][0] for digit in range(10)]
show_images(np.stack(one_of_each), columns=10, titles=range(10))

# %% [markdown]
# **Do you want to see one learn first?** Press *Play* below. Two networks play against each other: one draws
# points, blue, and the other tells them from the data, grey. Everything happens in this page. Choose another
# model, switch a remedy off, or draw data of your own in the plane.

# %%
from course_utils.explorers import Playground

Playground("gan", "ring", r1=True, average=True)
