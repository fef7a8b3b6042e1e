"""Correct answers to the assignment `transposed_convolution`, in many styles."""

OF_TENSORS = """
def conv_matrix(kernel, height, width, stride):
    pixels = tf.reshape(tf.eye(height * width), (-1, height, width, 1))
    seen = tf.nn.conv2d(pixels, kernel[:, :, None, None], stride, "VALID")
    return tf.transpose(tf.reshape(seen, (height * width, -1)))
"""

CONV_MATRIX = {
    "a number at a time": """
def conv_matrix(kernel, height, width, stride):
    k = kernel.shape[0]
    out_h, out_w = (height - k) // stride + 1, (width - k) // stride + 1
    C = np.zeros((out_h * out_w, height * width))
    for i in range(out_h):
        for j in range(out_w):
            for a in range(k):
                for b in range(k):
                    C[i * out_w + j, (i * stride + a) * width + j * stride + b] = kernel[a, b]
    return C
""",
    "row by row": """
def conv_matrix(kernel, height, width, stride):
    k = len(kernel)
    rows = []
    for y in range(0, height - k + 1, stride):
        for x in range(0, width - k + 1, stride):
            window = np.pad(kernel, ((y, height - k - y), (x, width - k - x)))
            rows.append(window.ravel())
    return np.array(rows)
""",
    "Kronecker products": """
def conv_matrix(kernel, height, width, stride):
    k = len(kernel)
    def shifts(size):
        return [np.eye(size)[a::stride][:(size - k) // stride + 1] for a in range(k)]
    down, right = shifts(height), shifts(width)
    return sum(kernel[a, b] * np.kron(down[a], right[b]) for a in range(k) for b in range(k))
""",
    "TensorFlow's convolution of single pixels": OF_TENSORS,
    "Keras's convolution of single pixels": """
def conv_matrix(kernel, height, width, stride):
    pixels = keras.ops.reshape(keras.ops.eye(height * width), (-1, height, width, 1))
    seen = keras.ops.conv(pixels, kernel[..., None, None], strides=stride, padding="valid")
    return keras.ops.transpose(keras.ops.reshape(seen, (height * width, -1)))
""",
    "positions in one index": """
def conv_matrix(kernel, height, width, stride):
    k = len(kernel)
    places = np.arange(height * width).reshape(height, width)
    corners = places[:height - k + 1:stride, :width - k + 1:stride].reshape(-1, 1)
    C = np.zeros((len(corners), height * width), kernel.dtype)
    C[np.arange(len(corners))[:, None], corners + places[:k, :k].reshape(-1)] = kernel.reshape(-1)
    return C
""",
}

CONV2D = {
    "matrix and vector": """
def conv2d(image, kernel, stride):
    k = kernel.shape[0]
    shape = [(n - k) // stride + 1 for n in image.shape]
    return np.dot(conv_matrix(kernel, *image.shape, stride), image.flatten()).reshape(shape)
""",
    "matvec of TensorFlow": """
def conv2d(image, kernel, stride):
    height, width = image.shape
    matrix = tf.cast(conv_matrix(kernel, height, width, stride), tf.float32)
    flat = tf.linalg.matvec(matrix, tf.reshape(image, [-1]))
    return tf.reshape(flat, [(height - len(kernel)) // stride + 1, -1])
""",
    "around a matrix of tensors": OF_TENSORS
    + """
def conv2d(image, kernel, stride):
    height, width = image.shape
    flat = conv_matrix(kernel, height, width, stride).numpy() @ image.ravel()
    return flat.reshape((height - len(kernel)) // stride + 1, -1)
""",
    "around a matrix in double precision": """
def conv_matrix(kernel, height, width, stride):
    k = len(kernel)
    rows = []
    for y in range(0, height - k + 1, stride):
        for x in range(0, width - k + 1, stride):
            row = np.zeros((height, width))
            row[y:y + k, x:x + k] = kernel
            rows.append(row.ravel())
    return tf.constant(rows)

def conv2d(image, kernel, stride):
    height, width = image.shape
    pixels = tf.reshape(tf.cast(image, tf.float64), [-1, 1])
    flat = tf.matmul(conv_matrix(kernel, height, width, stride), pixels)
    return tf.reshape(flat, [(height - len(kernel)) // stride + 1, -1])
""",
    "TensorFlow's own": """
def conv2d(image, kernel, stride):
    image, kernel = image[None, :, :, None], kernel[:, :, None, None]
    return tf.nn.conv2d(image, kernel, strides=stride, padding="VALID")[0, :, :, 0]
""",
    "windows": """
def conv2d(image, kernel, stride):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijab,ab->ij", windows[::stride, ::stride], kernel)
""",
}

CONV2D_TRANSPOSE = {
    "matrix and vector": """
def conv2d_transpose(image, kernel, stride, height, width):
    C = conv_matrix(kernel, height, width, stride)
    return np.reshape(image.ravel() @ np.asarray(C), (height, width))
""",
    "matvec of TensorFlow": """
def conv2d_transpose(image, kernel, stride, height, width):
    C = tf.cast(conv_matrix(kernel, height, width, stride), tf.float32)
    flat = tf.linalg.matvec(C, tf.reshape(image, [-1]), transpose_a=True)
    return tf.reshape(flat, [height, width])
""",
    "around a matrix of tensors": OF_TENSORS
    + """
def conv2d_transpose(image, kernel, stride, height, width):
    C = conv_matrix(kernel, height, width, stride).numpy()
    return (C.T @ image.reshape(-1, 1)).reshape(height, width)
""",
    "stamps": """
def conv2d_transpose(image, kernel, stride, height, width):
    k = len(kernel)
    x = np.zeros((height, width))
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            x[i*stride:i*stride + k, j*stride:j*stride + k] += image[i, j] * kernel
    return x
""",
    "TensorFlow's own": """
def conv2d_transpose(image, kernel, stride, height, width):
    return tf.nn.conv2d_transpose(
        image[None, :, :, None], kernel[:, :, None, None], (1, height, width, 1), stride, "VALID"
    )[0, :, :, 0]
""",
    "the gradient of a convolution": """
def conv2d_transpose(image, kernel, stride, height, width):
    x = tf.zeros((1, height, width, 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.conv2d(x, kernel[:, :, None, None], stride, "VALID")
    return tape.gradient(y, x, output_gradients=image[None, :, :, None])[0, :, :, 0]
""",
}

RIGHT = {"conv_matrix": CONV_MATRIX, "conv2d": CONV2D, "conv2d_transpose": CONV2D_TRANSPOSE}
