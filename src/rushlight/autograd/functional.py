"""Products with Jacobians and Hessians, and these matrices themselves, of functions of tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, Literal

from .._core.tensor_base import TensorBase
from .._ops.creation import eye
from .._ops.joining import stack
from .._ops.slices import alias
from .._tape.saved import without_history
from .api import grad
from .batching import BatchLevel
from .duals import DualLevel
from .grad_mode import enable_grad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

Strategy = Literal["reverse-mode", "forward-mode"]
_INDEPENDENT_JACOBIAN = (
    "While computing the hessian, found that the jacobian of the user-provided function with respect to input {} is "
    "independent of the input. This is not allowed in strict mode. You should ensure that your function is twice "
    "differentiable and that the jacobian depends on the inputs (this would be violated by a linear function for "
    "example)."
)


def _as_tuple(values: Any, what: str, name: str) -> tuple[bool, tuple[Any, ...]]:
    """Whether a tuple was given, and the tensors as a tuple."""
    given = isinstance(values, tuple)
    for index, value in enumerate(values if given else (values,)):
        if not isinstance(value, TensorBase):
            start = f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the "
            raise TypeError(
                f"{start}value at index {index} has type {type(value)}."
                if given
                else f"{start}given {what} has type {type(value)}."
            )
    return given, values if given else (values,)


def _track(inputs: Sequence[Any], create_graph: bool) -> tuple[Any, ...]:
    """Tensors of the same values to differentiate by, which lead on to the originals if a graph is wanted."""
    return tuple(
        alias(tensor) if create_graph and tensor._edge is not None else tensor.detach().requires_grad_()
        for tensor in inputs
    )


def _call(func: Any, inputs: tuple[Any, ...], name: str, strict: bool) -> tuple[bool, tuple[Any, ...]]:
    """The outputs of a function; in strict mode all have to depend on the inputs."""
    several, outputs = _as_tuple(func(*inputs), "outputs of the user-provided function", name)
    if strict:
        for index, output in enumerate(outputs):
            if output._edge is None:
                raise RuntimeError(
                    f"Output {index} of the user-provided function does not require gradients. The outputs must be "
                    "computed in a differentiable manner from the input when running in strict mode."
                )
    return several, outputs


def _vector(v: Any, like: Sequence[Any], whose: str, name: str) -> tuple[Any, ...]:
    """The vector of a product, ones where it may be left out."""
    if v is None:
        if len(like) != 1 or prod(like[0].shape) != 1:
            raise RuntimeError(f"The vector v can only be None if {whose} a single Tensor with a single element.")
        return (like[0].new_ones(like[0].shape),)
    _, vectors = _as_tuple(v, "v", name)
    if len(vectors) != len(like):
        if len(like) == 1:
            raise RuntimeError("The given v should contain a single Tensor.")
        raise RuntimeError(f"v is a tuple of invalid length: should be {len(like)} but got {len(vectors)}.")
    for index, (vector, tensor) in enumerate(zip(vectors, like)):
        if vector.shape != tensor.shape:
            which = f"Entry {index} in v" if len(like) > 1 else "v"
            raise RuntimeError(f"{which} has invalid size: should be {tensor.shape} but got {vector.shape}.")
    return vectors


def _gradients(
    outputs: Sequence[Any], inputs: Sequence[Any], vectors: Sequence[Any] | None, create_graph: bool, **options: Any
) -> list[Any]:
    """The gradients of those outputs that have a history; None where there are none."""
    pairs = [
        (output, None if vectors is None else vectors[index])
        for index, output in enumerate(outputs)
        if output._edge is not None
    ]
    if not pairs:
        return [None] * len(inputs)
    found = grad(
        [output for output, _ in pairs], list(inputs), [vector for _, vector in pairs],
        allow_unused=True, create_graph=create_graph, **options,
    )  # fmt: skip
    return list(found)


def _finish(values: Sequence[Any], several: bool, create_graph: bool) -> Any:
    """Results in the form they were asked for, without history unless a graph is wanted."""
    kept = tuple(value if create_graph else value.detach() for value in values)
    return kept if several else kept[0]


def _filled(grads: Sequence[Any], like: Sequence[Any], strict_text: str | None) -> list[Any]:
    """Zeros in place of missing gradients; in strict mode an error."""
    found = []
    for index, (gradient, tensor) in enumerate(zip(grads, like)):
        if gradient is None and strict_text is not None:
            raise RuntimeError(strict_text.format(index))
        found.append(tensor.new_zeros(tensor.shape) if gradient is None else gradient)
    return found


def _check_recorded(grads: Sequence[Any]) -> None:
    for index, gradient in enumerate(grads):
        if gradient._edge is None:
            raise RuntimeError(
                f"The jacobian of the user-provided function is independent of input {index}. This is not allowed in "
                "strict mode when create_graph=True."
            )


def vjp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The value of a function, and a vector times its Jacobian.

    Args:
        func: takes and returns a tensor or several.
        inputs: a tensor or a tuple of tensors.
        v: the vector, of the outputs' shapes; None where there is one output of one element.
        create_graph: whether the results can be differentiated.
        strict: whether an output that does not depend on an input is an error instead of a zero.

    Example::

        >>> torch.autograd.functional.vjp(lambda x: x**2, torch.tensor([1.0, 2.0]), torch.ones(2))
        (tensor([1., 4.]), tensor([2., 4.]))
    """
    with enable_grad():
        many, given = _as_tuple(inputs, "inputs", "vjp")
        tracked = _track(given, create_graph)
        several, outputs = _call(func, tracked, "vjp", strict)
        vectors = _vector(v, outputs, "the user-provided function returns", "vjp")
        grads = _gradients(outputs, tracked, vectors, create_graph)
        text = (
            "The output of the user-provided function is independent of input {}. This is not allowed in strict mode."
        )
        grads = _filled(grads, tracked, text if strict else None)
        if strict and create_graph:
            _check_recorded(grads)
    return _finish(outputs, several, create_graph), _finish(grads, many, create_graph)


def jvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The value of a function, and its Jacobian times a vector.

    It is the derivative, by u, of the product of a vector u with the Jacobian: any function
    that can be differentiated backward will do. `torch.func.jvp` is faster.

    Args:
        func: takes and returns a tensor or several.
        inputs: a tensor or a tuple of tensors.
        v: the vector, of the inputs' shapes; None where there is one input of one element.
        create_graph: whether the results can be differentiated.
        strict: whether an output that does not depend on an input is an error instead of a zero.

    Example::

        >>> torch.autograd.functional.jvp(lambda x: x**2, torch.tensor([1.0, 2.0]), torch.ones(2))
        (tensor([1., 4.]), tensor([2., 4.]))
    """
    with enable_grad():
        _, given = _as_tuple(inputs, "inputs", "jvp")
        tracked = _track(given, create_graph)
        vectors = _vector(v, given, "the input to the user-provided function is", "jvp")
        several, outputs = _call(func, tracked, "jvp", strict)
        seeds = tuple(output.new_zeros(output.shape).requires_grad_() for output in outputs)
        grads = _gradients(outputs, tracked, seeds, True)
        text = (
            "The output of the user-provided function is independent of input {}. This is not allowed in strict mode."
        )
        grads = _filled(grads, tracked, text if strict else None)
        if strict and create_graph:
            for index, gradient in enumerate(grads):
                if not _depends_on_more(gradient, tracked):
                    raise RuntimeError(
                        f"The jacobian of the user-provided function is independent of input {index}. This is not "
                        "allowed in strict mode when create_graph=True."
                    )
        moved = _filled(_gradients(grads, seeds, vectors, create_graph), outputs, None)
    return _finish(outputs, several, create_graph), _finish(moved, several, create_graph)


def _depends_on_more(gradient: Any, tracked: Sequence[Any]) -> bool:
    """Whether a gradient changes with the inputs."""
    found = _gradients((gradient.sum(),), tracked, None, False, retain_graph=True)
    return any(one is not None for one in found)


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: Strategy = "reverse-mode",
) -> Any:
    """The Jacobian of a function.

    Args:
        func: takes and returns a tensor or several.
        inputs: a tensor or a tuple of tensors.
        create_graph: whether the result can be differentiated.
        strict: whether an output that does not depend on an input is an error instead of zeros.
        vectorize: whether all rows (or columns) are computed in one pass.
        strategy: ``"forward-mode"`` computes columns, and needs `vectorize`.

    Returns:
        for one output and one input a tensor of the shape of the output followed by that of the input; for several
        a tuple, by output and then by input.

    Example::

        >>> torch.autograd.functional.jacobian(lambda x: x**2, torch.tensor([1.0, 2.0]))
        tensor([[2., 0.],
                [0., 4.]])
    """
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs '
            'than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "forward-mode":
        if create_graph:
            raise NotImplementedError(
                'torch.autograd.functional.jacobian: `create_graph=True` and `strategy="forward-mode"` are not '
                'supported together (yet). Please either set `create_graph=False` or `strategy="reverse-mode"`.'
            )
        if strict:
            raise RuntimeError(
                'torch.autograd.functional.jacobian: `strict=True` and `strategy="forward-mode"` are not supported '
                'together (yet). Please either set `strict=False` or `strategy="reverse-mode"`.'
            )
        if not vectorize:
            raise NotImplementedError(
                "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for "
                "`vectorize=True`."
            )
        return _jacobian_forward(func, inputs)
    with enable_grad():
        many, given = _as_tuple(inputs, "inputs", "jacobian")
        tracked = _track(given, create_graph)
        several, outputs = _call(func, tracked, "jacobian", strict)
        if vectorize and strict:
            raise RuntimeError(
                "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. "
                "Please either set `strict=False` or `vectorize=False`."
            )
        blocks = []
        for index, output in enumerate(outputs):
            rows = _rows(output, tracked, create_graph, vectorize, index, strict)
            blocks.append([
                row.reshape((*output.shape, *tensor.shape)) for row, tensor in zip(rows, tracked)
            ])  # fmt: skip
    found = tuple(_finish(block, many, create_graph) for block in blocks)
    return found if several else found[0]


def _rows(
    output: Any, tracked: Sequence[Any], create_graph: bool, vectorize: bool, index: int, strict: bool
) -> list[Any]:
    """For each input the gradients of all elements of an output, one after the other."""
    count = prod(output.shape)
    basis = eye(count, dtype=output.dtype).reshape((count, *output.shape))
    if output._edge is None or not count:
        return [output.new_zeros((count, *tensor.shape)) for tensor in tracked]
    options = {"create_graph": create_graph, "retain_graph": True}
    if vectorize:
        found = _gradients((output,), tracked, (basis,), is_grads_batched=True, **options)
        return [
            output.new_zeros((count, *tensor.shape)) if gradient is None else gradient
            for gradient, tensor in zip(found, tracked)
        ]
    text = (
        f"Output {index} of the user-provided function is independent of input {{}}. This is not allowed in strict "
        "mode."
        if strict
        else None
    )
    rows = []
    for vector in basis:
        grads = _filled(_gradients((output,), tracked, (vector,), **options), tracked, text)
        if strict and create_graph:
            _check_recorded(grads)
        rows.append(grads)
    return [stack(list(column)) for column in zip(*rows)]


def _jacobian_forward(func: Any, inputs: Any) -> Any:
    """The Jacobian from one forward pass over dual numbers with a batch of tangents."""
    many, given = _as_tuple(inputs, "inputs", "jacobian")
    total = sum(prod(tensor.shape) for tensor in given)
    with BatchLevel(total) as batch, DualLevel() as level:
        duals, start = [], 0
        for tensor in given:
            count = prod(tensor.shape)
            unit = eye(total, dtype=tensor.dtype).narrow(1, start, count)
            duals.append(level.wrap(tensor.detach(), batch.wrap(unit.reshape((total, *tensor.shape)), True)))
            start += count
        several, outputs = _call(func, tuple(duals), "jacobian", False)
        changes = [output.tangent if level.owns(output) else None for output in outputs]
        full = [None if change is None else batch.full(change) for change in changes]
    blocks = []
    for output, change in zip(outputs, full):
        block, start = [], 0
        for tensor in given:
            count = prod(tensor.shape)
            if change is None:
                block.append(output.new_zeros((*output.shape, *tensor.shape)))
            else:
                part = change.narrow(0, start, count).movedim(0, -1)
                block.append(part.reshape((*output.shape, *tensor.shape)))
            start += count
        blocks.append(tuple(block) if many else block[0])
    return tuple(blocks) if several else blocks[0]


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: Strategy = "reverse-mode",
) -> Any:
    """The matrix of second derivatives of a function with one output of one element.

    Args:
        func: takes a tensor or several, and returns a tensor of one element.
        inputs: a tensor or a tuple of tensors.
        create_graph: whether the result can be differentiated.
        strict: whether a first derivative that does not depend on an input is an error instead of zeros.
        vectorize: whether all rows are computed in one pass.
        outer_jacobian_strategy: ``"forward-mode"`` computes the second derivative forward, and needs `vectorize`.

    Returns:
        for one input a tensor of its shape twice; for several a tuple of tuples.

    Example::

        >>> torch.autograd.functional.hessian(lambda x: (x**3).sum(), torch.tensor([1.0, 2.0]))
        tensor([[ 6.,  0.],
                [ 0., 12.]])
    """
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')
    many, _ = _as_tuple(inputs, "inputs", "hessian")
    forward = outer_jacobian_strategy == "forward-mode"

    def single(*tracked: Any) -> Any:
        several, outputs = _as_tuple(func(*tracked), "outputs of the user-provided function", "hessian")
        _check_single(outputs, several, "hessian")
        return outputs[0].reshape(())

    def first(*tracked: Any) -> Any:
        if forward:  # dual numbers: others of the same values, to differentiate backward by
            tracked = tuple(without_history(tensor).requires_grad_() for tensor in tracked)
        output = single(*tracked)
        if strict and output._edge is None:
            raise RuntimeError(
                "Output 0 of the user-provided function does not require gradients. The outputs must be computed in a "
                "differentiable manner from the input when running in strict mode."
            )
        grads = _gradients((output,), tracked, None, True)
        text = "Output 0 of the user-provided function is independent of input {}. This is not allowed in strict mode."
        grads = _filled(grads, tracked, text if strict else None)
        if strict:
            for index, gradient in enumerate(grads):
                if gradient._edge is None:
                    raise RuntimeError(_INDEPENDENT_JACOBIAN.format(index))
        return tuple(grads) if many else grads[0]

    with enable_grad():
        return jacobian(first, inputs, create_graph=create_graph, vectorize=vectorize, strategy=outer_jacobian_strategy)


def _check_single(outputs: Sequence[Any], several: bool, name: str) -> None:
    if several or len(outputs) != 1:
        raise RuntimeError(f"The function given to {name} should return a single Tensor")
    if prod(outputs[0].shape) != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {name} should contain a single element")


def vhp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The value of a function with one element, and a vector times its Hessian.

    Args:
        func: takes a tensor or several, and returns a tensor of one element.
        inputs: a tensor or a tuple of tensors.
        v: the vector, of the inputs' shapes; None where there is one input of one element.
        create_graph: whether the results can be differentiated.
        strict: whether a first derivative that does not depend on an input is an error instead of a zero.

    Example::

        >>> torch.autograd.functional.vhp(lambda x: (x**3).sum(), torch.tensor([1.0, 2.0]), torch.ones(2))
        (tensor(9.), tensor([ 6., 12.]))
    """
    with enable_grad():
        many, tracked, output, grads, vectors = _first_derivative("vhp", func, inputs, v, create_graph, strict)
        rows = _gradients(grads, tracked, vectors, create_graph)
        rows = _filled(rows, tracked, _INDEPENDENT_JACOBIAN if strict else None)
    return _finish((output,), False, create_graph), _finish(rows, many, create_graph)


def hvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The value of a function with one element, and its Hessian times a vector; `vhp` is faster.

    Args:
        func: takes a tensor or several, and returns a tensor of one element.
        inputs: a tensor or a tuple of tensors.
        v: the vector, of the inputs' shapes; None where there is one input of one element.
        create_graph: whether the results can be differentiated.
        strict: whether a first derivative that does not depend on an input is an error instead of a zero.

    Example::

        >>> torch.autograd.functional.hvp(lambda x: (x**3).sum(), torch.tensor([1.0, 2.0]), torch.ones(2))
        (tensor(9.), tensor([ 6., 12.]))
    """
    with enable_grad():
        many, tracked, output, grads, vectors = _first_derivative("hvp", func, inputs, v, create_graph, strict)
        seeds = tuple(tensor.new_zeros(tensor.shape).requires_grad_() for tensor in tracked)
        rows = _gradients(grads, tracked, seeds, True)
        rows = _filled(rows, tracked, _INDEPENDENT_JACOBIAN if strict else None)
        moved = _filled(_gradients(rows, seeds, vectors, create_graph), tracked, None)
    return _finish((output,), False, create_graph), _finish(moved, many, create_graph)


def _first_derivative(
    name: str, func: Any, inputs: Any, v: Any, create_graph: bool, strict: bool
) -> tuple[bool, tuple[Any, ...], Any, list[Any], tuple[Any, ...]]:
    """What the products with a Hessian begin with: the function's gradient, recorded."""
    many, given = _as_tuple(inputs, "inputs", name)
    tracked = _track(given, create_graph)
    vectors = _vector(v, given, "the input to the user-provided function is", name)
    several, outputs = _call(func, tracked, name, strict)
    _check_single(outputs, several, name)
    grads = _gradients(outputs, tracked, None, True)
    text = "Output 0 of the user-provided function is independent of input {}. This is not allowed in strict mode."
    grads = _filled(grads, tracked, text if strict else None)
    if strict:
        for index, gradient in enumerate(grads):
            if gradient._edge is None:
                raise RuntimeError(_INDEPENDENT_JACOBIAN.format(index))
    return many, tracked, outputs[0], grads, vectors
