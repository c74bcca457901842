"""Derivatives of gamma and beta distributed numbers by their parameters."""

import numpy as np
import pytest

from rushlight._backends.numpy.pathwise import dirichlet_pathwise, gamma_pathwise


@pytest.mark.parametrize("value", [1e-6, 0.01, 0.5, 1.0, 3.0, 10.0])
def test_gamma_with_concentration_1_against_a_difference(value):
    # with Q = exp(-x): the quantile function of nearby concentrations, by bisection on a numerical integral
    def lower(concentration: float, x: float) -> float:
        logs = np.linspace(np.log(x) - 60 / concentration, np.log(x), 400_001)
        density = np.exp(concentration * logs - np.exp(logs))
        whole = np.linspace(-80.0, 6.0, 400_001)
        return np.trapezoid(density, logs) / np.trapezoid(np.exp(concentration * whole - np.exp(whole)), whole)

    step = 1e-4
    slope = (lower(1 + step, value) - lower(1 - step, value)) / (2 * step)
    expected = -slope / np.exp(-value)
    assert gamma_pathwise(np.array([1.0]), np.array([value]))[0] == pytest.approx(expected, rel=1e-4)


def test_large_concentrations_move_one_to_one():
    found = gamma_pathwise(np.array([1e12]), np.array([1e12]))
    np.testing.assert_allclose(found, 1.0, rtol=1e-6)


def test_beta_of_1_and_1_has_a_closed_form():
    # F(x; a, 1) = x**a, so x moves by -x log(x); divided by 1 - x
    x = np.array([0.1, 0.5, 0.9])
    found = dirichlet_pathwise(x, np.ones(3), np.full(3, 2.0))
    np.testing.assert_allclose(found, -x * np.log(x) / (1 - x), rtol=1e-12)


def test_dtype_and_shape_stay():
    found = gamma_pathwise(np.ones((2, 3), np.float32), np.ones((2, 3), np.float32))
    assert found.dtype == np.float32
    assert found.shape == (2, 3)
