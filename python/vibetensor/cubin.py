"""Kernels that were compiled elsewhere, as machine code with what has to be known to call it.

A `Cubin` is launched on our tensors and the current stream, and becomes an op of torch.ops by `op`. It comes from Triton
(vibetensor.triton keeps its kernels so), from CUTLASS' DSL or from nvcc; docs/kernels.md shows each.

>>> from vibetensor import cubin
>>> scale = cubin.Cubin("scale", b"...", arguments=("x", "factor", "n"), parameters=("x:ptr", "factor:fp32", "n:i32"))
>>> scale.layout.pack(None, 2.0, 3)
[b'\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00', b'\\x00\\x00\\x00@', b'\\x03\\x00\\x00\\x00']
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property, partial
from io import BytesIO
from pathlib import Path
from typing import Any

from vibetensor import _C

__all__ = ["Cubin", "load", "op"]

FORMAT = 1  # of the file
DESCRIPTION, IMAGE = "kernel.json", "kernel.cubin"

Triple = tuple[int, int, int]


def is_count(value: Any, least: int) -> bool:
    """Whether it is an integer from `least` to what fits 32 bits."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value < 2**31


@dataclass(frozen=True)
class Cubin:
    """One compiled kernel: `cubin[grid](*args)` launches it on the current stream of the current device.

    name: of the kernel in the image. image: a cubin, a fatbin, or PTX. arguments: the names of what a call gives.
    parameters: what each parameter of the kernel is made of, as text: "x:ptr" is the address of tensor x, "n:i32" a
    number, "x.size(0):i32" and "x.stride(1):i64" of a tensor, "=0:u64" a constant; several in one text, with blanks
    between them, are a struct (docs/kernels.md). threads: of a block. shared_bytes: dynamic shared memory of a block.
    cluster: blocks of a cluster. cooperative: all blocks run at once. overlapping: it may begin before earlier work of the
    stream has ended. about: anything else that JSON can hold.

    ValueError for parameters that say nothing and for sizes that no launch could have. The launch raises RuntimeError where
    the image has no code for the device, ValueError where the driver knows other parameters, and TypeError, ValueError or
    OverflowError for arguments.
    """

    name: str
    image: bytes = field(repr=False)
    arguments: tuple[str, ...]
    parameters: tuple[str, ...]
    threads: Triple = (128, 1, 1)
    shared_bytes: int = 0
    cluster: Triple = (1, 1, 1)
    cooperative: bool = False
    overlapping: bool = False
    about: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name, least in (("threads", 1), ("cluster", 1)):
            triple = getattr(self, name)
            if not isinstance(triple, tuple) or len(triple) != 3 or not all(is_count(n, least) for n in triple):
                raise ValueError(f"{name}: expected three positive integers, got {triple!r}")
        if not is_count(self.shared_bytes, 0):
            raise ValueError(f"shared_bytes: expected a number of bytes, got {self.shared_bytes!r}")
        if not isinstance(self.name, str) or not isinstance(self.image, bytes):
            raise ValueError("expected a name that is a str and an image of bytes")
        _ = self.layout  # that there is one

    @cached_property
    def layout(self) -> Any:
        """How parameters are made of arguments: `layout.pack(*args)` gives the bytes of each."""
        return _C.KernelParameters(list(self.arguments), list(self.parameters))

    @cached_property
    def _loaded(self) -> dict[int, Any]:
        return {}

    def on(self, device: int) -> Any:
        """The kernel on a CUDA device, loaded once: kernel(blocks_x, blocks_y, blocks_z, stream or None, *args)."""
        if device not in self._loaded:
            self._loaded[device] = _C.load_kernel(
                self.name,
                self.image,
                device,
                self.layout,
                self.threads,
                self.shared_bytes,
                self.cluster,
                self.cooperative,
                self.overlapping,
            )
        return self._loaded[device]

    def __getitem__(self, grid: Sequence[int]) -> Callable[..., None]:
        """What launches the kernel with a grid of one to three numbers of blocks."""
        x, y, z = (*grid, 1, 1)[:3]
        return partial(self.on(_C.cuda_current_device()), x, y, z, None)

    def save(self, path: str | Path) -> None:
        """Returns None; writes the kernel to a file that `load` reads, whole or not at all."""
        description = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "image"}
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(DESCRIPTION, json.dumps({"format": FORMAT, **description}, default=dict))
            archive.writestr(IMAGE, self.image)
        with _C.AtomicFile(path) as file:
            file.write(buffer.getbuffer())


