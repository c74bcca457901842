"""Batches of tensors taken in one go are those that single samples would make."""

import pytest

import rushlight as torch
from rushlight.utils.data import DataLoader, Dataset, Subset, TensorDataset
from rushlight.utils.data._utils.collate import default_collate_fn_map

X, Y = torch.arange(24.0).view(8, 3), torch.arange(8)


class Single(TensorDataset):
    """The same samples, one by one: a subclass may do what it likes with them."""


def batches(dataset: Dataset, **options: object) -> list[list[torch.Tensor]]:
    torch.manual_seed(3)
    return list(DataLoader(dataset, batch_size=3, **options))


def same(left: list[list[torch.Tensor]], right: list[list[torch.Tensor]]) -> bool:
    return len(left) == len(right) and all(
        type(a) is type(b) and len(a) == len(b) and all(x.dtype is y.dtype and x.equal(y) for x, y in zip(a, b))
        for a, b in zip(left, right)
    )


@pytest.mark.parametrize("options", [{}, {"shuffle": True}, {"drop_last": True}, {"sampler": [-1, 0, 5, 5]}])
def test_batches_are_those_of_single_samples(options: dict) -> None:
    assert same(batches(TensorDataset(X, Y), **options), batches(Single(X, Y), **options))


def test_a_subset_is_looked_through() -> None:
    chosen = [6, 1, 3, 7]
    assert same(batches(Subset(TensorDataset(X, Y), chosen)), batches(Subset(Single(X, Y), chosen)))
    twice = Subset(Subset(TensorDataset(X, Y), chosen), [2, 0])
    assert batches(twice)[0][1].tolist() == [3, 6]


def test_batches_do_not_share_memory_with_the_data() -> None:
    for x, _ in DataLoader(TensorDataset(X, Y), batch_size=4):
        x.zero_()
    assert X.sum() == 276


def test_samples_that_require_grad_keep_their_history() -> None:
    weights = torch.ones(4, 2, requires_grad=True)
    (batch,) = next(iter(DataLoader(TensorDataset(weights), batch_size=2)))
    assert batch.grad_fn.name() == "StackBackward0"


def test_a_collate_function_or_table_of_ones_own_gets_single_samples() -> None:
    assert batches(TensorDataset(Y), collate_fn=lambda samples: len(samples)) == [3, 3, 2]
    standard = default_collate_fn_map[torch.Tensor]
    default_collate_fn_map[torch.Tensor] = lambda items, *, collate_fn_map: len(items)
    try:
        assert batches(TensorDataset(Y)) == [[3], [3], [2]]
    finally:
        default_collate_fn_map[torch.Tensor] = standard


def test_a_sample_out_of_range() -> None:
    with pytest.raises(IndexError, match="index 8 is out of bounds for dimension 0 with size 8"):
        batches(TensorDataset(X), sampler=[0, 8])
