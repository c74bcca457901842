"""Pruning: parts of a weight held at zero by a mask.

A pruned weight is ``weight_orig * weight_mask``, worked out before every call; pruning again narrows the mask.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from numbers import Integral, Real
from typing import Any, ClassVar

from ..._core.layouts import contiguous_format
from ..._ops.likes import ones_like
from ..._ops.norms import norm
from ..._ops.order_statistics import kthvalue
from ..._ops.random.factories import rand
from ..._ops.random.likes import rand_like
from ..._ops.sorting import topk
from .convert_parameters import parameters_to_vector


class BasePruningMethod(ABC):
    """A way to prune, and the hook before `forward` that multiplies with the mask.

    A subclass says in `PRUNING_TYPE` what it looks at: ``"unstructured"`` (elements not pruned yet), ``"structured"``
    (channels along its `dim` not pruned yet) or ``"global"`` (everything), and defines `compute_mask`.
    """

    PRUNING_TYPE: ClassVar[str]
    _tensor_name: str

    def __call__(self, module: Any, inputs: Any) -> None:
        """Sets the pruned tensor anew."""
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask: ones for what is kept.

        Args:
            t: how important the elements are.
            default_mask: the mask so far; what is zero in it stays zero.
        """

    def apply_mask(self, module: Any) -> Any:
        """The pruned tensor of a module."""
        mask = getattr(module, f"{self._tensor_name}_mask")
        original = getattr(module, f"{self._tensor_name}_orig")
        return mask.to(dtype=original.dtype) * original

    @classmethod
    def apply(cls, module: Any, name: str, *args: Any, importance_scores: Any = None, **kwargs: Any) -> Any:
        """Prunes a tensor of a module, on top of what is pruned already.

        Args:
            module: the module.
            name: name of its parameter.
            args, kwargs: what the constructor takes.
            importance_scores: how important the elements are; as large as the tensor, and by default the tensor itself.

        Returns:
            The hook.
        """
        hook, earlier = _composed(cls(*args, **kwargs), module, name)
        original = getattr(module, name)
        if importance_scores is None:
            importance_scores = original
        elif importance_scores.shape != original.shape:
            raise AssertionError(
                f"importance_scores should have the same shape as parameter {name} of {module}, got "
                f"{importance_scores.shape} vs {original.shape}"
            )
        if earlier is None:
            mask = hook.compute_mask(importance_scores, ones_like(original, memory_format=contiguous_format))
            module.register_parameter(f"{name}_orig", original)
            del module._parameters[name]
        else:
            before = getattr(module, f"{name}_mask").detach().clone(memory_format=contiguous_format)
            mask = hook.compute_mask(importance_scores, before)
            del module._forward_pre_hooks[earlier]
        module.register_buffer(f"{name}_mask", mask)
        setattr(module, name, hook.apply_mask(module))
        module.register_forward_pre_hook(hook)
        return hook

    def prune(self, t: Any, default_mask: Any = None, importance_scores: Any = None) -> Any:
        """A pruned tensor.

        Args:
            t: the tensor.
            default_mask: where it is pruned already; nowhere by default.
            importance_scores: how important its elements are; by default the tensor itself.

        Example::

            >>> torch.nn.utils.prune.L1Unstructured(1).prune(torch.tensor([1.0, -2.0, 0.5]))
            tensor([ 1., -2.,  0.])
        """
        scores = t if importance_scores is None else importance_scores
        if scores.shape != t.shape:
            raise AssertionError("importance_scores should have the same shape as tensor t")
        return t * self.compute_mask(scores, ones_like(t) if default_mask is None else default_mask)

    def remove(self, module: Any) -> None:
        """Makes a pruned tensor of a module a parameter again, with its present value."""
        name = self._tensor_name
        weight = self.apply_mask(module)
        delattr(module, name)
        original = module._parameters.pop(f"{name}_orig")
        original.data = weight.data
        del module._buffers[f"{name}_mask"]
        setattr(module, name, original)


