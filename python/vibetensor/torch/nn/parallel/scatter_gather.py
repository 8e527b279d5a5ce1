"""Batches cut up among devices, and put together again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr

__all__ = ["gather", "scatter", "scatter_kwargs"]

Tensor: Any = _C.Tensor


def is_namedtuple(obj: Any) -> bool:
    """Whether `obj` is a tuple whose items have names."""
    return isinstance(obj, tuple) and hasattr(obj, "_asdict") and hasattr(obj, "_fields")


def rebuilt(like: Any, items: Any) -> Any:
    return type(like)(*items) if is_namedtuple(like) else type(like)(items)


def device_of(target: Any) -> Any:
    if isinstance(target, int):
        return _C.device("cpu" if target == -1 else f"cuda:{target}")
    return _C.device(target)


def scatter(inputs: Any, target_gpus: Sequence[Any], dim: int = 0) -> Any:
    """For each device what it gets of `inputs`: tensors are cut up along `dim`, anything else comes whole.

    Tuples, lists and dicts are gone through. There may be fewer parts than devices, where a tensor is too short.
    """
    devices = [device_of(target) for target in target_gpus]

    def parts(value: Any) -> list[Any]:
        if isinstance(value, Tensor):
            pieces = value.chunk(len(devices), dim) if value.dim() else [value]
            return [piece.to(device) for piece, device in zip(pieces, devices, strict=False)]
        if isinstance(value, dict) and value:
            keys, lists = list(value), [parts(item) for item in value.values()]
            return [type(value)(zip(keys, items, strict=True)) for items in zip(*lists, strict=False)]
        if isinstance(value, tuple | list) and value:
            return [rebuilt(value, items) for items in zip(*map(parts, value), strict=False)]
        return [value] * len(devices)

    return tuple(parts(inputs)) if isinstance(inputs, Tensor) else parts(inputs)


def scatter_kwargs(
    inputs: tuple[Any, ...], kwargs: dict[str, Any] | None, target_gpus: Sequence[Any], dim: int = 0
) -> tuple[tuple[Any, ...], tuple[dict[str, Any], ...]]:
    """The positional and the keyword arguments of each device, as many of both."""
    given = list(scatter(inputs, target_gpus, dim)) if inputs else []
    named = list(scatter(kwargs, target_gpus, dim)) if kwargs else []
    count = max(len(given), len(named))
    given += [()] * (count - len(given))
    named += [{}] * (count - len(named))
    return tuple(given), tuple(named)


def gather(outputs: Any, target_device: Any, dim: int = 0) -> Any:
    """What devices gave, put together along `dim` on one: tensors, and tuples, lists and dicts of them.

    target_device: a device, the number of a GPU, or -1 for the CPU.
    """
    device = device_of(target_device)

    def joined(parts: Sequence[Any]) -> Any:
        first = parts[0]
        if isinstance(first, Tensor):
            pieces = [part.to(device).unsqueeze(0) if part.dim() == 0 else part.to(device) for part in parts]
            return _C.ops.cat(pieces, dim)
        if first is None:
            return None
        if isinstance(first, dict):
            if any(len(part) != len(first) for part in parts):
                raise ValueError("All dicts must have the same number of keys")
            return type(first)((key, joined([part[key] for part in parts])) for key in first)
        return rebuilt(first, map(joined, zip(*parts, strict=True)))

    return joined(outputs)


__getattr__ = module_getattr(__name__)
