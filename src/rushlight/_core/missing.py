"""What is said when a program asks for a name of torch's that rushlight does not have.

A namespace loads this module when it is first asked for such a name, so that importing rushlight does not pay
for `difflib`::

    def __getattr__(name: str) -> object:
        from rushlight._core.missing import missing_name
        raise missing_name(__name__, name, globals())
"""

from collections.abc import Iterable
from difflib import get_close_matches

OWN_ROOT = "rushlight"
TORCH_ROOT = "torch"


def torch_name(module: str) -> str:
    """The name by which torch's users know a module of rushlight.

    Example::

        >>> from rushlight._core.missing import torch_name
        >>> torch_name("rushlight.nn.functional")
        'torch.nn.functional'
    """
    return TORCH_ROOT + module.removeprefix(OWN_ROOT) if is_own(module) else module


def is_own(module: str) -> bool:
    """Whether a dotted name is rushlight's or lies inside it."""
    return module == OWN_ROOT or module.startswith(f"{OWN_ROOT}.")


def missing_name(module: str, name: str, candidates: Iterable[str]) -> AttributeError:
    """The error for a name that a module of rushlight does not have, with the closest that it has as a note.

    Args:
        module: the module that was asked, as its ``__name__`` says.
        name: the name that is missing.
        candidates: the names that the module has; private ones are not proposed.

    Returns:
        The error, to be raised by the module's ``__getattr__``.

    Example::

        >>> from rushlight.compat import missing_name
        >>> error = missing_name("rushlight.nn", "Linaer", ["Linear", "ReLU"])
        >>> print(error, error.__notes__)
        rushlight does not have torch.nn.Linaer ['closest: torch.nn.Linear']
    """
    error = AttributeError(f"{OWN_ROOT} does not have {torch_name(module)}.{name}")
    add_closest(error, torch_name(module), name, candidates)
    return error


def missing_module(module: str, candidates: Iterable[str]) -> ModuleNotFoundError:
    """The error for a module that rushlight does not have, with the closest that it has as a note.

    Args:
        module: the dotted name of the module, in torch's or in rushlight's spelling.
        candidates: the names that the package around it has; private ones are not proposed.

    Returns:
        The error, to be raised by whoever looked for the module.

    Example::

        >>> from rushlight.compat import missing_module
        >>> print(missing_module("torch.fx", []))
        rushlight does not have torch.fx
    """
    asked = torch_name(module)
    error = ModuleNotFoundError(f"{OWN_ROOT} does not have {asked}", name=asked)
    package, _, name = asked.rpartition(".")
    add_closest(error, package, name, candidates)
    return error


def add_closest(error: Exception, package: str, name: str, candidates: Iterable[str]) -> None:
    """Notes on `error` the public names among `candidates` that are spelled most like `name`, if any is."""
    if name.startswith("__"):  # asked by the interpreter and by tools, not by a person
        return
    by_spelling: dict[str, list[str]] = {}
    for candidate in candidates:
        if not candidate.startswith("_"):
            by_spelling.setdefault(candidate.lower(), []).append(candidate)
    closest = get_close_matches(name.lower(), by_spelling, n=3)
    if closest:
        found = [f"{package}.{candidate}" for spelling in closest for candidate in sorted(by_spelling[spelling])]
        error.add_note(f"closest: {', '.join(found)}")
