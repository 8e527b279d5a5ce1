"""Parts of parameters set to zero by masks.

Pruning makes the parameter `name` a product: `name_orig`, the parameter, times `name_mask`, a buffer, which a pre-hook of
the module computes at every forward.
"""

from __future__ import annotations

import numbers
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any

from vibetensor import _C

ops = _C.ops
Tensor: Any = _C.Tensor


class BasePruningMethod(ABC):
    """The pre-hook that multiplies a parameter by its mask; subclasses compute the mask.

    PRUNING_TYPE: what compute_mask looks at of a parameter that was pruned before: "unstructured", the elements that are
    left, "structured", the slices that are left, or "global", everything.
    """

    PRUNING_TYPE = "unstructured"
    _tensor_name: str

    def __call__(self, module: Any, inputs: Any) -> None:
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask, of t's shape, for importance scores `t`; where `default_mask` is 0 it must stay 0."""

    def apply_mask(self, module: Any) -> Any:
        """The parameter times its mask."""
        if getattr(self, "_tensor_name", None) is None:
            raise AssertionError(f"Module {module} has to be pruned")
        mask = getattr(module, self._tensor_name + "_mask")
        original = getattr(module, self._tensor_name + "_orig")
        return mask.to(original.dtype) * original

    @classmethod
    def apply(cls, module: Any, name: str, *args: Any, importance_scores: Any = None, **kwargs: Any) -> Any:
        """The pruning method, after it was put on the module; a PruningContainer where there was one before."""
        previous = [hook for hook in module._forward_pre_hooks.values() if is_of(hook, name)]
        if len(previous) > 1:
            raise AssertionError(
                f"Avoid adding multiple pruning hooks to the same tensor {name} of module {module}. Use a "
                "PruningContainer."
            )
        method: Any = cls(*args, **kwargs)
        method._tensor_name = name
        for key, hook in list(module._forward_pre_hooks.items()):
            if previous and hook is previous[0]:
                del module._forward_pre_hooks[key]
                if isinstance(hook, PruningContainer):
                    container = hook
                else:
                    container = PruningContainer(hook)
                container.add_pruning_method(method)
                method = container
        original = getattr(module, name)
        if importance_scores is not None:
            if importance_scores.shape != original.shape:
                raise AssertionError(
                    f"importance_scores should have the same shape as parameter {name} of {module}, got "
                    f"{importance_scores.shape} and {original.shape}"
                )
        else:
            importance_scores = original
        if not previous:
            module.register_parameter(name + "_orig", original)
            del module._parameters[name]
            default_mask = ops.ones_like(original)
        else:
            default_mask = getattr(module, name + "_mask").detach().clone(memory_format=_C.contiguous_format)
        try:
            mask = method.compute_mask(importance_scores, default_mask=default_mask)
            module.register_buffer(name + "_mask", mask)
            setattr(module, name, method.apply_mask(module))
            module.register_forward_pre_hook(method)
        except Exception:
            if not previous:
                module.register_parameter(name, getattr(module, name + "_orig"))
                del module._parameters[name + "_orig"]
            raise
        return method

    def prune(self, t: Any, default_mask: Any = None, importance_scores: Any = None) -> Any:
        """`t` times the mask that this method computes for it."""
        scores = t if importance_scores is None else importance_scores
        if scores.shape != t.shape:
            raise AssertionError("importance_scores should have the same shape as tensor t")
        default_mask = ops.ones_like(t) if default_mask is None else default_mask
        return t * self.compute_mask(scores, default_mask=default_mask)

    def remove(self, module: Any) -> None:
        """Returns None; makes the product the parameter, and forgets the mask."""
        if getattr(self, "_tensor_name", None) is None:
            raise AssertionError(f"Module {module} has to be pruned before pruning can be removed")
        name = self._tensor_name
        weight = self.apply_mask(module)
        if hasattr(module, name):
            delattr(module, name)
        original = module._parameters.pop(name + "_orig")
        original.data = weight.data
        del module._buffers[name + "_mask"]
        setattr(module, name, original)


def is_of(hook: Any, name: str) -> bool:
    return isinstance(hook, BasePruningMethod) and getattr(hook, "_tensor_name", None) == name


