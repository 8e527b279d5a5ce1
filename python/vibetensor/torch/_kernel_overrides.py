"""Functions of Python in the place of kernels of built-in ops, for one dispatch key each, and calls that go past them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor import _C
from vibetensor.torch._C import DispatchKey, DispatchKeySet
from vibetensor.torch._warnings import warn_user

Fn = Callable[..., Any]

CPU, CUDA = 0, 1  # numbers of devices in the core
# PyTorch's keys: the key here, and the device that calls have to be on, or -1
PLACES: dict[str, tuple[str, int]] = {
    "CPU": ("CPU", -1),
    "CUDA": ("CUDA", -1),
    "Meta": ("Meta", -1),
    "Autograd": ("Autograd", -1),
    "AutogradCPU": ("Autograd", CPU),
    "AutogradCUDA": ("Autograd", CUDA),
}
warned: list[str] = []  # the op for which a process was told that ops are overridden
BITS = {name: 1 << place for name, place in _C.dispatch_keys.items()}


def place_of(dispatch_key: str, what: str) -> tuple[int, int]:
    """The core's key of a dispatch key of PyTorch's, and the device that calls have to be on, or -1."""
    if dispatch_key not in PLACES:
        raise NotImplementedError(
            f"{what}: kernels for {dispatch_key or 'CompositeImplicitAutograd'} are not there; there are "
            f"{', '.join(PLACES)}"
        )
    key, device = PLACES[dispatch_key]
    return _C.dispatch_keys[key], device


def bits_of(keys: Any) -> int:
    """A set of keys as the core has it."""
    bits = 0
    for key in keys:
        bits |= BITS[PLACES[key][0] if key in PLACES else "Autocast" if key.startswith("Autocast") else key]
    return bits


def keys_of(bits: int) -> DispatchKeySet:
    """The set of keys that the core's bits stand for; autograd's and autocast's are also those of the devices."""
    keys = [name for name, bit in BITS.items() if bits & bit and name not in ("Autograd", "Autocast")]
    devices = [name for name in ("CPU", "CUDA") if name in keys]
    for above in ("Autograd", "Autocast"):
        if bits & BITS[above]:
            keys += [f"{above}{device}" for device in devices] or [f"{above}CPU"]
    return DispatchKeySet(DispatchKey(key) for key in keys)


def fallthrough_kernel() -> None:
    """What Library.impl takes for no kernel at all: calls go to the next key."""
    raise NotImplementedError("fallthrough_kernel() should never be called.")


def with_set(fn: Fn) -> Fn:
    """fn, whose first argument is a DispatchKeySet, as the core calls it, with bits."""

    def kernel(bits: int, *args: Any, **kwargs: Any) -> Any:
        return fn(keys_of(bits), *args, **kwargs)

    return kernel


def override(name: str, fn: Fn, dispatch_key: str, with_keyset: bool) -> Callable[[], None]:
    """A function that takes back what this does: `fn` is from now on what the op, "add.Tensor", runs for the key.

    Without an overload the name stands for the one without a name.
    """
    key, device = place_of(dispatch_key, "Library.impl")
    function = None if fn is fallthrough_kernel else with_set(fn) if with_keyset else fn
    id = _C.override_kernel(name, key, function, device, with_keyset and function is not None)
    if not warned:
        warned.append(name)
        warn_user(
            "Warning only once for all operators, other operators may also be overridden.\n  Overriding a previously "
            f"registered kernel for the same operator and the same dispatch key\n  operator: aten::{name}\n"
            f"  dispatch key: {dispatch_key}"
        )
    return lambda: _C.take_back_kernel(name, key, id)


def is_overridden(name: str, dispatch_key: str) -> bool:
    """Whether a function of Python stands in the place of the op's kernel for the key."""
    return _C.is_overridden(name, place_of(dispatch_key, "Library.impl")[0])


class Kernel:
    """What an op ran for a dispatch key when this was asked for; it stays that."""

    def __init__(self, name: str, dispatch_key: str):
        self.name, self.dispatch_key = name, dispatch_key
        self._function = _C.kernel_of(name, place_of(dispatch_key, "get_kernel")[0])

    def call_boxed(self, keyset: Any, /, *args: Any, **kwargs: Any) -> Any:
        """What the kernel gives for the arguments; `keyset` is what a function with_keyset got, and may be empty."""
        return self._function.call(bits_of(keyset), *args, **kwargs)

    def __repr__(self) -> str:
        return f"Kernel(aten::{self.name}, {self.dispatch_key})"


class BelowAutograd:
    """Context in which calls are not recorded for backward: kernels for Autograd call their op in it.

    PyTorch's torch._C._AutoDispatchBelowAutograd.
    """

    def __enter__(self) -> None:
        self.before = _C.exchange_excluded_keys(0)
        _C.exchange_excluded_keys(self.before | BITS["Autograd"])

    def __exit__(self, *exc: object) -> None:
        _C.exchange_excluded_keys(self.before)


after_autograd_keyset = DispatchKeySet(("CPU", "CUDA", "Meta", "Sparse", "Fabric", "Transform"))
