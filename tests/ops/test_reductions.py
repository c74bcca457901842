"""Reductions, selections and scans: that their short ways give what the general way gives, and what they promise."""

import pickle

import numpy as np
import pytest

import rushlight as torch
from rushlight._core.tensor_base import hold_fast_paths, release_fast_paths

SHAPES = [
    (),
    (1,),
    (7,),
    (10, 3),
    (3, 1),
    (2, 3, 4),
    (1030,),
    (40, 50),
    (1500, 3),
    (3, 1500),
    (2, 1500, 3),
    (0,),
    (2, 0),
]

WHOLE = [
    "sum",
    "mean",
    "prod",
    "max",
    "min",
    "amax",
    "amin",
    "norm",
    "var",
    "std",
    "median",
    "any",
    "all",
    "argmax",
    "argmin",
]

ALONG = ["sum", "mean", "prod", "max", "min", "amax", "amin", "var", "std", "argmax", "argmin", "any", "all",
         "sort", "argsort", "cumsum", "cumprod", "softmax", "log_softmax", "logsumexp", "median"]  # fmt: skip


def generally(function):
    """The result of the general path, without the closures for the common case."""
    hold_fast_paths()
    try:
        return outcome(function)
    finally:
        release_fast_paths()


def outcome(function):
    try:
        found = function()
    except Exception as error:
        return type(error), str(error)
    return [(item.dtype, item.numpy()) for item in (found if isinstance(found, tuple) else (found,))]


def assert_same(first, second):
    if isinstance(first, tuple) or isinstance(second, tuple):
        assert first == second
        return
    for (dtype, array), (wanted, expected) in zip(first, second, strict=True):
        assert dtype is wanted
        np.testing.assert_allclose(array, expected, rtol=2e-6, atol=1e-6)


def numbers(shape, dtype):
    rng = np.random.default_rng(0)
    if dtype.is_floating_point:
        return torch.from_numpy(rng.standard_normal(shape)).to(dtype) if shape else torch.tensor(0.5, dtype=dtype)
    return torch.from_numpy(np.asarray(rng.integers(0, 4, shape))).to(dtype)


@pytest.mark.filterwarnings("ignore:.*degrees of freedom")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64, torch.uint8, torch.bool], ids=str)
@pytest.mark.parametrize("name", WHOLE)
def test_the_short_way_of_all_elements_is_the_general_one(name, dtype):
    for shape in SHAPES:
        x = numbers(shape, dtype)
        method = getattr(x, name)
        assert_same(outcome(method), generally(method))


@pytest.mark.filterwarnings("ignore:.*degrees of freedom")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64, torch.bool], ids=str)
@pytest.mark.parametrize("name", ALONG)
def test_the_short_way_along_a_dimension_is_the_general_one(name, dtype):
    for shape in SHAPES:
        x = numbers(shape, dtype)
        for dim in range(-3, 3):
            for call in (lambda x=x, dim=dim: getattr(x, name)(dim), lambda x=x, dim=dim: getattr(x, name)(dim=dim)):
                assert_same(outcome(call), generally(call))


@pytest.mark.parametrize("name", ["sum", "mean", "amax", "amin"])
def test_several_dimensions_kept_or_not(name):
    x = numbers((2, 3, 4), torch.float32)
    for dims in [(0, 1), [-1, 0], (2,), (), (0, 1, 2), (0, 0), (3,)]:
        for keepdim in (False, True):
            call = lambda dims=dims, keepdim=keepdim: getattr(x, name)(dims, keepdim)  # noqa: E731
            assert_same(outcome(call), generally(call))


def test_layouts_do_not_matter():
    x = numbers((60, 70), torch.float64)  # another layout is another order to add in, which float32 would show
    for y in (x.t(), x[::2], x[:, ::3], x[1:, 1:], x.expand(2, 60, 70)):
        same = y.contiguous()
        for call in (
            lambda y: y.sum(),
            lambda y: y.sum(0),
            lambda y: y.amax(-1),
            lambda y: y.sort(0),
            lambda y: y.var(1),
        ):
            assert_same(outcome(lambda call=call, y=y: call(y)), outcome(lambda call=call, same=same: call(same)))


