"""The examples in docstrings run and print what they say."""

import ast
import doctest

import numpy
import pytest

import rushlight
from tests.structure.source import modules

DEFINITIONS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def docstrings(tree: ast.Module):
    """Each docstring of a module that has an example, with its owner's name and the line it starts at."""
    for node in ast.walk(tree):
        if isinstance(node, DEFINITIONS) and (text := ast.get_docstring(node, clean=True)) and ">>>" in text:
            yield getattr(node, "name", "module"), text, node.body[0].lineno


WITH_EXAMPLES = [name for name, module in sorted(modules().items()) if any(docstrings(module.tree))]


@pytest.fixture
def fresh_state():
    """Default dtype, print options and random state as at start-up, put back afterwards."""
    dtype, state = rushlight.get_default_dtype(), rushlight.get_rng_state()
    yield
    rushlight.set_default_dtype(dtype)
    rushlight.set_printoptions(profile="default")
    rushlight.set_grad_enabled(True)
    rushlight.set_rng_state(state)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
@pytest.mark.usefixtures("fresh_state")
def test_examples(name):
    module = modules()[name]
    report: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    parser = doctest.DocTestParser()
    for owner, text, line in docstrings(module.tree):
        rushlight.manual_seed(0)
        names = {"torch": rushlight, "rushlight": rushlight, "np": numpy}
        test = parser.get_doctest(text, names, f"{name}.{owner}", str(module.path), line - 1)
        runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)
