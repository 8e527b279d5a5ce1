"""Changes checkpoints at random and reads them: nothing may run, crash or fail in a way that is not for the caller.

    python -m serialization.mutations SEED COUNT       (in tests/python)

Whole files are changed, and pickles within archives whose checksums are right, so that the changes reach the reader.
"""

from __future__ import annotations

import faulthandler
import io
import pickle
import random
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import vibetensor.torch as vt
from vibetensor import safetensors

from serialization import hostile
from serialization.contents import SAFE
from serialization.watch import nothing_runs

REFUSALS = (pickle.UnpicklingError, RuntimeError, ValueError, EOFError, NotImplementedError)
CONTENTS = ("views", "bytes", "parameters", "text", "dicts", "meta tensors", "buffers", "sets", "tied parameters")
OPCODES = [op[0] for op in vars(pickle).values() if isinstance(op, bytes) and len(op) == 1]
NUMBERS = [0, 1, 2, 127, 128, 255, 2**15, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**62, 2**63, 2**64 - 1]


def saved(value: Any, save: Callable[..., None] = vt.save, **options: Any) -> bytes:
    file = io.BytesIO()
    save(value, file, **options)
    return file.getvalue()


def seeds() -> tuple[list[bytes], list[bytes]]:
    """(files that are well, files that are refused already)."""
    found = [saved(SAFE[name](vt), pickle_protocol=protocol) for name in CONTENTS for protocol in (2, 4)]
    found += [saved(SAFE[name](vt), _use_new_zipfile_serialization=False) for name in CONTENTS[:3]]
    found += [saved(SAFE[name](vt), safetensors.save) for name in ("views", "tied parameters")]
    bad = [
        hostile.archive(data) for group in (hostile.CODE, hostile.OUTSIDE, hostile.SENSELESS) for data in group.values()
    ]
    return found, [data for data in bad if len(data) < 5000]


def change(rng: random.Random, data: bytes) -> bytes:
    """`data` with a few bytes set, opcodes put in, pieces lost, repeated, moved or filled with odd numbers."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 1, 2, 8))):
        if not out:
            break
        at = rng.randrange(len(out))
        kind = rng.randrange(8)
        if kind == 0:
            out[at] = rng.randrange(256)
        elif kind == 1:
            out[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            out[at:at] = bytes([rng.choice(OPCODES)])
        elif kind == 3:
            del out[at : at + rng.choice((1, 2, 4, 16))]
        elif kind == 4:
            size = rng.choice((1, 2, 4, 8))
            out[at : at + size] = (rng.choice(NUMBERS) % 256**size).to_bytes(size, "little")
        elif kind == 5:
            other = rng.randrange(len(out))
            out[at:at] = out[other : other + rng.randrange(1, 64)]
        elif kind == 6:
            out[at] = rng.choice(OPCODES)
        elif rng.randrange(4) == 0:
            del out[at:]
    return bytes(out)


def mutated(rng: random.Random, data: bytes) -> bytes:
    if data[:4] != b"PK\x03\x04" or rng.randrange(3) == 0:
        return change(rng, data)
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(rng, content) if name.endswith("data.pkl") else content)
    return file.getvalue()


def touch(value: Any, left: int = 1000) -> None:
    """Reads the memory of tensors: one over memory that is not its own would show, or crash."""
    todo = [value]
    while todo and left:
        left -= 1
        item = todo.pop()
        if isinstance(item, vt.Tensor) and item.device.type == "cpu" and item.numel() < 10**6:
            with vt.no_grad():
                item.to(vt.complex128).sum().item()
        elif isinstance(item, dict):
            todo += [*item.keys(), *item.values()]
        elif isinstance(item, list | tuple | set | frozenset):
            todo += item


def main(seed: int, count: int) -> tuple[int, int]:
    """(read, refused) of so many files."""
    rng = random.Random(seed)
    good, bad = seeds()
    for data in good + bad:
        with suppress(*REFUSALS):
            vt.load(io.BytesIO(data))  # what is imported on first use is there
    read = refused = 0
    for number in range(count):
        data = mutated(rng, rng.choice(good if rng.randrange(4) else bad))
        try:
            with nothing_runs():
                value = vt.load(io.BytesIO(data), map_location=rng.choice((None, "cpu", "meta")))
            touch(value)
            read += 1
        except REFUSALS:
            refused += 1
        except BaseException:
            print(f"seed {seed}, file {number}: {data!r}", file=sys.stderr)
            raise
    return read, refused


if __name__ == "__main__":
    faulthandler.enable()
    print(*main(int(sys.argv[1]), int(sys.argv[2])))
