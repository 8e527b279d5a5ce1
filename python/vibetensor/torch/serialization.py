"""save and load: nested dicts and lists of tensors and plain values, as safetensors files.

Tensors are stored under their path in the structure ("model.0.weight"), so a saved state dict is a
plain safetensors file to every other reader. What such a file cannot say (nesting, order, numbers,
text, tensors stored once but used twice) is JSON under one key of its metadata. No file can run code.
"""

from __future__ import annotations

import io
import json
import math
import os
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, BinaryIO

from vibetensor import _C
from vibetensor.torch import _safetensors

Tensor: Any = _C.Tensor
KEY = "vibetensor.structure"
MAX_DEPTH = 200


class Encoder:
    """Turns a structure into JSON values, gathering its tensors by path.

    Plain JSON values stand for themselves; everything else is an object with one key that names its kind.
    """

    def __init__(self) -> None:
        self.tensors: dict[str, Any] = {}
        self.names: dict[Any, str] = {}  # of a tensor's memory and layout

    def tensor(self, value: Any, path: tuple[str, ...]) -> dict[str, Any]:
        detail: dict[str, Any] = {}
        stored = value.detach()
        if value.device.type != "cpu":
            detail["device"] = str(value.device)
        if value.requires_grad:
            detail["requires_grad"] = True
        if type(value).__name__ == "Parameter":
            detail["parameter"] = True
        if _safetensors.dtype_name(stored.dtype) is None or stored.dtype.is_complex:
            if not stored.dtype.is_complex:
                raise NotImplementedError(f"save: {'.'.join(path)} has {stored.dtype}, which safetensors cannot hold")
            stored = _C.ops.view_as_real(stored)
            detail["complex"] = True
        place = (stored.data_ptr(), stored.device, stored.dtype, tuple(stored.shape), stored.stride())
        shared = stored.numel() > 0 and place in self.names
        if shared:
            name = self.names[place]
        else:
            name = ".".join(path) or "tensor"
            while name in self.tensors or name == "__metadata__":
                name += "_"
            self.tensors[name] = stored
            self.names[place] = name
        return {"tensor": name, **detail}

    def encode(self, value: Any, path: tuple[str, ...] = ()) -> Any:
        if len(path) > MAX_DEPTH:
            raise ValueError(f"save: expected at most {MAX_DEPTH} levels of nesting")
        if value is None or (isinstance(value, bool | int | str) and type(value) in (bool, int, str)):
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {"float": str(value)}
        if isinstance(value, Tensor):
            return self.tensor(value, path)
        if isinstance(value, _C.Size):
            return {"size": list(value)}
        if type(value) in (list, tuple, set):
            return {type(value).__name__: [self.encode(v, (*path, str(i))) for i, v in enumerate(value)]}
        if isinstance(value, dict):
            kind = {OrderedDict: "ordered", defaultdict: "dict", dict: "dict"}.get(type(value))
            if kind is not None:
                return {kind: [[self.encode(k), self.encode(v, (*path, str(k)))] for k, v in value.items()]}
        if isinstance(value, _C.dtype | _C.device):
            return {type(value).__name__: str(value).removeprefix("torch.")}
        if type(value) is bytes:
            return {"bytes": value.hex()}
        if type(value) is complex:
            return {"complex": [value.real, value.imag]}
        raise NotImplementedError(
            f"save: {'.'.join(path) or 'the object'} is a {type(value).__module__}.{type(value).__qualname__}; "
            "tensors, numbers, text, and dicts, lists, tuples and sets of them can be saved. "
            "Of a module or an optimizer, save its state_dict()."
        )


class Decoder:
    """Turns the JSON values back into a structure; raises FormatError on anything an Encoder does not write."""

    def __init__(self, tensors: dict[str, Any], place: Callable[[Any, str], Any]):
        self.tensors, self.place = tensors, place
        self.placed: dict[tuple[str, str], Any] = {}

    def tensor(self, detail: dict[str, Any]) -> Any:
        name, device = detail["tensor"], detail.get("device", "cpu")
        if name not in self.tensors:
            raise _safetensors.FormatError(f"load: the structure names {name!r}, which the file does not hold")
        if (name, device) not in self.placed:
            self.placed[name, device] = self.place(self.tensors[name], device)
        result = self.placed[name, device]
        if detail.get("complex"):
            result = _C.ops.view_as_complex(result)
        if detail.get("parameter"):
            from vibetensor.torch.nn import Parameter

            return Parameter(result, requires_grad=bool(detail.get("requires_grad")))
        # a tensor of its own for each use, over the same memory
        result = result.detach()
        return result.requires_grad_() if detail.get("requires_grad") else result

    def decode(self, value: Any) -> Any:
        if not isinstance(value, dict):
            if isinstance(value, list):
                raise _safetensors.FormatError("load: a bare list in the structure")
            return value
        if "tensor" in value:
            return self.tensor(value)
        if len(value) != 1:
            raise _safetensors.FormatError(f"load: expected one kind, got {sorted(value)}")
        ((kind, content),) = value.items()
        if kind not in KINDS:
            raise _safetensors.FormatError(f"load: unknown kind {kind!r} in the structure")
        return KINDS[kind](self, content)

    def items(self, content: Any) -> list[Any]:
        return [self.decode(v) for v in content]

    def pairs(self, content: Any) -> list[tuple[Any, Any]]:
        return [(self.decode(k), self.decode(v)) for k, v in content]


