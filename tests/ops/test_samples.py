"""Every operator has samples, and every kernel says what it costs."""

from pathlib import Path

import rushlight.nn  # noqa: F401 its operators too
from rushlight._declare.record import REGISTRY
from tests.ops.sample import SAMPLES, load

PENDING = set((Path(__file__).parent / "pending.txt").read_text().split())
"""Operators whose samples are still to be written; a new operator does not belong here."""


def without_samples() -> set[str]:
    """Elementwise operators have samples by default, composite ones consist of others, random ones differ each time."""
    load()
    return {
        name
        for name, op in REGISTRY.items()
        if name not in SAMPLES and op.kind not in ("elementwise", "composite") and "generator" not in op.position
    }


def test_every_operator_has_samples():
    missing = without_samples() - PENDING
    assert not missing, f"write samples for {', '.join(sorted(missing))} in tests/ops/samples (see tests/ops/README.md)"


def test_what_is_pending_is_missing():
    known = PENDING - without_samples()
    assert not known, f"take {', '.join(sorted(known))} out of tests/ops/pending.txt"


def test_samples_are_of_operators():
    load()
    assert set(SAMPLES) <= set(REGISTRY)


def test_every_kernel_says_what_it_costs():
    load()
    silent = sorted(name for name, op in REGISTRY.items() if op.kind == "kernel" and op.flops is None)
    assert not silent, f"state flops= in the declarations of {', '.join(silent)} (see _declare/kinds.py)"
