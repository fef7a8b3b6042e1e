"""The misconceptions about `transposed_convolution`, and what students who have them read."""

from course_utils.grading.assignments.specification import Misconception


def matrix(
    rows: str = "(height - k) // stride + 1",
    columns: str = "(width - k) // stride + 1",
    window: str = "C[i, j, i*stride:i*stride + k, j*stride:j*stride + k] = kernel",
    result: str = "C.reshape(rows * columns, height * width)",
) -> str:
    """The lines of a correct matrix, except for the parts that are passed."""
    return f"""\
k = len(kernel)
rows, columns = {rows}, {columns}
C = np.zeros((rows, columns, height, width), "float32")
for i in range(rows):
    for j in range(columns):
        {window}
return {result}
"""


def forward(
    kernel: str = "kernel",
    pixels: str = "image.reshape(-1)",
    step: str = "stride",
    result: str = "flat.reshape(rows, columns)",
) -> str:
    """The lines of a correct convolution, except for the parts that are passed."""
    return f"""\
height, width = image.shape
rows, columns = ((n - len(kernel)) // stride + 1 for n in image.shape)
flat = conv_matrix({kernel}, height, width, {step}) @ {pixels}
return {result}
"""


def backward(
    kernel: str = "kernel",
    pixels: str = "image.reshape(-1)",
    result: str = "(C.T @ y).reshape(height, width)",
) -> str:
    """The lines of a correct transposed convolution, except for the parts that are passed."""
    return f"""\
C = conv_matrix({kernel}, height, width, stride)
y = {pixels}
return {result}
"""


def stamps(stamp: str, result: str = "x") -> str:
    """The lines of a transposed convolution without a matrix: one stamp for each pixel."""
    return f"""\
k = len(kernel)
x, hits = np.zeros((height, width), "float32"), np.zeros((height, width), "float32")
for (i, j), pixel in np.ndenumerate(image):
    place = slice(i*stride, i*stride + k), slice(j*stride, j*stride + k)
    hits[place] += 1
    {stamp}
return {result}
"""


FLIPPED = "kernel[::-1, ::-1]"