class PruningContainer(BasePruningMethod):
    """Several methods of one tensor, each applied to what those before it left."""

    def __init__(self, *args: Any):
        self._pruning_methods: tuple[Any, ...] = ()
        if isinstance(args[0] if args else None, Iterable):
            args = tuple(args[0])
        for i, method in enumerate(args):
            if i == 0:
                self._tensor_name = getattr(method, "_tensor_name", None)  # type: ignore[assignment]
            self.add_pruning_method(method)

    def add_pruning_method(self, method: Any) -> None:
        """Returns None; adds a method of the same tensor at the end."""
        if method is not None and not isinstance(method, BasePruningMethod):
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if method is not None and self._tensor_name != method._tensor_name:
            raise ValueError(
                "Can only add pruning methods acting on the parameter named "
                f"'{self._tensor_name}' to PruningContainer {self}. Found '{method._tensor_name}'"
            )
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._pruning_methods)

    def __getitem__(self, idx: int) -> Any:
        return self._pruning_methods[idx]

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask of the latest method, over what `default_mask` left, joined with that."""
        method = self._pruning_methods[-1]
        mask = default_mask.to(t.dtype)
        if method.PRUNING_TYPE == "unstructured":
            left: Any = mask == 1
        elif method.PRUNING_TYPE == "structured":
            if not hasattr(method, "dim"):
                raise AttributeError(
                    'Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.'
                )
            dim = method.dim % t.dim()
            kept = mask.sum(tuple(d for d in range(t.dim()) if d != dim)) != 0
            left = (slice(None),) * dim + (kept,)
        elif method.PRUNING_TYPE == "global":
            left = (slice(None),) * t.dim()
        else:
            raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")
        mask = mask.clone()
        mask[left] = method.compute_mask(t[left], default_mask=mask[left]).to(mask.dtype)
        return mask


class Identity(BasePruningMethod):
    """Prunes nothing: a mask of ones."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """default_mask."""
        return default_mask

    @classmethod
    def apply(cls, module: Any, name: str) -> Any:  # type: ignore[override]
        """The pruning method, after it was put on the module."""
        return super().apply(module, name)


class RandomUnstructured(BasePruningMethod):
    """Prunes elements at random: `amount` of them, or that share of all if it is a float."""

    PRUNING_TYPE = "unstructured"

    def __init__(self, amount: Any):
        check_amount(amount)
        self.amount = amount

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """default_mask without `amount` elements, which are drawn."""
        count = pruned_count(self.amount, t.numel())
        mask = default_mask.clone(memory_format=_C.contiguous_format)
        if count:
            drawn = ops.rand_like(t)
            mask.view(-1)[ops.topk(drawn.reshape(-1), count)[1]] = 0
        return mask

    @classmethod
    def apply(cls, module: Any, name: str, amount: Any) -> Any:  # type: ignore[override]
        """The pruning method, after it was put on the module."""
        return super().apply(module, name, amount=amount)


class L1Unstructured(BasePruningMethod):
    """Prunes the elements of the smallest sizes: `amount` of them, or that share of all if it is a float."""

    PRUNING_TYPE = "unstructured"

    def __init__(self, amount: Any):
        check_amount(amount)
        self.amount = amount

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """default_mask without the `amount` elements of the smallest scores."""
        count = pruned_count(self.amount, t.numel())
        mask = default_mask.clone(memory_format=_C.contiguous_format)
        if count:
            mask.view(-1)[ops.topk(t.abs().reshape(-1), count, largest=False)[1]] = 0
        return mask

    @classmethod
    def apply(  # type: ignore[override]
        cls, module: Any, name: str, amount: Any, importance_scores: Any = None
    ) -> Any:
        """The pruning method, after it was put on the module."""
        return super().apply(module, name, amount=amount, importance_scores=importance_scores)


def slices_mask(t: Any, dim: int, pruned: Any) -> Any:
    """Ones of t's shape, zero in the slices along `dim` whose numbers are `pruned`."""
    mask = ops.ones_like(t)
    return mask.index_fill_(dim, pruned, 0)


class RandomStructured(BasePruningMethod):
    """Prunes slices along `dim` at random: `amount` of them, or that share of all if it is a float."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: Any, dim: int = -1):
        check_amount(amount)
        self.amount, self.dim = amount, dim

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """default_mask without `amount` slices, which are drawn."""
        check_structured(t)
        if not -t.dim() <= self.dim < t.dim():
            raise IndexError(f"Invalid index {self.dim} for tensor of size {t.shape}")
        slices = t.shape[self.dim]
        count = pruned_count(self.amount, slices)
        if count == 0:
            return default_mask
        drawn = ops.rand(slices)
        threshold = ops.kthvalue(drawn, k=count)[0]
        pruned = (drawn <= threshold).nonzero().squeeze(1)
        return default_mask * slices_mask(t, self.dim, pruned.to(t.device)).to(default_mask.dtype)

    @classmethod
    def apply(cls, module: Any, name: str, amount: Any, dim: int = -1) -> Any:  # type: ignore[override]
        """The pruning method, after it was put on the module."""
        return super().apply(module, name, amount=amount, dim=dim)


class LnStructured(BasePruningMethod):
    """Prunes the slices along `dim` of the smallest n-norms: `amount` of them, or that share of all if it is a float."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: Any, n: Any, dim: int = -1):
        check_amount(amount)
        self.amount, self.n, self.dim = amount, n, dim

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """default_mask without the `amount` slices of the smallest norms."""
        check_structured(t)
        if not -t.dim() <= self.dim < t.dim():
            raise IndexError(f"Invalid index {self.dim} for tensor of size {t.shape}")
        slices = t.shape[self.dim]
        count = pruned_count(self.amount, slices)
        kept = slices - count
        if count == 0:
            return default_mask
        dim = self.dim % t.dim()
        others = tuple(d for d in range(t.dim()) if d != dim)
        order = 2.0 if self.n == "fro" else self.n
        norms = ops.linalg_vector_norm(t.detach(), order, others)
        mask = ops.zeros_like(t)
        mask.index_fill_(dim, ops.topk(norms, kept)[1], 1)
        return default_mask * mask.to(default_mask.dtype)

    @classmethod
    def apply(  # type: ignore[override]
        cls, module: Any, name: str, amount: Any, n: Any, dim: int, importance_scores: Any = None
    ) -> Any:
        """The pruning method, after it was put on the module."""
        return super().apply(module, name, amount=amount, n=n, dim=dim, importance_scores=importance_scores)


