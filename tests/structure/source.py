"""The package's source as the structure tests read it: files, modules and the graph of their imports."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "rushlight"


@dataclass(frozen=True)
class Import:
    """One import statement, resolved: the module it names and the function around it, by qualified name."""

    target: str
    line: int
    function: str | None = None


@dataclass
class Module:
    """One source file: its dotted name, its text and its syntax tree."""

    name: str
    path: Path
    text: str = field(repr=False)
    tree: ast.Module = field(repr=False)

    @property
    def is_package(self) -> bool:
        """Whether the file is a package's ``__init__.py``."""
        return self.path.name == "__init__.py"

    @property
    def docstring(self) -> str:
        """The text at the top of the file, empty if there is none."""
        return ast.get_docstring(self.tree) or ""


@cache
def modules() -> dict[str, Module]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ["rushlight", *path.relative_to(PACKAGE).with_suffix("").parts]
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        found[name] = Module(name, path, text, ast.parse(text, str(path)))
    return found


def imports(module: Module, known: frozenset[str]) -> list[Import]:
    """Every import of `module` that runs, those for type checkers alone left out."""
    reader = ImportReader()
    reader.visit(module.tree)
    return [
        Import(target, statement.lineno, function)
        for statement, function in reader.found
        for target in targets(statement, module, known)
    ]


class ImportReader(ast.NodeVisitor):
    """Collects import statements and calls of ``import_module``, each with the function around it."""

    def __init__(self) -> None:
        self.found: list[tuple[ast.Import | ast.ImportFrom | ast.Call, str | None]] = []
        self.scopes: list[str] = []
        self.depth = 0  # functions around the place, classes not counted

    def record(self, node: ast.Import | ast.ImportFrom | ast.Call) -> None:
        self.found.append((node, ".".join(self.scopes) if self.depth else None))

    visit_Import = visit_ImportFrom = record

    def visit_Call(self, node: ast.Call) -> None:
        if is_import_call(node):
            self.record(node)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        for child in node.orelse if "TYPE_CHECKING" in ast.unparse(node.test) else ast.iter_child_nodes(node):
            self.visit(child)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.scopes.append(node.name)
        self.generic_visit(node)
        self.scopes.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.depth += 1
        self.scopes.append(node.name)
        self.generic_visit(node)
        self.scopes.pop()
        self.depth -= 1

    visit_AsyncFunctionDef = visit_FunctionDef


def is_import_call(node: ast.Call) -> bool:
    """Whether `node` calls ``import_module`` or ``__import__``."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
    return name in {"import_module", "__import__"}


def targets(statement: ast.AST, module: Module, known: frozenset[str]) -> list[str]:
    """The modules that one import statement names; of a computed name only ``rushlight.?`` is known."""
    if isinstance(statement, ast.Call):
        argument = statement.args[0] if statement.args else None
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            return [argument.value if not argument.value.startswith(".") else "rushlight.?"]
        return ["rushlight.?"]
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    assert isinstance(statement, ast.ImportFrom)
    base = statement.module or ""
    if statement.level:
        parts = module.name.split(".")
        package = parts[: len(parts) - statement.level + module.is_package]
        base = ".".join([*package, *([base] if base else [])])
    # `from package import name` is an import of the submodule if there is one of that name.
    return [f"{base}.{alias.name}" if f"{base}.{alias.name}" in known else base for alias in statement.names]


def is_ours(target: str) -> bool:
    """Whether a module name belongs to rushlight."""
    return target == "rushlight" or target.startswith("rushlight.")


@cache
def import_graph() -> dict[str, dict[str, int]]:
    """For each module the modules of rushlight that importing it imports, with the line that says so.

    Importing ``a.b.c`` runs ``a/b/__init__.py`` too, which is an edge of its own unless the importer lies
    inside ``a.b`` and has it running already.
    """
    known = frozenset(modules())
    graph: dict[str, dict[str, int]] = {name: {} for name in known}
    for module in modules().values():
        for found in imports(module, known):
            if found.function is None and is_ours(found.target):
                for target in with_packages(found.target, module.name):
                    graph[module.name].setdefault(target, found.line)
    return graph


def with_packages(target: str, importer: str) -> Iterator[str]:
    """`target` and the packages around it that do not contain `importer`."""
    yield target
    while "." in target:
        target = target.rpartition(".")[0]
        if target != "rushlight" and not f"{importer}.".startswith(f"{target}."):
            yield target