def load(path: str | Path) -> Cubin:
    """The kernel that `Cubin.save` wrote. OSError if there is no such file, ValueError if it is something else."""
    try:
        with zipfile.ZipFile(path) as archive:
            said = json.loads(archive.read(DESCRIPTION))
            image = archive.read(IMAGE)
        if said.pop("format") != FORMAT:
            raise ValueError("another format")
        said = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
        return Cubin(image=image, **said)
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not a kernel that Cubin.save wrote: {error}") from error


def op(
    qualname: str,
    kernel: Cubin | str | Path,
    *,
    schema: str,
    results: Mapping[str, Callable[..., Any]],
    grid: Callable[..., Sequence[int]],
    numbers: Mapping[str, Callable[..., Any]] | None = None,
    backward: Callable[..., Any] | None = None,
    setup_context: Callable[..., Any] | None = None,
) -> Any:
    """The kernel as an op "namespace::name" of torch.ops, a torch.library.CustomOpDef.

    schema: "(Tensor x, float factor) -> Tensor". The kernel's arguments are found by name: first those of the schema, then
    `results` (one or more), each a function of the schema's arguments that makes a result, in the schema's order, then
    `numbers`, made likewise. grid: the blocks, of the schema's arguments. What `results` makes is also what the op gives on
    meta. backward and setup_context are those of torch.library.register_autograd.

    ValueError where the kernel has an argument that none of them names. NotImplementedError for defaults in the schema.
    """
    from inspect import Parameter, Signature

    from vibetensor.torch import library
    from vibetensor.torch._op_schema import read_schema

    if "=" in schema.rpartition("->")[0]:
        raise NotImplementedError(f"{qualname}: defaults in the schema of a cubin's op are not there")
    cubin = kernel if isinstance(kernel, Cubin) else load(kernel)
    names = [argument.name for argument in read_schema(qualname.partition("::")[2] + schema).arguments]
    made = {**results, **(numbers or {})}
    if unknown := [name for name in cubin.arguments if name not in names and name not in made]:
        raise ValueError(
            f"{qualname}: the kernel {cubin.name} takes {', '.join(unknown)}, which neither schema nor results nor numbers name"
        )
    signature = Signature([Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names])

    def run(*args: Any, **kwargs: Any) -> Any:
        given = args if len(args) == len(names) and not kwargs else signature.bind(*args, **kwargs).args
        values = dict(zip(names, given, strict=True))
        for name, make in made.items():
            values[name] = make(*given)
        outputs = tuple(values[name] for name in results)
        if not any(output.is_meta for output in outputs):
            cubin[grid(*given)](*[values[name] for name in cubin.arguments])
        return outputs[0] if len(outputs) == 1 else outputs

    run.__name__ = qualname.partition("::")[2]
    run.__signature__ = signature  # type: ignore[attr-defined]
    made_op = library.custom_op(qualname, run, mutates_args=(), schema=schema)
    if backward is not None:
        made_op.register_autograd(backward, setup_context=setup_context)
    made_op.register_vmap(refuse_vmap(qualname))
    return made_op


def refuse_vmap(qualname: str) -> Callable[..., Any]:
    """The rule for vmap of an op whose kernel knows nothing of batches: it raises NotImplementedError that says so."""

    def rule(info: Any, in_dims: Any, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            f"vmap of {qualname}: its kernel was compiled for one example at a time; give the op a rule of its own by "
            "register_vmap"
        )

    return rule
