"""Pruning by masks. Numbers and texts are torch's."""

import pytest

import rushlight as torch
from rushlight import nn
from rushlight.nn.utils import prune


def layer() -> nn.Linear:
    made = nn.Linear(3, 2)
    with torch.no_grad():
        made.weight.copy_(torch.tensor([[1.0, -2.0, 3.0], [0.5, 0.1, -4.0]]))
    return made


def test_a_pruned_weight_is_a_product():
    pruned = prune.l1_unstructured(layer(), "weight", amount=2)
    assert list(pruned.state_dict()) == ["bias", "weight_orig", "weight_mask"]
    assert pruned.weight_mask.tolist() == [[1, 1, 1], [0, 0, 1]]
    pruned(torch.ones(1, 3)).sum().backward()
    assert pruned.weight_orig.grad.tolist() == pruned.weight_mask.tolist()


def test_pruning_again_narrows_the_mask():
    pruned = prune.l1_unstructured(layer(), "weight", amount=2)
    prune.ln_structured(pruned, "weight", amount=1, n=2, dim=1)
    assert pruned.weight_mask.tolist() == [[0, 1, 1], [0, 0, 1]]
    prune.l1_unstructured(pruned, "weight", amount=0.3)
    assert pruned.weight_mask.tolist() == [[0, 0, 1], [0, 0, 1]]
    (hook,) = pruned._forward_pre_hooks.values()
    assert [type(method).__name__ for method in hook] == ["L1Unstructured", "LnStructured", "L1Unstructured"]


def test_removing_leaves_zeros():
    pruned = prune.l1_unstructured(layer(), "weight", amount=5)
    assert prune.is_pruned(nn.Sequential(pruned))
    prune.remove(pruned, "weight")
    assert pruned.weight.tolist() == [[0, 0, 0], [0, 0, -4]]
    assert list(pruned.state_dict()) == ["bias", "weight"]
    assert not prune.is_pruned(pruned)


@pytest.mark.parametrize(
    ("how", "mask"),
    [
        (lambda m: prune.identity(m, "weight"), [[1, 1, 1], [1, 1, 1]]),
        (lambda m: prune.custom_from_mask(m, "weight", torch.eye(2, 3)), [[1, 0, 0], [0, 1, 0]]),
        (lambda m: prune.l1_unstructured(m, "weight", 0.5), [[0, 1, 1], [0, 0, 1]]),
        (
            lambda m: prune.l1_unstructured(m, "weight", 2, importance_scores=torch.arange(6.0).view(2, 3)),
            [[0, 0, 1], [1, 1, 1]],
        ),
        (lambda m: prune.ln_structured(m, "weight", 1, n=1, dim=0), [[1, 1, 1], [0, 0, 0]]),
        (lambda m: prune.ln_structured(m, "weight", 1, n=float("inf"), dim=1), [[0, 1, 1], [0, 1, 1]]),
    ],
)
def test_masks(how, mask):
    assert how(layer()).weight_mask.tolist() == mask


def test_drawn_masks_are_those_of_torch():
    torch.manual_seed(0)
    found = nn.Linear(3, 2)
    assert prune.random_unstructured(found, "weight", 0.5).weight_mask.tolist() == [[0, 0, 1], [0, 1, 1]]


def test_several_parameters_are_pruned_as_one():
    first, second = layer(), layer()
    with torch.no_grad():
        second.weight.mul_(100)
    prune.global_unstructured([(first, "weight"), (second, "weight")], prune.L1Unstructured, amount=4)
    assert first.weight_mask.sum() == 2
    assert second.weight_mask.sum() == 6


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: prune.L1Unstructured("x"), TypeError, "Invalid type for amount: x. Must be int or float."),
        (
            lambda: prune.L1Unstructured(1.5),
            ValueError,
            "amount=1.5 should either be a float in the range [0, 1] or a non-negative integer",
        ),
        (
            lambda: prune.random_unstructured(layer(), "weight", 100),
            ValueError,
            "amount=100 should be smaller than the number of parameters to prune=6",
        ),
        (
            lambda: prune.random_structured(layer(), "bias", 1, 0),
            ValueError,
            (
                "Structured pruning can only be applied to multidimensional tensors. Found tensor of shape "
                "torch.Size([2]) with 1 dims"
            ),
        ),
        (
            lambda: prune.random_structured(layer(), "weight", 1, 5),
            IndexError,
            "Invalid index 5 for tensor of size torch.Size([2, 3])",
        ),
        (
            lambda: prune.remove(nn.ReLU(), "weight"),
            ValueError,
            "Parameter 'weight' of module ReLU() has to be pruned before pruning can be removed",
        ),
        (
            lambda: prune.global_unstructured(3, prune.L1Unstructured, amount=1),
            TypeError,
            "global_unstructured(): parameters is not an Iterable",
        ),
    ],
)
def test_refusals(call, kind, text):
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).splitlines()[0] == text


def test_what_fails_changes_nothing():
    made = layer()
    with pytest.raises(ValueError, match="amount=100"):
        prune.l1_unstructured(made, "weight", amount=100)
    assert list(made.state_dict()) == ["weight", "bias"]
    assert not prune.is_pruned(made)
