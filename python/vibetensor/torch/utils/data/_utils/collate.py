"""Samples joined into batches."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch._on_import import when_imported
from vibetensor.torch.utils.data._utils.containers import is_namedtuple, mapped, mapping_like, sequence_like

Tensor: Any = _C.Tensor
np_str_obj_array_pattern = re.compile(r"[SaUO]")  # dtypes of NumPy that are no numbers
default_collate_err_msg_format = (
    "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"
)


def default_convert(data: Any) -> Any:
    """`data` with the numpy arrays and numbers in it as tensors; containers keep their types, but tuples become lists."""
    if isinstance(data, Tensor):
        return data
    kind = type(data)
    if kind.__module__ == "numpy" and kind.__name__ not in ("str_", "bytes_"):
        if kind.__name__ == "ndarray" and np_str_obj_array_pattern.search(data.dtype.str):
            return data
        return _C.as_tensor(data)
    return mapped(data, default_convert, keep_tuples=False)


def collate(batch: Any, *, collate_fn_map: Mapping[Any, Callable[..., Any]] | None = None) -> Any:
    """One batch of a list of samples: by the function for the type of the first sample, and containers part by part.

    collate_fn_map: functions `f(batch, collate_fn_map=...)` by type or tuple of types; a subclass finds the first that
    fits. TypeError for samples that are neither in it nor containers.
    """
    first = batch[0]
    if collate_fn_map is not None:
        join = collate_fn_map.get(type(first))
        if join is None:
            join = next((found for kinds, found in collate_fn_map.items() if isinstance(first, kinds)), None)
        if join is not None:
            return join(batch, collate_fn_map=collate_fn_map)

    def joined(samples: Any) -> Any:
        return collate(samples, collate_fn_map=collate_fn_map)

    if isinstance(first, Mapping):
        return mapping_like(first, {key: joined([sample[key] for sample in batch]) for key in first})
    if is_namedtuple(first):
        return type(first)(*(joined(column) for column in zip(*batch, strict=False)))
    if isinstance(first, Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = [joined(column) for column in zip(*batch, strict=True)]
        return columns if isinstance(first, tuple) else sequence_like(first, columns)
    found = _C.type_name(first) if type(first).__name__ == "Tensor" else type(first)
    raise TypeError(default_collate_err_msg_format.format(found))


SMALL = 1 << 15  # bytes; what is less goes to the main process inside the message


def shared_batch(first: Any, count: int) -> Any:
    """Room for a batch of `count` tensors like `first` in memory that the main process will see; None if not worth it."""
    from vibetensor.torch.utils.data._utils.worker import process_info

    size = count * first.numel() * first.element_size()
    if process_info() is None or size < SMALL or first.device.type != "cpu" or type(first) is not Tensor:
        return None
    shape = (count, *first.shape)
    stride = [1] * len(shape)
    for dim in range(len(shape) - 1, 0, -1):
        stride[dim - 1] = stride[dim] * shape[dim]
    return _C.shared_memory(size)._over_storage(first.dtype, shape, tuple(stride), 0)


def collate_tensor_fn(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """The tensors of `batch`, all of one shape, stacked along a new first dimension."""
    first = batch[0]
    alike = all(t.dtype == first.dtype and t.shape == first.shape and not t.requires_grad for t in batch)
    room = shared_batch(first, len(batch)) if alike and first.is_contiguous() else None
    return _C.ops.stack(list(batch), 0) if room is None else _C.ops.stack(list(batch), 0, out=room)


def collate_numpy_array_fn(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """The arrays of `batch` as one tensor; TypeError for text and objects."""
    if np_str_obj_array_pattern.search(batch[0].dtype.str):
        raise TypeError(default_collate_err_msg_format.format(batch[0].dtype))
    return collate([_C.as_tensor(array) for array in batch], collate_fn_map=collate_fn_map)


def collate_numpy_scalar_fn(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """The numbers of NumPy as a tensor of their dtype."""
    return _C.as_tensor(list(batch))


def collate_float_fn(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """The numbers as a float64 tensor."""
    return _C.tensor(list(batch), dtype=_C.float64)


def collate_int_fn(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """The numbers as an int64 tensor, or a bool one."""
    return _C.tensor(list(batch))


def collate_str_fn(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """`batch` as it is."""
    return batch


default_collate_fn_map: dict[Any, Callable[..., Any]] = {
    Tensor: collate_tensor_fn,
    float: collate_float_fn,
    int: collate_int_fn,
    str: collate_str_fn,
    bytes: collate_str_fn,
}


def add_numpy(numpy: Any) -> None:
    """Returns None; NumPy's types come before the numbers of Python, which some of its numbers are too."""
    rest = {kind: join for kind, join in default_collate_fn_map.items() if kind is not Tensor}
    for kind in rest:
        del default_collate_fn_map[kind]
    default_collate_fn_map[numpy.ndarray] = collate_numpy_array_fn
    default_collate_fn_map[(numpy.bool_, numpy.number, numpy.object_)] = collate_numpy_scalar_fn
    default_collate_fn_map.update(rest)


when_imported("numpy", add_numpy)


def default_collate(batch: Any) -> Any:
    """One batch of a list of samples: tensors stacked along a new first dimension, numbers as a tensor.

    Dicts, lists and other containers of samples become containers of batches; plain tuples become lists. TypeError for
    anything else that `default_collate_fn_map` has no function for.

    >>> import vibetensor.torch as torch
    >>> torch.utils.data.default_collate([{"x": 1, "y": "a"}, {"x": 2, "y": "b"}])
    {'x': tensor([1, 2]), 'y': ['a', 'b']}
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)
