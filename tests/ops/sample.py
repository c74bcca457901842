"""Sample inputs of operators: what one is, how tensors for it are made, and the table of all of them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import rushlight as torch


@dataclass
class Sample:
    """The arguments of one call.

    Attributes:
        args, kwargs: tensors do not require grad; a test makes copies that do.
        note: what is special about it, shown when it fails.
    """

    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    note: str = ""

    def __repr__(self) -> str:
        parts = [_shown(value) for value in self.args]
        parts += [f"{name}={_shown(value)}" for name, value in self.kwargs.items()]
        return f"({', '.join(parts)})" + (f"  # {self.note}" if self.note else "")


def _shown(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return f"{str(value.dtype).removeprefix('torch.')}{list(value.shape)}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_shown, value))}]"
    return repr(value)


class Maker:
    """Makes tensors of the dtype that a test sweeps over; the same numbers every time."""

    def __init__(self, dtype: Any = torch.float64) -> None:
        self.dtype = dtype
        self.rng = np.random.default_rng(2026)

    def __call__(self, *shape: int, low: float = -2.0, high: float = 2.0) -> Any:
        """Numbers between `low` and `high`, none of them close to a whole one, where functions like `floor` jump."""
        values = self.rng.uniform(low, high, shape)
        if high - low >= 1:
            whole = np.round(values)
            values = np.where(np.abs(values - whole) < 0.05, whole + 0.05 * np.where(values < whole, -1, 1), values)
        return self.of(values)

    def spread(self, *shape: int) -> Any:
        """Numbers that all differ, in random order, for operators that choose among them."""
        count = int(np.prod(shape))
        return self.of(self.rng.permutation(count).reshape(shape) * 0.37 - count * 0.15)

    def matrix(self, *shape: int) -> Any:
        """Square matrices that are well conditioned."""
        values = self.rng.uniform(-1, 1, shape) + 2 * np.eye(shape[-1])
        return self.of(values)

    def of(self, values: Any) -> Any:
        """A tensor of given numbers."""
        values = np.asarray(values)
        if self.dtype.is_complex and values.dtype.kind != "c":
            values = values + 1j * self.rng.uniform(-1, 1, values.shape)
        return torch.tensor(values.tolist(), dtype=self.dtype).reshape(values.shape)

    def index(self, below: int, *shape: int) -> Any:
        """Integers from 0 to `below`, exclusive."""
        return torch.tensor(self.rng.integers(0, below, shape).tolist()).reshape(shape).long()

    def mask(self, *shape: int) -> Any:
        """True and False."""
        return torch.tensor((self.rng.random(shape) < 0.5).tolist()).reshape(shape).bool()


Samples = Callable[[Maker], Iterator[Sample]]

SAMPLES: dict[str, Samples] = {}
"""By the name of the operator a function from a `Maker` to its samples."""

LEFT_OUT: dict[tuple[str, str], str] = {}
"""By operator and check, why the check does not apply."""


def samples(*names: str) -> Callable[[Samples], Samples]:
    """Enters a function as the samples of some operators."""

    def enter(function: Samples) -> Samples:
        for name in names:
            assert name not in SAMPLES, f"{name} has samples already"
            SAMPLES[name] = function
        return function

    return enter


def leave_out(check: str, reason: str, *names: str) -> None:
    """Says that a check does not apply to some operators, and why."""
    for name in names:
        LEFT_OUT[name, check] = reason


def load() -> dict[str, Samples]:
    """The table, with every family read, and every operator declared."""
    for name in dir(torch):
        getattr(torch, name, None)  # loads what loads on first use
    for name in ("linalg", "fft", "special", "nn.functional"):
        importlib.import_module(f"rushlight.{name}")
    for module in pkgutil.iter_modules([str(Path(__file__).parent / "samples")]):
        importlib.import_module(f"tests.ops.samples.{module.name}")
    return SAMPLES
