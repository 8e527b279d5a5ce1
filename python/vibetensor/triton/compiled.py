"""What Triton compiled, as a Cubin: which parameters its kernels have, and how they are run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from vibetensor.cubin import Cubin

WARP = 32


class HostDescriptor(NotImplementedError):
    """The kernel takes a tensor descriptor that is made on the host."""


def flat_types(kind: Any, name: str) -> Iterator[tuple[str, str]]:
    """(name, type) of an argument, of a tuple those of its parts."""
    if isinstance(kind, tuple):
        for i, part in enumerate(kind):
            yield from flat_types(part, f"{name}_{i}")
    else:
        yield name, kind


def parameter_text(name: str, kind: str) -> str | None:
    """A type of Triton's signatures as Cubin has it; None for what is a constant in the code."""
    if kind == "constexpr":
        return None
    if kind.startswith("*"):
        return f"{name}:ptr"
    if kind.startswith("tensordesc") or kind == "nvTmaDesc":
        raise HostDescriptor(
            f"argument {name} is a tensor descriptor made on the host, which is not there yet; make it in the kernel by "
            "tl.make_tensor_descriptor"
        )
    return f"{name}:{'fp32' if kind == 'f32' else kind}"


def scratch_of(metadata: Any) -> list[tuple[str, int, int]]:
    """(parameter, bytes for a program, alignment) of the memory that a kernel wants beside its arguments."""
    return [
        (name, getattr(metadata, f"{name}_size") or 0, getattr(metadata, f"{name}_align", 1) or 1)
        for name in ("global_scratch", "profile_scratch")
        if hasattr(metadata, f"{name}_size")
    ]


def cubin_of(signature: dict[Any, Any], metadata: Any, image: bytes) -> Cubin:
    """The kernel of Triton's CompiledKernel. Scratch memory that it wants is an argument more, by its own name."""
    from triton import __version__

    arguments, parameters = [], []
    for key, kind in signature.items():
        for name, part in flat_types(kind, str(key)):
            arguments.append(name)
            text = parameter_text(name, part)
            if text is not None:
                parameters.append(text)
    for name, size, _ in scratch_of(metadata):
        if size:
            arguments.append(name)
        parameters.append(f"{name}:ptr" if size else "=0:u64")
    clusters = getattr(metadata, "cluster_dims", None) or (getattr(metadata, "num_ctas", 1), 1, 1)
    return Cubin(
        name=metadata.name,
        image=image,
        arguments=tuple(arguments),
        parameters=tuple(parameters),
        threads=(WARP * metadata.num_warps, 1, 1),
        shared_bytes=metadata.shared,
        cluster=(clusters[0], clusters[1], clusters[2]),
        cooperative=bool(getattr(metadata, "launch_cooperative_grid", False)),
        overlapping=bool(getattr(metadata, "launch_pdl", False)),
        about={"compiler": f"triton {__version__}", "arch": metadata.target.arch},
    )


def flat_arguments(values: Any) -> Iterator[Any]:
    for value in values:
        if isinstance(value, tuple):
            yield from flat_arguments(value)
        else:
            yield value


def scratch_memory(bytes: int, alignment: int, stream: int) -> Any:
    """Memory for a launch from the allocator of triton.set_allocator; without one, a tensor of ours."""
    from triton.runtime import _allocation

    given = _allocation._allocator.get()
    if not isinstance(given, _allocation.NullAllocator):
        return given(bytes, alignment, stream)
    from vibetensor import torch

    return torch.empty(bytes, dtype=torch.uint8, device="cuda")  # aligned to 512


def launcher(cubin: Cubin, signature: dict[Any, Any], metadata: Any) -> Callable[..., None]:
    """What Triton calls for each launch of the kernel: run(x, y, z, stream, loaded kernel, ...)."""
    ctas = cubin.cluster[0]
    wanted = [(size, alignment) for _, size, alignment in scratch_of(metadata) if size]
    has_tuples = any(isinstance(kind, tuple) for kind in signature.values())

    def run(
        x: int, y: int, z: int, stream: int, kernel: Any, packed: Any, said: Any, enter: Any, leave: Any, *args: Any
    ) -> None:
        if enter is not None:
            enter(said)
        if has_tuples:
            args = tuple(flat_arguments(args))
        if wanted:
            programs = x * y * z * ctas
            args = (*args, *[scratch_memory(programs * size, alignment, stream) for size, alignment in wanted])
        kernel(x * ctas, y, z, stream, *args)
        if leave is not None:
            leave(said)

    return run
