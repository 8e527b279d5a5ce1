"""Damaged safetensors files: whatever is accepted here the format's own library accepts too, with the same contents.

VT_MUTATIONS=1000000: as many files, each with another seed of its own.
"""

from __future__ import annotations

import json
import os
import random
import struct

import pytest
import torch
from vibetensor import _C

reference = pytest.importorskip("safetensors")
package = pytest.importorskip("safetensors.torch")

COUNT = int(os.environ.get("VT_MUTATIONS", "20000"))
NUMBERS = [0, 1, 2, 7, 8, 127, 255, 2**16, 2**31, 2**32, 2**53, 2**62, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**30]
PIECES = [b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b" ", b"\n", b"null", b"true", b"-1", b"1.0", b"1e2", b"01"]
PIECES += [b'"a"', b"\\u0000", b"\\ud800", b"\\ud83d\\ude00", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\x00", b"\x1f"]
DTYPES = [b"BOOL", b"U8", b"F16", b"F32", b"F64", b"I64", b"C64", b"F4", b"F8_E4M3", b"X9", b"f32"]


def seed_file(rng: random.Random) -> bytes:
    header: dict = {}
    data = b""
    if rng.random() < 0.5:
        header["__metadata__"] = {f"k{i}": "v" * rng.randrange(4) for i in range(rng.randrange(3))}
    for i in range(rng.randrange(5)):
        dtype, size = rng.choice([("U8", 1), ("BOOL", 1), ("F16", 2), ("F32", 4), ("I64", 8), ("C64", 8)])
        shape = [rng.randrange(4) for _ in range(rng.randrange(4))]
        count = size
        for n in shape:
            count *= n
        header[rng.choice(["a", "b.weight", "\u00e9", "x/y", '"', "n"]) + str(i)] = {
            "dtype": dtype,
            "shape": shape,
            "data_offsets": [len(data), len(data) + count],
        }
        data += bytes(rng.randrange(2) for _ in range(count))
    text = json.dumps(header, ensure_ascii=rng.random() < 0.5, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def mutated(rng: random.Random, whole: bytes) -> bytes:
    length = struct.unpack("<Q", whole[:8])[0]
    text, data = bytearray(whole[8 : 8 + length].rstrip(b" ")), whole[8 + length :]
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(len(text))
        kind = rng.randrange(9)
        if kind == 0:
            text[at] = rng.randrange(256)
        elif kind == 1:
            text[at:at] = rng.choice(PIECES)
        elif kind == 2:
            del text[at : at + rng.choice((1, 2, 5))]
            text = text or bytearray(b"{")
        elif kind == 3:  # another number
            digits = [i for i, c in enumerate(text) if 48 <= c <= 57]
            if digits:
                at = rng.choice(digits)
                text[at : at + 1] = str(rng.choice(NUMBERS)).encode()
        elif kind == 4:
            other = rng.randrange(len(text))
            text[at:at] = text[other : other + rng.randrange(1, 64)]
        elif kind == 5:
            text = bytearray(bytes(text).replace(b"F32", rng.choice(DTYPES), 1))
        elif kind == 6:
            data = data[: rng.randrange(len(data) + 1)] if rng.random() < 0.5 else data + bytes(rng.randrange(1, 9))
        elif kind == 7 and data:
            data = data[:-1] + bytes([rng.randrange(256)])
        else:
            text += rng.choice((b" ", b"\n", b"\x00", b"}", b"{}"))
    if rng.random() < 0.9:
        text += b" " * (-len(text) % 8)
    claimed = len(text)
    if rng.random() < 0.03:
        claimed = rng.choice([claimed + 8, max(0, claimed - 8), 0, 2**63, 2**64 - 8, 100_000_008])
    out = struct.pack("<Q", claimed) + bytes(text) + data
    return out[: rng.randrange(len(out) + 1)] if rng.random() < 0.02 else out


def ours(data: bytes) -> dict | None:
    try:
        checkpoint = _C.Checkpoint.of_bytes(data)
        loaded = checkpoint.load(None, "cpu", None)
    except ValueError:
        return None
    return {name: (checkpoint.entry(name)[0], t) for name, t in loaded.items()}


def theirs(data: bytes) -> dict | None:
    try:
        return dict(reference.deserialize(data))
    except reference.SafetensorError:
        return None


def test_nothing_is_accepted_that_the_formats_library_refuses():
    rng = random.Random(20260101)
    accepted = refused_here_alone = 0
    for number in range(COUNT):
        data = mutated(rng, seed_file(rng))
        mine = ours(data)
        if mine is None:
            refused_here_alone += number % 16 == 0 and theirs(data) is not None
            continue
        other = theirs(data)
        assert other is not None, f"file {number} is accepted here alone: {data!r}"
        assert sorted(mine) == sorted(other), data
        for name, (code, tensor) in mine.items():
            assert code == other[name]["dtype"]
            assert bits(tensor) == bytes(other[name]["data"]), data
        accepted += 1
    assert accepted > COUNT // 50 and refused_here_alone < COUNT // 40


def test_files_that_are_well_are_the_same_byte_for_byte():
    rng = random.Random(7)
    for _ in range(min(COUNT, 2000)):
        data = seed_file(rng)
        checkpoint = _C.Checkpoint.of_bytes(data)
        tensors = dict(checkpoint.load(None, "cpu", None))
        written = bytearray()
        metadata = checkpoint.metadata()
        _C.write_safetensors(written.extend, tensors, metadata, None)
        expected = package.save({n: torch.from_dlpack(t) for n, t in tensors.items()}, metadata or None)
        if len(metadata) < 2:  # the format's library shuffles them
            assert bytes(written) == expected
        again = _C.Checkpoint.of_bytes(bytes(written))
        assert again.metadata() == metadata and sorted(again.names()) == sorted(tensors)


def bits(t) -> bytes:
    return bytes(t.reshape(-1).view(_C.uint8).tolist()) if t.numel() else b""
