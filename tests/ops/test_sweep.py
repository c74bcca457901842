"""What must hold for every operator, on its samples."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

import rushlight as torch
import rushlight.nn
from rushlight._core.meta_array import MetaArray
from rushlight._core.tensor_base import wrap
from rushlight._declare.observing import observed
from rushlight._declare.record import REGISTRY, Operator
from rushlight.autograd import forward_ad
from rushlight.visual.flops import count_flops
from tests.ops.sample import LEFT_OUT, Maker, Sample, load

TABLE = load()
COVERED = sorted(name for name, op in REGISTRY.items() if name in TABLE or op.kind == "elementwise")
RECORDED = [name for name in COVERED if REGISTRY[name].rules]
FLOATS = "fcV"


def default_samples(op: Operator) -> Callable[[Maker], Iterator[Sample]]:
    """Samples of an elementwise operator that has none of its own: numbers between 0.1 and 0.9."""

    def give(make: Maker) -> Iterator[Sample]:
        required = [name for name in op.params if name not in op.defaults]
        if not set(required) <= set(op.tensors):
            pytest.skip("has settings without a default: it needs samples of its own")
        count = len(required)
        for shapes in (((2, 3),) * 3, ((),) * 3, ((2, 1), (3,), ()), ((0, 3), (1,), (3,))):
            yield Sample(tuple(make(*shapes[place], low=0.1, high=0.9) for place in range(count)))

    return give


def all_samples(name: str, dtype: Any = torch.float64) -> list[Sample]:
    """The samples of an operator that it takes in a dtype."""
    op = REGISTRY[name]
    give = TABLE.get(name) or default_samples(op)
    found = []
    for sample in give(Maker(dtype)):
        try:
            with torch.no_grad():
                op.call(*sample.args, **sample.kwargs)
        except (NotImplementedError, RuntimeError, ValueError, TypeError):
            if dtype is torch.float64 and name in TABLE:
                raise
            continue
        found.append(sample)
    if not found:
        pytest.skip(f"takes no {dtype}")
    return found


def applies(name: str, check: str) -> None:
    """Skips a check that is left out for an operator."""
    if (name, check) in LEFT_OUT:
        pytest.skip(LEFT_OUT[name, check])


def leaves(value: Any) -> list[Any]:
    """The tensors in a result."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, list | tuple):
        return [tensor for item in value for tensor in leaves(item)]
    return []


