"""Parameters and buffers that are functions of others: a chain of modules per tensor.

`register_parametrization(module, "weight", f)` makes `module.weight` f of what was the weight, at every access. The tensors
behind it are in `module.parametrizations.weight`, a ParametrizationList, and in the state_dict.
"""

from __future__ import annotations

import copy
import copyreg
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.nn.modules.container import ModuleDict, ModuleList
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.nn.parameter import Parameter

__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "transfer_parametrizations_and_params",
    "type_before_parametrizations",
]
Tensor: Any = _C.Tensor


class Cache:
    """Values of parametrized tensors by (id of the module, name), kept while a `cached()` block runs."""

    depth = 0
    values: dict[tuple[int, str], Any] = {}  # noqa: RUF012 - emptied when the outermost block ends


@contextmanager
def cached() -> Iterator[None]:
    """A block in which each parametrized tensor is computed once, when it is first read."""
    Cache.depth += 1
    try:
        yield
    finally:
        Cache.depth -= 1
        if Cache.depth == 0:
            Cache.values.clear()


def register(module: Module, name: str, tensor: Any) -> None:
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


def inverted(parametrizations: Sequence[Module], value: Any, lenient: bool) -> Any:
    """What the chain makes `value` of: right_inverse of each, last first; `lenient`: one without it changes nothing."""
    for parametrization in reversed(parametrizations):
        inverse: Any = getattr(parametrization, "right_inverse", None)
        if inverse is None:
            if not lenient:
                raise RuntimeError(
                    f"parametrization {type(parametrization).__name__} does not implement right_inverse."
                )
            continue
        try:
            value = inverse(value)
        except NotImplementedError:
            if not lenient:
                raise
    return value


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, in the order in which they are applied, and the tensors behind it.

    Those are `original`; or `original0`, `original1`, ... where the first parametrization's right_inverse returns
    several. Calling the list gives the tensor.
    """

    def __init__(self, modules: Sequence[Module], original: Any, unsafe: bool = False):
        if not modules:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        dtype, device, shape = original.dtype, original.device, original.shape
        with no_grad():
            new: Any = inverted(list(modules), original, lenient=True)
        self.is_tensor = isinstance(new, Tensor)
        if not (self.is_tensor or isinstance(new, Sequence)):
            raise ValueError(
                "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
                f"Got {type(new).__name__}"
            )
        self.ntensors = 1 if self.is_tensor else len(new)
        if self.is_tensor:
            for what, before, after in (("dtype", dtype, new.dtype), ("device", device, new.device)):
                if before != after:
                    raise ValueError(
                        f"When `right_inverse` outputs one tensor, it may not change the {what}.\n"
                        f"original.{what}: {before}\nright_inverse(original).{what}: {after}"
                    )
            # the same object stays the parameter, so that an optimizer goes on with it
            with no_grad():
                original.set_(new)
            register(self, "original", original)
        else:
            for i, part in enumerate(new):
                if not isinstance(part, Tensor):
                    raise ValueError(
                        "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
                        f"Got element {i} of the sequence with type {type(part).__name__}."
                    )
                if isinstance(original, Parameter):
                    part = Parameter(part, original.requires_grad)
                register(self, f"original{i}", part.requires_grad_(original.requires_grad))
        if not unsafe:
            self._check(dtype, shape)

    def _check(self, dtype: Any, shape: Any) -> None:
        found = self()
        if not isinstance(found, Tensor):
            raise ValueError(f"A parametrization must return a tensor. Got {type(found).__name__}.")
        for what, before, after in (("dtype", dtype, found.dtype), ("shape", shape, found.shape)):
            if before != after:
                raise ValueError(
                    f"Registering a parametrization may not change the {what} of the tensor, unless `unsafe` flag is "
                    f"enabled.\nunparametrized {what}: {before}\nparametrized {what}: {after}"
                )

    def originals(self) -> list[Any]:
        """The tensors behind the parametrized one."""
        names = ["original"] if self.is_tensor else [f"original{i}" for i in range(self.ntensors)]
        return [getattr(self, name) for name in names]

    def right_inverse(self, value: Any) -> None:
        """Returns None; fills the originals with what the chain makes `value` of."""
        with no_grad():
            new = inverted(list(self), value, lenient=False)
            parts = [new] if self.is_tensor else new
            if not isinstance(parts, Sequence):
                raise ValueError(f"'right_inverse' must return a sequence of tensors. Got {type(parts).__name__}.")
            if len(parts) != self.ntensors:
                raise ValueError(
                    f"'right_inverse' must return a sequence of tensors of length {self.ntensors}. Got a sequence of "
                    f"length {len(parts)}."
                )
            for i, (original, part) in enumerate(zip(self.originals(), parts, strict=True)):
                if not isinstance(part, Tensor):
                    raise ValueError(
                        f"`right_inverse` should return tensors. Got element {i} of type {type(part).__name__}"
                    )
                if original.dtype != part.dtype:
                    raise ValueError(
                        f"Tensor {i} returned by `right_inverse` has dtype {part.dtype} while its original has dtype "
                        f"{original.dtype}"
                    )
                original.set_(part)

    def forward(self) -> Any:
        first, *rest = self
        x = first(*self.originals())
        for parametrization in rest:
            x = parametrization(x)
        return x


def deepcopy_parametrized(self: Any, memo: dict[int, Any]) -> Any:
    """copy.deepcopy of a parametrized module: of everything that it holds, not by pickling."""
    if id(self) in memo:
        return memo[id(self)]
    kind: Any = type(self)
    replica = kind.__new__(kind)
    memo[id(self)] = replica
    replica.__dict__ = copy.deepcopy(self.__dict__, memo)
    for slot in copyreg._slotnames(type(self)):  # type: ignore[attr-defined]
        if hasattr(self, slot):
            setattr(replica, slot, copy.deepcopy(getattr(self, slot), memo))
    return replica


def refuse_pickling(self: Any) -> None:
    raise RuntimeError("Serialization of parametrized modules is only supported through state_dict().")


def inject_class(module: Module) -> None:
    """Make the module one of a class of its own, which can have properties."""
    cls: Any = type(module)
    members: dict[str, Any] = {"__getstate__": refuse_pickling}
    if not hasattr(cls, "__deepcopy__"):
        members["__deepcopy__"] = deepcopy_parametrized
    module.__class__ = type(f"Parametrized{cls.__name__}", (cls,), members)


def inject_property(module: Module, name: str) -> None:
    """Make the attribute `name` what its ParametrizationList gives, and assignments to it go through right_inverse."""

    def get(self: Any) -> Any:
        if Cache.depth == 0:
            return self.parametrizations[name]()
        key = id(self), name
        if key not in Cache.values:
            Cache.values[key] = self.parametrizations[name]()
        return Cache.values[key]

    def set(self: Any, value: Any) -> None:
        self.parametrizations[name].right_inverse(value)

    setattr(type(module), name, property(get, set))


def register_parametrization(module: Any, tensor_name: str, parametrization: Module, *, unsafe: bool = False) -> Any:
    """`module`, whose parameter or buffer `tensor_name` is from now on `parametrization` of a tensor behind it.

    A module with forward(original) and, where values are assigned or the originals start from the value,
    right_inverse(value), which may return several tensors that forward takes. Several parametrizations of one tensor are
    applied in the order of registration. `unsafe`: shape and dtype may change, which is a ValueError otherwise.

    >>> import vibetensor.torch as torch
    >>> class Double(torch.nn.Module):
    ...     def forward(self, x):
    ...         return 2 * x
    >>> layer = torch.nn.Linear(1, 1, bias=False)
    >>> _ = layer.weight.data.fill_(3.0)
    >>> torch.nn.utils.parametrize.register_parametrization(layer, "weight", Double()).weight.item()
    6.0
    >>> list(layer.state_dict())
    ['parametrizations.weight.original']
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        chain = module.parametrizations[tensor_name]
        if not unsafe:
            value = getattr(module, tensor_name)
            found = parametrization(value)
            if not isinstance(found, Tensor):
                raise ValueError(f"A parametrization must return a tensor. Got {type(found).__name__}.")
            for what, before, after in (("dtype", value.dtype, found.dtype), ("shape", value.shape, found.shape)):
                if before != after:
                    raise ValueError(
                        f"Registering a parametrization may not change the {what} of the tensor, unless `unsafe` flag is "
                        f"enabled.\nmodule.{tensor_name}.{what}: {before}\nparametrized {what}: {after}"
                    )
            inverse: Any = getattr(parametrization, "right_inverse", None)
            if inverse is not None:
                back = inverse(found)
                if not isinstance(back, Tensor) or back.dtype != value.dtype or back.shape != value.shape:
                    raise ValueError(
                        "parametrization.right_inverse must return a tensor of the dtype and the shape that "
                        f"{tensor_name} has, {value.dtype} and {value.shape}"
                    )
        chain.append(parametrization)
        chain.unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        original = getattr(module, tensor_name)
        chain = ParametrizationList([parametrization], original, unsafe=unsafe)  # raises before anything has changed
        delattr(module, tensor_name)
        if not is_parametrized(module):
            inject_class(module)
            module.parametrizations = ModuleDict()
        inject_property(module, tensor_name)
        module.parametrizations[tensor_name] = chain
    else:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name '{tensor_name}'"
        )
    return module


