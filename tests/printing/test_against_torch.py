"""Random tensors under random options print as torch prints them."""

from math import prod

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

torch = pytest.importorskip("torch", reason="torch is the reference here")

from tests.printing.cases import Case  # noqa: E402
from tests.printing.printed import printed  # noqa: E402
from tests.printing.record import torch_text  # noqa: E402

NUMBERS = st.one_of(
    st.sampled_from([0.0, -0.0, float("nan"), float("inf"), -float("inf"), 1.0, 1000.0, 1001.0, 1e8, 99999.5, 1e-4]),
    st.integers(-2000, 2000).map(float),
    st.floats(-10, 10),
    st.floats(width=16),
)
SHAPES = st.lists(st.integers(0, 7), max_size=4).map(tuple)
DTYPES = st.sampled_from(
    ["float32", "float64", "float16", "bfloat16", "complex64", "complex128", "bool", "uint8", "int8", "int16",
     "int32", "int64", "uint16", "uint32", "uint64"]
)  # fmt: skip
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "precision": st.integers(0, 12),
        "threshold": st.sampled_from([0, 1, 5, 20, 100, float("inf")]),
        "edgeitems": st.integers(0, 4),
        "linewidth": st.integers(0, 150),
        "profile": st.sampled_from(["default", "short", "full"]),
        "sci_mode": st.sampled_from([None, True, False]),
    },
)


def array_of(numbers: list[float], shape: tuple[int, ...], dtype: str):
    """The numbers, repeated to fill the shape; imaginary parts are the same numbers backwards."""
    repeated = np.resize(np.array(numbers), shape)
    with np.errstate(all="ignore"):
        if dtype.startswith("complex"):
            array = np.empty(shape, dtype)
            array.real, array.imag = repeated, np.resize(np.array(numbers[::-1]), shape)
            return array
        if dtype in ("float32", "float64", "float16", "bfloat16"):
            return repeated.astype(getattr(ml_dtypes if dtype == "bfloat16" else np, dtype))
        whole = np.nan_to_num(repeated, posinf=2**40, neginf=-(2**40))
        return np.asarray(whole).astype(np.int64).astype(dtype)


@settings(max_examples=400, deadline=None)
@given(
    numbers=st.lists(NUMBERS, min_size=1, max_size=12),
    shape=SHAPES.filter(lambda shape: prod(shape) < 400),
    dtype=DTYPES,
    options=OPTIONS,
    requires_grad=st.booleans(),
    default=st.sampled_from(["float32", "float64", "float16"]),
    is_transposed=st.booleans(),
)
def test_prints_as_torch(numbers, shape, dtype, options, requires_grad, default, is_transposed):
    array = array_of(numbers, shape, dtype)
    requires_grad &= dtype.startswith(("float", "bfloat", "complex"))
    case = Case("random", array.T if is_transposed else array, options, requires_grad, default)
    assert printed(case.array, options, default, requires_grad=requires_grad) == torch_text(case)
