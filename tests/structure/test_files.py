"""Files stay short enough to read, and what is public says what it does."""

import ast
import re
import statistics

import pytest

from tests.structure.source import PACKAGE, modules

CEILING = 600
MEDIAN = 200
REASON = re.compile(r"over 600 lines because \w+", re.IGNORECASE)


def public_definitions(tree: ast.Module):
    """The public functions and classes of a module, and the public methods of its public classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for member in node.body:
                if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
                    yield f"{node.name}.{member.name}", member


def is_repeated(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Whether another definition of the same name carries the text: overloads and property setters."""
    return any(re.search(r"\boverload$|\.(setter|deleter)$", ast.unparse(entry)) for entry in node.decorator_list)


def lines(module) -> int:
    """The number of lines of a module."""
    return module.text.count("\n")


def test_no_file_is_too_long():
    long = [
        f"{module.path.relative_to(PACKAGE)}: {lines(module)} lines"
        for module in modules().values()
        if lines(module) > CEILING and not REASON.search(module.docstring)
    ]
    assert not long, "\n".join([f"over {CEILING} lines with no reason at the top of the file:", *long])


def test_the_median_file_is_short():
    assert statistics.median(map(lines, modules().values())) < MEDIAN


@pytest.mark.parametrize("name", sorted(modules()))
def test_every_module_says_what_it_is(name):
    assert modules()[name].docstring


def test_everything_public_says_what_it_does():
    silent = [
        f"{module.path.relative_to(PACKAGE)}:{node.lineno} {name}"
        for module in modules().values()
        for name, node in public_definitions(module.tree)
        if not ast.get_docstring(node) and not is_repeated(node)
    ]
    assert not silent, "\n".join(["no docstring:", *silent])
