"""Assertions that PyTorch spells as functions, so that its compiler can see them.

PyTorch has them in its long torch/__init__.py; here they are read when they are first used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor import _C

Message = Callable[[], Any] | None


def _assert(condition: Any, message: str) -> None:
    """Returns None; AssertionError with `message` unless `condition` is true."""
    if not condition:
        raise AssertionError(message)


def _assert_async(condition: Any, message: str = "") -> None:
    """Returns None; RuntimeError unless the one element of a tensor is true. It waits for the device."""
    if not condition:
        raise RuntimeError(message or "Expected Tensor with single nonzero value, but got zero")


def check_with(kind: type[Exception], condition: Any, message: Message) -> None:
    """Returns None; raises `kind` with what `message()` says unless `condition`, a bool, is True."""
    if not isinstance(condition, bool):
        raise TypeError(f"cond must be a bool, but got {type(condition)}")
    if condition:
        return
    if message is None:
        raise kind("Expected cond to be True, but got False. (Could this error message be improved?)")
    if not callable(message):
        raise TypeError("message must be a callable")
    raise kind(str(message()))


def _check(cond: Any, message: Message = None) -> None:
    """Returns None; RuntimeError with what `message()` says unless `cond` is True."""
    check_with(RuntimeError, cond, message)


def _check_with(error_type: type[Exception], cond: Any, message: Message) -> None:
    """Returns None; `error_type` with what `message()` says unless `cond` is True."""
    check_with(error_type, cond, message)


def _check_index(cond: Any, message: Message = None) -> None:
    """Returns None; IndexError unless `cond` is True."""
    check_with(IndexError, cond, message)


def _check_value(cond: Any, message: Message = None) -> None:
    """Returns None; ValueError unless `cond` is True."""
    check_with(ValueError, cond, message)


def _check_type(cond: Any, message: Message = None) -> None:
    """Returns None; TypeError unless `cond` is True."""
    check_with(TypeError, cond, message)


def _check_not_implemented(cond: Any, message: Message = None) -> None:
    """Returns None; NotImplementedError unless `cond` is True."""
    check_with(NotImplementedError, cond, message)


def _check_is_size(i: Any, message: Message = None, *, max: int | None = None) -> None:
    """Returns None; RuntimeError unless `i` is a size: 0 or more, and at most `max`."""
    check_with(RuntimeError, bool(i >= 0), message)
    if max is not None:
        check_with(RuntimeError, bool(i <= max), message)


def _check_tensor_all(cond: Any, message: Message = None) -> None:
    """Returns None; RuntimeError unless every element of a bool tensor is True."""
    _check_tensor_all_with(RuntimeError, cond, message)


def _check_tensor_all_with(error_type: type[Exception], cond: Any, message: Message = None) -> None:
    """Returns None; `error_type` unless every element of a bool tensor is True."""
    if not isinstance(cond, _C.Tensor):
        raise TypeError(f"cond must be a tensor, but got {type(cond)}")
    if cond.dtype != _C.bool:
        raise TypeError(f"cond tensor must have dtype torch.bool, but got {cond.dtype}")
    check_with(error_type, bool(cond.all().item()), message)
