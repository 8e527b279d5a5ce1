"""Private names of PyTorch's binary part that libraries touch, beside those of ours.

Switches of its script compiler are kept and change nothing: there is none. Keys of its dispatcher name what
torch.library registers functions for.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, ClassVar

from vibetensor import _C as ours
from vibetensor.torch._not_there import RefusedType
from vibetensor.torch.jit import EAGER

_TensorMeta = type(ours.Tensor)  # the class of the class of tensors
AUTOCAST = {"AutocastCPU": "cpu", "AutocastCUDA": "cuda"}


class DispatchKey(str):
    """A key of PyTorch's dispatcher, by its name: `DispatchKey.CPU`."""


KEYS = """
    CPU CUDA XPU Meta Autograd AutogradCPU AutogradCUDA AutocastCPU AutocastCUDA AutocastXPU CompositeImplicitAutograd
    CompositeExplicitAutograd
"""

for _name in KEYS.split():
    setattr(DispatchKey, _name, DispatchKey(_name))


class DispatchKeySet(frozenset):  # type: ignore[type-arg]
    """Keys of PyTorch's dispatcher; `|` joins sets, `&` and `-` leave parts of them."""

    def __new__(cls, keys: Any = ()) -> DispatchKeySet:
        return super().__new__(cls, [keys] if isinstance(keys, str) else keys)

    def __or__(self, other: Any) -> DispatchKeySet:
        return DispatchKeySet(super().__or__(other))

    def __and__(self, other: Any) -> DispatchKeySet:
        return DispatchKeySet(super().__and__(other))

    def __sub__(self, other: Any) -> DispatchKeySet:
        return DispatchKeySet(super().__sub__(other))

    def has(self, key: DispatchKey) -> bool:
        """Whether `key` is among them."""
        return key in self


class _ExcludeDispatchKeyGuard:
    """Context in which what the keys stand for is off. Autocast can be; NotImplementedError for other keys."""

    def __init__(self, keys: DispatchKeySet):
        self.devices = [AUTOCAST[key] for key in sorted(keys) if key in AUTOCAST]
        others = [key for key in sorted(keys) if not key.startswith("Autocast")]
        if others:
            raise NotImplementedError(
                f"torch._C._ExcludeDispatchKeyGuard: {', '.join(others)} cannot be switched off here"
            )
        self.before: list[bool] = []

    def __enter__(self) -> None:
        self.before = [ours.is_autocast_enabled(device) for device in self.devices]
        for device in self.devices:
            ours.set_autocast_enabled(device, False)

    def __exit__(self, *exc: object) -> None:
        for device, enabled in zip(self.devices, self.before, strict=True):
            ours.set_autocast_enabled(device, enabled)


class DisableTorchFunctionSubclass:
    """Context in which the types of arguments have no say in what functions do; modes have."""

    off = 1

    def __enter__(self) -> None:
        self.before = ours.exchange_torch_function_off(self.off)

    def __exit__(self, *exc: object) -> None:
        ours.exchange_torch_function_off(self.before)


class DisableTorchFunction(DisableTorchFunctionSubclass):
    """Context in which neither the types of arguments nor modes have a say in what functions do."""

    off = 2


_disabled_torch_function_impl = ours._disabled_torch_function_impl


class _DisableTorchDispatch:
    """Context in which neither types of tensors nor modes answer calls of ops."""

    def __enter__(self) -> None:
        self.before = ours.exchange_torch_dispatch_off(True)

    def __exit__(self, *exc: object) -> None:
        ours.exchange_torch_dispatch_off(self.before)


def _len_torch_dispatch_stack() -> int:
    """How many modes that answer calls of ops are entered on this thread."""
    return len(ours.torch_dispatch_modes())


def _get_dispatch_stack_at(index: int) -> Any:
    """The mode of that number; 0 is the outermost."""
    return ours.torch_dispatch_modes()[index]


def _is_torch_function_enabled() -> bool:
    """Whether the types of arguments have a say in what functions do, on this thread."""
    before = ours.exchange_torch_function_off(0)
    ours.exchange_torch_function_off(before)
    return before == 0


class PyTorchFileReader(RefusedType, why="torch.load(path, mmap=True) reads a file without reading its tensors"):
    """The records of a file that torch.save wrote."""


class PyTorchFileWriter(RefusedType, why="torch.save writes files"):
    """A file that is written record by record."""


class Tag(Enum):
    """What an op's declaration tells PyTorch's compiler; here it is taken and told nobody."""

    core = 0
    cudagraph_unsafe = 1
    data_dependent_output = 2
    dynamic_output_shape = 3
    flexible_layout = 4
    generated = 5
    inplace_view = 6
    maybe_aliasing_or_mutating = 7
    needs_contiguous_strides = 8
    needs_exact_strides = 9
    needs_fixed_stride_order = 10
    nondeterministic_bitwise = 11
    nondeterministic_seeded = 12
    pointwise = 13
    pt2_compliant_tag = 14
    view_copy = 15


