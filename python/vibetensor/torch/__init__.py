"""PyTorch's API: `import vibetensor.torch as torch` in the place of `import torch`.

What PyTorch has and is missing here raises an AttributeError that says so. Submodules that not every
program needs are imported when they are first used.
"""

# ruff: noqa: F401 - this module is a namespace

from __future__ import annotations

from math import e, inf, nan, pi
from typing import Any

from vibetensor import _C as _core
from vibetensor.torch import _not_there, _tensor, functional
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
    block_diag,
    broadcast_shapes,
    broadcast_tensors,
    cartesian_prod,
    cdist,
    chain_matmul,
    detach_,
    einsum,
    get_device,
    gradient,
    is_complex,
    is_conj,
    is_floating_point,
    is_inference,
    is_neg,
    is_signed,
    is_tensor,
    lu,
    meshgrid,
    nonzero,
    norm,
    numel,
    resolve_conj,
    resolve_neg,
    split,
    tensordot,
    typename,
    unique,
    unique_consecutive,
    unravel_index,
)
from vibetensor.torch.torch_version import __version__

_tensor.install()
_not_there.install(__name__)

Tensor = _core.Tensor
Size = _core.Size
Generator = _core.Generator
dtype = _core.dtype
device = _core.device
layout = _core.layout
memory_format = _core.memory_format
OutOfMemoryError = _core.OutOfMemoryError
AcceleratorError = _core.AcceleratorError

newaxis = None
strided = _core.strided
sparse_coo = _core.sparse_coo
sparse_csr = _core.sparse_csr
sparse_csc = _core.sparse_csc
sparse_bsr = _core.sparse_bsr
sparse_bsc = _core.sparse_bsc
contiguous_format = _core.contiguous_format
preserve_format = _core.preserve_format
channels_last = _core.channels_last
channels_last_3d = _core.channels_last_3d

bool = _core.bool
uint8 = _core.uint8
int8 = _core.int8
int16 = short = _core.int16
int32 = int = _core.int32
int64 = long = _core.int64
float16 = half = _core.float16
bfloat16 = _core.bfloat16
float32 = float = _core.float32
float64 = double = _core.float64
complex64 = cfloat = _core.complex64
complex128 = cdouble = _core.complex128
uint16, uint32, uint64 = _core.uint16, _core.uint32, _core.uint64
float8_e4m3fn, float8_e5m2 = _core.float8_e4m3fn, _core.float8_e5m2
float8_e4m3fnuz, float8_e5m2fnuz = _core.float8_e4m3fnuz, _core.float8_e5m2fnuz
float8_e8m0fnu, float4_e2m1fn_x2 = _core.float8_e8m0fnu, _core.float4_e2m1fn_x2
iinfo = _core.iinfo

tensor = _core.tensor
as_tensor = _core.as_tensor
from_numpy = _core.from_numpy
from_dlpack = _core.from_dlpack
frombuffer = _core.frombuffer
can_cast = _core.can_cast
promote_types = _core.promote_types
result_type = _core.result_type

get_default_dtype = _core.get_default_dtype
get_default_device = _core.get_default_device
set_default_device = _core.set_default_device
is_grad_enabled = _core.is_grad_enabled
is_anomaly_enabled = _core.is_anomaly_enabled
is_anomaly_check_nan_enabled = _core.is_anomaly_check_nan_enabled
is_inference_mode_enabled = _core.is_inference_mode_enabled
get_num_threads = _core.get_num_threads
get_autocast_dtype = _core.get_autocast_dtype
set_autocast_enabled = _core.set_autocast_enabled
set_autocast_dtype = _core.set_autocast_dtype
is_autocast_cache_enabled = _core.is_autocast_cache_enabled
set_autocast_cache_enabled = _core.set_autocast_cache_enabled
clear_autocast_cache = _core.clear_autocast_cache

# ops of the registry that PyTorch has as functions of its top level; a Python version above wins
globals().update({**_core.functions_of("torch"), **globals()})

from vibetensor.torch import autograd, nn  # noqa: E402
from vibetensor.torch.amp.autocast_mode import autocast, is_autocast_enabled  # noqa: E402
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
    _core.set_default_dtype(d)


