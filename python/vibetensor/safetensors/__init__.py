"""Checkpoints as safetensors files: `save` and `load` of nested dicts and lists of tensors and plain values.

A saved state dict is a plain safetensors file to every other reader, and no file can run code.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, BinaryIO

from vibetensor import _C
from vibetensor.safetensors import files
from vibetensor.safetensors.files import FormatError, load_file, safe_open, save_file
from vibetensor.safetensors.structure import KEY, Decoder, Encoder

__all__ = ["FormatError", "load", "load_file", "read", "safe_open", "save", "save_file"]


def save(obj: Any, f: Any) -> None:
    """Returns None; writes `obj` to `f`, a path or a binary file, as safetensors.

    obj: a tensor, number, text, or dicts, lists, tuples and sets of them, nested as you like; tensors
    that share elements share them again when loaded. NotImplementedError for anything else, such as
    whole modules. At a path, the file that was there stays as it was until the new one is written whole
    and on the disk; if that fails, OSError says why.

    >>> import io, vibetensor.torch as torch
    >>> from vibetensor import safetensors
    >>> file = io.BytesIO()
    >>> safetensors.save({"step": 3, "weights": [torch.ones(2)]}, file)
    >>> _ = file.seek(0)
    >>> safetensors.load(file)
    {'step': 3, 'weights': [tensor([1., 1.])]}
    """
    from vibetensor.torch._serialization.files import is_path, write_all, writing

    encoder = Encoder()
    structure = encoder.encode(obj)
    encoder.store()
    metadata = {"format": "pt", KEY: json.dumps(structure, separators=(",", ":"))}
    if is_path(f):
        _C.save_safetensors(f, encoder.tensors, metadata, 0, None)
        return
    with writing(f) as file:
        _C.write_safetensors(lambda data: write_all(file, data), encoder.tensors, metadata, None)


def load(f: Any, map_location: Any = None) -> Any:
    """What save() wrote to `f`, a path or a binary file; of another program's safetensors, a dict of its tensors.

    Tensors come back on the device that they were saved from, or where `map_location` says, as torch.load has it.
    FormatError, a ValueError, if the file is not valid.
    """
    from vibetensor.torch._serialization.files import is_path, reading
    from vibetensor.torch._serialization.location import placing_tensors

    place = placing_tensors(map_location)
    if is_path(f):
        return decoded(files.opened(f), place)
    with reading(f) as file:
        return read(file, place)


def read(file: BinaryIO, place: Callable[[Any, str], Any]) -> Any:
    """load() of an open file that can seek; `place` puts a CPU tensor where it shall go, given where it was saved from."""
    with files.reading():
        checkpoint = _C.Checkpoint.of_bytes(file.read())
    return decoded(checkpoint, place)


def decoded(checkpoint: Any, place: Callable[[Any, str], Any]) -> Any:
    with files.reading():
        tensors = dict(checkpoint.load(None, "cpu", None))
    metadata = checkpoint.metadata()
    if KEY not in metadata:
        return {name: place(tensor, "cpu") for name, tensor in tensors.items()}
    try:
        structure = json.loads(metadata[KEY])
        # all of it is checked before any tensor is moved
        Decoder(tensors, lambda tensor, saved_on: tensor).decode(structure)
    except FormatError:
        raise
    except (json.JSONDecodeError, RecursionError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise FormatError(f"load: the structure in the metadata is not valid: {error}") from error
    return Decoder(tensors, place).decode(structure)
