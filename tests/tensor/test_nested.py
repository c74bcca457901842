"""What `torch.tensor` makes of nested Python data, held to NumPy for values and to torch's rules for dtypes."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

import rushlight as torch

NUMBERS = {
    "bool": (st.booleans(), torch.bool),
    "int": (st.integers(-(2**63), 2**63 - 1), torch.int64),
    "float": (st.floats(width=32), torch.float32),
    "complex": (st.complex_numbers(max_magnitude=1e6), torch.complex64),
}


@st.composite
def regular(draw, leaves):
    """Nested lists of one length a level, and their shape."""
    shape = draw(st.lists(st.integers(1, 3), max_size=3))

    def build(sizes):
        return [build(sizes[1:]) for _ in range(sizes[0])] if sizes else draw(leaves)

    return build(shape), tuple(shape)


@pytest.mark.parametrize("kind", NUMBERS)
@given(data=st.data())
def test_regular_data(kind, data):
    leaves, dtype = NUMBERS[kind]
    nested, shape = data.draw(regular(leaves))
    found = torch.tensor(nested)
    assert found.shape == shape
    assert found.dtype is dtype
    np.testing.assert_array_equal(found.numpy(), np.array(nested, found.numpy().dtype))


@given(regular(st.one_of(st.booleans(), st.integers(-5, 5), st.floats(-5, 5))))
def test_the_widest_kind_of_number_decides(nested_and_shape):
    nested, _ = nested_and_shape
    kinds = set(map(type, np.array(nested, object).reshape(-1)))
    widest = torch.float32 if float in kinds else torch.int64 if int in kinds else torch.bool
    assert torch.tensor(nested).dtype is widest


@given(regular(st.integers(0, 9)).filter(lambda drawn: len(drawn[1]) >= 2 and drawn[1][0] >= 2))
def test_ragged_data_is_refused(nested_and_shape):
    nested, shape = nested_and_shape
    nested[-1] = nested[-1] + nested[-1][:1]
    with pytest.raises(ValueError, match=rf"expected sequence of length {shape[1]} at dim 1 \(got {shape[1] + 1}\)"):
        torch.tensor(nested)


@given(st.lists(st.integers(-300, 300), min_size=1), st.sampled_from([torch.uint8, torch.int8, torch.int16]))
def test_integers_fit_or_are_refused(values, dtype):
    limits = torch.iinfo(dtype)
    low = limits.min if dtype.is_signed else -limits.max
    if all(low <= value <= limits.max for value in values):
        assert torch.tensor(values, dtype=dtype).tolist() == [value % 256 if low < 0 and not dtype.is_signed else value
                                                              for value in values]  # fmt: skip
    else:
        with pytest.raises(RuntimeError, match="without overflow"):
            torch.tensor(values, dtype=dtype)


def test_a_list_that_contains_itself_is_an_error():
    endless: list = []
    endless.append(endless)
    with pytest.raises(ValueError, match="too many dimensions"):
        torch.tensor(endless)


def test_sequences_of_every_kind():
    class Pair:
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return [1.5, 2.5][index]

    assert torch.tensor(Pair()).tolist() == [1.5, 2.5]
    assert torch.tensor((range(2), [2, 3])).tolist() == [[0, 1], [2, 3]]
    assert torch.tensor([torch.tensor(1), 2.5]).tolist() == [1, 2.5]
    assert torch.tensor(np.float64(2)).dtype is torch.float64


def test_the_default_dtype_is_that_of_floats():
    torch.set_default_dtype(torch.float64)
    try:
        assert torch.tensor([1.5]).dtype is torch.float64
        assert torch.tensor([1j]).dtype is torch.complex128
        assert torch.zeros(1).dtype is torch.arange(1.0).dtype is torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


def test_large_data_take_the_same_values_as_small():
    values = [0.1 * index for index in range(5000)]
    assert torch.tensor(values).tolist() == [float(np.float32(value)) for value in values]
    assert torch.tensor(values, dtype=torch.float16)[7].item() == float(np.float16(np.float32(values[7])))