def set_num_threads(threads: Any) -> None:
    """Returns None; lets CPU ops use that many threads."""
    if threads <= 0:
        raise RuntimeError("set_num_threads expects a positive integer")
    _core.set_num_threads(threads)


def get_num_interop_threads() -> Any:
    """1: ops are started one after the other by the thread that calls them."""
    return 1


def set_num_interop_threads(threads: Any) -> None:
    """Returns None; NotImplementedError for more than one: ops are started by the thread that calls them."""
    if threads <= 0:
        raise RuntimeError("set_num_interop_threads: expected a positive number of threads")
    if threads > 1:
        raise NotImplementedError(
            "set_num_interop_threads: the thread that calls an op starts it; set_num_threads(n) is for the work inside"
        )


def compiled_with_cxx11_abi() -> Any:
    """True: the library uses the C++11 ABI of strings."""
    return True


def get_float32_matmul_precision() -> str:
    """ "high" if float32 matrix products on CUDA may use TF32, otherwise "highest"."""
    return "high" if _core.cuda_fp32_precision() == "tf32" else "highest"


def set_float32_matmul_precision(precision: str) -> None:
    """Returns None; "highest": float32 products with float32's error; "high" and "medium" allow TF32 on CUDA."""
    from vibetensor.torch.backends.cuda import matmul

    if precision not in ("highest", "high", "medium"):
        raise RuntimeError(f"{precision} is not one of 'highest', 'high', or 'medium'")
    matmul.allow_tf32 = precision != "highest"


# what not every program needs, imported when it is first used
SUBMODULES = """
    __config__ _C _dynamo _functorch _higher_order_ops _inductor _ops _subclasses _utils amp ao backends compiler cpu
    cuda distributed distributions func fft futures fx hub jit library linalg masked mps mtia multiprocessing nn onnx
    optim overrides profiler quasirandom return_types signal sparse special storage testing torch_version types utils version xpu
"""
NAMES_BY_HOME = {
    "_C": "DeviceObjType PyTorchFileReader PyTorchFileWriter Tag TensorType",
    "_absent_dtypes": """
        chalf complex32 int1 int2 int3 int4 int5 int6 int7 qint32 qint8 quint2x4 quint4x2 quint8 uint1 uint2 uint3 uint4
        uint5 uint6 uint7
    """,
    "_asarray": "asarray from_file",
    "_checks": """
        _assert _assert_async _check _check_index _check_is_size _check_not_implemented _check_tensor_all
        _check_tensor_all_with _check_type _check_value _check_with
    """,
    "_determinism": """
        are_deterministic_algorithms_enabled get_deterministic_debug_mode is_deterministic_algorithms_warn_only_enabled
        set_deterministic_debug_mode use_deterministic_algorithms
    """,
    "_dynamo.eval_frame": "compile",
    "_functorch.vmap": "vmap",
    "_higher_order_ops.cond": "cond",
    "_higher_order_ops.while_loop": "while_loop",
    "_histogram": "histogramdd",
    "_int_products": "_int_mm",
    "_lowrank": "pca_lowrank svd_lowrank",
    "futures": "Future",
    "_ops": "ops",
    "amp.autocast_mode": """
        get_autocast_cpu_dtype get_autocast_gpu_dtype is_autocast_cpu_enabled set_autocast_cpu_dtype
        set_autocast_cpu_enabled set_autocast_gpu_dtype
    """,
    "sparse.constructors": """
        sparse_bsc_tensor sparse_bsr_tensor sparse_compressed_tensor sparse_coo_tensor sparse_csc_tensor
        sparse_csr_tensor spmm
    """,
    "_tensor": "set_default_tensor_type",
    "_type_info": "finfo",
    "_utils": "_has_compatible_shallow_copy_type get_device_module",
    "jit": "ScriptFunction ScriptModule",
    "storage": """
        BFloat16Storage BoolStorage ByteStorage CharStorage ComplexDoubleStorage ComplexFloatStorage DoubleStorage
        FloatStorage HalfStorage IntStorage LongStorage ShortStorage TypedStorage UntypedStorage is_storage
    """,
    "_symbolic": "SymBool SymFloat SymInt sym_float sym_int sym_ite sym_max sym_min sym_not sym_sum",
}

__getattr__ = module_getattr(
    __name__, SUBMODULES.split(), {name: home for home, names in NAMES_BY_HOME.items() for name in names.split()}
)
