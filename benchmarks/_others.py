"""Two compilers beside torch and rushlight: `torch.compile`, and JAX where it is installed.

Both take functions, so a statement that is more than one expression of tensors has no time of theirs. torch.compile
needs a C++ compiler on the machine; the time in which it and JAX compile is not counted.
"""

from __future__ import annotations

import ast
import importlib.util
import statistics
from collections.abc import Callable
from itertools import repeat
from time import perf_counter
from types import ModuleType
from typing import Any

from _measure import Case, prepared

JAX = {
    "x + y": "x + y", "x * 2.0": "x * 2.0", "x > 0": "x > 0", "x.t() + y": "x.T + y", "x.relu()": "jax.nn.relu(x)",
    "x.sigmoid()": "jax.nn.sigmoid(x)", "x.erf()": "jax.scipy.special.erf(x)", "x.amax()": "jnp.max(x)",
    "torch.nn.functional.gelu(x)": "jax.nn.gelu(x, approximate=False)", "torch.where(c, x, y)": "jnp.where(c, x, y)",
    "x.var()": "jnp.var(x, ddof=1)", "x.var(0)": "jnp.var(x, 0, ddof=1)", "x.var(1)": "jnp.var(x, 1, ddof=1)",
    "x.norm()": "jnp.linalg.norm(x)", "x.amax(0)": "jnp.max(x, 0)", "x.amax(1)": "jnp.max(x, 1)",
    "x.logsumexp(1)": "jax.scipy.special.logsumexp(x, 1)", "x.softmax(1)": "jax.nn.softmax(x, 1)",
    "x.t().contiguous()": "jnp.copy(x.T)", "x.sort().values": "jnp.sort(x)", "x.sort(1).values": "jnp.sort(x, 1)",
    "x.gather(1, i)": "jnp.take_along_axis(x, i, 1)", "x.index_select(0, i)": "jnp.take(x, i, 0)",
    "torch.zeros(4096).scatter_add(0, i, x)": "jnp.zeros(4096).at[i].add(x)",
    "torch.zeros(1000, 64).index_add(0, i, x)": "jnp.zeros((1000, 64)).at[i].add(x)",
    "x.cummax(1).values": "jax.lax.cummax(x, 1)", "x.topk(5).values": "jax.lax.top_k(x, 5)[0]",
    "x.topk(5, 1).values": "jax.lax.top_k(x, 5)[0]", "x.masked_fill(c, 0.0)": "jnp.where(c, 0.0, x)",
} | {
    f"x.{name}({dim})": f"jnp.{name}(x{', ' * bool(dim)}{dim})"
    for name in ("tanh", "exp", "log", "sqrt", "sin", "sum", "mean", "argmax", "cumsum") for dim in ("", "0", "1")
}  # fmt: skip
"""Statements of torch in JAX's words."""


def _expression(case: Case) -> str | None:
    """What a statement ``result = ...`` computes; None if it does more than that."""
    head, found, text = case.statement.partition("result = ")
    return text if found and not head and ";" not in text else None


def _tensors(text: str, names: dict[str, Any]) -> list[str]:
    """The names of tensors in an expression."""
    found = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    return sorted(name for name in found if hasattr(names.get(name), "numel") and name != "torch")


def by_torch_compile(case: Case, torch: ModuleType) -> Callable[[], Any] | None:
    """The statement compiled by torch; None where it is no function of tensors, or cannot be compiled here."""
    text, names = _expression(case), prepared(case, torch)
    if text is None or any(names[name].requires_grad for name in _tensors(text, names)):
        return None
    wanted = _tensors(text, names)
    exec(f"def statement({', '.join(wanted)}):\n    return {text}", names)
    compiled = torch.compile(names["statement"], dynamic=False)
    values = [names[name] for name in wanted]
    try:
        compiled(*values)
    except Exception:
        return None
    return lambda: compiled(*values)


def by_jax(case: Case, torch: ModuleType) -> Callable[[], Any] | None:
    """The statement in JAX; None where JAX is not installed, or `JAX` does not have it."""
    text = JAX.get(_expression(case) or "")
    if text is None or importlib.util.find_spec("jax") is None:
        return None
    import jax
    import jax.numpy as jnp

    names = prepared(case, torch)
    wanted = _tensors(text, names)
    known: dict[str, Any] = {"jax": jax, "jnp": jnp}
    exec(f"def statement({', '.join(wanted)}):\n    return {text}", known)
    compiled = jax.jit(known["statement"])
    values = [jnp.asarray(names[name].numpy()) for name in wanted]
    return lambda: compiled(*values).block_until_ready()


def microseconds(function: Callable[[], Any], warm_ms: float, turns: int = 10, turn_ms: float = 4.0) -> float:
    """The median of some turns, after the function has run for a while untimed."""
    start, count = perf_counter(), 0
    while perf_counter() - start < warm_ms / 1e3 or not count:
        function()
        count += 1
    loops = max(1, round(count * turn_ms / warm_ms))
    times = []
    for _ in range(turns):
        start = perf_counter()
        for _ in repeat(None, loops):
            function()
        times.append((perf_counter() - start) / loops)
    return statistics.median(times) * 1e6