CONV_MATRIX = (
    Misconception(
        "kernel flipped",
        "The kernel is turned upside down and left to right, as in a mathematical convolution. "
        "TensorFlow does not do that: it lays the kernel on the image as it is.",
        matrix(window=f"C[i, j, i*stride:i*stride+k, j*stride:j*stride+k] = {FLIPPED}"),
    ),
    Misconception(
        "kernel transposed",
        "Rows and columns of the kernel are swapped.",
        matrix(window="C[i, j, i*stride:i*stride+k, j*stride:j*stride+k] = kernel.T"),
    ),
    Misconception(
        "matrix transposed",
        "Rows and columns of the matrix are swapped. It has a row for each pixel of the result and "
        "a column for each pixel of the image.",
        matrix(result="C.reshape(rows * columns, height * width).T"),
    ),
    Misconception(
        "not flattened",
        "The matrix has four axes. Flatten both images: a row for each pixel of the result, a "
        "column for each pixel of the image.",
        matrix(result="C"),
    ),
    Misconception(
        "flattened column by column",
        "The image is flattened column by column. Flatten it row by row: pixels that are "
        "neighbours in a row stay neighbours.",
        matrix(result="C.transpose(0, 1, 3, 2).reshape(rows * columns, height * width)"),
    ),
    Misconception(
        "result flattened column by column",
        "The rows of the matrix run down the columns of the result. They should run along its "
        "rows: first its first row from left to right, then the next.",
        matrix(result="C.transpose(1, 0, 2, 3).reshape(rows * columns, height * width)"),
    ),
    Misconception(
        "one window too few",
        "The last window of each row and column is missing: count the places where the kernel "
        "fits, the first one included.",
        matrix(rows="(height - k) // stride", columns="(width - k) // stride"),
    ),
    Misconception(
        "stride ignored",
        "The kernel moves one pixel at a time whatever the stride is.",
        matrix(
            rows="height - k + 1",
            columns="width - k + 1",
            window="C[i, j, i:i + k, j:j + k] = kernel",
        ),
    ),
    Misconception(
        "stride counted and not taken",
        "There are as many windows as the stride allows, but they lie next to each other. Each "
        "should start one stride after the one before.",
        matrix(window="C[i, j, i:i + k, j:j + k] = kernel"),
    ),
    Misconception(
        "stride along the columns alone",
        "The stride moves the kernel to the right but not down. It applies to both directions.",
        matrix(rows="height - k + 1", window="C[i, j, i:i + k, j*stride:j*stride + k] = kernel"),
        matrix(window="C[i, j, i:i + k, j*stride:j*stride + k] = kernel"),
    ),
    Misconception(
        "stride along the rows alone",
        "The stride moves the kernel down but not to the right. It applies to both directions.",
        matrix(columns="width - k + 1", window="C[i, j, i*stride:i*stride + k, j:j + k] = kernel"),
        matrix(window="C[i, j, i*stride:i*stride + k, j:j + k] = kernel"),
    ),
    Misconception(
        "windows that hang over the edge",
        "There are windows that hang over the edge of the image, filled up with zeros. 'Valid' "
        "means that only windows that lie entirely inside count.",
        matrix(
            rows="-(-height // stride)",
            columns="-(-width // stride)",
            window="part = C[i, j, i*stride:i*stride+k, j*stride:j*stride+k]; "
            "part[:] = kernel[:part.shape[0], :part.shape[1]]",
        ),
    ),
    Misconception(
        "size rounded up",
        "Where the stride does not fit, a window that hangs over the edge is counted. Round the "
        "number of steps down: what is left over is not looked at.",
        matrix(
            rows="-(-(height - k) // stride) + 1",
            columns="-(-(width - k) // stride) + 1",
            window="part = C[i, j, i*stride:i*stride+k, j*stride:j*stride+k]; "
            "part[:] = kernel[:part.shape[0], :part.shape[1]]",
        ),
    ),
    Misconception(
        "kernel divided by its sum",
        "The kernel is scaled so that it sums to 1. That would be a weighted average; a "
        "convolution takes the kernel as it is.",
        matrix(window="C[i, j, i*stride:i*stride+k, j*stride:j*stride+k] = kernel / kernel.sum()"),
    ),
    Misconception(
        "height and width exchanged",
        "Height and width are swapped: the matrix is that of the image turned on its side.",
        "height, width = width, height\n" + matrix(),
    ),
    Misconception(
        "ones in place of the weights",
        "The matrix tells where the kernel lies but not what its weights are.",
        matrix().replace("= kernel", "= 1.0"),
    ),
)

CONV2D = (
    Misconception(
        "result not reshaped",
        "The result is one long vector. Give it the shape of an image again.",
        forward(result="flat"),
    ),
    Misconception(
        "kernel flipped",
        "The kernel is turned upside down and left to right. The convolution of TensorFlow lays "
        "it on the image as it is.",
        forward(kernel=FLIPPED),
    ),
    Misconception(
        "kernel transposed",
        "Rows and columns of the kernel are swapped.",
        forward(kernel="kernel.T"),
    ),
    Misconception(
        "rows and columns exchanged in the result",
        "The result has its rows and columns in the wrong order: its height comes first.",
        forward(result="flat.reshape(columns, rows)"),
    ),
    Misconception(
        "result filled column by column",
        "The result is filled column by column. Its pixels come row by row, as the matrix counts "
        "them.",
        forward(result='flat.reshape((rows, columns), order="F")'),
    ),
    Misconception(
        "image flattened column by column",
        "The image is flattened column by column; the matrix counts its pixels row by row.",
        forward(pixels="image.T.reshape(-1)"),
        forward(pixels='image.reshape(-1, order="F")'),
    ),
    Misconception(
        "mean instead of sum",
        "Each window is averaged. A convolution sums over the kernel and does not divide by its "
        "size.",
        forward(result="flat.reshape(rows, columns) / kernel.size"),
    ),
    Misconception(
        "stride ignored",
        "The kernel moves one pixel at a time whatever the stride is.",
        forward(step="1", result="flat.reshape(height - len(kernel) + 1, width - len(kernel) + 1)"),
    ),
    Misconception(
        "zeros around the image",
        "The result is as large as the image would be with zeros around it ('same'). Here it is "
        "'valid': only windows that lie entirely inside.",
        "k = len(kernel)\n"
        "padded = np.pad(image, ((k - 1) // 2, k // 2))\n"
        "rows, columns = ((n - k) // stride + 1 for n in padded.shape)\n"
        "return (conv_matrix(kernel, *padded.shape, stride) @ padded.reshape(-1))"
        ".reshape(rows, columns)",
    ),
    Misconception(
        "axes of a batch kept",
        "The result still has the axes of batch and channels that TensorFlow's layers want. "
        "Return a plain image of two axes.",
        forward(result="flat.reshape(1, rows, columns, 1)"),
        "tf.nn.conv2d(image[None, :, :, None], kernel[:, :, None, None], stride, 'VALID')",
    ),
    Misconception(
        "negative values cut off",
        "Negative values are set to 0. An activation is not part of the convolution.",
        forward(result="np.maximum(flat, 0).reshape(rows, columns)"),
    ),
)

