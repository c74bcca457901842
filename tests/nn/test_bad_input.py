"""Input that does not fit a layer: torch's error, and a note that names the layer and what it expects."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import rushlight as torch
from tests.nn.bad_input import CALLS, attempt

F, nn = torch.nn.functional, torch.nn
EXPECTED = json.loads((Path(__file__).parents[1] / "golden" / "bad_input.json").read_text())


@pytest.mark.parametrize("call", CALLS)
def test_the_error_is_torchs(call: str) -> None:
    assert attempt(torch, call) == EXPECTED[call]


@pytest.mark.parametrize(
    ("layer", "inputs", "note"),
    [
        (
            lambda: nn.Conv2d(3, 4, 3),
            (torch.ones(1, 4, 8, 8),),
            (
                "raised in Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1)): it expects (N, 3, height, width) or "
                "(3, height, width); it got float32 [1, 4, 8, 8]"
            ),
        ),
        (
            lambda: nn.Linear(3, 2),
            (torch.ones(5, 4),),
            "raised in Linear(in_features=3, out_features=2, bias=True): it expects (*, 3); it got float32 [5, 4]",
        ),
        (
            lambda: nn.CrossEntropyLoss(),
            (torch.ones(2, 3), torch.ones(3).long()),
            (
                "raised in CrossEntropyLoss(): it expects logits (N, C, *) with class numbers (N, *), or with "
                "probabilities of the shape of the logits; it got float32 [2, 3], int64 [3]"
            ),
        ),
    ],
)
def test_a_note_names_the_layer(layer: Callable[[], Any], inputs: tuple[Any, ...], note: str) -> None:
    with pytest.raises((RuntimeError, ValueError)) as caught:
        layer()(*inputs)
    assert caught.value.__notes__[-1] == note


def test_the_innermost_layer_is_named_once() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.ReLU(), nn.Linear(5, 2)))
    with pytest.raises(RuntimeError) as caught:
        net(torch.ones(2, 3))
    named = [note for note in caught.value.__notes__ if note.startswith("raised in")]
    assert named == [
        "raised in Linear(in_features=5, out_features=2, bias=True): it expects (*, 5); it got float32 [2, 4]"
    ]


def test_errors_of_own_modules_are_left_alone() -> None:
    class Own(nn.Module):
        def forward(self, x: Any) -> Any:
            raise ValueError("my own")

    with pytest.raises(ValueError, match="my own") as caught:
        Own()(torch.ones(1))
    assert not hasattr(caught.value, "__notes__")