@pytest.mark.parametrize("shape", [(1_000_000, 3), (3, 400_000), (2, 100_000, 5), (2_000_003,)])
def test_sums_of_many_keep_their_digits(shape):
    array = np.random.default_rng(0).random(shape, np.float32)
    x = torch.from_numpy(array)
    for dim in range(len(shape)):
        exact = array.astype(np.float64).sum(dim)
        np.testing.assert_allclose(x.sum(dim).numpy(), exact, rtol=2e-6)
        np.testing.assert_allclose(x.var(dim).numpy(), array.astype(np.float64).var(dim, ddof=1), rtol=1e-5, atol=1e-12)
    np.testing.assert_allclose(x.sum().item(), array.astype(np.float64).sum(), rtol=2e-6)


def test_results_do_not_share_memory_with_what_was_reduced():
    x = torch.tensor([[1.0, 5.0], [3.0, 2.0]])
    before = x.clone()
    for result in (
        x.sum(),
        x.max(),
        x.median(),
        x.amax(1),
        x.sort().values,
        x.topk(1).values,
        x.cumsum(0),
        x.softmax(0),
    ):
        result.zero_()
    assert (x == before).all()
    assert torch.ones(2, 2).sum() == 4  # the constants behind it are as they were


def test_places_and_other_integers_carry_no_gradient():
    x = torch.tensor([[1.0, 5.0], [3.0, 2.0]], requires_grad=True)
    for places in (x.argmax(), x.max(0).indices, x.sort().indices, x.topk(1).indices, x.argsort(), x.cummax(0).indices):
        assert places.dtype is torch.int64
        assert not places.requires_grad


def test_named_results_are_tuples_with_names():
    found = torch.tensor([3.0, 1.0]).max(0)
    values, indices = found
    assert values is found.values is found[0]
    assert indices is found.indices is found[1]
    assert isinstance(found, torch.return_types.max)
    assert repr(found) == "torch.return_types.max(\nvalues=tensor(3.),\nindices=tensor(0))"
    assert pickle.loads(pickle.dumps(torch.return_types.max((1, 2)))) == (1, 2)


def test_where_equal_elements_share_a_gradient_and_where_the_first_has_it():
    x = torch.tensor([2.0, 1.0, 2.0], requires_grad=True)
    for function, expected in (
        (lambda x: x.max(), [0.5, 0.0, 0.5]),
        (lambda x: x.amax(), [0.5, 0.0, 0.5]),
        (lambda x: x.max(0).values, [1.0, 0.0, 0.0]),
        (lambda x: x.min(), [0.0, 1.0, 0.0]),
    ):
        (grad,) = torch.autograd.grad(function(x), x)
        assert grad.tolist() == expected


def test_topk_of_many_is_the_head_of_sort():
    x = torch.from_numpy(np.random.default_rng(0).integers(0, 50, (20, 500)))
    for largest in (True, False):
        values, indices = x.topk(7, 1, largest)
        assert (values == x.sort(1, largest).values[:, :7]).all()
        assert (x.gather(1, indices) == values).all()
        assert all(len(set(row)) == 7 for row in indices.tolist())


def test_distances_from_products_are_those_from_differences():
    first, second = (torch.from_numpy(np.random.default_rng(seed).standard_normal((2, 40, 6))) for seed in (0, 1))
    quick = torch.cdist(first, second)
    slow = torch.cdist(first, second, compute_mode="donot_use_mm_for_euclid_dist")
    np.testing.assert_allclose(quick.numpy(), slow.numpy(), rtol=1e-9)


def test_products_of_many_numbers_near_one_keep_their_digits():
    x = (1 + np.random.default_rng(0).normal(size=1_000_000) * 1e-4).astype(np.float32)
    assert torch.from_numpy(x).prod().item() == pytest.approx(x.astype(np.float64).prod(), rel=1e-3)
