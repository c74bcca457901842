"""The special functions are what they should be: to 13 digits in float64, to the last bit or two in float32.

The values come from mpmath. torch's own differ by more in places: its `bessel_j0` in float64 by 3e-7.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import rushlight as torch
import rushlight.special  # its operators too
from rushlight._declare.record import REGISTRY
from tests.special.values import RECORDED

VALUES: dict[str, list[Any]] = json.loads(RECORDED.read_text())

OSCILLATING = {"special_bessel_j0", "special_bessel_j1", "special_bessel_y0", "special_bessel_y1", "special_airy_ai",
               "special_spherical_bessel_j0", "digamma"}  # fmt: skip
"""Functions with zeros that no formula hits to a relative error."""


def computed(name: str, arguments: Any, dtype: Any) -> Any:
    tensors = [torch.tensor(column, dtype=dtype) for column in zip(*arguments, strict=True)]
    if name.startswith("polygamma_"):
        return torch.polygamma(int(name[-1]), *tensors)
    function = REGISTRY[name if name in REGISTRY else f"special_{name}"].call
    return function(*tensors)


@pytest.mark.parametrize("name", sorted(VALUES))
def test_float64(name: str) -> None:
    arguments, expected = zip(*VALUES[name], strict=True)
    found = computed(name, arguments, torch.float64).numpy()
    wanted = np.array(expected)
    # the expansion for huge orders has two terms, and a large result comes of an exponential of a large number
    tolerance = 1e-10 if name in ("igamma", "igammac") else 2e-13
    np.testing.assert_allclose(
        found, wanted, rtol=tolerance, atol=1e-14 if name in OSCILLATING or "polynomial" in name else 1e-300
    )


@pytest.mark.parametrize("name", sorted(VALUES))
def test_float32(name: str) -> None:
    arguments, _ = zip(*VALUES[name], strict=True)
    exact = [[float(np.float32(value)) for value in row] for row in arguments]  # what float32 makes of the arguments
    wanted = computed(name, exact, torch.float64).numpy()
    found = computed(name, exact, torch.float32).numpy()
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(found, wanted.astype(np.float32), rtol=1.2e-7, atol=0)


def test_the_single_precision_form_of_erf_is_close() -> None:
    x = torch.linspace(-5, 5, 10_001)
    exact = x.double().erf()
    error = (x.erf().double() - exact).abs() / np.spacing(np.maximum(exact.abs().numpy(), 1e-30).astype(np.float32))
    assert error.max() < 6.5
    assert error.mean() < 1
