"""`torch` as another name for rushlight, for every import statement that follows.

`sys.modules["torch"]` is rushlight itself, and a finder answers for everything below: `torch.nn.functional`
is the module `rushlight.nn.functional`, the same object under both names, so that a class is never there
twice. A second finder, the last to be asked, says which name is missing where Python would only say "cannot
import".
"""

import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

from rushlight._core.missing import OWN_ROOT, TORCH_ROOT, is_own, missing_module


class AliasFinder:
    """Finds `torch.x.y` and loads it by importing `rushlight.x.y`.

    Not derived from the classes of `importlib.abc`, whose import takes 10 ms.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module of torch's name, None for other modules; raises for one that is missing."""
        if fullname != TORCH_ROOT and not fullname.startswith(f"{TORCH_ROOT}."):
            return None
        # None would send Python on to rushlight's folders, where it would load a file a second time.
        if not has_module(own_name(fullname)):
            raise missing_module(fullname, names_around(own_name(fullname)))
        return ModuleSpec(fullname, self)  # type: ignore[arg-type] # a loader by its methods

    def create_module(self, spec: ModuleSpec) -> None:
        """Nothing: Python makes an empty module, and `exec_module` puts rushlight's in its place."""

    def exec_module(self, module: ModuleType) -> None:
        """Enters rushlight's module under torch's name; Python takes the result from `sys.modules`."""
        sys.modules[module.__name__] = importlib.import_module(own_name(module.__name__))


class MissingFinder:
    """Asked when no other finder has a module: names the feature that `from torch import x` did not find.

    Python looks for a name that a package does not have as a submodule, `rushlight.x`.
    """

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> None:
        """Raises for a module of rushlight's, None for others."""
        if is_own(fullname):
            raise missing_module(fullname, names_around(fullname))


def own_name(module: str) -> str:
    """The name in rushlight of a module of torch's name."""
    return OWN_ROOT + module.removeprefix(TORCH_ROOT)


def has_module(module: str) -> bool:
    """Whether `module` is a module of rushlight that stands for one of torch's."""
    package, _, name = module.rpartition(".")
    if package == OWN_ROOT and name.startswith("_"):
        return False  # rushlight's machinery; torch's own `_ops` or `_C` is something else
    # `rushlight.tensor` is torch's function. The file of that name is machinery too, and importing it under
    # torch's name would put it in the function's place.
    known = vars(sys.modules[package]).get(name) if package in sys.modules else None
    if known is not None:
        return isinstance(known, ModuleType)
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # from MissingFinder, or because a package around it is a plain module
        return False


def names_around(module: str) -> list[str]:
    """The names that the package around `module` has, empty if that is not loaded."""
    package = sys.modules.get(module.rpartition(".")[0])
    return dir(package) if package else []


def install_as_torch() -> None:
    """Makes `import torch`, and imports of its submodules, give rushlight from now on.

    A second call changes nothing.

    Raises:
        RuntimeError: if the real torch has been imported already.

    Example::

        >>> rushlight.install_as_torch()  # doctest: +SKIP
        >>> from torch import nn  # doctest: +SKIP
        >>> nn is rushlight.nn  # doctest: +SKIP
        True
    """
    own = sys.modules[OWN_ROOT]
    present = sys.modules.get(TORCH_ROOT)
    if present is own:
        return
    if present is not None:
        error = RuntimeError("rushlight cannot stand in for torch, which has been imported already")
        error.add_note(f"torch came from {getattr(present, '__file__', None)}")
        error.add_note("call rushlight.install_as_torch() before anything imports torch")
        raise error
    sys.meta_path.insert(0, AliasFinder())
    sys.meta_path.append(MissingFinder())
    sys.modules[TORCH_ROOT] = own
