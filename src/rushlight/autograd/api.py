"""The two entries into the engine: `backward` and `grad`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._core.modes import modes
from .._core.tensor_base import PLAIN, TensorBase, is_tensor, wrap
from .._core.warn import warn
from .._tape.node import AccumulateGrad, Node, OutputEdge, edge_of
from .batching import BatchLevel
from .engine import run_backward
from .hooks import retain_grad
from .reach import Capture

if TYPE_CHECKING:
    from ..tensor import Tensor


class GradientEdge(NamedTuple):
    """A place in the graph that stands for a tensor in `backward` and `grad`, without keeping its values.

    Attributes:
        node: the node that made the tensor.
        output_nr: which of the node's outputs it is.
    """

    node: Node
    output_nr: int


def backward_from(
    tensor: Any, gradient: Any = None, retain_graph: Any = None, create_graph: bool = False, inputs: Any = None
) -> None:
    """Adds the gradients of this tensor with respect to the leaves of its graph to the leaves' ``.grad``.

    Args:
        gradient: the vector of the vector-Jacobian product, of the tensor's shape; None for a real scalar.
        retain_graph: whether the graph can be gone through again; as `create_graph` by default.
        create_graph: whether the backward pass is recorded, for derivatives of higher order.
        inputs: the tensors whose gradients to accumulate; all leaves by default.

    Raises:
        RuntimeError: the tensor requires no grad, is no scalar and no gradient is given, or the graph was freed.

    Example::

        >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4.])
    """
    if modes.levels:
        raise _transform_error()
    edge = tensor._edge
    if gradient is None and inputs is None and type(tensor) in PLAIN and isinstance(edge, Node):
        array = tensor._array
        one = _ONES.get(array.dtype)
        if one is not None and array.ndim == 0 and type(array) is np.ndarray:
            if create_graph:
                _warn_of_cycle()
            keep = create_graph if retain_graph is None else bool(retain_graph)
            run_backward((edge,), (wrap(one.copy()),), keep, create_graph)
            return
    backward((tensor,), (gradient,), retain_graph, create_graph, inputs=inputs)


backward_from.__name__, backward_from.__qualname__ = "backward", "Tensor.backward"


def _transform_error() -> RuntimeError:
    return RuntimeError(
        "backward() called inside a functorch transform. This is not supported, please use functorch.grad or "
        "functorch.vjp instead or call backward() outside of functorch transforms."
    )


_ONES = {np.dtype(name): np.ones((), name) for name in ("f4", "f8")}


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Any = None,
) -> None:
    """Adds the gradients of some tensors with respect to the leaves of their graph to the leaves' ``.grad``.

    Args:
        tensors: a tensor (or `GradientEdge`) or several.
        grad_tensors: for each of them the vector of the vector-Jacobian product; None for scalars.
        retain_graph: whether the graph can be gone through again; as `create_graph` by default.
        create_graph: whether the backward pass is recorded, for derivatives of higher order.
        grad_variables: the old name of `grad_tensors`.
        inputs: the tensors whose gradients to accumulate; all leaves by default.

    Raises:
        RuntimeError: a tensor requires no grad, is no scalar and has no gradient given, or the graph was freed.

    Example::

        >>> x = torch.ones(2, requires_grad=True)
        >>> torch.autograd.backward([(x * 2).sum(), (x * 3).sum()])
        >>> x.grad
        tensor([5., 5.])
    """
    if grad_variables is not None:
        warn("`grad_variables` is deprecated. Use `grad_tensors` instead.", FutureWarning)
        if grad_tensors is not None:
            raise RuntimeError(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. Please only "
                "use `grad_tensors`."
            )
        grad_tensors = grad_variables
    if modes.levels:
        raise _transform_error()
    roots = _as_tuple(tensors)
    gradients = _root_gradients(roots, _as_tuple(grad_tensors, len(roots)))
    capture = None
    if inputs is not None:
        wanted = _as_tuple(inputs)
        if not wanted:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
        for value in wanted:
            if isinstance(value, TensorBase):
                retain_grad(value)
        capture = Capture([_input_edge(value) for value in wanted], keep=True)
    if create_graph:
        _warn_of_cycle()
    keep = create_graph if retain_graph is None else bool(retain_graph)
    run_backward([_root_edge(value) for value in roots], gradients, keep, create_graph, capture)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor, ...]:
    """The gradients of some tensors with respect to others; no ``.grad`` is touched.

    Args:
        outputs: a tensor (or `GradientEdge`) or several, which are differentiated.
        inputs: a tensor (or `GradientEdge`) or several, with respect to which.
        grad_outputs: for each output the vector of the vector-Jacobian product; None for scalars.
        retain_graph: whether the graph can be gone through again; as `create_graph` by default.
        create_graph: whether the gradients can be differentiated in turn.
        only_inputs: ignored, as in torch.
        allow_unused: whether an input that the outputs do not depend on gives None instead of an error.
        is_grads_batched: whether the first dimension of `grad_outputs` counts vectors; that of the result then does.
        materialize_grads: whether inputs that the outputs do not depend on give zeros.

    Raises:
        RuntimeError: an input requires no grad or is not used, an output is no scalar, or the graph was freed.

    Example::

        >>> x = torch.tensor(3.0, requires_grad=True)
        >>> torch.autograd.grad(x * x, x)
        (tensor(6.),)
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    if not only_inputs:
        warn(
            "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate gradient for "
            "other parts of the graph, please use torch.autograd.backward.",
            FutureWarning,
        )
    roots, wanted = _as_tuple(outputs), _as_tuple(inputs)
    given = _as_tuple(grad_outputs, len(roots))
    keep = create_graph if retain_graph is None else bool(retain_graph)
    if is_grads_batched:
        found = _batched_grads(roots, wanted, given, keep, create_graph)
    else:
        found = _grads(roots, wanted, _root_gradients(roots, given), keep, create_graph)
    if materialize_grads:
        return tuple(_zeros_for(value) if gradient is None else gradient for value, gradient in zip(wanted, found))
    if not allow_unused:
        for index, gradient in enumerate(found):
            if gradient is None:
                raise _unused_error(index, wanted[index])
    return tuple(found)


