# %% [markdown]
# # Watching a model train: TensorBoard
#
# A model has trained for ten minutes, and it is bad. When did it go wrong, and where? The final loss cannot tell you.
# A **log** can: losses, pictures and weights, written down while the model trains. TensorBoard draws them, even while
# training is still running, and puts several runs into one chart.
#
# **Afterwards you can**
#
# - write scalars, images, histograms and graphs with a summary writer;
# - open TensorBoard in the notebook and from a terminal, and read the same files with Python;
# - use histograms to find out why a network does not learn;
# - rotate a cloud of codes in space and see which images a network puts close together;
# - compare runs fairly, and tell a real difference from luck.
#
# **Time**: about 40 minutes to read and play; about a minute and a half to run from top to bottom on two cores.
# **Needs**: Keras basics (`Dense`, `compile`, `fit`). No internet, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import datetime

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from course_utils.data import load
from course_utils.exercises import compare, your_turn
from course_utils.explorers import RunCurves
from course_utils.plotting import show_images
from course_utils.tensorboard import (
    RunLogger,
    create_writers,
    log_folder,
    show_dashboard,
    write_codes,
    write_images,
    write_scalars,
)
from course_utils.training import EpochProgress, progress

LOGS = log_folder("logs/tensorboard")  # beside this notebook; git leaves it out
plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## 1. What is a log?
#
# So far you have probably printed the loss and plotted it when training was over. A log lets you watch instead.
#
# A log is a folder. A **summary writer** opens a file in it and adds one record after another: a *tag* (which curve), a *step*
# (where on the horizontal axis) and a value. This is how TensorFlow does it:

# %%
current_time = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
by_hand = f"{LOGS}/by_hand/{current_time}/train"
writer = tf.summary.create_file_writer(by_hand)
with writer.as_default():
    for step in range(1, 51):
        tf.summary.scalar("loss", np.exp(-step / 10), step=step)
writer.close()

# %% [markdown]
# The folder is named by date and time, so that each run keeps its own curve. A training run usually has two writers, one for the
# training data and one for the test data. (To start afresh, delete the whole log folder; on Linux and
# macOS `!rm -rf ./logs/` does it.) The course's `create_writers` makes the folder and both writers, and `write_scalars` is the
# `with` block above. We write two curves that we know.

# %%
writers = create_writers(LOGS, name="known")
for step in range(1, 51):
    write_scalars(writers.train, {"loss": np.exp(-step / 10)}, step)
    write_scalars(writers.test, {"loss": 0.2 + np.exp(-step / 8)}, step)
writers.close()

for path in sorted(writers.directory.rglob("*")):
    print(path.relative_to(LOGS), f"({path.stat().st_size:,} bytes)" if path.is_file() else "")

# %% [markdown]
# Nothing in those files is hidden. TensorBoard's own reader gives the numbers back, and we shall use it for all
# training curves below. Let us **check** that what comes out is what went in.


# %%
def read_curve(folder, tag):
    """Steps and values of one curve of one log."""
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0}).Reload()
    points = events.Tensors(tag)
    values = [tf.make_ndarray(point.tensor_proto).item() for point in points]
    return np.array([point.step for point in points]), np.array(values)


for folder in (by_hand, writers.directory / "train"):
    steps, values = read_curve(folder, "loss")
    np.testing.assert_allclose(values, np.exp(-steps / 10), rtol=1e-6)
print(len(steps), "points, from", values[0].round(3), "to", values[-1].round(3))

# %% [markdown]
# ## 2. How do I see it?
#
# **Predict**: two writers used the same tag, `loss`, in the run *known*. Will TensorBoard draw one chart or two?

# %%
show_dashboard(LOGS, height=500)