def _composed(method: Any, module: Any, name: str) -> tuple[Any, int | None]:
    """The hook that does what a method and those already on a tensor do, and the key of the one it replaces."""
    method._tensor_name = name
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            container = PruningContainer(*hook) if isinstance(hook, PruningContainer) else PruningContainer(hook)
            container.add_pruning_method(method)
            return container, key
    return method, None


class PruningContainer(BasePruningMethod):
    """Several prunings of one tensor, one on top of the other.

    Args:
        args: the methods.
    """

    def __init__(self, *args: Any) -> None:
        self._pruning_methods: tuple[Any, ...] = ()
        if args:
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: Any) -> None:
        """Adds a method.

        Raises:
            TypeError: it is none.
            ValueError: it acts on another tensor.
        """
        if not isinstance(method, BasePruningMethod) and method is not None:
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if method is not None and self._tensor_name != method._tensor_name:
            raise ValueError(
                f"Can only add pruning methods acting on the parameter named '{self._tensor_name}' to "
                f"PruningContainer {self}. Found '{method._tensor_name}'"
            )
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._pruning_methods)

    def __getitem__(self, index: Any) -> Any:
        return self._pruning_methods[index]

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask of the last method, applied to what earlier ones left."""
        method = self._pruning_methods[-1]
        kind = method.PRUNING_TYPE
        left: Any
        if kind == "unstructured":
            left = default_mask == 1
        elif kind == "structured":
            dim = method.dim % t.dim()
            others = [index for index in range(t.dim()) if index != dim]
            left = tuple([slice(None)] * dim + [default_mask.sum(others) != 0])
        elif kind == "global":
            left = (slice(None),) * t.dim()
        else:
            raise ValueError(f"Unrecognized PRUNING_TYPE {kind}")
        mask = default_mask.clone()
        mask[left] = method.compute_mask(t[left], default_mask=default_mask[left]).to(dtype=mask.dtype)
        return mask


class Identity(BasePruningMethod):
    """Prunes nothing, but sets up the mask."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask so far."""
        return default_mask


class RandomUnstructured(BasePruningMethod):
    """Prunes elements drawn at random.

    Args:
        amount: how many, or which share of them.
    """

    PRUNING_TYPE = "unstructured"

    def __init__(self, amount: float) -> None:
        _check_amount(amount)
        self.amount = amount

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """Ones but for the elements drawn."""
        return _without(default_mask, t, self.amount, lambda: rand_like(t), largest=True)


class L1Unstructured(BasePruningMethod):
    """Prunes the elements of smallest magnitude.

    Args:
        amount: how many, or which share of them.
    """

    PRUNING_TYPE = "unstructured"

    def __init__(self, amount: float) -> None:
        _check_amount(amount)
        self.amount = amount

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """Ones but for the smallest elements."""
        return _without(default_mask, t, self.amount, t.abs, largest=False)


class RandomStructured(BasePruningMethod):
    """Prunes channels drawn at random.

    Args:
        amount: how many, or which share of them.
        dim: the dimension of the channels.
    """

    PRUNING_TYPE = "structured"

    def __init__(self, amount: float, dim: int = -1) -> None:
        _check_amount(amount)
        self.amount = amount
        self.dim = dim

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask so far without the channels drawn."""
        channels, count = _channels(t, self.dim, self.amount)
        if count == 0:
            return default_mask
        drawn = rand(channels)
        return default_mask * _along(drawn > kthvalue(drawn, k=count).values, t, self.dim).to(default_mask.dtype)


class LnStructured(BasePruningMethod):
    """Prunes the channels of smallest norm.

    Args:
        amount: how many, or which share of them.
        n: which norm, as `torch.norm` takes it.
        dim: the dimension of the channels.
    """

    PRUNING_TYPE = "structured"

    def __init__(self, amount: float, n: Any, dim: int = -1) -> None:
        _check_amount(amount)
        self.amount = amount
        self.n = n
        self.dim = dim

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask so far without the smallest channels."""
        channels, count = _channels(t, self.dim, self.amount)
        if count == 0:
            return default_mask
        others = [index for index in range(t.dim()) if index != self.dim % t.dim()]
        kept = topk(norm(t, p=self.n, dim=others), k=channels - count).indices
        chosen = default_mask.new_zeros(channels)
        chosen[kept] = 1
        return default_mask * _along(chosen, t, self.dim)