def is_parametrized(module: Any, tensor_name: str | None = None) -> bool:
    """Whether the module has parametrizations; with a name, whether that tensor has."""
    parametrizations = getattr(module, "parametrizations", None)
    if not isinstance(parametrizations, ModuleDict):
        return False
    return len(parametrizations) > 0 if tensor_name is None else tensor_name in parametrizations


def remove_parametrizations(module: Any, tensor_name: str, leave_parametrized: bool = True) -> Any:
    """`module`, whose `tensor_name` is an own tensor again.

    It has the value that the parametrizations gave, or with `leave_parametrized=False` that of the original, which there
    must be one of.
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    chain = module.parametrizations[tensor_name]
    original = chain.original if chain.is_tensor else None
    if leave_parametrized:
        with no_grad():
            value = getattr(module, tensor_name)
        if original is None:
            is_parameter = isinstance(chain.original0, Parameter)
            original = Parameter(value, chain.original0.requires_grad) if is_parameter else value
        else:
            with no_grad():
                original.set_(value)
    elif original is None:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a "
            "sequence of tensors."
        )
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    register(module, tensor_name, original)
    if not is_parametrized(module):
        delattr(module, "parametrizations")
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Any) -> type:
    """The class that the module had before it was parametrized."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(from_module: Any, to_module: Any, tensor_name: str | None = None) -> Any:
    """`to_module` with the parametrizations of `from_module` and the tensors behind them; of one tensor, by its name."""
    if not is_parametrized(from_module):
        return to_module
    names = list(from_module.parametrizations) if tensor_name is None else [tensor_name]
    for name in names:
        if not hasattr(to_module, name):
            register(to_module, name, copy.deepcopy(getattr(from_module, name).detach()))
        for parametrization in from_module.parametrizations[name]:
            register_parametrization(to_module, name, parametrization)
        given, taken = from_module.parametrizations[name], to_module.parametrizations[name]
        own = ["original"] if given.is_tensor else [f"original{i}" for i in range(given.ntensors)]
        for part in own:
            setattr(taken, part, getattr(given, part))
    return to_module
