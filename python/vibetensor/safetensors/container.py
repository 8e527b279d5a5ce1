"""The safetensors file format: a JSON header with names, dtypes, shapes and places, then the bytes.

Reading trusts nothing: sizes, places and the header itself are checked before any memory is taken, and a BOOL holds 0 or
1. Names with NUL are refused: to every reader in C they end there, so that two of them may be one.
"""

from __future__ import annotations

import json
import math
import struct
from typing import Any, BinaryIO

from vibetensor import _C
from vibetensor.torch.storage import tensor_bytes, tensor_from_bytes

MAX_HEADER = 100_000_000  # bytes, the format's own limit
ALIGNMENT = 8

DTYPES = {
    "BOOL": "bool",
    "U8": "uint8",
    "I8": "int8",
    "I16": "int16",
    "I32": "int32",
    "I64": "int64",
    "U16": "uint16",
    "U32": "uint32",
    "U64": "uint64",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "F8_E8M0": "float8_e8m0fnu",
    "F16": "float16",
    "BF16": "bfloat16",
    "F32": "float32",
    "F64": "float64",
    "C64": "complex64",
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


class FormatError(ValueError):
    """A file that is not valid safetensors."""


def dtype_name(dtype: Any) -> str | None:
    """The format's name of `dtype`, None if it has none."""
    return NAMES.get(str(dtype).removeprefix("torch."))


def write(file: BinaryIO, tensors: dict[str, Any], metadata: dict[str, str]) -> None:
    """Write `tensors`, of dtypes that have a name in the format, and `metadata` to a binary file."""
    # wide elements first, so that every tensor lies at a multiple of its element size
    order = sorted(tensors, key=lambda name: (-tensors[name].element_size(), name))
    header: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    offset = 0
    for name in order:
        tensor = tensors[name]
        size = tensor.numel() * tensor.element_size()
        header[name] = {
            "dtype": dtype_name(tensor.dtype),
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + size],
        }
        offset += size
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % ALIGNMENT)
    if len(text) > MAX_HEADER:
        raise ValueError(f"safetensors: expected a header of at most {MAX_HEADER} bytes, got {len(text)}")
    write_all(file, struct.pack("<Q", len(text)))
    write_all(file, text)
    for name in order:
        write_all(file, tensor_bytes(tensors[name]))


def write_all(file: BinaryIO, data: bytes | memoryview) -> None:
    """Write `data` whole, to a raw file too, which may take a part at a time."""
    rest = memoryview(data)
    while rest:
        written = file.write(rest)
        if written is None or written == len(rest):
            return
        rest = rest[written:]


def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise FormatError("safetensors: a name occurs twice in the header")
    return result


def no_constants(name: str) -> Any:
    raise FormatError(f"safetensors: the header has {name}, which JSON does not know")


def is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def checked_entry(name: str, entry: Any) -> tuple[Any, tuple[int, ...], int, int]:
    """(dtype, shape, begin, end) of a tensor, after checking that they belong together."""
    if "\0" in name:
        raise FormatError(f"safetensors: expected a name without NUL, got {name!r}")
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise FormatError(f"safetensors: {name!r} needs dtype, shape and data_offsets, got {entry!r}")
    shape, offsets = entry["shape"], entry["data_offsets"]
    if not isinstance(entry["dtype"], str) or entry["dtype"] not in DTYPES:
        raise FormatError(f"safetensors: {name!r} has the unknown dtype {entry['dtype']!r}")
    if not isinstance(shape, list) or not all(is_size(n) for n in shape):
        raise FormatError(f"safetensors: {name!r} has the shape {shape!r}")
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(is_size(n) for n in offsets):
        raise FormatError(f"safetensors: {name!r} has the data_offsets {offsets!r}")
    dtype = getattr(_C, DTYPES[entry["dtype"]])
    begin, end = offsets
    if end - begin != math.prod(shape) * dtype.itemsize:
        raise FormatError(
            f"safetensors: {name!r} of {entry['dtype']}{shape} takes {math.prod(shape) * dtype.itemsize} bytes, "
            f"but its data_offsets leave {end - begin}"
        )
    return dtype, tuple(shape), begin, end


def read_header(file: BinaryIO, size: int) -> tuple[dict[str, Any], int]:
    """The parsed header of a file of `size` bytes, and where the data begins."""
    prefix = file.read(8)
    if len(prefix) != 8:
        raise FormatError(f"safetensors: expected at least 8 bytes, got {len(prefix)}")
    (length,) = struct.unpack("<Q", prefix)
    if length > MAX_HEADER or length > size - 8:
        raise FormatError(f"safetensors: the header claims {length} bytes, the file has {size - 8} after its length")
    text = file.read(length)
    if len(text) != length:
        raise FormatError(f"safetensors: expected a header of {length} bytes, got {len(text)}")
    if text[:1] != b"{":
        raise FormatError(f"safetensors: expected a header that begins with '{{', got {text[:1]!r}")
    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=no_duplicates, parse_constant=no_constants)
    except FormatError:
        raise
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, a number of too many digits
        raise FormatError(f"safetensors: the header is not JSON: {error}") from None
    if not isinstance(header, dict):
        raise FormatError(f"safetensors: expected an object as header, got {type(header).__name__}")
    return header, 8 + length


def read(file: BinaryIO, size: int) -> tuple[dict[str, Any], dict[str, str]]:
    """(tensors by name, metadata) of a binary file of `size` bytes; FormatError if it is not valid.

    Tensors are on the CPU, in the order of their bytes.
    """
    header, start = read_header(file, size)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise FormatError("safetensors: expected __metadata__ to hold strings by name")
    entries = {name: checked_entry(name, entry) for name, entry in header.items()}
    order = sorted(entries, key=lambda name: entries[name][2:])
    at = 0
    for name in order:
        begin, end = entries[name][2:]
        if begin != at:
            raise FormatError(f"safetensors: {name!r} begins at {begin}, expected {at}: a gap or an overlap")
        at = end
    if at != size - start:
        raise FormatError(f"safetensors: the tensors take {at} bytes, the file has {size - start}")
    tensors = {}
    for name in order:
        dtype, shape, begin, end = entries[name]
        data = file.read(end - begin)
        if len(data) != end - begin:
            raise FormatError(f"safetensors: the file ends inside {name!r}")
        tensors[name] = checked_tensor(name, data, dtype, shape)
    return tensors, metadata


def checked_tensor(name: str, data: bytes, dtype: Any, shape: tuple[int, ...]) -> Any:
    """A CPU tensor with a copy of `data`, wherever in a file that lay."""
    if dtype != _C.bool:
        return tensor_from_bytes(data, dtype, shape)
    numbers = tensor_from_bytes(data, _C.uint8, shape)
    if numbers.numel() and numbers.max().item() > 1:
        raise FormatError(f"safetensors: {name!r} is BOOL and has a byte of {numbers.max().item()}; only 0 and 1 are")
    return numbers.to(_C.bool)
