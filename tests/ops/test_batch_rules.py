"""Which operators `vmap` runs once for each example, for want of a rule."""

from pathlib import Path

from rushlight._declare.record import REGISTRY
from tests.ops.sample import load

LOOPS = set((Path(__file__).parent / "loops.txt").read_text().split())


def without_a_rule() -> set[str]:
    """Kernels whose declaration gives no ``batch=``; the other kinds of operators have rules by their kind."""
    load()
    kernels = {name: op for name, op in REGISTRY.items() if op.kind == "kernel"}
    return {name for name, op in kernels.items() if op.batch is None and "generator" not in op.position}


def test_the_list_of_loops_is_right():
    found = without_a_rule()
    assert not found - LOOPS, f"give a batch= rule, or add to tests/ops/loops.txt: {', '.join(sorted(found - LOOPS))}"
    assert not LOOPS - found, f"take out of tests/ops/loops.txt: {', '.join(sorted(LOOPS - found))}"


def test_what_programs_use_most_has_a_rule():
    often = set(
        "mm mv dot _softmax _log_softmax cumsum cat stack gather index_select embedding convolution native_layer_norm "
        "masked_fill max.dim sort.stable topk tril".split()
    )
    assert not often & without_a_rule()
