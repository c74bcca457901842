"""The functions that are written out for kernels: no parameter of an operator hides a name that they use."""

import ast

import pytest

import rushlight as torch
import rushlight.nn.functional  # declares the operators
from rushlight._declare import written
from rushlight._declare.record import REGISTRY

KERNELS = [op for op in REGISTRY.values() if getattr(op.call, "__code__", None) and op.call.__globals__.get("_write")]


@pytest.mark.parametrize("op", KERNELS, ids=lambda op: op.name)
def test_parameters_hide_nothing(op):
    tree = ast.parse(written.source(op))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    of_the_module = set(written._COMMON) | {"op", "body", "check", "nodes", "pick", "returns", "general", "record"}
    assert not of_the_module & set(op.params)
    known = of_the_module | set(op.params) | {f"default_{name}" for name in op.params} | {"more", "rest"}
    own = {name for name in names if name.startswith(("_", "array_", "edge_"))}
    assert names - known - own - {"type", "tuple", "item"} == set()


def test_the_function_writes_itself_at_the_first_call():
    assert torch.addmm(torch.ones(2), torch.ones(1, 2), torch.ones(2, 2)).tolist() == [[3.0, 3.0]]
    code = REGISTRY["addmm"].call.__code__
    assert code.co_filename == "<addmm>"
    assert torch.addmm(input=torch.ones(2), mat1=torch.ones(1, 2), mat2=torch.ones(2, 2)).tolist() == [[3.0, 3.0]]
    assert torch.addmm(torch.ones(2), torch.ones(1, 2), mat2=torch.ones(2, 2), beta=0).tolist() == [[2.0, 2.0]]