CONV2D_TRANSPOSE = (
    Misconception(
        "result not reshaped",
        "The result is one long vector. Give it the shape of an image again.",
        backward(result="C.T @ y"),
    ),
    Misconception(
        "inverse instead of transpose",
        "This looks for an image whose convolution is the one given: an inverse. A transposed "
        "convolution multiplies by the transposed matrix and undoes nothing.",
        backward(result="(np.linalg.pinv(C) @ y).reshape(height, width)"),
        backward(result="np.linalg.lstsq(C, y, rcond=None)[0].reshape(height, width)"),
    ),
    Misconception(
        "kernel flipped",
        "The kernel is turned upside down and left to right. Seen from the matrix nothing is "
        "flipped: its transpose stamps the kernel into the result as it is.",
        backward(kernel=FLIPPED),
    ),
    Misconception(
        "kernel transposed",
        "The kernel is transposed; the matrix should be.",
        backward(kernel="kernel.T"),
    ),
    Misconception(
        "rows and columns exchanged in the result",
        "The result has its rows and columns in the wrong order: its height comes first.",
        backward(result="(C.T @ y).reshape(width, height)"),
    ),
    Misconception(
        "result filled column by column",
        "The result is filled column by column. Its pixels come row by row, as the matrix counts "
        "them.",
        backward(result='(C.T @ y).reshape((height, width), order="F")'),
    ),
    Misconception(
        "image flattened column by column",
        "The image is flattened column by column; the matrix counts its pixels row by row.",
        backward(pixels="image.T.reshape(-1)"),
    ),
    Misconception(
        "overlaps overwritten",
        "Where two kernels overlap, the last one wins. They add up.",
        stamps("x[place] = pixel * kernel"),
    ),
    Misconception(
        "overlaps averaged",
        "Where kernels overlap, their values are averaged. They add up, and that is why the "
        "brightness can be uneven.",
        stamps("x[place] += pixel * kernel", "x / np.maximum(hits, 1)"),
    ),
    Misconception(
        "divided by the size of the kernel",
        "Everything is divided by the number of weights in the kernel. The transposed matrix "
        "holds the kernel as it is.",
        backward(result="(C.T @ y).reshape(height, width) / kernel.size"),
    ),
    Misconception(
        "height and width ignored",
        "The result is as large as the kernels reach. It should have the height and width that "
        "were asked for: several sizes lead to the same image, so the size cannot be guessed.",
        "height, width = ((n - 1) * stride + len(kernel) for n in image.shape)\n" + backward(),
    ),
    Misconception(
        "empty border in front",
        "Rows and columns that no kernel reaches are at the top and on the left. They are at the "
        "bottom and on the right, where the convolution stopped looking.",
        "h, w = ((n - 1) * stride + len(kernel) for n in image.shape)\n"
        "small = (conv_matrix(kernel, h, w, stride).T @ image.reshape(-1)).reshape(h, w)\n"
        "return np.pad(small, ((height - h, 0), (width - w, 0)))",
    ),
    Misconception(
        "result stretched to its size",
        "The result is stretched to the size asked for. Rows and columns that no kernel reaches "
        "are 0.",
        "h, w = ((n - 1) * stride + len(kernel) for n in image.shape)\n"
        "small = (conv_matrix(kernel, h, w, stride).T @ image.reshape(-1)).reshape(h, w)\n"
        "return small[np.arange(height) * h // height][:, np.arange(width) * w // width]",
    ),
    Misconception(
        "stamps a pixel apart",
        "Neighbouring stamps lie one pixel apart whatever the stride is.",
        stamps("x[i:i + k, j:j + k] += pixel * kernel"),
    ),
)
