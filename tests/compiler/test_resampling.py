"""Images brought to another size by the compiled kernel, against the NumPy bodies."""

from __future__ import annotations

import numpy as np
import pytest

from rushlight._backends.numpy import resample

pytest.importorskip("llvmlite")

MODES = {
    "nearest": lambda size, out: resample.nearest_taps(size, out, None, False),
    "linear": lambda size, out: resample.linear_taps(size, out, None, False),
    "corners": lambda size, out: resample.linear_taps(size, out, None, True),
    "cubic": lambda size, out: resample.cubic_taps(size, out, None, False),
    "antialiased": lambda size, out: resample.antialiased_taps(size, out, None, False, True),
    "means": resample.window_taps,
}
TOLERANCE = {"float32": 2e-5, "float64": 2e-14}
"""Of sums of some hundred numbers of size 1, which the two add up in different orders."""


def both(monkeypatch, function, *arguments):
    """What the kernel and what NumPy gives."""
    found = []
    for least in (0, 1 << 62):
        monkeypatch.setattr(resample, "FROM", least)
        found.append(function(*arguments))
    return found


@pytest.mark.parametrize("element", ["float32", "float64"])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("sizes", "out"),
    [((9,), (20,)), ((7, 8), (15, 33)), ((40, 50), (17, 9)), ((5, 6, 7), (8, 9, 18)), ((1, 1), (4, 4))],
)
def test_resampling_and_its_transpose(monkeypatch, element, mode, sizes, out):
    random = np.random.default_rng(0)
    images = random.standard_normal((2, 3, *sizes)).astype(element)
    g = random.standard_normal((2, 3, *out)).astype(element)
    taps = [MODES[mode](*pair) for pair in zip(sizes, out, strict=True)]
    found, exact = both(monkeypatch, resample.resample, images, taps)
    assert found.dtype == element
    np.testing.assert_allclose(found, exact, rtol=0, atol=TOLERANCE[element])
    found, exact = both(monkeypatch, resample.resample_transposed, g, taps, sizes)
    assert found.dtype == element
    np.testing.assert_allclose(found, exact, rtol=0, atol=TOLERANCE[element])


def test_what_is_not_finite_stays_with_its_neighbours(monkeypatch):
    g = np.zeros((1, 1, 10, 10), "float32")
    g[0, 0, 4, 5] = np.inf
    taps = [resample.nearest_taps(3, 10, None, False)] * 2
    found, exact = both(monkeypatch, resample.resample_transposed, g, taps, (3, 3))
    np.testing.assert_array_equal(found, exact)


def test_images_that_are_not_contiguous(monkeypatch):
    images = np.random.default_rng(0).standard_normal((2, 8, 9, 3)).transpose(0, 3, 1, 2)
    taps = [resample.linear_taps(8, 16, None, False), resample.linear_taps(9, 5, None, False)]
    found, exact = both(monkeypatch, resample.resample, images, taps)
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-14)
