"""Writes every op's sample calls with their results and gradients to a file, for frontends that are not Python.

    samples_file.py FOLDER     writes samples.json and samples.bin

A call is {op, args, kwargs, seed, results, gradients}. A tensor is {"tensor": {dtype, shape, at, bytes, grad}}, where
its elements lie row-major in samples.bin; other values are themselves, or {"dtype": name}, {"float": "inf"}, {"int": digits},
{"complex": [re, im]}, {"memory_format": name}. `bytes` is null where a row's values are not defined.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import torch as reference
from op_checks import Arguments, flatten, seed_both
from samples import Call, Sample, all_samples
from vibetensor import _C

SEED = 7


class NotExpressible(Exception):
    """The call has a value that the file cannot hold: a sparse tensor, a function."""


class Writer:
    def __init__(self) -> None:
        self.data = bytearray()

    def tensor(self, t: Any, values: bool = True) -> dict[str, Any]:
        if t.layout is not _C.strided or t.is_meta:
            raise NotExpressible(str(t.layout))
        dense = t.detach().contiguous()
        raw = dense.reshape(-1).view(_C.uint8).numpy().tobytes() if dense.numel() else b""
        self.data += b"\0" * (-len(self.data) % 16)
        at = len(self.data)
        if values:
            self.data += raw
        entry = {
            "dtype": str(t.dtype).removeprefix("torch."),
            "shape": list(t.shape),
            "at": at,
            "grad": t.requires_grad,
        }
        return {"tensor": {**entry, "bytes": len(raw) if values else None}}

    def value(self, v: Any, values: bool = True) -> Any:
        if isinstance(v, _C.Tensor):
            return self.tensor(v, values)
        if isinstance(v, _C.dtype):
            return {"dtype": str(v).removeprefix("torch.")}
        if isinstance(v, list | tuple):
            return [self.value(x, values) for x in v]
        if isinstance(v, int) and abs(v) > 2**53:
            return {"int": str(v)}
        if isinstance(v, float) and not math.isfinite(v):
            return {"float": str(v)}
        if isinstance(v, complex):
            return {"complex": [v.real, v.imag]}
        if isinstance(v, reference.memory_format | _C.memory_format):
            return {"memory_format": str(v).removeprefix("torch.")}
        if v is None or isinstance(v, bool | int | float | str):
            return v
        raise NotExpressible(type(v).__name__)


def gradients(results: Any, leaves: list[Any]) -> list[Any]:
    """The leaves' gradients of the sum of all results that have one."""
    parts = [r for r in flatten(results) if isinstance(r, _C.Tensor) and r.requires_grad and not r.is_complex()]
    if not parts:
        return []
    sums = [s for s in (r.sum() for r in parts) if s.requires_grad]
    if not sums:
        return []
    _C.run_backward(sums, None, False, False, None, True, True)
    return [leaf.grad for leaf in leaves]


def written(sample: Sample, call: Call, writer: Writer) -> dict[str, Any]:
    dtype = "float32" if "float32" in sample.dtypes else sample.dtypes[0]
    arguments = Arguments(call, dtype, grad=sample.grad)
    args, kwargs = arguments.ours
    entry = {
        "op": sample.op,
        "args": [writer.value(a) for a in args],
        "kwargs": {k: writer.value(v) for k, v in kwargs.items()},
        "seed": SEED,
    }
    seed_both(SEED)
    results = getattr(_C.ops, sample.op)(*args, **kwargs)
    if sample.op.startswith("_fabric_"):
        raise NotExpressible("a tensor that lies in parts on a mesh")
    entry["results"] = [writer.value(r, sample.values) for r in flatten(results)]
    grads = gradients(results, arguments.our_leaves) if sample.grad and sample.values else []
    entry["gradients"] = [writer.value(g) for g in grads]
    return entry


def lapack() -> str | None:
    """The folder of the LAPACK that this Python found beside it."""
    try:
        import scipy_openblas32
    except ImportError:
        return None
    return str(scipy_openblas32.get_lib_dir())


def main(folder: Path) -> None:
    writer = Writer()
    calls, left_out = [], {}
    for sample in all_samples():
        for call in sample.calls:
            begin = len(writer.data)
            try:
                calls.append(written(sample, call, writer))
            except NotExpressible as reason:
                del writer.data[begin:]
                left_out[sample.op] = str(reason)
    (folder / "samples.bin").write_bytes(bytes(writer.data))
    (folder / "samples.json").write_text(json.dumps({"calls": calls, "left_out": left_out, "lapack": lapack()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
