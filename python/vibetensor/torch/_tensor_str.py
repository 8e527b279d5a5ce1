"""Tensors as text, character for character as PyTorch prints them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
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


class NumberFormat:
    """Pads every number of one tensor to one width, in the notation that suits all of them."""

    def __init__(self, values: list[Any], floating: bool):
        self.floating = floating
        self.width = 1
        self.spec = ""
        self.whole = True  # every finite value is an integer
        self.scientific = False
        if not floating:
            self.width = max([1, *(len(str(v)) for v in values)])
            return
        finite = [v for v in values if v != 0 and math.isfinite(v)]
        if not finite:
            return
        low, high = min(abs(v) for v in finite), max(abs(v) for v in finite)
        self.whole = all(v == math.ceil(v) for v in finite)
        self.scientific = high / low > 1000.0 or high > 1.0e8 or low < 1.0e-4
        if options.sci_mode is not None:
            self.scientific = options.sci_mode
        self.width = max(1, *(len(self.plain(v)) for v in finite))

    def plain(self, value: Any) -> str:
        if not self.floating:
            return str(value)
        if self.scientific:
            return f"{value:.{options.precision}e}"
        if self.whole:
            return f"{value:.0f}" + ("." if math.isfinite(value) else "")
        return f"{value:.{options.precision}f}"

    def __call__(self, value: Any) -> str:
        return self.plain(value).rjust(self.width)


def complex_format(values: list[complex]) -> tuple[Callable[[complex], str], int]:
    real = NumberFormat([v.real for v in values], True)
    imag = NumberFormat([v.imag for v in values], True)

    def text(value: complex) -> str:
        second = imag(value.imag).lstrip() + "j"
        return real(value.real) + ("" if second[0] in "+-" else "+") + second

    return text, real.width + imag.width + 1


def flatten(nested: Any) -> Iterator[Any]:
    if isinstance(nested, list):
        for item in nested:
            yield from flatten(item)
    else:
        yield nested


def edges_only(tensor: Any) -> Any:
    """The part of `tensor` that a summary shows: the first and last edgeitems along each long dimension."""
    edge = options.edgeitems
    for dim, size in enumerate(tensor.shape):
        if size > 2 * edge:
            tensor = _C.ops.cat([tensor.narrow(dim, 0, edge), tensor.narrow(dim, size - edge, edge)], dim)
    return tensor


class Layout:
    """Lays a nested list out in lines; `shape` is that of the whole tensor, the list may hold its edges only."""

    def __init__(self, text: Callable[[Any], str], width: int, shape: tuple[int, ...], summarise: bool):
        self.text, self.width, self.shape, self.summarise = text, width, shape, summarise

    def cut(self, dim: int) -> bool:
        return self.summarise and self.shape[dim] > 2 * options.edgeitems

    def vector(self, values: list[Any], indent: int, dim: int) -> str:
        cells = [self.text(v) for v in values]
        if self.cut(dim):
            dots = " ..." if options.edgeitems else "..."
            cells = [*cells[: options.edgeitems], dots, *cells[options.edgeitems :]]
        per_line = max(1, (options.linewidth - indent) // (self.width + 2))
        lines = [", ".join(cells[i : i + per_line]) for i in range(0, len(cells), per_line)]
        return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"

    def block(self, nested: Any, indent: int, dim: int = 0) -> str:
        remaining = len(self.shape) - dim
        if remaining == 0:
            return self.text(nested)
        if remaining == 1:
            return self.vector(nested, indent, dim)
        parts = [self.block(item, indent + 1, dim + 1) for item in nested]
        if self.cut(dim):
            parts = [*parts[: options.edgeitems], "...", *parts[options.edgeitems :]]
        return "[" + ("," + "\n" * (remaining - 1) + " " * (indent + 1)).join(parts) + "]"


class CurrentOptions:
    """The options as they are now, as attributes: PRINT_OPTS.threshold."""

    def __getattr__(self, name: str) -> Any:
        return getattr(options, name)


PRINT_OPTS = CurrentOptions()


def contents(tensor: Any, indent: int) -> str:
    """The numbers of `tensor` in brackets, to be printed `indent` columns from the left."""
    if tensor.is_meta:
        return "..."
    if tensor.numel() == 0:
        return "[]"
    if tensor.dtype == _C.float4_e2m1fn_x2:  # two numbers in a byte, which is shown as a number
        tensor = tensor.view(_C.uint8).to(_C.float32)
    summarise = tensor.numel() > options.threshold
    nested = (edges_only(tensor) if summarise else tensor).tolist()
    values = list(flatten(nested))
    if tensor.dtype.is_complex:
        text, width = complex_format(values)
    else:
        text = NumberFormat(values, tensor.dtype.is_floating_point)
        width = text.width
    return Layout(text, width, tuple(tensor.shape), summarise).block(nested, indent)


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
