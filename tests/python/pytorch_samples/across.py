"""PyTorch's values and functions as ours: what a sample is called with, and what it calls.

A function that is public in PyTorch becomes ours of that name. One that PyTorch's tests define themselves, such as
`lambda x, *args: torch.polygamma(n, x, *args)`, is made again from its code, with our namespace in the place of theirs.
"""

from __future__ import annotations

import dataclasses
import functools
import io
import types
from collections.abc import Callable
from typing import Any

import torch
import vibetensor.torch as vt
from compare import ours_of

OWNERS = (
    "",
    "Tensor",
    "nn.functional",
    "nn.init",
    "linalg",
    "special",
    "fft",
    "masked",
    "signal.windows",
    "sparse",
    "_C._nn",
)


class Missing(NotImplementedError):
    """A name that our namespace has not."""


def found_in(owner: Any, path: str, default: Any = None) -> Any:
    for name in path.split(".") if path else ():
        owner = getattr(owner, name, default)
    return owner


@functools.cache
def public_names() -> dict[int, str]:
    """The path below `torch` of every public function of PyTorch, by its identity."""
    names: dict[int, str] = {}
    for path in reversed(OWNERS):
        owner = found_in(torch, path)
        for name in dir(owner):
            thing = getattr(owner, name, None)
            if callable(thing) and not isinstance(thing, type):
                names[id(thing)] = f"{path}.{name}" if path else name
    return names


class AbsentModule:
    """A module that is not there: its names raise when they are asked for."""

    def __init__(self, path: str):
        self.__path = path

    def __getattr__(self, name: str) -> Any:
        raise Missing(f"torch.{self.__path}.{name}")


def named(path: str) -> Any:
    """What is at that path below our `torch`; something that raises when it is called if nothing is."""
    owner: Any = vt
    for name in path.split("."):
        try:
            owner = getattr(owner, name)
        except (AttributeError, NotImplementedError):

            def absent(*args: Any, **kwargs: Any) -> Any:
                raise Missing(f"torch.{path}")

            return absent
    return owner


def view_of(tensor: torch.Tensor, device: str) -> Any:
    """Ours of the same values and strides, with all of the storage around it where it does not lie in its own alone."""
    count = tensor.untyped_storage().nbytes() // tensor.element_size()
    if tensor.numel() and tensor.is_contiguous() and count > tensor.numel():
        whole = torch.empty(0, dtype=tensor.dtype).set_(tensor.untyped_storage(), 0, (count,), (1,))
        return ours_of(whole, device).as_strided(tensor.shape, tensor.stride(), tensor.storage_offset()).detach()
    return ours_of(tensor, device)


