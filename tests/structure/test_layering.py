"""Modules import from lower layers only, in no cycle, and at the top of the file."""

import sys
from graphlib import CycleError, TopologicalSorter

from tests.structure.source import Import, import_graph, imports, is_ours, modules

# The house, from the ground up. A module may import from every layer below its own.
LAYERS: list[list[str]] = [
    ["_version"],
    ["_core"],
    ["_backends"],
    ["_tape"],
    ["_declare"],
    ["_ops"],
    ["autograd", "func"],
    ["_methods", "tensor", "_printing", "storage"],
    [
        "compiler",
        "linalg",
        "fft",
        "special",
        "random",
        "nn",
        "optim",
        "distributions",
        "utils",
        "serialization",
        "testing",
        "types",
        "overrides",
        "return_types",
        "accelerator",
        "backends",
        "cpu",
        "cuda",
        "mps",
        "version",
        "xpu",
    ],
    ["visual", "compat", "cli", "__main__"],
]

# Neighbours on one layer that may import each other, in this direction only.
SIDEWAYS: dict[str, set[str]] = {
    "func": {"autograd"},
    "tensor": {"_methods", "_printing"},
    "_methods": {"_printing", "storage"},
    "optim": {"nn"},
    "utils": {"random"},
    "cli": {"compat", "visual"},
    "__main__": {"cli"},
}

# Layers that may import less than all that lies below them. The body of a kernel is array code, and what several
# bodies share lies with the NumPy backend; other backends are chosen under an operator, never inside it.
ONLY: dict[str, set[str]] = {
    "_core": {"_version"},
    "_ops": {"_core", "_tape", "_declare", "_backends.numpy"},
}

# Packages from outside that may be imported as a module loads; all others are optional and load when used.
REQUIRED = {"numpy", "ml_dtypes", "threadpoolctl"}

# Functions that import a module by a name worked out when called, with the reason.
PROBES: dict[tuple[str, str], str] = {
    ("rushlight.compat.alias", "AliasFinder.exec_module"): "imports the module that a torch name stands for",
    ("rushlight.utils.tensorboard.packages", "module"): "loads modules of optional packages, never rushlight's",
    ("rushlight._declare.reducing", "Operators.__getattr__"): "loads the operator that a rule asks for",
}

LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def part(module: str) -> str:
    """The file or folder of the house that `module` lies in, empty for ``rushlight`` itself."""
    return module.split(".")[1] if "." in module else ""


def family(module: str) -> str:
    """The file or folder below ``_ops`` that `module` lies in, empty for ``_ops`` itself."""
    parts = module.split(".")
    return parts[2] if len(parts) > 2 else ""


def is_allowed(importer: str, target: str) -> bool:
    """Whether the house lets `importer` import `target`."""
    above, below = part(importer), part(target)
    if above == "":
        return True
    if below == "":
        return False
    if above == below:
        return above != "_ops" or family(importer) in ("", family(target))
    if LEVEL[above] == LEVEL[below]:
        return below in SIDEWAYS.get(above, ())
    return LEVEL[below] < LEVEL[above] and any(is_in(target, name) for name in ONLY.get(above, LEVEL))


def is_in(module: str, name: str) -> bool:
    """Whether `module` is the part of the house called `name`, lies in it, or is a package around it."""
    return f"{module}.".startswith(f"rushlight.{name}.") or f"rushlight.{name}.".startswith(f"{module}.")


def cycle(graph: dict[str, dict[str, int]]) -> list[str]:
    """The modules of one cycle of `graph` in the order of their imports, empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1][::-1]
    return []


def all_imports() -> list[tuple[str, Import]]:
    """Every import of every module."""
    known = frozenset(modules())
    return [(module.name, found) for module in modules().values() for found in imports(module, known)]


def test_every_module_has_a_layer():
    unknown = sorted(name for name in modules() if part(name) and part(name) not in LEVEL)
    assert not unknown, f"not in LAYERS: {', '.join(unknown)}"


def test_imports_go_downwards():
    wrong = [
        f"{importer}:{line} imports {target}"
        for importer, targets in import_graph().items()
        for target, line in targets.items()
        if target in modules() and not is_allowed(importer, target)
    ]
    assert not wrong, "\n".join(["against the layers of the house:", *wrong])


def test_no_import_cycle():
    assert cycle(import_graph()) == []


def test_nothing_is_imported_inside_functions():
    wrong = [
        f"{importer}:{found.line} imports {found.target} in {found.function}"
        for importer, found in all_imports()
        if found.function not in (None, "__getattr__")
        and is_ours(found.target)
        and (importer, found.function) not in PROBES
    ]
    assert not wrong, "\n".join(wrong)


def test_optional_packages_load_when_used():
    wrong = [
        f"{importer}:{found.line} imports {found.target}"
        for importer, found in all_imports()
        if found.function is None
        and not is_ours(found.target)
        and found.target.partition(".")[0] not in REQUIRED | sys.stdlib_module_names
    ]
    assert not wrong, "\n".join(wrong)


def test_torch_is_imported_nowhere():
    wrong = [
        f"{importer}:{found.line}" for importer, found in all_imports() if found.target.partition(".")[0] == "torch"
    ]
    assert not wrong, "\n".join(wrong)
