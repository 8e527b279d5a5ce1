"""Settings of CUDA."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, ClassVar

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr


def is_built() -> bool:
    """True: the CUDA code is always built, whether there is a GPU or not."""
    return True


class MatmulSettings:
    """How matrix products are computed."""

    __slots__ = ()

    @property
    def fp32_precision(self) -> str:
        """How float32 products are computed, "none" at first.

        "none": with float32's error, in the way that measures fastest; on Hopper that is often tensor cores, which
        multiply three bfloat16 parts of each factor. "ieee": by float32 multiply-adds alone. "tf32": inputs may be
        rounded to TF32, faster and with 10 bits. "split", which PyTorch does not have: in bfloat16 parts wherever there
        is a kernel for that. RuntimeError for other names.
        """
        return _C.cuda_fp32_precision()

    @fp32_precision.setter
    def fp32_precision(self, precision: str) -> None:
        _C.cuda_set_fp32_precision(precision)

    @property
    def allow_tf32(self) -> bool:
        """Whether fp32_precision is "tf32". True makes it so, False makes "none" of "tf32"; off at first."""
        return self.fp32_precision == "tf32"

    @allow_tf32.setter
    def allow_tf32(self, allow: bool) -> None:
        if bool(allow) != self.allow_tf32:
            self.fp32_precision = "tf32" if allow else "none"


matmul = MatmulSettings()

# ---- ways of computing attention: nn.attention.sdpa_kernel


class SDPBackend(IntEnum):
    """Ways of computing scaled dot product attention; numbered as PyTorch's."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4

    def __str__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


# in the order in which PyTorch tells them
CHOICES = (
    SDPBackend.FLASH_ATTENTION,
    SDPBackend.EFFICIENT_ATTENTION,
    SDPBackend.MATH,
    SDPBackend.CUDNN_ATTENTION,
    SDPBackend.OVERRIDEABLE,
)


class Allowed:
    """What the program allows. Two of the ways exist: FLASH_ATTENTION is our fused op, MATH its parts."""

    backends: ClassVar[set[SDPBackend]] = set(CHOICES)


def allow(backends: Iterable[SDPBackend]) -> None:
    """Returns None; attention is computed in one of these ways from now on."""
    Allowed.backends = set(backends) & set(CHOICES)
    _C.allow_attention(SDPBackend.FLASH_ATTENTION in Allowed.backends, SDPBackend.MATH in Allowed.backends)


def _allow(backend: SDPBackend, enabled: bool) -> None:
    allow(Allowed.backends | {backend} if enabled else Allowed.backends - {backend})


def flash_sdp_enabled() -> bool:
    """Whether attention may run as our fused op."""
    return SDPBackend.FLASH_ATTENTION in Allowed.backends


def enable_flash_sdp(enabled: bool) -> None:
    """Returns None; allows or forbids the fused op."""
    _allow(SDPBackend.FLASH_ATTENTION, enabled)


def math_sdp_enabled() -> bool:
    """Whether attention may be computed by its parts."""
    return SDPBackend.MATH in Allowed.backends


def enable_math_sdp(enabled: bool) -> None:
    """Returns None; allows or forbids attention by its parts."""
    _allow(SDPBackend.MATH, enabled)


def mem_efficient_sdp_enabled() -> bool:
    """What enable_mem_efficient_sdp was told; there is no such kernel."""
    return SDPBackend.EFFICIENT_ATTENTION in Allowed.backends


def enable_mem_efficient_sdp(enabled: bool) -> None:
    """Returns None; allows or forbids a kernel that is not there."""
    _allow(SDPBackend.EFFICIENT_ATTENTION, enabled)


def cudnn_sdp_enabled() -> bool:
    """What enable_cudnn_sdp was told; there is no such kernel."""
    return SDPBackend.CUDNN_ATTENTION in Allowed.backends


def enable_cudnn_sdp(enabled: bool) -> None:
    """Returns None; allows or forbids a kernel that is not there."""
    _allow(SDPBackend.CUDNN_ATTENTION, enabled)


class SDPAParams:
    """The arguments of an attention, for the functions that ask what can compute it."""

    def __init__(
        self,
        query: _C.Tensor,
        key: _C.Tensor,
        value: _C.Tensor,
        attn_mask: _C.Tensor | None,
        dropout: float,
        is_causal: bool,
        enable_gqa: bool,
    ):
        self.query, self.key, self.value, self.attn_mask = query, key, value, attn_mask
        self.dropout, self.is_causal, self.enable_gqa = dropout, is_causal, enable_gqa


def _refused(why: str, debug: bool) -> bool:
    if debug:
        warnings.warn(why, stacklevel=3)
    return False


def is_flash_attention_available() -> bool:
    """Whether there is a GPU that the fused op has kernels for: one of compute capability 8.0 or more."""
    from vibetensor.torch.cuda import device_count, get_device_capability

    return any(get_device_capability(i) >= (8, 0) for i in range(device_count()))


def can_use_flash_attention(params: SDPAParams, debug: bool = False) -> bool:
    """Whether the fused op would compute this on a GPU. With `debug`, a warning says why not."""
    if not params.query.is_cuda:
        return _refused("flash attention: expected tensors on a CUDA device", debug)
    if not flash_sdp_enabled():
        return _refused("flash attention has been disabled", debug)
    fits: bool = _C.can_fuse_attention(
        params.query,
        params.key,
        params.value,
        params.attn_mask,
        params.dropout,
        params.is_causal,
        params.enable_gqa,
    )
    return fits or _refused(
        "flash attention takes 16-bit floats with a head dim of a multiple of 8 up to 256 and float32 with one of 4 up to 128 "
        "on a GPU of compute capability 8.0 and up, and no attn_mask that wants a gradient",
        debug,
    )


def can_use_efficient_attention(params: SDPAParams, debug: bool = False) -> bool:
    """False: there is no memory-efficient kernel beside the fused op."""
    return _refused("there is no memory-efficient attention kernel", debug)


def can_use_cudnn_attention(params: SDPAParams, debug: bool = False) -> bool:
    """False: attention does not use cuDNN."""
    return _refused("attention does not use cuDNN", debug)


@contextmanager
def sdp_kernel(
    enable_flash: bool = True,
    enable_math: bool = True,
    enable_mem_efficient: bool = True,
    enable_cudnn: bool = True,
) -> Iterator[None]:
    """The older form of nn.attention.sdpa_kernel, deprecated: context in which these ways are allowed."""
    warnings.warn(
        "`torch.backends.cuda.sdp_kernel()` is deprecated. Please see `torch.nn.attention.sdpa_kernel()`.",
        FutureWarning,
        stacklevel=3,
    )
    before = Allowed.backends
    wanted: dict[Any, bool] = {
        SDPBackend.FLASH_ATTENTION: enable_flash,
        SDPBackend.MATH: enable_math,
        SDPBackend.EFFICIENT_ATTENTION: enable_mem_efficient,
        SDPBackend.CUDNN_ATTENTION: enable_cudnn,
    }
    allow(backend for backend, enabled in wanted.items() if enabled)
    try:
        yield
    finally:
        allow(before)


__getattr__ = module_getattr(__name__)