# %% [markdown]
# It draws one chart with all curves. TensorBoard puts the same *tag* into the same chart, and gives each *folder* its
# own colour. That is why training and test data have their own writers.
#
# The cell above is the course's wrapper for the two lines that you will find in most notebooks:
#
# ```
# %load_ext tensorboard
# %tensorboard --logdir logs
# ```
#
# You can also start TensorBoard in a terminal, from the folder of this notebook and with the course's environment active:
#
# ```
# $ tensorboard --logdir='./logs'
# TensorBoard 2.21.0 at http://localhost:6006/ (Press CTRL+C to quit)
# ```
#
# Open the address that it prints in your browser. All three read the same files, so it does not matter which you use, nor whether
# the training is still running. The server stops when this notebook is shut down. (To stop it earlier, import `stop_dashboard` from
# `course_utils.tensorboard` and call it.)
#
# **Try** these in the frame: the reload button (top right); *Horizontal axis*: step, relative, wall time; the box that filters
# runs; a click on the corner of the loss chart to enlarge it. The cross at the top of the *Settings* pane closes it and leaves
# more room for the curves. When this notebook is opened again later, the server is gone; a still picture is kept below the
# frame.

# %% [markdown]
# ## 3. What does a real training run look like?
#
# Here is a small classifier of digits: 64 pixels, 24 hidden units, 10 classes. `RunLogger` is a Keras callback that writes every
# metric after each epoch: `loss` goes to `train`, and `val_loss` goes to `test` under the same tag.
#
# It can write **images** too, if you give it functions that draw. Here each of the 24 hidden units is drawn as an 8×8 picture of
# its weights. They are white where ink increases the unit's input and black where ink decreases it.
#
# **Predict**: what will these pictures look like before training, and after?

# %%
digits = load("digits")


def classifier(hidden=(24,), activation="relu"):
    image = keras.Input(digits.shape)
    h = layers.Flatten()(image)
    for width in hidden:
        h = layers.Dense(width, activation=activation)(h)
    return keras.Model(image, layers.Dense(10)(h))