class CustomFromMask(BasePruningMethod):
    """Prunes what a given mask says."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Any):
        self.mask = mask

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """default_mask times the mask given."""
        if default_mask.shape != self.mask.shape:
            raise AssertionError(f"expected a mask of shape {default_mask.shape}, got {self.mask.shape}")
        return default_mask * self.mask.to(default_mask.dtype)

    @classmethod
    def apply(cls, module: Any, name: str, mask: Any) -> Any:  # type: ignore[override]
        """The pruning method, after it was put on the module."""
        return super().apply(module, name, mask=mask)


def identity(module: Any, name: str) -> Any:
    """`module` with a mask of ones on its parameter `name`."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Any, name: str, amount: Any) -> Any:
    """`module` with `amount` elements (a float: that share) of its parameter `name` pruned at random."""
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: Any, name: str, amount: Any, importance_scores: Any = None) -> Any:
    """`module` with the `amount` smallest elements (a float: that share) of its parameter `name` pruned.

    importance_scores: of the parameter's shape, to go by in its place.
    """
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module: Any, name: str, amount: Any, dim: int) -> Any:
    """`module` with `amount` slices (a float: that share) along `dim` of its parameter `name` pruned at random."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(module: Any, name: str, amount: Any, n: Any, dim: int, importance_scores: Any = None) -> Any:
    """`module` with the `amount` slices (a float: that share) along `dim` of the smallest n-norms pruned.

    importance_scores: of the parameter's shape, to go by in its place.
    """
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Any, name: str, mask: Any) -> Any:
    """`module` with its parameter `name` multiplied by `mask`."""
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(parameters: Any, pruning_method: Any, importance_scores: Any = None, **kwargs: Any) -> None:
    """Returns None; prunes parameters, pairs of a module and a name, as if they were one vector.

    pruning_method: a class of unstructured pruning, made with `kwargs`. importance_scores: by such pairs, what to go by.
    """
    parameters = list(parameters) if isinstance(parameters, Iterable) else parameters
    if not isinstance(parameters, list):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    importance_scores = {} if importance_scores is None else importance_scores
    if not isinstance(importance_scores, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    if not parameters:
        return
    scores = [importance_scores.get((module, name), getattr(module, name)) for module, name in parameters]
    masks = [getattr(module, name + "_mask", ops.ones_like(getattr(module, name))) for module, name in parameters]
    together = ops.cat([s.reshape(-1) for s in scores])
    container = PruningContainer()
    container._tensor_name = "temp"
    method = pruning_method(**kwargs)
    method._tensor_name = "temp"
    container.add_pruning_method(method)
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found method '
            f"{pruning_method} of type {method.PRUNING_TYPE}"
        )
    mask = container.compute_mask(together, ops.cat([m.reshape(-1) for m in masks]))
    at = 0
    for module, name in parameters:
        parameter = getattr(module, name)
        custom_from_mask(module, name, mask[at : at + parameter.numel()].view_as(parameter))
        at += parameter.numel()


def remove(module: Any, name: str) -> Any:
    """`module` with its parameter `name` as pruning left it, and no mask; ValueError if it is not pruned."""
    for key, hook in module._forward_pre_hooks.items():
        if is_of(hook, name):
            hook.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")


def is_pruned(module: Any) -> bool:
    """Whether a parameter of the module or of one below it is pruned."""
    return any(
        isinstance(hook, BasePruningMethod)
        for _, submodule in module.named_modules()
        for hook in submodule._forward_pre_hooks.values()
    )


def check_amount(amount: Any) -> None:
    """ValueError or TypeError unless `amount` is a share in [0, 1] or a whole number that is not negative."""
    if not isinstance(amount, numbers.Real):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    whole = isinstance(amount, numbers.Integral)
    if (whole and amount < 0) or (not whole and not 0.0 <= float(amount) <= 1.0):
        raise ValueError(f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer")


def check_structured(t: Any) -> None:
    if t.dim() <= 1:
        raise ValueError(
            f"Structured pruning can only be applied to multidimensional tensors. Found tensor of shape {t.shape} with "
            f"{t.dim()} dims"
        )


def pruned_count(amount: Any, of: int) -> int:
    """How many of so many `amount` is; ValueError if it is more than there are."""
    if isinstance(amount, numbers.Integral):
        if amount > of:  # type: ignore[operator]
            raise ValueError(f"amount={amount} should be smaller than the number of parameters to prune={of}")
        return int(amount)
    return round(amount * of)
