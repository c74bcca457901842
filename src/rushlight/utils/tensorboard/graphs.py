"""The operators of a model as the graph that TensorBoard draws: boxes in boxes, a layer around its operators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..._core.tensor_base import is_tensor
from ..._declare.observing import observed
from ..._declare.record import Operator
from ...autograd.grad_mode import no_grad
from .packages import proto


class GraphRecorder:
    """Watches one call of a model and makes a node of each operator.

    A node's name is the path to its layer and the operator's name, so TensorBoard folds layers.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.nodes: list[Any] = []
        self._names: Counter[str] = Counter()
        self._makers: dict[int, str] = {}  # the node that made each tensor, by the tensor's id
        self._alive: list[Any] = []  # tensors seen, which keep their ids while they live
        self._scope = [type(model).__name__]

    def record(self, inputs: tuple[Any, ...]) -> Any:
        """Calls the model in evaluation mode and gives the graph, a ``GraphDef``."""
        for number, item in enumerate(inputs):
            self._entered(f"input/{number}", "Input", item)
        root = type(self.model).__name__
        for path, item in (*self.model.named_parameters(), *self.model.named_buffers()):
            self._entered(f"{root}/{path.replace('.', '/')}", "Parameter", item)
        before = [(item, item.training) for item in self.model.modules()]
        self.model.eval()
        try:
            with no_grad(), self._layers(), observed(self._operator):
                result = self.model(*inputs)
        finally:
            for item, training in before:
                item.training = training
        for number, item in enumerate(result if isinstance(result, (list, tuple)) else [result]):
            if is_tensor(item):
                self._node(f"output/{number}", "Output", [self._maker(item)], item)
        return proto("graph").GraphDef(node=self.nodes, versions=proto("versions").VersionDef(producer=22))

    @contextmanager
    def _layers(self) -> Iterator[None]:
        handles = []
        for path, item in self.model.named_modules():
            if path:
                enter = self._enter(f"{type(self.model).__name__}/{path.replace('.', '/')}")
                handles.append(item.register_forward_pre_hook(enter, prepend=True))
                handles.append(item.register_forward_hook(self._leave, always_call=True))
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _enter(self, path: str) -> Any:
        return lambda module, args: self._scope.append(path)

    def _leave(self, module: Any, args: Any, output: Any) -> None:
        self._scope.pop()

    def _operator(self, op: Operator, values: list[Any], found: Any) -> None:
        if op.kind in ("composite", "fused"):
            return  # drawn by their parts
        given: list[Any] = []
        for name in op.tensors:
            value = values[op.position[name]]
            given.extend(value if isinstance(value, (list, tuple)) else [value])
        inputs = [self._maker(item) for item in given if is_tensor(item)]
        outputs = [item for item in (found if isinstance(found, (list, tuple)) else [found]) if is_tensor(item)]
        name = self._node(f"{self._scope[-1]}/{op.name.lstrip('_')}", op.name, inputs, *outputs)
        for item in outputs:
            self._makers[id(item)] = name
        self._alive.extend(outputs)

    def _entered(self, name: str, kind: str, value: Any) -> None:
        """A node for a tensor that no operator made."""
        if is_tensor(value) and id(value) not in self._makers:
            self._alive.append(value)
            self._makers[id(value)] = self._node(name, kind, [], value)

    def _maker(self, tensor: Any) -> str:
        self._entered(f"{self._scope[-1]}/constant", "Const", tensor)
        return self._makers[id(tensor)]

    def _node(self, name: str, kind: str, inputs: list[str], *outputs: Any) -> str:
        self._names[name] += 1
        if self._names[name] > 1:
            name = f"{name}_{self._names[name] - 1}"
        sizes = proto("tensor_shape").TensorShapeProto
        shapes = [sizes(dim=[sizes.Dim(size=size) for size in item.shape]) for item in outputs]
        value = proto("attr_value").AttrValue
        attributes = {"_output_shapes": value(list=value.ListValue(shape=shapes))}
        self.nodes.append(proto("node_def").NodeDef(name=name, op=kind, input=inputs, attr=attributes))
        return name