class Across:
    """Translates for one device of ours; a tensor that comes twice is one tensor here too.

    wide: float32 becomes float64 and complex64 complex128, in tensors and as dtypes.
    """

    def __init__(self, device: str = "cpu", wide: bool = False):
        self.device, self.wide = device, wide
        self.tensors: dict[int, tuple[Any, Any, Any]] = {}  # id: theirs, ours, the tensor itself
        self.functions: dict[int, tuple[Any, Any]] = {}

    def widened(self, dtype: torch.dtype) -> torch.dtype:
        return (
            {torch.float32: torch.float64, torch.complex64: torch.complex128}.get(dtype, dtype) if self.wide else dtype
        )

    def theirs(self, value: Any) -> Any:
        """The value for PyTorch's side: tensors are leaves, of the same strides."""
        if isinstance(value, torch.Tensor):
            return self.pair(value)[0]
        if isinstance(value, torch.dtype):
            return self.widened(value)
        if isinstance(value, dict):
            return {key: self.theirs(part) for key, part in value.items()}
        if type(value) in (list, tuple):
            return type(value)(map(self.theirs, value))
        return value

    def pair(self, tensor: torch.Tensor) -> tuple[Any, Any]:
        """(theirs, ours): leaves with the values and strides of a tensor of PyTorch's."""
        if id(tensor) not in self.tensors:
            leaf = tensor.detach()
            if leaf.is_nested:
                raise Missing("nested tensors")
            if self.widened(leaf.dtype) != leaf.dtype:
                leaf = leaf.to(self.widened(leaf.dtype))
            mine = view_of(leaf, self.device) if leaf.layout == torch.strided else ours_of(leaf, self.device)
            leaf.requires_grad_(tensor.requires_grad)
            # the tensor is kept alive, and with it the identity of the key
            self.tensors[id(tensor)] = leaf, mine.requires_grad_(tensor.requires_grad), tensor
        return self.tensors[id(tensor)][:2]

    def ours(self, value: Any) -> Any:
        """The same value on our side."""
        if isinstance(value, torch.Tensor):
            return self.pair(value)[1]
        if isinstance(value, torch.dtype | torch.memory_format | torch.layout):
            value = self.widened(value) if isinstance(value, torch.dtype) else value
            return getattr(vt, str(value).removeprefix("torch."))
        if isinstance(value, torch.device):
            return vt.device(self.device if value.type == "cpu" else str(value))
        if isinstance(value, torch.Generator):
            return vt.Generator().manual_seed(value.initial_seed())
        if isinstance(value, torch.Size):
            return vt.Size(value)
        if isinstance(value, dict):
            return {
                key: self.device if key == "device" and part == "cpu" else self.ours(part)
                for key, part in value.items()
            }
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*map(self.ours, value))
        if isinstance(value, list | tuple) and type(value) in (list, tuple):
            return type(value)(map(self.ours, value))
        if isinstance(value, torch.nn.Module):
            return self.module_of(value)
        if isinstance(value, torch.nn.LinearCrossEntropyOptions):
            return vt.nn.LinearCrossEntropyOptions(**self.ours(dataclasses.asdict(value)))
        if isinstance(value, types.ModuleType):
            return self.namespace(value)
        if callable(value):
            return self.function(value)
        return value

    def module_of(self, module: torch.nn.Module) -> Any:
        """The same layer of ours, by a file."""
        file = io.BytesIO()
        torch.save(module, file)
        file.seek(0)
        return vt.load(file, weights_only=False)

    def namespace(self, module: types.ModuleType) -> Any:
        if module.__name__ == "torch":
            return vt
        if not module.__name__.startswith("torch.") or module.__name__.startswith("torch.testing"):
            return module
        path = module.__name__.removeprefix("torch.")
        found = found_in(vt, path)
        return AbsentModule(path) if found is None else found

    def function(self, fn: Callable[..., Any]) -> Any:
        """The function of ours that does what `fn` does."""
        if id(fn) in self.functions:
            return self.functions[id(fn)][1]
        made = self.translated(fn)
        self.functions.setdefault(id(fn), (fn, made))
        return self.functions[id(fn)][1]

    def translated(self, fn: Callable[..., Any]) -> Any:
        if (path := public_names().get(id(fn))) is not None:
            return named(path)
        if isinstance(fn, functools.partial):
            return functools.partial(self.function(fn.func), *self.ours(fn.args), **self.ours(fn.keywords))
        module = getattr(fn, "__module__", None) or ""
        if getattr(fn, "__name__", "") == "wrapper_set_seed":
            return seeded
        if isinstance(fn, types.MethodType) and isinstance(fn.__self__, torch.Tensor):
            return getattr(self.ours(fn.__self__), fn.__name__)
        if isinstance(fn, torch._ops.OpOverload | torch._ops.OpOverloadPacket):
            return named(f"ops.{fn!s}")
        if isinstance(fn, types.FunctionType) and module.startswith("torch.testing"):
            return self.made_again(fn)
        if module.startswith("torch") and not module.startswith("torch.testing"):
            return named(f"{module}.{fn.__qualname__}".removeprefix("torch."))
        return fn

    def made_again(self, fn: types.FunctionType) -> Any:
        known = {"__builtins__": fn.__globals__["__builtins__"], "__name__": fn.__globals__["__name__"]}
        cells = tuple(types.CellType() for _ in fn.__closure__ or ())
        made = types.FunctionType(fn.__code__, known, fn.__name__, None, cells)
        self.functions[id(fn)] = fn, made  # before what it refers to, which may be itself
        for name in names_in(fn.__code__) & fn.__globals__.keys():
            known[name] = self.ours(fn.__globals__[name])
        for cell, theirs in zip(cells, fn.__closure__ or (), strict=True):
            cell.cell_contents = self.ours(theirs.cell_contents)
        made.__defaults__ = self.ours(fn.__defaults__)
        made.__kwdefaults__ = self.ours(fn.__kwdefaults__)
        return made


def names_in(code: types.CodeType) -> set[str]:
    """The names that code, and the functions inside it, may read from its module."""
    return set(code.co_names).union(*(names_in(c) for c in code.co_consts if isinstance(c, types.CodeType)))


def seeded(op: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What PyTorch's tests do to a random op: a seed of its own, and the stream as it was afterwards."""
    state = vt.get_rng_state()
    vt.manual_seed(42)
    try:
        return op(*args, **kwargs)
    finally:
        vt.set_rng_state(state)
