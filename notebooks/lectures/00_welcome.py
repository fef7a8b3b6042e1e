# %% [markdown]
# # Generative models
#
# How can a machine draw a digit that nobody wrote? In this course you build the models that do it,
# train them on this computer, and look inside them.
#
# <table>
# <tr>
#   <td width="25%" align="center" style="vertical-align: top"><a href="01_clustering.ipynb">
#     <img src="../docs/pictures/01_clustering.png" width="180" alt="Five groups of points in five coloured regions; black lines trace the path of each center under k-means"><br>
#     1. Clustering</a><br>45 minutes<br>
#     assignment: <a href="../assignments/clustering/clustering.ipynb">clustering</a></td>
#   <td width="25%" align="center" style="vertical-align: top"><a href="02_densities.ipynb">
#     <img src="../docs/pictures/02_densities.png" width="180" alt="A histogram with two hills, and three curves over it: one Gaussian, a mixture of two, a kernel density"><br>
#     2. Densities</a><br>45 minutes</td>
#   <td width="25%" align="center" style="vertical-align: top"><a href="03_manifolds.ipynb">
#     <img src="../docs/pictures/03_manifolds.png" width="180" alt="Handwritten fours scattered over a plane, so that similar ones lie together"><br>
#     3. Manifolds</a><br>45 minutes</td>
#   <td width="25%" align="center" style="vertical-align: top"><a href="04_transposed_convolutions.ipynb">
#     <img src="../docs/pictures/04_transposed_convolutions.png" width="180" alt="Three digits enlarged by transposed convolutions: with kernel 5 under a checkerboard, with kernel 6 without one"><br>
#     4. Transposed convolutions</a><br>50 minutes<br>
#     assignment: <a href="../assignments/transposed_convolution/transposed_convolution.ipynb">transposed_convolution</a></td>
# </tr>
# <tr>
#   <td width="25%" align="center" style="vertical-align: top"><a href="05_tensorboard.ipynb">
#     <img src="../docs/pictures/05_tensorboard.png" width="180" alt="Loss curves of one network at five learning rates: some crawl, one leaps, two learn"><br>
#     5. Watching a model train: TensorBoard</a><br>40 minutes</td>
#   <td width="25%" align="center" style="vertical-align: top"><a href="06_autoencoders.ipynb">
#     <img src="../docs/pictures/06_autoencoders.png" width="180" alt="Garments with a third of their pixels lost, and below them the same garments as a denoising autoencoder mended them"><br>
#     6. Autoencoders</a><br>60 minutes<br>
#     assignment: <a href="../assignments/autoencoder/autoencoder.ipynb">autoencoder</a></td>
#   <td width="25%" align="center" style="vertical-align: top"><a href="07_vae.ipynb">
#     <img src="../docs/pictures/07_vae.png" width="180" alt="A plane of garments that change into each other: the two latent numbers of a VAE, decoded"><br>
#     7. Variational autoencoders</a><br>75 minutes<br>
#     assignments: <a href="../assignments/vae/vae.ipynb">vae</a>, <a href="../assignments/training/training.ipynb">training</a></td>
#   <td width="25%" align="center" style="vertical-align: top"><a href="08_gans.ipynb">
#     <img src="../docs/pictures/08_gans.png" width="180" alt="Fifty-four garments that nobody sewed, drawn by a GAN"><br>
#     8. Generative adversarial networks</a><br>90 minutes<br>
#     assignments: <a href="../assignments/gan/gan.ipynb">gan</a>, <a href="../assignments/training/training.ipynb">training</a></td>
# </tr>
# <tr>
#   <td width="25%" align="center" style="vertical-align: top"><a href="09_gan_advances.ipynb">
#     <img src="../docs/pictures/09_gan_advances.png" width="180" alt="Twenty-four cartoon faces that nobody drew, made by a StyleGAN"><br>
#     9. Advances in generative adversarial networks</a><br>90 minutes<br>
#     assignment: <a href="../assignments/gan/gan.ipynb">gan</a></td>
#   <td width="25%" align="center" style="vertical-align: top"><a href="10_cyclegan.ipynb">
#     <img src="../docs/pictures/10_cyclegan.png" width="180" alt="Cartoon portraits and the drawings that a CycleGAN made of them; a woman's faces and the same expressions on a bearded man's, by a deepfake"><br>
#     10. Translation without pairs: CycleGAN and deepfakes</a><br>60 minutes<br>
#     assignment: <a href="../assignments/cyclegan/cyclegan.ipynb">cyclegan</a></td>
#   <td width="25%" align="center" style="vertical-align: top"><a href="11_flows.ipynb">
#     <img src="../docs/pictures/11_flows.png" width="180" alt="A straight grid, bent by a normalizing flow into the shape of two moons"><br>
#     11. Normalizing flows</a><br>60 minutes<br>
#     assignment: <a href="../assignments/flow/flow.ipynb">flow</a></td>
#   <td width="25%" align="center" style="vertical-align: top"><a href="12_disentanglement.ipynb">
#     <img src="../docs/pictures/12_disentanglement.png" width="180" alt="Rows of bright sprites on black: in each, one number of the code moves the sprite down or across, or changes its size or shape"><br>
#     12. Disentanglement</a><br>60 minutes<br>
#     assignment: <a href="../assignments/disentanglement/disentanglement.ipynb">disentanglement</a></td>
# </tr>
# <tr>
#   <td width="25%" align="center" style="vertical-align: top"><a href="13_evaluation.ipynb">
#     <img src="../docs/pictures/13_evaluation.png" width="180" alt="Points on two moons, each with a pale disc around it, and triangles that lie on their left half only"><br>
#     13. Evaluation</a><br>60 minutes<br>
#     assignment: <a href="../assignments/evaluation/evaluation.ipynb">evaluation</a></td>
#   <td width="25%" align="center" style="vertical-align: top"><a href="14_diffusion.ipynb">
#     <img src="../docs/pictures/14_diffusion.png" width="180" alt="Six rows that begin with noise and end, step by step, with garments"><br>
#     14. Diffusion and flow matching</a><br>60 minutes<br>
#     assignment: <a href="../assignments/diffusion/diffusion.ipynb">diffusion</a></td>
#   <td colspan="2" align="center"><b>Last comes the <a href="../assignments/project/project.ipynb">project</a>.</b><br>
#     Make the best generative model of <code>fashion</code><br>that 120 seconds of training buy.</td>
# </tr>
# </table>
#
# The minutes are for reading and playing. Running a lecture from top to bottom takes about two minutes on two cores, or
# less.
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
