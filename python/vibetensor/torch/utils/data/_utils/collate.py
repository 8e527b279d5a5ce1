"""Samples joined into batches, and batches into pinned memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vibetensor import _C

Tensor: Any = _C.Tensor


def is_numpy(value: Any) -> bool:
    return type(value).__module__ == "numpy"


def rebuilt(like: Any, parts: Any) -> Any:
    """A container of the type of `like` with other contents; a plain one where its type cannot be made from them."""
    try:
        return type(like)(*parts) if hasattr(like, "_fields") else type(like)(parts)
    except TypeError:
        return dict(parts) if isinstance(like, Mapping) else list(parts)


def default_convert(data: Any) -> Any:
    """`data` with the numpy arrays and numbers in it as tensors; containers keep their types."""
    if isinstance(data, Tensor | str | bytes):
        return data
    if is_numpy(data):
        if data.dtype.kind in "SU":
            return data
        return _C.as_tensor(data)
    if isinstance(data, Mapping):
        return rebuilt(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, tuple) and not hasattr(data, "_fields"):
        return [default_convert(value) for value in data]
    if isinstance(data, Sequence):
        return rebuilt(data, [default_convert(value) for value in data])
    return data


def default_collate(batch: Any) -> Any:
    """One batch of a list of samples: tensors stacked along a new first dimension, numbers as a tensor.

    Dicts, tuples and lists of samples become a dict or list of batches. TypeError for anything else.
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return _C.ops.stack(list(batch), 0)
    if is_numpy(first):
        if getattr(first, "shape", ()) == ():
            return _C.tensor([value.item() for value in batch], dtype=getattr(_C, str(first.dtype)))
        if first.dtype.kind in "SUO":
            raise TypeError(
                f"default_collate: batch must contain tensors, numbers, dicts or lists; found {first.dtype}"
            )
        return _C.ops.stack([_C.as_tensor(value) for value in batch], 0)
    if isinstance(first, float):
        return _C.tensor(list(batch), dtype=_C.float64)
    if isinstance(first, int):
        return _C.tensor(list(batch))
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, Mapping):
        return rebuilt(first, {key: default_collate([sample[key] for sample in batch]) for key in first})
    if isinstance(first, Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = [default_collate(column) for column in zip(*batch, strict=True)]
        return columns if isinstance(first, tuple) and not hasattr(first, "_fields") else rebuilt(first, columns)
    found = _C.type_name(first) if type(first).__name__ == "Tensor" else type(first)
    raise TypeError(
        f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {found}"
    )


def pinned(data: Any) -> Any:
    """`data` with its tensors copied into page-locked memory."""
    if isinstance(data, Tensor):
        return data.pin_memory()
    if isinstance(data, str | bytes):
        return data
    if isinstance(data, Mapping):
        return rebuilt(data, {key: pinned(value) for key, value in data.items()})
    if isinstance(data, tuple) and not hasattr(data, "_fields"):
        return type(data)(pinned(value) for value in data)
    if isinstance(data, Sequence):
        return rebuilt(data, [pinned(value) for value in data])
    own: Callable[[], Any] | None = getattr(data, "pin_memory", None)
    return own() if callable(own) else data


class Fetcher:
    """Reads one batch: by numbers from a dataset, or the next samples of an iterable one.

    `auto_collation` off: one sample at a time, converted.
    """

    def __init__(
        self, dataset: Any, iterable: bool, auto_collation: bool, collate: Callable[[Any], Any], drop_last: bool
    ):
        self.dataset, self.collate = dataset, collate
        self.auto_collation, self.drop_last = auto_collation, drop_last
        self.iterator = iter(dataset) if iterable else None
        self.ended = False

    def fetch(self, numbers: Any) -> Any:
        """The batch for `numbers`; StopIteration at the end of an iterable dataset."""
        if self.iterator is not None:
            return self._next_batch(numbers)
        if not self.auto_collation:
            return self.collate(self.dataset[numbers])
        whole = getattr(self.dataset, "__getitems__", None)
        return self.collate(whole(numbers) if callable(whole) else [self.dataset[n] for n in numbers])

    def _next_batch(self, numbers: Any) -> Any:
        assert self.iterator is not None
        if self.ended:
            raise StopIteration
        if not self.auto_collation:
            return self.collate(next(self.iterator))
        batch = []
        for _ in numbers:
            try:
                batch.append(next(self.iterator))
            except StopIteration:
                self.ended = True
                break
        if not batch or (self.drop_last and len(batch) < len(numbers)):
            raise StopIteration
        return self.collate(batch)
