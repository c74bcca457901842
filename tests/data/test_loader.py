"""Data sets, samplers and loaders: order, shapes, and what is refused. Orders are recorded from torch 2.13."""

import collections

import pytest

import rushlight as torch
from rushlight.utils import data


@pytest.fixture(autouse=True)
def _seeded():
    state = torch.get_rng_state()
    torch.manual_seed(0)
    yield
    torch.set_rng_state(state)


class Stream(data.IterableDataset):
    def __iter__(self):
        return iter(range(5))


def test_a_given_generator_shuffles_as_torch_does():
    sampler = data.RandomSampler(range(5), generator=torch.Generator().manual_seed(0))
    assert list(sampler) == [4, 0, 1, 3, 2]


def test_shuffling_visits_every_sample_once_and_changes_with_each_run():
    loader = data.DataLoader(range(20), batch_size=6, shuffle=True)
    first, second = ([x for batch in loader for x in batch.tolist()] for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(20))
    assert first != second


def test_one_run_without_shuffling_draws_one_seed_as_torch_does():
    list(data.DataLoader(range(4)))
    after = torch.rand(1)
    torch.manual_seed(0)
    torch.empty((), dtype=torch.int64).random_()
    assert torch.equal(torch.rand(1), after)


@pytest.mark.parametrize(
    ("options", "lengths"),
    [({"batch_size": 2}, [2, 2, 1]), ({"batch_size": 2, "drop_last": True}, [2, 2])],
)
@pytest.mark.parametrize("dataset", [range(5), Stream()], ids=["indexed", "stream"])
def test_batches(dataset, options, lengths):
    assert [len(batch) for batch in data.DataLoader(dataset, **options)] == lengths


def test_collate_keeps_the_structure():
    Point = collections.namedtuple("Point", "x y")
    batch = data.default_collate([{"p": Point(1, 2.0), "s": "a"}, {"p": Point(3, 4.0), "s": "b"}])
    assert batch["p"].x.tolist() == [1, 3]
    assert batch["p"].y.dtype is torch.float64
    assert batch["s"] == ["a", "b"]


def test_parts_of_a_split_do_not_overlap():
    parts = data.random_split(range(11), [0.3, 0.3, 0.4])
    assert [len(part) for part in parts] == [4, 3, 4]
    assert sorted(x for part in parts for x in part.indices) == list(range(11))


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: data.DataLoader(range(3), batch_size=0), ValueError, "batch_size should be a positive integer value"),
        (lambda: data.DataLoader(range(3), num_workers=-1), ValueError, "num_workers option should be non-negative"),
        (lambda: data.DataLoader(Stream(), shuffle=True), ValueError, "DataLoader with IterableDataset: expected"),
        (lambda: data.DataLoader(range(3), sampler=[1], shuffle=True), ValueError, "sampler option is mutually"),
        (lambda: data.RandomSampler(range(0)), ValueError, "num_samples should be a positive integer value"),
        (lambda: data.random_split(range(10), [3, 3]), ValueError, "Sum of input lengths does not equal"),
        (lambda: data.TensorDataset(torch.ones(3), torch.ones(2)), AssertionError, "Size mismatch between tensors"),
        (lambda: data.default_collate([[1, 2], [1]]), RuntimeError, "each element in list of batch should be of equal"),
        (lambda: data.default_collate([None]), TypeError, "default_collate: batch must contain tensors"),
    ],
)
def test_refusals(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(text)


def test_workers_are_announced_once(monkeypatch):
    monkeypatch.setattr("rushlight.utils.data.dataloader._Told.workers", False)
    with pytest.warns(UserWarning, match="num_workers=2 is taken as 0"):
        loader = data.DataLoader(range(3), num_workers=2)
    data.DataLoader(range(3), num_workers=2)  # warnings are errors here, so a second one would fail
    assert [batch.item() for batch in loader] == [0, 1, 2]