def _grads(
    roots: tuple[Any, ...], wanted: tuple[Any, ...], gradients: list[Any], keep: bool, create_graph: bool
) -> list[Any]:
    if not wanted:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    capture = Capture([_input_edge(value) for value in wanted])
    run_backward([_root_edge(value) for value in roots], gradients, keep, create_graph, capture)
    return capture.grads


def _batched_grads(
    roots: tuple[Any, ...], wanted: tuple[Any, ...], given: tuple[Any, ...], keep: bool, create_graph: bool
) -> list[Any]:
    """The gradients for a batch of vectors, in one pass over wrappers that look like one of them."""
    vectors = []
    for index, (value, gradient) in enumerate(zip(roots, given)):
        shape, element = _shape_and_dtype(value)
        vectors.append(_implicit(value, index, shape, element) if gradient is None else gradient)
        if vectors[-1]._array.ndim == 0:
            raise ValueError(
                "vmap(vjp, in_dims=0, ...)(<inputs>): Got in_dim=0 for some input, but that input is a Tensor of "
                "dimensionality 0 so expected in_dim to satisfy 0 <= in_dim < 0."
            )
        if vectors[-1]._array.shape[1:] != shape:
            raise RuntimeError(
                "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch "
                "dimension. The sizes of the remaining dimensions are expected to match the shape of corresponding "
                f"output, but a mismatch was detected: grad_output[{index}] has a shape of "
                f"torch.Size({list(vectors[-1]._array.shape[1:])}) and output[{index}] has a shape of "
                f"torch.Size({list(shape)}). If you only want some tensors in `grad_output` to be considered batched, "
                "consider using vmap."
            )
    with BatchLevel(vectors[0]._array.shape[0]) as level:
        examples = tuple(level.wrap(vector, True) for vector in vectors)
        found = _grads(roots, wanted, _root_gradients(roots, examples), keep, create_graph)
        return [None if gradient is None else level.full(gradient) for gradient in found]


def _as_tuple(values: Any, none_times: int = 0) -> tuple[Any, ...]:
    """One value or several as a tuple; None as many times as given."""
    if values is None:
        return (None,) * none_times
    return (values,) if isinstance(values, (TensorBase, GradientEdge)) else tuple(values)


def _root_edge(value: Any) -> Any:
    return _edge_of_place(value) if isinstance(value, GradientEdge) else edge_of(value)


def _edge_of_place(place: GradientEdge) -> Any:
    """What the engine calls a `GradientEdge`."""
    node = place.node
    if isinstance(node, AccumulateGrad):
        return node.variable
    return node if node.dtype is not None else OutputEdge(node, place.output_nr)