def dtype_named(name: str) -> Any:
    dtype = getattr(_C, name, None)
    if not isinstance(dtype, _C.dtype):
        raise _safetensors.FormatError(f"load: unknown dtype {name!r}")
    return dtype


KINDS: dict[str, Callable[[Decoder, Any], Any]] = {
    "float": lambda d, c: float(c),
    "list": lambda d, c: d.items(c),
    "tuple": lambda d, c: tuple(d.items(c)),
    "set": lambda d, c: set(d.items(c)),
    "dict": lambda d, c: dict(d.pairs(c)),
    "ordered": lambda d, c: OrderedDict(d.pairs(c)),
    "size": lambda d, c: _C.Size(c),
    "bytes": lambda d, c: bytes.fromhex(c),
    "complex": lambda d, c: complex(*c),
    "dtype": lambda d, c: dtype_named(c),
    "device": lambda d, c: _C.device(c),
}


def is_path(f: Any) -> bool:
    return isinstance(f, str | os.PathLike)


def opened(f: Any, mode: str) -> AbstractContextManager[BinaryIO]:
    return open(f, mode) if is_path(f) else nullcontext(f)  # type: ignore[return-value]


def save(obj: Any, f: Any) -> None:
    """Returns None; writes `obj` to `f`, a path or a binary file, as safetensors.

    obj: a tensor, number, text, or dicts, lists, tuples and sets of them, nested as you like; tensors
    that share all of their memory are stored once and shared again when loaded. NotImplementedError
    for anything else, such as whole modules.

    >>> import io, vibetensor.torch as torch
    >>> file = io.BytesIO()
    >>> torch.save({"step": 3, "weights": [torch.ones(2)]}, file)
    >>> _ = file.seek(0)
    >>> torch.load(file)
    {'step': 3, 'weights': [tensor([1., 1.])]}
    """
    encoder = Encoder()
    structure = encoder.encode(obj)
    metadata = {"format": "pt", KEY: json.dumps(structure, separators=(",", ":"))}
    with opened(f, "wb") as file:
        _safetensors.write(file, encoder.tensors, metadata)


def placing(map_location: Any) -> Callable[[Any, str], Any]:
    """What puts a CPU tensor where it shall go, given where it was saved from."""
    if callable(map_location):
        return lambda tensor, saved_on: call_map(map_location, tensor, saved_on)
    if isinstance(map_location, dict):
        return lambda tensor, saved_on: tensor.to(map_location.get(saved_on, saved_on))
    if map_location is not None:
        return lambda tensor, saved_on: tensor.to(map_location)
    return restore


def call_map(map_location: Callable[[Any, str], Any], tensor: Any, saved_on: str) -> Any:
    result = map_location(tensor, saved_on)
    if result is None:
        return restore(tensor, saved_on)
    if not isinstance(result, Tensor):
        raise TypeError(f"load: expected map_location to return a tensor or None, got {type(result).__name__}")
    return result


def restore(tensor: Any, saved_on: str) -> Any:
    if saved_on.startswith("cuda") and not _C.cuda_is_available():
        raise RuntimeError(
            f"load: a tensor was saved from {saved_on}, but CUDA is not available here; "
            "pass map_location='cpu' to load it on the CPU"
        )
    return tensor.to(saved_on)


def size_of(file: BinaryIO) -> int:
    start = file.tell()
    end = file.seek(0, io.SEEK_END)
    file.seek(start)
    return end - start


def load(f: Any, map_location: Any = None, *, weights_only: bool | None = None, mmap: bool | None = None) -> Any:
    """What save() wrote to `f`, a path or a binary file; of another program's safetensors, a dict of its tensors.

    Tensors come back on the device that they were saved from, or where `map_location` says: a device, a
    dict from device to device, or a function of (CPU tensor, device saved from). FormatError, a
    ValueError, if the file is not valid. `weights_only` changes nothing: no file can hold code.
    """
    if mmap:
        raise NotImplementedError("load: mmap=True is not there yet")
    with opened(f, "rb") as file:
        start = file.tell()
        head = file.read(9)
        file.seek(start)
        # a safetensors file begins with the length of its header, whose first byte may be a pickle's 0x80 too
        if head[:4] == b"PK\x03\x04" or (head[:1] == b"\x80" and head[8:] != b"{"):
            raise NotImplementedError(
                "load: this is a checkpoint of PyTorch's own format, which is not read yet; "
                "save it as safetensors from PyTorch first"
            )
        tensors, metadata = _safetensors.read(file, size_of(file))
    place = placing(map_location)
    if KEY not in metadata:
        return {name: place(tensor, "cpu") for name, tensor in tensors.items()}
    try:
        structure = json.loads(metadata[KEY])
        # all of it is checked before any tensor is moved
        Decoder(tensors, lambda tensor, saved_on: tensor).decode(structure)
    except _safetensors.FormatError:
        raise
    except (json.JSONDecodeError, RecursionError, KeyError, TypeError, ValueError) as error:
        raise _safetensors.FormatError(f"load: the structure in the metadata is not valid: {error}") from error
    return Decoder(tensors, place).decode(structure)
