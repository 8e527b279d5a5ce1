"""CIFAR's batches: pickles, of which only dicts, lists, text, numbers and arrays of bytes are read.

Nothing that a pickle names is imported or called but stand-ins for the four names that NumPy's arrays are pickled with.
"""

from __future__ import annotations

import os
import pickle
from math import prod
from typing import Any

from vibetensor import torch


class PickledDtype:
    """Stands for a dtype of NumPy's: its name is all that counts."""

    def __init__(self, name: Any, *flags: Any):
        self.name = name

    def __setstate__(self, state: Any) -> None:
        pass


class PickledArray:
    """Stands for an array of NumPy's; `tensor` has its bytes."""

    tensor: Any = None

    def __init__(self, *reconstruct: Any):
        pass

    def __setstate__(self, state: Any) -> None:
        _, shape, dtype, is_fortran, data = state
        if not isinstance(dtype, PickledDtype) or dtype.name not in ("u1", b"u1"):
            raise pickle.UnpicklingError("expected an array of uint8")
        raw = data.encode("latin1") if isinstance(data, str) else data
        if not isinstance(raw, bytes) or is_fortran or prod(shape) != len(raw):
            raise pickle.UnpicklingError(f"expected {prod(shape)} bytes of an array, in rows")
        self.tensor = torch.frombuffer(bytearray(raw), dtype=torch.uint8).reshape(shape)


def encoded(text: str, encoding: str) -> bytes:
    """What Python 3's pickles make bytes with."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"expected text of latin1, got {encoding!r}")
    return text.encode("latin1")


ALLOWED = {
    **{(f"numpy.{core}.multiarray", "_reconstruct"): PickledArray for core in ("core", "_core")},
    ("numpy", "ndarray"): PickledArray,
    ("numpy", "dtype"): PickledDtype,
    ("_codecs", "encode"): encoded,
}


class BatchReader(pickle.Unpickler):
    """Reads nothing but what ALLOWED names."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} has no business in a batch of images") from None

    def persistent_load(self, pid: Any) -> Any:
        raise pickle.UnpicklingError("persistent objects have no business in a batch of images")


def text_keys(value: Any) -> Any:
    """`value` with text in the place of bytes, and tensors in the place of arrays."""
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, dict):
        return {text_keys(key): text_keys(part) for key, part in value.items()}
    if isinstance(value, list):
        return [text_keys(part) for part in value]
    if isinstance(value, PickledDtype) or (isinstance(value, PickledArray) and value.tensor is None):
        raise pickle.UnpicklingError("half an array")
    return value.tensor if isinstance(value, PickledArray) else value


def read_batch(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The dict in the file, its arrays as uint8 tensors. ValueError, with the reason, for anything else."""
    with open(path, "rb") as file:
        try:
            found = text_keys(BatchReader(file, encoding="latin1").load())
        except Exception as error:  # of a damaged file, pickle raises all kinds
            raise ValueError(f"{path} is not a batch of CIFAR: {type(error).__name__}: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(f"{path} is not a batch of CIFAR: expected a dict, got {type(found).__name__}")
    return found