def train(model, rate, epochs, callbacks):
    """Train on the digits by plain gradient descent."""
    model.compile(
        keras.optimizers.SGD(rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model.fit(
        digits.train.x,
        digits.train.labels,
        batch_size=50,
        epochs=epochs,
        validation_data=(digits.validation.x, digits.validation.labels),
        callbacks=callbacks,
        verbose=0,
    )


keras.utils.set_random_seed(0)
model = classifier()


def draw_units():
    """The weights of the hidden units as images in [0, 1]; grey is zero."""
    weights = model.layers[2].kernel.numpy().T.reshape(24, 8, 8, 1)
    return 0.5 + 0.5 * np.clip(weights / np.quantile(np.abs(weights), 0.99), -1, 1)


untrained = draw_units()
logger = RunLogger(LOGS, name="classifier", images={"hidden units": draw_units}, every=5)
train(model, rate=0.3, epochs=40, callbacks=[logger, EpochProgress()])
print("written to", logger.directory.relative_to(LOGS))

# %% [markdown]
# Press *reload* in the dashboard and open **Images** (or *Time Series*). A slider takes you through the epochs. Here are the first and
# the last picture:

# %%
show_images(untrained, columns=12, title="24 hidden units before training", size=0.6)
show_images(draw_units(), columns=12, title="after 40 epochs", size=0.6)

before, after = (units.reshape(24, 64) - 0.5 for units in (untrained, draw_units()))
alike = np.array([np.corrcoef(old, new)[0, 1] for old, new in zip(before, after, strict=True)])
print(f"correlation of weights before and after: from {alike.min():.2f} to {alike.max():.2f}")
assert alike.max() > 0.9 and alike.min() < 0.6

# %% [markdown]
# At first there is only noise. In the end many units look for a bright spot here and a dark one next to it, while others have hardly changed.
# And here are the curves, read from the files:

# %%
figure, axes = plt.subplots(1, 2, figsize=(8.5, 2.7), layout="constrained")
for axis, tag in zip(axes, ("loss", "accuracy"), strict=True):
    for split, color in (("train", "#08519c"), ("test", "#e6850e")):
        axis.plot(*read_curve(logger.directory / split, tag), color=color, label=split)
    axis.set(xlabel="epoch", ylabel=tag)
axes[0].legend(frameon=False)
plt.show()

train_loss = read_curve(logger.directory / "train", "loss")[1]
test_loss = read_curve(logger.directory / "test", "loss")[1]
assert train_loss[-1] < 0.1 * train_loss[0] and test_loss[-1] > train_loss[-1]

# %% [markdown]
# (The second curve is called *test*, but it is measured on the 150 validation images.) At the end, the loss on the test data
# lies above the loss on the training data: the model knows its training images better than others. The two writers are there to show
# you this gap.
#
# You can write an image at any moment. Which validation images does the classifier get wrong?

# %%
predicted = model(digits.validation.x).numpy().argmax(-1)
wrong = digits.validation.x[predicted != digits.validation.labels]
writers = create_writers(LOGS, name="mistakes")
write_images(writers.test, "mistakes", wrong, step=1)
writers.close()

accuracy = np.mean(predicted == digits.validation.labels)
show_images(wrong, columns=12, title=f"{len(wrong)} mistakes, accuracy {accuracy:.1%}", size=0.6)
np.testing.assert_allclose(
    accuracy, read_curve(logger.directory / "test", "accuracy")[1][-1], atol=1e-6
)

# %% [markdown]
# ## 4. Why does this network not learn?
#
# More layers can express more. Here is a network with six hidden layers in the style of the 1990s, with sigmoids,
# and the same network with ReLUs. The sigmoid network does not get beyond guessing. Its loss says *that* something
# is wrong. What says *where*?
#
# A **histogram** does. After each epoch we write the gradients of every layer; the chart shows them as one distribution
# per epoch, the epochs one behind another. **Predict** for the sigmoid network: in which layer are the gradients
# smallest, the first or the last?


# %%
prediction = ...  # the layer with the smallest gradients: "first" or "last"


# %%
class GradientHistograms(keras.callbacks.Callback):
    """Writes the gradient of each weight matrix after each epoch, beside another logger's run."""

    def __init__(self, logger, x, y):
        super().__init__()
        self.logger, self.x, self.y = logger, tf.constant(x), tf.constant(y)
        self.writer = None

    def on_epoch_end(self, epoch, logs=None):
        if self.writer is None:
            folder = self.logger.directory / "gradients"
            self.writer = tf.summary.create_file_writer(str(folder))
        self.sizes = []
        kernels = [layer.kernel for layer in self.model.layers if hasattr(layer, "kernel")]
        with tf.GradientTape() as tape:
            loss = self.model.loss(self.y, self.model(self.x))
        gradients = tape.gradient(loss, [kernel.value for kernel in kernels])
        with self.writer.as_default():
            for number, gradient in enumerate(gradients, start=1):
                tf.summary.histogram(f"gradient/layer {number}", gradient, step=epoch + 1)
                self.sizes.append(float(tf.norm(gradient)))


runs, sizes = {}, {}
for activation in progress(("sigmoid", "relu"), "network"):
    keras.utils.set_random_seed(0)
    runs[activation] = RunLogger(LOGS, name=f"deep_{activation}")
    histograms = GradientHistograms(
        runs[activation], digits.train.x[:200], digits.train.labels[:200]
    )
    deep = classifier(hidden=[32] * 6, activation=activation)
    train(deep, rate=0.1, epochs=20, callbacks=[runs[activation], histograms])
    sizes[activation] = histograms.sizes

# %%
smallest = "first" if sizes["sigmoid"][0] < sizes["sigmoid"][-1] else "last"
compare(prediction, smallest, choices=("first", "last"))

# %% [markdown]
# Reload the dashboard and open **Histograms** (in *Time Series* or in its own tab). Look at the width of `layer 1` and of
# `layer 7` in both runs, and mind the numbers on the horizontal axis. Here is the length of each gradient, one number per layer:

# %%
figure, axes = plt.subplots(1, 2, figsize=(8.5, 2.9), layout="constrained")
for (activation, run), color in zip(runs.items(), ("#e6850e", "#08519c"), strict=True):
    axes[0].plot(*read_curve(run.directory / "train", "accuracy"), color=color, label=activation)
    axes[1].semilogy(range(1, 8), sizes[activation], "o-", color=color, label=activation)
axes[0].axhline(0.1, color="grey", linewidth=0.8, linestyle=":")
axes[0].set(xlabel="epoch", ylabel="training accuracy", ylim=(0, 1))
axes[1].set(xlabel="layer, from the image to the classes", ylabel="length of the gradient")
axes[1].legend(frameon=False)
plt.show()

ratio = {name: size[-1] / size[0] for name, size in sizes.items()}
for activation, factor in ratio.items():
    print(f"{activation:8} gradient of the last layer / of the first: {factor:8.3g}")
assert ratio["sigmoid"] > 100 and ratio["relu"] < 100
best_accuracy = {
    k: read_curve(run.directory / "train", "accuracy")[1].max() for k, run in runs.items()
}
assert best_accuracy["sigmoid"] < 0.2 and best_accuracy["relu"] > 0.8

# %% [markdown]
# The error is known at the last layer and must travel back to the first. On its way it is multiplied, layer by layer, by
# weights and by the slope of the activation. The slope of a sigmoid is at most ¼, so with weights of the usual size most of the
# error is lost at each layer, and little is left for the layers that see the image. This is the **vanishing gradient**. A ReLU that is on has slope 1. You
# will meet vanishing gradients again with generative adversarial networks, where they have another cause.
#
# Histograms cost time and space: a few hundred images, once an epoch, are enough.

# %% [markdown]
# ## 5. What does TensorFlow compute?
#
# A function compiled by `tf.function` is a **graph** of operations. **Predict**: how many matrix multiplications does the
# graph of the classifier in section 3 have?

# %%
prediction = ...  # how many matrix multiplications?

# %%
forward = tf.function(model, autograph=False)
graph = forward.get_concrete_function(tf.TensorSpec((None, *digits.shape))).graph

writers = create_writers(LOGS, name="graph")
with writers.train.as_default():
    tf.summary.graph(graph)
writers.close()

stored = EventAccumulator(str(writers.directory / "train")).Reload().Graph()
kinds = [node.op for node in stored.node]
print(len(kinds), "operations:", ", ".join(dict.fromkeys(kinds)))
assert kinds.count("MatMul") == 2

# %%
compare(prediction, kinds.count("MatMul"))

# %% [markdown]
# It has two, one for each dense layer. In the dashboard, open **Graphs** and choose the run *graph*; double-click on a box to look
# inside. The graph helps you to find an operation that you did not mean to have, or one that is missing.

# %% [markdown]
# ## 6. Which run was better?
#
# This is where TensorBoard earns its keep. Train the same classifier with several **learning rates**, each run in a folder of its own.
#
# **Predict**: which of the five learns fastest? Which does not learn at all? Then **change one number**: add a rate of your own to
# the tuple.

# %%
prediction = ...  # the rate with the lowest loss on validation images after 25 epochs

# %%
rates = (0.001, 0.01, 0.1, 1.0, 10.0)

compared = {}
for rate in progress(rates, "run"):
    keras.utils.set_random_seed(0)
    compared[rate] = RunLogger(LOGS, name=f"rate_{rate:g}")
    train(classifier(), rate, epochs=25, callbacks=[compared[rate]])

final = {rate: read_curve(run.directory / "test", "loss")[1][-1] for rate, run in compared.items()}
print("rate    loss on validation images")
for rate, loss in final.items():
    print(f"{rate:<8g}{loss:.3f}")

# %%
show_dashboard(LOGS, height=600)

# %% [markdown]
# Type `rate_` into the box that filters runs. Here is the same picture from the files:

# %%
colors = plt.colormaps["cividis"](np.linspace(0, 0.9, len(rates)))
figure, axes = plt.subplots(1, 2, figsize=(8.5, 3), layout="constrained", sharey=True)
for (rate, run), color in zip(compared.items(), colors, strict=True):
    for axis, split in zip(axes, ("train", "test"), strict=True):
        steps, loss = read_curve(run.directory / split, "loss")
        axis.plot(steps, loss, color=color, label=f"{rate:g}")
for axis, split in zip(axes, ("training images", "validation images"), strict=True):
    axis.set(xlabel="epoch", title=split, yscale="log")
axes[0].set_ylabel("loss (logarithmic)")
axes[1].legend(title="learning rate", frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

best = min(final, key=final.get)
assert best not in (min(rates), max(rates))
assert min(final[min(rates)], final[max(rates)]) > 2  # guessing costs log 10 = 2.3

# %%
compare(prediction, best)

# %% [markdown]
# With too small a rate, training crawls; with too large a rate, it leaps over the valley and never settles. On a logarithmic
# axis you see both at once; on a linear axis all good runs look alike. (In the dashboard, the switch is in the chart's menu:
# *Toggle Y-axis log scale*.)
#
# **Is a difference real?** Two rates close to each other give different losses. But so do two runs with the *same* rate,
# because they start from different weights. **Predict**: is 0.5 better than 0.3?

# %%
prediction = ...  # is 0.5 better: "yes", "no" or "cannot tell"

# %%
repeated = {}
for rate, seed in progress([(rate, seed) for rate in (0.3, 0.5) for seed in range(3)], "run"):
    keras.utils.set_random_seed(seed)
    run = RunLogger(LOGS, name=f"repeated_{rate:g}")
    train(classifier(), rate, epochs=25, callbacks=[run])
    loss = read_curve(run.directory / "test", "loss")[1][-1]
    repeated.setdefault(rate, []).append(loss)

figure, axis = plt.subplots(figsize=(5.5, 1.9), layout="constrained")
for line, losses in enumerate(repeated.values()):
    axis.plot(losses, [line] * len(losses), "o", color="#08519c", alpha=0.6)
    axis.plot(np.mean(losses), line, "|", color="#e6850e", markersize=22, markeredgewidth=3)
axis.set(xlabel="loss on validation images", ylabel="rate", ylim=(-0.6, 1.6))
axis.set_yticks([0, 1], [f"{rate:g}" for rate in repeated])
plt.show()
means, spreads = zip(*((np.mean(x), np.std(x, ddof=1)) for x in repeated.values()), strict=True)
print(f"means {means[0]:.4f} and {means[1]:.4f}, spread between runs {max(spreads):.4f}")
assert abs(means[0] - means[1]) < max(spreads)

# %%
happened = "yes" if means[1] < means[0] else "no"
happened = "cannot tell" if abs(means[0] - means[1]) < max(spreads) else happened
compare(prediction, happened, choices=("yes", "no", "cannot tell"))

# %% [markdown]
# The two means differ by less than runs at the same rate differ among themselves, so these six runs cannot tell you which
# rate is better. A single run at each rate would have told you as much about luck as about the rate. Repeat before you
# believe: three runs are the minimum, and more are better.

# %% [markdown]
# ## 7. Which images lie together?
#
# The 24 hidden units of the classifier turn an image into 24 numbers, its **code**. Nobody can draw 24 dimensions, but we can
# *project* them to two or three and rotate the cloud. `write_codes` writes codes with their images and labels for
# TensorBoard's **Projector**.
#
# **Predict**: take the codes of 297 test images, before training and after. How often does the nearest other code belong to
# the same digit? (By chance it would be one time in ten.)

# %% [markdown]
# **Your turn** (about 8 minutes). Write the measure that answers this question.
#
# <details><summary>Hint 1</summary>
#
# Begin with all distances, (N, N). The nearest point to each point is the point itself, unless you put
# `np.inf` on the diagonal (`np.fill_diagonal`).
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `argmin` gives the number of the nearest other point. Compare its label with the point's own.
#
# </details>


# %%
@your_turn
def same_label_next_door(points, labels):
    """Of points (N, F) with labels (N,), the share whose nearest other point has the same label."""
    return ...


# %%
predicted_untrained = ...  # the share before training, from 0 to 1
predicted_trained = ...  # and after training

# %%
test = digits.test
keras.utils.set_random_seed(0)  # the seed of section 3, so the same weights to begin with
codes = {}
for name, network in (("untrained", classifier()), ("trained", model)):
    coder = keras.Model(network.inputs[0], network.layers[2].output)  # as far as the hidden layer
    codes[name] = coder(test.x).numpy()
    write_codes(codes[name], images=test.x, labels=test.labels, log_dir=LOGS, name=f"codes {name}")

figure, axes = plt.subplots(1, 2, figsize=(9, 4.3), layout="constrained")
for axis, (name, points) in zip(axes, codes.items(), strict=True):
    centered = points - points.mean(axis=0)
    _, _, directions = np.linalg.svd(centered, full_matrices=False)
    flat = centered @ directions[:2].T  # two principal components, as the projector begins
    for label, place in zip(test.labels, flat, strict=True):
        axis.text(*place, label, color=plt.colormaps["viridis"](label / 11), fontsize=8)
    low, high = flat.min(axis=0) - 0.5, flat.max(axis=0) + 0.5
    axis.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel="first component", title=name)
axes[0].set_ylabel("second component")
plt.show()

agreement = {name: same_label_next_door(points, test.labels) for name, points in codes.items()}
for name, share in agreement.items():
    print(f"{name:10} same digit next door: {share:.0%}")
assert agreement["trained"] > agreement["untrained"] + 0.05 > 0.3

# %%
compare(predicted_untrained, agreement["untrained"], within=0.1)
compare(predicted_trained, agreement["trained"], within=0.1)

# %% [markdown]
# The loss asked only for the right digit, and yet training moved the codes of each digit closer together. That makes things
# easier for the last layer, which can separate the codes only by flat boundaries.
#
# Reload the dashboard and choose **Projector** from the menu at the top right (it may be listed under *Inactive* for a
# moment). Choose a run, then *Color by: label*, then drag. You see three principal components. Try **t-SNE** too (it lays
# points out so that neighbours stay neighbours), and click on a digit to see its neighbours. You will meet such clouds again,
# made of the latent codes of autoencoders.

# %% [markdown]
# ## 8. What can a dashboard hide?
#
# TensorBoard smooths scalars; the slider is at 0.6 until you move it. The smoothed curve is an average that forgets: with weight
# $w$,
#
# $$m_t = w\,m_{t-1} + (1 - w)\,v_t, \qquad \text{drawn: } \frac{m_t}{1 - w^t},$$
#
# where the denominator makes up for starting at $m_0 = 0$. **Predict**: a loss jumps up by 0.8 for two epochs. With $w = 0.95$,
# will you see the jump?


# %%
prediction = ...  # how high is a jump of 0.8 in the smoothed curve?

# %% [markdown]
# **Your turn** (about 8 minutes). Write the smoothing.
#
# <details><summary>Hint 1</summary>
#
# Go through the values one by one, with $m = 0$ before the first of them.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# $m$ goes on without the denominator; only what is drawn is divided. The first value has $t = 1$:
# `enumerate(values, start=1)`.
#
# </details>


# %%
@your_turn
def smooth(values, weight):
    """The curve that the dashboard draws for values (T,): (T,)."""
    return ...


# %%
steps = np.arange(1, 61)
loss = 0.2 + np.exp(-steps / 10) + np.random.default_rng(0).normal(0, 0.03, 60)
loss[40:42] += 0.8  # two epochs that should worry you
plt.figure(figsize=(6.5, 2.7), layout="constrained")
plt.plot(steps, loss, color="#9ecae1", label="as written")
for weight, color in ((0.6, "#e6850e"), (0.95, "#08306b")):
    plt.plot(steps, smooth(loss, weight), color=color, label=f"smoothed, w = {weight}")
plt.xlabel("epoch")
plt.ylabel("loss")
plt.legend(frameon=False, fontsize=8)
plt.show()

np.testing.assert_allclose(smooth(np.full(20, 3.0), 0.9), 3.0)  # a constant stays what it is
assert smooth(loss, 0.95)[40:].max() < loss[40:42].min() - 0.5

# %%
smoothed = smooth(loss, 0.95)
compare(prediction, smoothed[41] - smoothed[39], within=0.05)

# %% [markdown]
# At 0.95 what should have been an alarm is a mere bump, and the whole curve lags behind: it still shows what the loss was
# several epochs ago. Smooth a curve to see its trend, but look at the pale line behind it before you draw a conclusion.
#
# Now do on this page what you would do in a dashboard: smooth, change the axis, hide runs. Here are the five learning rates
# of section 6 and the curve with the alarm. **Find**
#
# 1. a smoothing at which the alarm disappears, and how far from the curve as written the smoothed curve then ends;
# 2. the axis on which you can tell the two best rates apart;
# 3. how much of the best rate's lead on the training images is left on the validation images.

# %%
dashboard = {
    f"rate {rate:g}": {
        "validation": read_curve(run.directory / "test", "loss")[1],
        "training": read_curve(run.directory / "train", "loss")[1],
    }
    for rate, run in compared.items()
}
RunCurves(dashboard | {"alarm": {"validation": loss, "training": loss}})

# %% [markdown]
# ## Summary
#
# - A writer adds (tag, step, value) to a file in a folder. The same tag means the same chart; another folder means another colour.
# - Scalars show that something is wrong, images show what the model produces, histograms show where it goes wrong, the graph shows what is computed, and the
#   projector shows what lies together.
# - Give each run a folder, named after what you changed. Change one thing at a time, and repeat it with other seeds.
# - TensorBoard, `%tensorboard` and Python read the same files.
#
# ## Check yourself
#
# <details><summary>1. You ran the training cell twice and the curve zigzags back and forth. What happened?</summary>
#
# Both runs were written into one folder, so they share one curve. Give each run a folder of its own; create_writers
# does that for you.</details>
#
# <details><summary>2. Training and test loss appear in two charts, not in one. Why?</summary>
#
# Their tags differ, such as loss and val_loss. Write both as loss, with two writers in two folders.</details>
#
# <details><summary>3. Every histogram of a layer's gradient is a spike at zero. Name two causes.</summary>
#
# The gradient vanished on its way (saturated sigmoids between this layer and the loss), or the layer's units are switched off (ReLUs whose input is
# negative for every image). A third cause: the layer is not connected to the loss; look at the graph.</details>
#
# ## Papers and pages
#
# - X. Glorot and Y. Bengio, [Understanding the difficulty of training deep feedforward neural
#   networks](https://proceedings.mlr.press/v9/glorot10a.html), 2010: histograms layer by layer, and what they reveal
# - S. Hochreiter, Y. Bengio, P. Frasconi and J. Schmidhuber, [Gradient flow in recurrent nets: the difficulty of learning
#   long-term dependencies](https://www.bioinf.jku.at/publications/older/ch7.pdf), 2001
# - M. Abadi et al., [TensorFlow: A System for Large-Scale Machine
#   Learning](https://www.usenix.org/conference/osdi16/technical-sessions/presentation/abadi), 2016
# - [TensorBoard's own guide](https://www.tensorflow.org/tensorboard/get_started)
#
# **Next**: [Autoencoders](06_autoencoders.ipynb)
