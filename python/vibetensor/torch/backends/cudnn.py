"""What a program allows cuDNN to do, which computes the convolutions of CUDA tensors where it is installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr

SETTINGS = ("enabled", "benchmark", "deterministic", "allow_tf32")


def version() -> int | None:
    """The version as cuDNN gives it, 91900 for 9.19.0; None without cuDNN 9."""
    return _C.cudnn_version() or None


def is_available() -> bool:
    """Whether cuDNN 9 was found."""
    return _C.cudnn_version() != 0


def is_acceptable(tensor: Any) -> bool:
    """Whether cuDNN may compute a convolution of this tensor: it is on CUDA, of a floating dtype, and cuDNN is on."""
    settings = _C.cuda_convolution_settings()
    return bool(settings.enabled and tensor.is_cuda and tensor.is_floating_point() and is_available())


def set_flags(
    _enabled: bool | None = None,
    _benchmark: bool | None = None,
    _benchmark_limit: int | None = None,
    _deterministic: bool | None = None,
    _allow_tf32: bool | None = None,
) -> tuple[bool, bool, None, bool, bool]:
    """Sets what is not None, and returns all settings as they were; the limit has to stay None."""
    if _benchmark_limit is not None:
        raise NotImplementedError("torch.backends.cudnn.benchmark_limit is not there yet")
    settings = _C.cuda_convolution_settings()
    before = (settings.enabled, settings.benchmark, None, settings.deterministic, settings.allow_tf32)
    given = (_enabled, _benchmark, _deterministic, _allow_tf32)
    for name, value in zip(SETTINGS, given, strict=True):
        if value is not None:
            setattr(settings, name, bool(value))
    _C.cuda_set_convolution_settings(settings)
    return before


@contextmanager
def flags(
    enabled: bool = False,
    benchmark: bool = False,
    benchmark_limit: int | None = None,
    deterministic: bool = False,
    allow_tf32: bool = True,
) -> Iterator[None]:
    """The settings while the block runs."""
    before = set_flags(enabled, benchmark, benchmark_limit, deterministic, allow_tf32)
    try:
        yield
    finally:
        set_flags(*before)


class _Settings(ModuleType):
    """This module, whose settings are the library's own.

    enabled: cuDNN may be used at all. benchmark: the fastest engine is searched longer, and for small problems too.
    deterministic: only engines that give the same bits each time. allow_tf32: float32 operands may be rounded to TF32,
    as in PyTorch on at first.
    """


def _setting(name: str) -> property:
    def read(module: ModuleType) -> bool:
        return getattr(_C.cuda_convolution_settings(), name)

    def write(module: ModuleType, value: bool) -> None:
        settings = _C.cuda_convolution_settings()
        setattr(settings, name, bool(value))
        _C.cuda_set_convolution_settings(settings)

    return property(read, write)


for _name in SETTINGS:
    setattr(_Settings, _name, _setting(_name))
sys.modules[__name__].__class__ = _Settings

__getattr__ = module_getattr(__name__)