def _input_edge(value: Any) -> Any:
    if isinstance(value, GradientEdge):
        return _edge_of_place(value)
    if not isinstance(value, TensorBase):
        raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {type(value).__name__}")
    edge = edge_of(value)
    if edge is None:
        error = RuntimeError("One of the differentiated Tensors does not require grad")
        error.add_note(
            f"the one of shape {list(value._array.shape)}: set requires_grad_() on it before the outputs are computed"
        )
        raise error
    return edge


def _root_gradients(roots: tuple[Any, ...], given: tuple[Any, ...]) -> list[Any]:
    """The gradients to start from, ones for scalars that have none, checked."""
    found = []
    for index, (value, gradient) in enumerate(zip(roots, given)):
        shape, element = _shape_and_dtype(value)
        if gradient is None:
            found.append(_implicit(value, index, shape, element))
            continue
        if not isinstance(gradient, TensorBase):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
        _check_root_gradient(gradient, index, shape, element)
        found.append(gradient)
    for index, value in enumerate(roots):
        if isinstance(value, TensorBase) and value._edge is None:
            raise _no_graph_error(index, value)
    if len(given) < len(roots):
        raise RuntimeError(f"got {len(roots)} tensors and {len(given)} gradients")
    return found


def _shape_and_dtype(value: Any) -> tuple[tuple[int, ...], Any]:
    """Shape and NumPy dtype of a tensor or of what a `GradientEdge` stands for."""
    if isinstance(value, TensorBase):
        return value._array.shape, value._array.dtype
    if not isinstance(value, GradientEdge):
        raise AssertionError("Expected output to be a torch.Tensor")
    node = value.node
    return (node.shape, node.dtype) if node.dtype is not None else node.shape[value.output_nr]


def _implicit(value: Any, index: int, shape: tuple[int, ...], element: Any) -> Any:
    if isinstance(value, TensorBase) and value._edge is None:
        raise _no_graph_error(index, value)
    if np.prod(shape, dtype=int) != 1:
        error = RuntimeError("grad can be implicitly created only for scalar outputs")
        error.add_note(
            f"output {index} has shape {list(shape)}: reduce it first, for example with .sum() or .mean(), or pass the "
            f"vector of the vector-Jacobian product, a tensor of that shape"
        )
        raise error
    if element.kind == "c":
        error = RuntimeError(
            "grad can be implicitly created only for real scalar outputs but got "
            f"torch.{'complex64' if element.itemsize == 8 else 'complex128'}"
        )
        error.add_note("a complex loss has no gradient of its own: take .real, .abs() or .abs().square() of it")
        raise error
    if is_tensor(value):
        return value.new_ones(shape)
    return wrap(np.ones(shape, element))


def _check_root_gradient(gradient: Any, index: int, shape: tuple[int, ...], element: Any) -> None:
    array = gradient._array
    if array.shape != shape:
        error = RuntimeError(
            f"Mismatch in shape: grad_output[{index}] has a shape of torch.Size({list(array.shape)}) and "
            f"output[{index}] has a shape of torch.Size({list(shape)})."
        )
        error.add_note("the gradient of a tensor has the tensor's shape")
        raise error
    if (array.dtype.kind == "c") != (element.kind == "c"):
        raise RuntimeError(
            "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in dtype: "
            f"grad_output[{index}] has a dtype of {gradient.dtype} and output[{index}] has a dtype of "
            f"torch.{element.name}."
        )


def _no_graph_error(index: int, value: Any) -> RuntimeError:
    error = RuntimeError(f"element {index} of tensors does not require grad and does not have a grad_fn")
    error.add_note(
        "no input of the computation had requires_grad=True, or it ran under torch.no_grad(), or it left the graph "
        "through .detach(), .data, .item() or .numpy()"
    )
    return error


def _unused_error(index: int, value: Any) -> RuntimeError:
    error = RuntimeError(
        f"The differentiated Tensor at index {index} appears to not have been used in the graph. Set "
        "allow_unused=True if this is the desired behavior."
    )
    error.add_note(
        "the outputs were not computed from this very tensor object; with allow_unused=True its grad is None"
    )
    return error


def _zeros_for(value: Any) -> Any:
    return value.new_zeros(value.shape) if is_tensor(value) else None


def _warn_of_cycle() -> None:
    warn(
        "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient "
        "which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you "
        "have to use this function, make sure to reset the .grad fields of your parameters to None after use to break "
        "the cycle and avoid the leak.",
        once=True,
    )
