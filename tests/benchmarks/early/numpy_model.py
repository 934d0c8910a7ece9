"""A quick copy of the default Gaussian process in numpy, and acquisition functions.

Notation
    θ          logarithms of the four weights, the length-scale and the noise variance `(6,)`
    v          what they are the logarithms of
    n, m       numbers of observations and of candidates
    z          warped values `(n,)`
"""

import math

import numpy as np
from scipy.linalg import lapack, solve_triangular
from scipy.optimize import minimize
from scipy.special import log_ndtr, ndtr

EXPECTED = np.log([0.25] * 4 + [2.0, 0.02])  # what the hyper-priors are around, with stddev 1


class Model:
    """The Gaussian process on `n` observations."""

    def __init__(self, similar, distances, z, expected, uneven):
        self.similar, self.distances, self.z, self.expected = similar, distances, z, expected
        self.uneven = np.ones(len(z)) if uneven is None else uneven

    def covariance(self, theta):
        v = np.exp(theta)
        hamming = np.exp(-self.distances / v[4])
        k = np.tensordot(v[:3], self.similar, 1) + v[3] * hamming
        return k + np.diag(v[5] * self.uneven), hamming, v

    def likelihood(self, theta):
        factor, failed = lapack.dpotrf(self.covariance(theta)[0], lower=1)
        if failed:
            return -1e10
        white = lapack.dtrtrs(factor, self.z, lower=1)[0]
        return -0.5 * white @ white - np.log(np.diagonal(factor)).sum()

    def loss(self, theta):
        """As the project's: the densities of weights and length-scale, not of their logarithms."""
        k, hamming, v = self.covariance(theta)
        factor, failed = lapack.dpotrf(k, lower=1)
        if failed:
            return 1e10, np.zeros(6)
        inverse = np.tril(lapack.dpotri(factor, lower=1)[0])
        inverse += np.tril(inverse, -1).T
        alpha = inverse @ self.z
        slope = 0.5 * (np.outer(alpha, alpha) - inverse)
        by = [*(self.similar * slope).sum(axis=(1, 2)), (hamming * slope).sum()]
        by.append(v[3] * (hamming * slope * self.distances).sum() / v[4] ** 2)
        by.append((np.diagonal(slope) * self.uneven).sum())
        away = theta - self.expected
        value = -0.5 * self.z @ alpha - np.log(np.diagonal(factor)).sum()
        prior = -0.5 * away @ away - theta[:5].sum()
        return -value - prior, -(v * by - away - np.append(np.ones(5), 0))

    def fit(self, start):
        bounds = [(-12, 8)] * 5 + [(math.log(1e-5), 0)]
        options = {"maxiter": 60, "ftol": 1e-7}
        found = minimize(self.loss, start, jac=True, bounds=bounds, options=options)
        return found.x

    def draw(self, theta, rng, count, first):
        """Elliptical slice sampling (Murray, Adams and MacKay 2010): each fourth of a chain."""
        found, away, level = [], theta - self.expected, self.likelihood(theta)
        for step in range(first + 4 * count):
            other, low = rng.standard_normal(6), level + math.log(rng.random())
            angle = 2 * math.pi * rng.random()
            least, most = angle - 2 * math.pi, angle
            while True:
                new = away * math.cos(angle) + other * math.sin(angle)
                level = self.likelihood(new + self.expected)
                if level > low:
                    break
                least, most = (angle, most) if angle < 0 else (least, angle)
                angle = least + (most - least) * rng.random()
            away = new
            if step >= first and (step - first) % 4 == 3:
                found.append(away + self.expected)
        return found

    def predict(self, theta, similar, distances):
        """Mean and standard deviation of all `(m,)`."""
        k, _, v = self.covariance(theta)
        inverse = solve_triangular(np.linalg.cholesky(k), np.eye(len(k)), lower=True)
        cross = (v[3] * np.exp(-np.arange(64) / v[4])).astype(np.float32)[distances]
        for weight, part in zip(v[:3], similar, strict=True):
            cross += np.float32(weight) * part
        white = inverse.astype(np.float32) @ cross
        mean = (inverse.T @ (inverse @ self.z)).astype(np.float32) @ cross
        variance = np.float32(v[:4].sum()) - np.einsum("ij,ij->j", white, white)
        return mean.astype(float), np.sqrt(np.maximum(variance, 1e-10)).astype(float)


def log_improvement(mean, stddev, best):
    u = (mean - best) / stddev
    h = np.exp(-0.5 * u**2) / math.sqrt(2 * math.pi) + u * ndtr(u)
    low = np.minimum(u, -4.0)
    tail = -0.5 * low**2 - 0.5 * math.log(2 * math.pi) - 2 * np.log(-low)
    tail += np.log1p(-3 / low**2 + 15 / low**4)
    return np.log(stddev) + np.where(u > -4, np.log(np.maximum(h, 1e-300)), tail)


def entropy(mean, stddev, best, rng, draws=10):
    """Max-value entropy search (Wang and Jegelka 2017), f* by a Gumbel distribution."""
    grid = np.linspace(best - 1, (mean + 5 * stddev).max(), 60)
    below = np.exp([log_ndtr((g - mean) / stddev).sum() for g in grid])
    low, high = np.interp([0.25, 0.75], below, grid)
    scale = (low - high) / (math.log(-math.log(0.75)) - math.log(-math.log(0.25)))
    at = low + scale * math.log(-math.log(0.25))
    highest = np.maximum(at - scale * np.log(-np.log(rng.random(draws))), best + 0.01)
    gamma = (highest[:, None] - mean) / stddev
    density = np.exp(-0.5 * gamma**2) / math.sqrt(2 * math.pi)
    return (gamma * density / (2 * ndtr(gamma)) - log_ndtr(gamma)).mean(axis=0)