def with_grad(op: Operator, sample: Sample) -> tuple[tuple[Any, ...], dict[str, Any], list[Any]]:
    """The arguments with the differentiable tensors replaced by copies that require grad, and these copies."""
    copies: list[Any] = []
    bound = dict(zip(op.params, sample.args)) | sample.kwargs

    def fresh(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return type(value)(map(fresh, value))
        if isinstance(value, torch.Tensor) and value._array.dtype.kind in FLOATS:
            copies.append(value.detach().clone().requires_grad_())
            return copies[-1]
        return value

    changed = {name: fresh(value) if name in op.differentiable else value for name, value in bound.items()}
    args = tuple(changed[name] for name in op.params[: len(sample.args)])
    return args, {name: changed[name] for name in sample.kwargs}, copies


def replaced(value: Any, old: Sequence[Any], new: Sequence[Any]) -> Any:
    """An argument with some tensors exchanged for others."""
    if isinstance(value, list | tuple):
        return type(value)(replaced(item, old, new) for item in value)
    for before, after in zip(old, new):
        if value is before:
            return after
    return value


def project(outputs: Sequence[Any], weights: Sequence[Any]) -> Any:
    """One number from differentiable results: their real product with fixed weights."""
    total = torch.zeros((), dtype=torch.float64)
    for output, weight in zip(outputs, weights):
        product = output * weight
        total = total + (product.real if product.is_complex() else product).sum()
    return total


def directions(tensors: Sequence[Any], seed: int) -> list[Any]:
    """A random direction for each tensor."""
    rng = np.random.default_rng(seed)
    found = []
    for tensor in tensors:
        values = rng.uniform(-1, 1, tuple(tensor.shape))
        if tensor.is_complex():
            values = values + 1j * rng.uniform(-1, 1, values.shape)
        found.append(wrap(values.astype(tensor._array.dtype)))
    return found


def along(grads: Sequence[Any], by: Sequence[Any]) -> float:
    """The change of a real number in a direction, from its gradients.

    torch's gradient by a complex number is conjugate to the derivative.
    """
    total = 0.0
    for gradient, direction in zip(grads, by):
        if gradient is not None:
            product = (gradient.conj() if gradient.is_complex() else gradient) * direction
            total += (product.real if product.is_complex() else product).sum().item()
    return total


class Function:
    """An operator on one sample as a function of its differentiable tensors."""

    def __init__(self, op: Operator, sample: Sample) -> None:
        self.op = op
        self.args, self.kwargs, self.inputs = with_grad(op, sample)

    def __call__(self, *inputs: Any) -> list[Any]:
        args = tuple(replaced(value, self.inputs, inputs) for value in self.args)
        kwargs = {name: replaced(value, self.inputs, inputs) for name, value in self.kwargs.items()}
        return [one for one in leaves(self.op.call(*args, **kwargs)) if one._array.dtype.kind in FLOATS]

    def recorded(self) -> list[Any]:
        """The results that require grad."""
        return [one for one in self(*self.inputs) if one.requires_grad]


def moved(inputs: Sequence[Any], by: Sequence[Any], step: float) -> list[Any]:
    return [(tensor.detach() + step * direction).requires_grad_() for tensor, direction in zip(inputs, by)]


def near(one: float, other: float, rtol: float, atol: float) -> bool:
    return bool(np.isclose(one, other, rtol=rtol, atol=atol)) or (np.isnan(one) and np.isnan(other))


def sweep_dtypes(name: str) -> list[Any]:
    return [torch.float64, torch.complex128]


@pytest.mark.parametrize("name", RECORDED)
def test_gradients_are_those_of_finite_differences(name: str) -> None:
    applies(name, "gradient")
    op, step = REGISTRY[name], 1e-6
    for dtype in sweep_dtypes(name):
        if (name, "complex") in LEFT_OUT and dtype is torch.complex128:
            continue
        try:
            found = all_samples(name, dtype)
        except pytest.skip.Exception:
            if dtype is torch.float64:
                raise
            continue
        for sample in found:
            function = Function(op, sample)
            outputs = function.recorded()
            if not outputs or not function.inputs:
                continue
            weights = directions(outputs, 1)
            by = directions(function.inputs, 2)
            grads = torch.autograd.grad(project(outputs, weights), function.inputs, allow_unused=True)
            slope = along(grads, by)
            above = project(function(*moved(function.inputs, by, step)), weights).item()
            below = project(function(*moved(function.inputs, by, -step)), weights).item()
            expected = (above - below) / (2 * step)
            assert near(slope, expected, 1e-4, 1e-6), f"{name}{sample}: {slope} is not {expected}"
            if (name, "second") not in LEFT_OUT:
                check_second(name, sample, function, outputs, weights, by, step)


def check_second(
    name: str, sample: Sample, function: Function, outputs: Any, weights: Any, by: Any, step: float
) -> None:
    """The derivative of the gradient, against finite differences of it."""
    across = directions(function.inputs, 3)

    def slope(inputs: Sequence[Any]) -> Any:
        total = project([one for one in function(*inputs) if one.requires_grad], weights)
        grads = torch.autograd.grad(total, inputs, create_graph=True, allow_unused=True)
        kept = [(gradient, other) for gradient, other in zip(grads, across) if gradient is not None]
        return project([gradient for gradient, _ in kept], [other for _, other in kept])

    here = slope(function.inputs)
    if not here.requires_grad:
        found = 0.0
    else:
        found = along(torch.autograd.grad(here, function.inputs, allow_unused=True), by)
    above, below = slope(moved(function.inputs, by, step)).item(), slope(moved(function.inputs, by, -step)).item()
    expected = (above - below) / (2 * step)
    assert near(found, expected, 1e-3, 1e-5), f"{name}{sample}, second order: {found} is not {expected}"


@pytest.mark.parametrize("name", RECORDED)
def test_forward_mode_agrees_with_backward_mode(name: str) -> None:
    applies(name, "gradient")
    applies(name, "forward")
    op = REGISTRY[name]
    for sample in all_samples(name):
        function = Function(op, sample)
        outputs = function.recorded()
        if not outputs or not function.inputs:
            continue
        weights, by = directions(outputs, 1), directions(function.inputs, 2)
        grads = torch.autograd.grad(project(outputs, weights), function.inputs, allow_unused=True)
        backward = along(grads, by)
        with forward_ad.dual_level():
            duals = [forward_ad.make_dual(tensor.detach(), direction) for tensor, direction in zip(function.inputs, by)]
            parts = [forward_ad.unpack_dual(one) for one in function(*duals)]
        known = [(part.tangent, weight) for part, weight in zip(parts, weights) if part.tangent is not None]
        forward = project([tangent for tangent, _ in known], [weight for _, weight in known]).item()
        assert near(forward, backward, 1e-9, 1e-9), f"{name}{sample}: {forward} is not {backward}"
        for part, output in zip(parts, outputs):
            assert torch.allclose(part.primal, output.detach(), rtol=1e-12, equal_nan=True), f"{name}{sample}"


@pytest.mark.parametrize("name", COVERED)
def test_vmap_agrees_with_a_loop(name: str) -> None:
    applies(name, "vmap")
    op = REGISTRY[name]
    for sample in all_samples(name):
        tensors = leaves([*sample.args, *sample.kwargs.values()])
        if not tensors:
            continue
        for chosen in ([*tensors], [tensors[0]]):
            check_batch(name, op, sample, chosen)


def check_batch(name: str, op: Operator, sample: Sample, chosen: list[Any]) -> None:
    """The operator on three examples that differ in some tensors, at once and one after the other."""
    rng = np.random.default_rng(4)
    batches = []
    for tensor in chosen:
        array = np.stack([tensor._array] * 3)
        if array.dtype.kind == "f":
            array = array * (1 + 0.01 * rng.random(array.shape)).astype(array.dtype)
        batches.append(wrap(array))

    def call(*examples: Any) -> Any:
        args = tuple(replaced(value, chosen, examples) for value in sample.args)
        kwargs = {key: replaced(value, chosen, examples) for key, value in sample.kwargs.items()}
        return tuple(leaves(op.call(*args, **kwargs)))

    apart = [call(*(batch[index] for batch in batches)) for index in range(3)]
    together = torch.func.vmap(call)(*batches)
    for number, result in enumerate(together):
        expected = torch.stack([one[number] for one in apart])
        assert result.dtype is expected.dtype, f"{name}{sample}: {result.dtype} is not {expected.dtype}"
        assert result.shape == expected.shape, f"{name}{sample}: {result.shape} is not {expected.shape}"
        assert torch.allclose(result, expected, rtol=1e-9, atol=1e-12, equal_nan=True), f"{name}{sample}"


@pytest.mark.parametrize("name", [name for name in COVERED if hasattr(torch.Tensor, f"{name}_")])
def test_in_place_agrees_with_the_function(name: str) -> None:
    applies(name, "in-place")
    op = REGISTRY[name]
    for sample in all_samples(name):
        first, *rest = sample.args
        if not isinstance(first, torch.Tensor):
            continue
        expected = op.call(*sample.args, **sample.kwargs)
        target = first.clone()
        before = target._version
        if not torch.can_cast(expected.dtype, first.dtype) or expected.shape != first.shape:
            kept = target.clone()
            with pytest.raises(RuntimeError):
                getattr(target, f"{name}_")(*rest, **sample.kwargs)
            assert torch.equal(target, kept), f"{name}{sample}: an operator that raises has modified nothing"
            continue
        result = getattr(target, f"{name}_")(*rest, **sample.kwargs)
        assert result is target
        assert target._version > before
        assert torch.allclose(target, expected.to(target.dtype), equal_nan=True), f"{name}{sample}"


@pytest.mark.parametrize("name", [name for name in COVERED if REGISTRY[name].has_out])
def test_out_agrees_with_the_function(name: str) -> None:
    applies(name, "out")
    op = REGISTRY[name]
    for sample in all_samples(name):
        expected = op.call(*sample.args, **sample.kwargs)
        if isinstance(expected, torch.Tensor):
            target = torch.empty_like(expected)
            assert op.call(*sample.args, **sample.kwargs, out=target) is target, f"{name}{sample}"
            assert torch.allclose(target, expected, rtol=1e-12, equal_nan=True), f"{name}{sample}"
        else:
            targets = tuple(torch.empty_like(one) for one in expected)
            found = op.call(*sample.args, **sample.kwargs, out=targets)
            assert all(one is target for one, target in zip(found, targets)), f"{name}{sample}"
            assert all(torch.equal(one, other) for one, other in zip(targets, expected)), f"{name}{sample}"


@pytest.mark.parametrize("name", COVERED)
def test_inputs_stay_as_they_are_and_nothing_stays_alive(name: str) -> None:
    applies(name, "inputs")
    op = REGISTRY[name]
    for sample in all_samples(name):
        tensors = leaves([*sample.args, *sample.kwargs.values()])
        before = [np.array(tensor._array) for tensor in tensors]
        function = Function(op, sample)
        function.recorded()
        gc.disable()
        gc.freeze()  # what is there already is not gone through
        try:
            alive = count_alive()
            outputs = function.recorded()
            if outputs and (name, "gradient") not in LEFT_OUT:
                project(outputs, directions(outputs, 1)).backward()
            for tensor in function.inputs:
                tensor.grad = None
            del outputs
            assert count_alive() == alive, f"{name}{sample} leaves tensors or nodes behind"
        finally:
            gc.unfreeze()
            gc.enable()
        for tensor, array in zip(tensors, before):
            assert np.array_equal(tensor._array, array, equal_nan=array.dtype.kind in "fc"), f"{name}{sample}"


def count_alive() -> int:
    kinds = (torch.Tensor, torch.autograd.graph.Node)
    return sum(issubclass(type(thing), kinds) for thing in gc.get_objects())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize("name", COVERED)
def test_sixteen_bits_are_float32_rounded(name: str, dtype: Any) -> None:
    applies(name, "16-bit")
    op = REGISTRY[name]
    eps = torch.finfo(dtype).eps
    for sample in all_samples(name, dtype):
        tensors = leaves([*sample.args, *sample.kwargs.values()])
        wide = [tensor.float() if tensor.dtype is dtype else tensor for tensor in tensors]
        args = tuple(replaced(value, tensors, wide) for value in sample.args)
        kwargs = {key: replaced(value, tensors, wide) for key, value in sample.kwargs.items()}
        found = leaves(op.call(*sample.args, **sample.kwargs))
        expected = leaves(op.call(*args, **kwargs))
        for one, other in zip(found, expected):
            if other.dtype is torch.float32 and one.dtype is dtype:
                rounded = other.to(dtype)
                assert torch.allclose(one.float(), rounded.float(), rtol=2 * eps, atol=1e-6, equal_nan=True), (
                    f"{name}{sample}: {one} is not {rounded}"
                )
            else:
                assert one.dtype is other.dtype, f"{name}{sample}"


@pytest.mark.parametrize("name", COVERED)
def test_operations_are_counted(name: str) -> None:
    counts = {}

    def count(op: Operator, values: list[Any], found: Any) -> None:
        if op.kind not in ("composite", "fused"):
            counts[op.name] = count_flops(op, values, found)

    for sample in all_samples(name):
        with observed(count), torch.no_grad():
            REGISTRY[name].call(*sample.args, **sample.kwargs)
        assert all(found is not None and 0 <= found < 1e9 for found in counts.values()), f"{name}{sample}: {counts}"


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex64, torch.bfloat16], ids=str)
@pytest.mark.parametrize("name", COVERED)
def test_the_meta_device_knows_shape_and_dtype(name: str, dtype: Any) -> None:
    applies(name, "meta")
    op = REGISTRY[name]
    for sample in all_samples(name, dtype):
        tensors = leaves([*sample.args, *sample.kwargs.values()])
        shapes = [wrap(MetaArray.empty(tensor._array.shape, tensor._array.dtype)) for tensor in tensors]
        args = tuple(replaced(value, tensors, shapes) for value in sample.args)
        kwargs = {key: replaced(value, tensors, shapes) for key, value in sample.kwargs.items()}
        expected = leaves(op.call(*sample.args, **sample.kwargs))
        found = leaves(op.call(*args, **kwargs))
        assert [(one.shape, one.dtype, one.is_meta) for one in found] == [
            (one.shape, one.dtype, True) for one in expected
        ], f"{name}{sample}"
