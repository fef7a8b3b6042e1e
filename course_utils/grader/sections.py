"""Which section of which lecture explains a graded function."""

# By the lecture's title and the section's heading; a test looks for them in the lectures.
EXPLAINED = {
    "Clustering": {
        "What makes one grouping better than another?": ("inertia",),
        "How do we find good centers?": ("assign", "update"),
    },
    "Densities": {
        "Can we do it with two numbers?": ("gaussian_log_density", "fit_gaussian"),
    },
    "Transposed convolutions": {
        "Can a matrix do the same?": ("conv_matrix", "conv2d"),
        "What does the transpose do?": ("conv2d_transpose",),
    },
    "Autoencoders": {
        "Squared error or cross-entropy?": ("mse_loss", "cross_entropy_loss"),
        "Denoising: can it rebuild what is missing?": ("corrupt",),
        "Sparse: what if most units are silent?": ("sparsity_penalty",),
        "Contractive: does a small change get a small answer?": ("contractive_penalty",),
    },
    "Variational autoencoders": {
        "How does a gradient pass through a throw of dice?": ("reparameterize",),
        "How far is a code from the prior?": ("kl_divergence",),
        "What do slides leave out of the loss?": ("reconstruction_loss", "vae_loss", "vae_step"),
    },
    "Generative adversarial networks": {
        "What is the game?": ("discriminator_loss", "discriminator_step"),
        "Which loss should the generator have?": (
            "generator_loss",
            "saturating_generator_loss",
            "generator_step",
        ),
    },
    "Advances in generative adversarial networks": {
        "How far, instead of whether": ("critic_loss",),
        "A critic of slope 1": ("gradient_penalty",),
    },
    "Translation without pairs: CycleGAN and deepfakes": {
        "What do we ask of a translation?": (
            "cycle_loss",
            "identity_loss",
            "least_squares_discriminator_loss",
            "least_squares_generator_loss",
            "generator_objective",
        ),
    },
    "Normalizing flows": {
        "What happens to a density when its variable is transformed?": ("log_prob",),
        "How can a network be inverted?": ("coupling_forward", "coupling_inverse"),
        "How many bits does a digit cost?": ("bits_per_dimension",),
    },
    "Disentanglement": {
        "What does β do?": ("beta_vae_loss",),
        "Which score should we use?": ("discrete_mutual_information", "mutual_information_gap"),
        "InfoGAN: what if a code must be visible?": ("code_loss",),
    },
    "How good is a generative model?": {
        "Likelihood: did the model expect a new image?": ("log_likelihood_bound",),
        "The Fréchet distance: do mean and covariance agree?": ("frechet_distance",),
        "Precision and recall: how good, and how varied?": ("precision", "recall"),
        "Is anything new?": ("nearest_distances",),
    },
    "Diffusion and flow matching": {
        "How do we spoil an image, a little at a time?": ("add_noise",),
        'What is the best answer to "what was it before?"': ("predict_clean",),
        "How does a network learn it?": ("noise_loss", "average_weights"),
        "How do we get from noise to data?": ("guide", "ddim_step"),
        "Flow matching: why not go straight?": ("flow_point", "flow_target"),
    },
}


def where_explained(function: str) -> str:
    """A sentence that names the lecture and its section; empty for a function that has none."""
    for lecture, headings in EXPLAINED.items():
        for heading, functions in headings.items():
            if function in functions:
                return f"The lecture “{lecture}” explains it in its section “{heading}”."
    return ""
