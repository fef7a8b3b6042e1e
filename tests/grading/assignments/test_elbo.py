"""Reference values of the two terms of the evidence lower bound. See also test_vae.py."""

import numpy as np
from scipy import integrate, stats

from course_utils.grading.assignments import elbo


def test_the_true_kl_is_an_integral():
    mu, sigma = np.array([[0.7, -2.0]]), np.array([[0.3, 1.8]])

    def integrand(z, mean, deviation):
        q = stats.norm(mean, deviation)
        return q.pdf(z) * (q.logpdf(z) - stats.norm.logpdf(z))

    parts = [
        integrate.quad(integrand, m - 12 * s, m + 12 * s, args=(m, s))[0]
        for m, s in zip(mu[0], sigma[0], strict=True)
    ]
    np.testing.assert_allclose(elbo.true_kl(mu, sigma), [sum(parts)], rtol=1e-7)
