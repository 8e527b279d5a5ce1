"""The bytes of CPU tensors, for files and for other processes."""

from __future__ import annotations

from typing import Any

from vibetensor import _C


def tensor_bytes(tensor: Any) -> memoryview:
    """The elements of `tensor` in row-major order, read-only; a view of it where it is contiguous on the CPU.

    The view keeps the memory alive.
    """
    import ctypes

    flat = tensor.detach().cpu().contiguous()
    size = flat.numel() * flat.element_size()
    if size == 0:
        return memoryview(b"")
    window = (ctypes.c_ubyte * size).from_address(flat.data_ptr())
    window.owner = flat  # type: ignore[attr-defined]
    return memoryview(window).cast("B").toreadonly()


def tensor_from_bytes(data: Any, dtype: Any, shape: tuple[int, ...]) -> Any:
    """A new CPU tensor of `dtype` and `shape` with a copy of `data`, any bytes-like object of the right size."""
    import ctypes

    tensor = _C.ops.empty(shape, dtype=dtype)
    size = tensor.numel() * tensor.element_size()
    view = memoryview(data).cast("B")
    if view.nbytes != size:
        raise ValueError(f"tensor_from_bytes: expected {size} bytes for {dtype} {tuple(shape)}, got {view.nbytes}")
    if size:
        window = (ctypes.c_ubyte * size).from_address(tensor.data_ptr())
        memoryview(window).cast("B")[:] = view
    return tensor