class Graph(RefusedType, why=EAGER):
    """A scripted program: there are none, so isinstance says False."""


class Value(RefusedType, why=EAGER):
    """A value in a scripted program: there are none, so isinstance says False."""


class TensorType(RefusedType, why=EAGER):
    """The type of tensors in a scripted program: there are none, so isinstance says False."""


class DeviceObjType(RefusedType, why=EAGER):
    """The type of devices in a scripted program: there are none, so isinstance says False."""


class ScriptObject(RefusedType, why=EAGER):
    """An object of a scripted class: there are none, so isinstance says False."""


def _get_tracing_state() -> Any:
    """What torch.jit.trace records with while it runs a program; None otherwise."""
    from vibetensor.torch.jit import is_tracing

    return True if is_tracing() else None


def _is_tracing() -> bool:
    """Whether torch.jit.trace is running the program."""
    from vibetensor.torch.jit import is_tracing

    return is_tracing()


def _log_api_usage_once(event: str) -> None:
    """Returns None: no use is reported to anybody."""


class Switches:
    """Switches of PyTorch's script compiler, which is not there: they are kept, at first as PyTorch has them."""

    profiling_executor: ClassVar[bool] = True
    profiling_mode: ClassVar[bool] = True
    fuse_on_cpu: ClassVar[bool] = False
    fuse_on_gpu: ClassVar[bool] = False


def _jit_set_profiling_executor(profiling_flag: bool) -> bool:
    """What it was set to before."""
    before, Switches.profiling_executor = Switches.profiling_executor, bool(profiling_flag)
    return before


def _jit_set_profiling_mode(profiling_flag: bool) -> bool:
    """What it was set to before."""
    before, Switches.profiling_mode = Switches.profiling_mode, bool(profiling_flag)
    return before


def _jit_can_fuse_on_cpu() -> bool:
    """What it was set to by _jit_override_can_fuse_on_cpu."""
    return Switches.fuse_on_cpu


def _jit_can_fuse_on_gpu() -> bool:
    """What it was set to by _jit_override_can_fuse_on_gpu."""
    return Switches.fuse_on_gpu


def _jit_override_can_fuse_on_cpu(override: bool) -> None:
    """Returns None; keeps it."""
    Switches.fuse_on_cpu = bool(override)


def _jit_override_can_fuse_on_gpu(override: bool) -> None:
    """Returns None; keeps it."""
    Switches.fuse_on_gpu = bool(override)


def _jit_set_texpr_fuser_enabled(enabled: bool) -> None:
    """Returns None: there is no script compiler that would fuse."""


def _jit_set_nvfuser_enabled(enabled: bool) -> None:
    """Returns None: PyTorch has no such fuser any more either."""


def _cuda_isInBadFork() -> bool:
    """Whether this process was forked from one that uses CUDA already, so that it cannot."""
    return not ours.cuda_is_available() and "fork" in ours.cuda_unavailable_reason()


def _get_privateuse1_backend_name() -> str:
    """ "privateuseone": no other device has been added."""
    return "privateuseone"


def _get_accelerator(check: bool | None = None) -> Any:
    """The kind of accelerator of this machine, else the CPU."""
    return ours.device("cuda" if ours.cuda_is_available() else "cpu")


def _are_functorch_transforms_active() -> bool:
    """Whether a transform of torch.func is running."""
    return ours.transform_count() > 0


def _is_torch_function_mode_enabled() -> bool:
    """Whether a TorchFunctionMode is entered on this thread."""
    from vibetensor.torch.overrides import _len_torch_function_stack

    return _len_torch_function_stack() > 0


def _is_alias_of(a: Any, b: Any) -> bool:
    """Whether two tensors share memory."""
    return a._storage_key() == b._storage_key()


class _cpu:
    """What libraries ask of the processor where PyTorch's binary part answers."""

    @staticmethod
    def _is_avx2_supported() -> bool:
        return ours.system_info()["cpu"]["simd"] in ("x86-64-v3", "x86-64-v4")

    @staticmethod
    def _is_avx512_supported() -> bool:
        return ours.system_info()["cpu"]["simd"] == "x86-64-v4"


class _nn:
    """What modules ask of PyTorch's binary part."""

    @staticmethod
    def _parse_to(*args: Any, **kwargs: Any) -> tuple[Any, Any, bool, Any]:
        """(device, dtype, non_blocking, memory_format) of the arguments of Module.to, None where there is none."""
        from vibetensor.torch.nn.modules.module import parse_to

        return parse_to(args, kwargs)


def __getattr__(name: str) -> Any:
    if name == "_functorch":
        from importlib import import_module

        return import_module(f"{__name__}._functorch")
    if name in ("_AutoDispatchBelowAutograd", "_after_autograd_keyset"):
        from vibetensor.torch import _kernel_overrides

        below = name == "_AutoDispatchBelowAutograd"
        return _kernel_overrides.BelowAutograd if below else _kernel_overrides.after_autograd_keyset
    return getattr(ours, name)
