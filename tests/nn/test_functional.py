"""Layers as functions compute what torch has recorded for them, and so do their gradients."""

import json

import numpy as np
import pytest

import rushlight as torch
from tests.nn.cases import RECORDED, cases, outcome

EXPECTED = json.loads(RECORDED.read_text())


@pytest.mark.parametrize(("family", "call"), cases(), ids=[f"{family}: {call}" for family, call in cases()])
def test_values_and_gradients(family: str, call: str) -> None:
    found, expected = outcome(torch, call), EXPECTED[call]
    assert [(item["shape"], item["dtype"]) for item in found] == [(item["shape"], item["dtype"]) for item in expected]
    for ours, theirs in zip(found, expected):
        # float32 sums in another order than torch's; what cancels to nearly zero keeps the error of its terms
        np.testing.assert_allclose(ours["values"], theirs["values"], rtol=2e-5, atol=2e-6)


F = torch.nn.functional


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda: F.conv2d(torch.ones(1, 2, 4, 4), torch.ones(1, 3, 2, 2)),
            RuntimeError,
            (
                "Given groups=1, weight of size [1, 3, 2, 2], expected input[1, 2, 4, 4] to have 3 channels, "
                "but got 2 channels instead"
            ),
        ),
        (
            lambda: F.pad(torch.ones(1, 1, 2), (2, 0), mode="reflect"),
            RuntimeError,
            (
                "Argument #4: Padding size should be less than the corresponding input dimension, but got: "
                "padding (2, 0) at dimension 2 of input [1, 1, 2]"
            ),
        ),
        (
            lambda: F.cross_entropy(torch.ones(2, 3), torch.tensor([0, 3])),
            IndexError,
            "Target 3 is out of bounds.",
        ),
        (
            lambda: F.cross_entropy(torch.ones(2, 3), torch.tensor([0])),
            ValueError,
            "Expected input batch_size (2) to match target batch_size (1).",
        ),
        (
            lambda: F.batch_norm(torch.ones(1, 3), None, None, training=True),
            ValueError,
            "Expected more than 1 value per channel when training, got input size torch.Size([1, 3])",
        ),
        (
            lambda: F.interpolate(torch.ones(1, 1, 2)),
            ValueError,
            "either size or scale_factor should be defined",
        ),
        (
            lambda: F.mse_loss(torch.ones(2), torch.ones(2), reduction="most"),
            ValueError,
            "most is not a valid value for reduction",
        ),
        (
            lambda: F.embedding(torch.tensor([4]), torch.ones(4, 2)),
            IndexError,
            "index out of range in self",
        ),
        (
            lambda: F.layer_norm(torch.ones(2, 3), (2,)),
            RuntimeError,
            "Given normalized_shape=[2], expected input with shape [*, 2], but got input of size[2, 3]",
        ),
    ],
)
def test_errors(call, kind: type, text: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).splitlines()[0] == text


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_the_class_loss_of_one_sample_without_a_batch(reduction):
    scores = torch.tensor([0.5, -1.0, 2.0], requires_grad=True)
    torch.nn.functional.cross_entropy(scores, torch.tensor(2), reduction=reduction).backward()
    wanted = scores.detach().softmax(0) - torch.tensor([0.0, 0.0, 1.0])
    assert torch.allclose(scores.grad, wanted)
