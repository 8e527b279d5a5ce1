"""Tensors as text, character for character as PyTorch prints them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from vibetensor import _C


class PrintOptions(NamedTuple):
    precision: int = 4
    threshold: float = 1000  # more elements than this are summarised
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None  # None: decided from the values


PROFILES = {
    "default": PrintOptions(),
    "short": PrintOptions(edgeitems=2, precision=2),
    "full": PrintOptions(threshold=math.inf),
}

options = PROFILES["default"]


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Returns None; sets how tensors print from now on.

    `profile` ("default", "short" or "full") sets everything; the arguments named beside it win.
    `sci_mode` None, as in PyTorch, goes back to deciding from the values.

    >>> import vibetensor.torch as torch
    >>> torch.set_printoptions(precision=2)
    >>> torch.tensor(3.14159)
    tensor(3.14)
    >>> torch.set_printoptions(profile="default")
    """
    global options
    if profile is not None:
        if profile not in PROFILES:
            raise ValueError(f"set_printoptions: expected profile in {sorted(PROFILES)}, got {profile!r}")
        options = PROFILES[profile]._replace(sci_mode=options.sci_mode)
    given: dict[str, Any] = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    options = options._replace(**{k: v for k, v in given.items() if v is not None}, sci_mode=sci_mode)


def get_printoptions() -> dict[str, Any]:
    """A dict of the options in force."""
    return options._asdict()


class CurrentOptions:
    """The options as they are now, as attributes: PRINT_OPTS.threshold."""

    def __getattr__(self, name: str) -> Any:
        return getattr(options, name)


PRINT_OPTS = CurrentOptions()


def contents(tensor: Any, indent: int) -> str:
    """The numbers of `tensor` in brackets, to be printed `indent` columns from the left."""
    if _C.is_fabric(tensor):
        tensor = _C.ops._fabric_gather(tensor, 0, [])
    return _C.contents_text(tensor, *options._replace(threshold=float(options.threshold)), indent)


def is_default_dtype(dtype: Any, default: Any) -> bool:
    """Whether numbers of the dtype look like it."""
    default_complex = _C.complex128 if default == _C.float64 else _C.complex64
    return dtype in (default, default_complex, _C.int64, _C.bool)


def parts_text(tensor: Any, indent: int) -> str:
    """The indices and values of a sparse tensor, each under its name on lines of its own."""
    if tensor.layout is _C.sparse_coo:
        parts = {"indices": tensor._indices(), "values": tensor._values()}
    else:
        from vibetensor.torch.sparse.parts import compressed_parts

        parts = dict(compressed_parts(tensor))
    texts = []
    for name, part in parts.items():
        head = f"{name}=tensor("
        size = f", size={tuple(part.shape)}" if part.numel() == 0 else ""
        texts.append(f"{head}{contents(part, indent + len(head))}{size})")
    return (",\n" + " " * indent).join(texts)


def suffixes(tensor: Any) -> Iterator[str]:
    if tensor.device.type != "cpu":
        yield f"device='{tensor.device}'"
    default = _C.get_default_dtype()
    if tensor.layout is not _C.strided:
        yield f"size={tuple(tensor.shape)}"
        yield f"nnz={tensor._nnz()}"
        if not is_default_dtype(tensor.dtype, default):
            yield f"dtype={tensor.dtype}"
        yield f"layout={tensor.layout}"
    elif tensor.is_meta:
        yield f"size={tuple(tensor.shape)}"
        if tensor.dtype != default:
            yield f"dtype={tensor.dtype}"
    elif tensor.numel() == 0:
        if tensor.dim() != 1:
            yield f"size={tuple(tensor.shape)}"
        # there is no element to tell integers from floats by
        if tensor.dtype != default:
            yield f"dtype={tensor.dtype}"
    else:
        if options.edgeitems == 0:
            yield f"size={tuple(tensor.shape)}"
        if not is_default_dtype(tensor.dtype, default):
            yield f"dtype={tensor.dtype}"
    if (place := _C.fabric_placement(tensor)) is not None:
        from vibetensor.fabric.placement import placement_of

        yield f"placement={', '.join(str(placement_of(*p)) for p in place[1])}"
    if tensor.grad_fn is not None:
        yield f"grad_fn=<{tensor.grad_fn.name().rsplit('::', 1)[-1]}>"
    elif tensor.requires_grad:
        yield "requires_grad=True"


def tensor_str(tensor: Any, plain_types: tuple[type, ...]) -> str:
    """`tensor` as PyTorch's repr; types outside `plain_types` print under their own name."""
    if _C.is_wrapped(tensor):
        level, is_batched, value = _C.batch_of(tensor)
        inner = tensor_str(value, plain_types).replace("\n", "\n    ")
        return f"BatchedTensor(lvl={level}, bdim={0 if is_batched else None}, value=\n    {inner}\n)"
    if _C.fabric_process_mesh_of(tensor) is not None:  # the others may not be printing it
        from vibetensor.torch.distributed.tensor.dtensor import tensor_repr

        return tensor_repr(tensor)
    prefix = "tensor(" if type(tensor) in plain_types else f"{type(tensor).__name__}("
    indent = len(prefix)
    was_enabled = _C.is_grad_enabled()
    _C.set_grad_enabled(False)
    try:
        text_of = contents if tensor.layout is _C.strided else parts_text
        body = text_of(tensor.detach(), indent)
    finally:
        _C.set_grad_enabled(was_enabled)
    text = prefix + body
    column = len(text) - text.rfind("\n") + 1
    breaks = tensor.is_sparse
    for suffix in suffixes(tensor):
        if breaks or column + len(suffix) + 2 > options.linewidth:
            breaks = False
            text += ",\n" + " " * indent + suffix
            column = indent + len(suffix)
        else:
            text += ", " + suffix
            column += len(suffix) + 2
    return text + ")"


def _tensor_str(self: Any, indent: int) -> str:
    """The numbers of a tensor in brackets: contents() under the name that libraries import."""
    return contents(self, indent)
