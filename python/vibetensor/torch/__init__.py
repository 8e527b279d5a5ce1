"""PyTorch's API: `import vibetensor.torch as torch` in the place of `import torch`.

What PyTorch has and is missing here raises an AttributeError that says so. Submodules that not every
program needs are imported when they are first used.
"""

# ruff: noqa: F401 - this module is a namespace

from __future__ import annotations

from collections.abc import Callable
from math import e, inf, nan, pi
from typing import Any

from vibetensor import _C
from vibetensor.torch import _tensor, functional
from vibetensor.torch._not_there import module_getattr
from vibetensor.torch._tensor import (
    BFloat16Tensor,
    BoolTensor,
    ByteTensor,
    CharTensor,
    DoubleTensor,
    FloatTensor,
    HalfTensor,
    IntTensor,
    LongTensor,
    ShortTensor,
)
from vibetensor.torch._tensor_str import set_printoptions
from vibetensor.torch.accelerator import Event, Stream
from vibetensor.torch.functional import (
    broadcast_shapes,
    broadcast_tensors,
    cartesian_prod,
    detach_,
    einsum,
    is_complex,
    is_conj,
    is_floating_point,
    is_inference,
    is_same_size,
    is_signed,
    is_tensor,
    meshgrid,
    nonzero,
    norm,
    numel,
    split,
    tensordot,
    typename,
    unique,
    unique_consecutive,
)
from vibetensor.torch.torch_version import __version__

_tensor.install()

Tensor = _C.Tensor
Size = _C.Size
Generator = _C.Generator
dtype = _C.dtype
device = _C.device
layout = _C.layout
memory_format = _C.memory_format
finfo = _C.finfo
iinfo = _C.iinfo
OutOfMemoryError = _C.OutOfMemoryError
AcceleratorError = _C.AcceleratorError

newaxis = None
strided = _C.strided
contiguous_format = _C.contiguous_format
preserve_format = _C.preserve_format
channels_last = _C.channels_last

bool = _C.bool
uint8 = _C.uint8
int8 = _C.int8
int16 = short = _C.int16
int32 = int = _C.int32
int64 = long = _C.int64
float16 = half = _C.float16
bfloat16 = _C.bfloat16
float32 = float = _C.float32
float64 = double = _C.float64
complex64 = cfloat = _C.complex64
complex128 = cdouble = _C.complex128

tensor = _C.tensor
as_tensor = asarray = _C.as_tensor
from_numpy = _C.from_numpy
from_dlpack = _C.from_dlpack
frombuffer = _C.frombuffer
can_cast = _C.can_cast
promote_types = _C.promote_types
result_type = _C.result_type

get_default_dtype = _C.get_default_dtype
get_default_device = _C.get_default_device
set_default_device = _C.set_default_device
is_grad_enabled = _C.is_grad_enabled
is_inference_mode_enabled = _C.is_inference_mode_enabled
get_num_threads = _C.get_num_threads
is_autocast_enabled = _C.is_autocast_enabled
get_autocast_dtype = _C.get_autocast_dtype
set_autocast_enabled = _C.set_autocast_enabled
set_autocast_dtype = _C.set_autocast_dtype
is_autocast_cache_enabled = _C.is_autocast_cache_enabled
set_autocast_cache_enabled = _C.set_autocast_cache_enabled
clear_autocast_cache = _C.clear_autocast_cache

# ops of the registry that PyTorch has as functions of its top level; a Python version above wins
_python_names = frozenset(globals())
for _name in _C.torch_functions():
    if _name not in _python_names:
        globals()[_name] = getattr(_C.ops, _name)
del _name, _python_names

from vibetensor.torch import autograd, nn  # noqa: E402
from vibetensor.torch.amp.autocast_mode import autocast  # noqa: E402
from vibetensor.torch.amp.grad_scaler import GradScaler  # noqa: E402
from vibetensor.torch.autograd import enable_grad, inference_mode, no_grad, set_grad_enabled  # noqa: E402
from vibetensor.torch.random import (  # noqa: E402
    default_generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)
from vibetensor.torch.serialization import load, save  # noqa: E402


def set_default_dtype(d: Any) -> None:
    """Returns None; makes `d`, a floating point dtype, that of new tensors of Python floats."""
    if not isinstance(d, dtype) or not d.is_floating_point:
        raise TypeError(f"only floating-point types are supported as the default type, got {d}")
    _C.set_default_dtype(d)


def set_num_threads(threads: Any) -> None:
    """Returns None; lets CPU ops use that many threads."""
    if threads <= 0:
        raise RuntimeError("set_num_threads expects a positive integer")
    _C.set_num_threads(threads)


def get_float32_matmul_precision() -> str:
    """ "high" if float32 matrix products on CUDA may use TF32, otherwise "highest"."""
    return "high" if _C.cuda_allow_tf32() else "highest"


def set_float32_matmul_precision(precision: str) -> None:
    """Returns None; "highest": float32 products in float32; "high" and "medium" allow TF32 on CUDA."""
    if precision not in ("highest", "high", "medium"):
        raise RuntimeError(f"{precision} is not one of 'highest', 'high', or 'medium'")
    _C.cuda_set_allow_tf32(precision != "highest")


def compile(model: Callable[..., Any] | None = None, **options: Any) -> Any:
    raise NotImplementedError("torch.compile is not there yet; the model runs eagerly without it")


__getattr__ = module_getattr(
    __name__,
    ["amp", "backends", "cuda", "distributed", "linalg", "optim", "testing", "utils", "version"],
)