class CustomFromMask(BasePruningMethod):
    """Prunes what a mask says.

    Args:
        mask: ones for what is kept.
    """

    PRUNING_TYPE = "global"

    def __init__(self, mask: Any) -> None:
        self.mask = mask

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask so far without what the given one leaves out."""
        if default_mask.shape != self.mask.shape:
            raise AssertionError(
                f"default_mask shape {default_mask.shape} must match self.mask shape {self.mask.shape}"
            )
        return default_mask * self.mask.to(dtype=default_mask.dtype)


def _check_amount(amount: Any) -> None:
    number: Any = amount
    if not isinstance(amount, Real):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    if number < 0 or (not isinstance(amount, Integral) and number > 1):
        raise ValueError(f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer")


def _count(amount: Any, size: int) -> Any:
    """How many of `size` things an amount means."""
    whole = isinstance(amount, Integral)
    if not whole:
        return round(amount * size)
    if amount > size:
        raise ValueError(f"amount={amount} should be smaller than the number of parameters to prune={size}")
    return amount


def _channels(t: Any, dim: int, amount: Any) -> tuple[int, Any]:
    """The number of channels, and how many of them an amount means."""
    if t.dim() <= 1:
        raise ValueError(
            "Structured pruning can only be applied to multidimensional tensors. Found tensor of shape "
            f"{t.shape} with {t.dim()} dims"
        )
    if dim >= t.dim():
        raise IndexError(f"Invalid index {dim} for tensor of size {t.shape}")
    channels = t.shape[dim]
    return channels, _count(amount, channels)


def _along(values: Any, t: Any, dim: int) -> Any:
    """Values of channels in a shape that broadcasts with the tensor."""
    shape = [1] * t.dim()
    shape[dim] = -1
    return values.view(shape)


def _without(mask: Any, t: Any, amount: Any, scores: Any, largest: bool) -> Any:
    """A mask without as many elements as an amount means: those of largest or smallest score."""
    count = _count(amount, t.nelement())
    mask = mask.clone(memory_format=contiguous_format)
    if count != 0:
        chosen = topk(scores().view(-1), k=count, largest=largest).indices
        mask.view(-1)[chosen] = 0
    return mask


def identity(module: Any, name: str) -> Any:
    """Sets a parameter up for pruning without pruning anything.

    Args:
        module: the module.
        name: name of the parameter.

    Example::

        >>> layer = torch.nn.utils.prune.identity(torch.nn.Linear(2, 1), "weight")
        >>> layer.weight_mask
        tensor([[1., 1.]])
    """
    Identity.apply(module, name)
    return module


def random_unstructured(module: Any, name: str, amount: float) -> Any:
    """Prunes elements of a parameter drawn at random.

    Args:
        module: the module.
        name: name of the parameter.
        amount: how many, or which share of them.

    Example::

        >>> layer = torch.nn.utils.prune.random_unstructured(torch.nn.Linear(2, 2), "weight", amount=0.25)
        >>> layer.weight_mask.sum()
        tensor(3.)
    """
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: Any, name: str, amount: float, importance_scores: Any = None) -> Any:
    """Prunes the elements of a parameter that are smallest in magnitude.

    Args:
        module: the module.
        name: name of the parameter.
        amount: how many, or which share of them.
        importance_scores: magnitudes to go by; by default the parameter.

    Example::

        >>> layer = torch.nn.utils.prune.l1_unstructured(torch.nn.Linear(2, 2), "weight", amount=1)
        >>> layer.weight_mask.sum()
        tensor(3.)
    """
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module: Any, name: str, amount: float, dim: int) -> Any:
    """Prunes channels of a parameter drawn at random.

    Args:
        module: the module.
        name: name of the parameter.
        amount: how many, or which share of them.
        dim: the dimension of the channels.

    Example::

        >>> layer = torch.nn.utils.prune.random_structured(torch.nn.Linear(2, 3), "weight", amount=1, dim=0)
        >>> layer.weight_mask.sum()
        tensor(4.)
    """
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(module: Any, name: str, amount: float, n: Any, dim: int, importance_scores: Any = None) -> Any:
    """Prunes the channels of a parameter that are smallest in norm.

    Args:
        module: the module.
        name: name of the parameter.
        amount: how many, or which share of them.
        n: which norm.
        dim: the dimension of the channels.
        importance_scores: what to take the norms of; by default the parameter.

    Example::

        >>> layer = torch.nn.utils.prune.ln_structured(torch.nn.Linear(2, 3), "weight", amount=1, n=2, dim=0)
        >>> layer.weight_mask.sum()
        tensor(4.)
    """
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Any, name: str, mask: Any) -> Any:
    """Prunes what a mask says.

    Args:
        module: the module.
        name: name of the parameter.
        mask: ones for what is kept, as large as the parameter.

    Example::

        >>> layer = torch.nn.Linear(1, 2)
        >>> list(torch.nn.utils.prune.custom_from_mask(layer, "bias", torch.tensor([0, 1])).state_dict())
        ['weight', 'bias_orig', 'bias_mask']
    """
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(
    parameters: Any, pruning_method: Any, importance_scores: dict[Any, Any] | None = None, **kwargs: Any
) -> None:
    """Prunes elements of several parameters as if they were one.

    Args:
        parameters: pairs of a module and the name of its parameter.
        pruning_method: an unstructured method, such as `L1Unstructured`.
        importance_scores: how important elements are, by such pairs; by default the parameters themselves.
        kwargs: what the constructor of the method takes.

    Raises:
        TypeError: `parameters` is no iterable, the scores are no dict, or the method is not unstructured.

    Example::

        >>> first, second, prune = torch.nn.Linear(2, 1), torch.nn.Linear(2, 1), torch.nn.utils.prune
        >>> prune.global_unstructured([(first, "weight"), (second, "weight")], prune.L1Unstructured, amount=2)
        >>> first.weight_mask.sum() + second.weight_mask.sum()
        tensor(2.)
    """
    if not isinstance(parameters, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    importance_scores = {} if importance_scores is None else importance_scores
    if not isinstance(importance_scores, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    pairs = list(parameters)
    scores = parameters_to_vector(
        [importance_scores.get((module, name), getattr(module, name)) for module, name in pairs]
    )
    masks = parameters_to_vector(
        [getattr(module, f"{name}_mask", ones_like(getattr(module, name))) for module, name in pairs]
    )
    method = pruning_method(**kwargs)
    method._tensor_name = "temp"
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found method '
            f"{pruning_method} of type {method.PRUNING_TYPE}"
        )
    joined: Any = PruningContainer(method).compute_mask(scores, masks)
    start = 0
    for module, name in pairs:
        parameter = getattr(module, name)
        count = parameter.numel()
        custom_from_mask(module, name, mask=joined[start : start + count].view_as(parameter))
        start += count


def remove(module: Any, name: str) -> Any:
    """Makes a pruned parameter an ordinary one, with zeros where it is pruned.

    Args:
        module: the module.
        name: name of the parameter.

    Raises:
        ValueError: it is not pruned.

    Example::

        >>> prune = torch.nn.utils.prune
        >>> layer = prune.l1_unstructured(torch.nn.Linear(2, 2), "weight", amount=1)
        >>> list(prune.remove(layer, "weight").state_dict())
        ['bias', 'weight']
    """
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            hook.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")


def is_pruned(module: Any) -> bool:
    """Whether a parameter of a module, or of one inside it, is pruned.

    Example::

        >>> torch.nn.utils.prune.is_pruned(torch.nn.Linear(1, 1))
        False
    """
    hooks = (hook for _, part in module.named_modules() for hook in part._forward_pre_hooks.values())
    return any(isinstance(hook, BasePruningMethod) for hook in hooks)
