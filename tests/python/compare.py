"""The two sides, ours and PyTorch's CPU build as the reference: values taken across, and whether they agree.

Every comparison returns how many values it compared, so that a check can tell that it had none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import vibetensor.torch as vt
from vibetensor import fabric

# What a norm may differ by, relative to its size.
ACCURACY = {"float64": 1e-12, "float32": 2e-5, "float16": 2e-3, "bfloat16": 1.6e-2}


def dtype_name(x: Any) -> str:
    return str(x.dtype).removeprefix("torch.")


def ours_of(theirs: Any, device: str = "cpu") -> Any:
    """A tensor of ours with the values, strides and requires_grad of a torch tensor, in memory of its own."""
    if theirs.layout != torch.strided:
        return sparse_on(vt, theirs.detach(), ours_of).to(device).requires_grad_(theirs.requires_grad)
    copy = theirs.detach()
    if copy.numel() and 0 not in copy.stride():
        copy = torch.empty_strided(copy.shape, copy.stride(), dtype=copy.dtype).copy_(copy)
    else:
        copy = copy[:1].clone().expand(copy.shape) if copy.dim() and copy.numel() else copy.clone()
    ours = vt.from_dlpack(copy).to(device)
    return ours.requires_grad_() if theirs.requires_grad else ours


def theirs_of(ours: Any) -> Any:
    """A torch CPU tensor with the values and strides of a tensor of ours, in the same memory where that may be shared."""
    if ours.layout != vt.strided:
        return sparse_on(torch, ours.detach().cpu(), theirs_of)
    here = fabric.gather(ours.detach()).cpu()
    try:
        return torch.from_dlpack(here)
    except BufferError:  # read-only
        return torch.from_dlpack(here.clone())


def sparse_on(side: Any, given: Any, convert: Callable[[Any], Any]) -> Any:
    """A sparse tensor of the other side with the indices and values of `given`."""
    if str(given.layout) == "torch.sparse_coo":
        parts = convert(given._indices()), convert(given._values())
        return side.sparse_coo_tensor(*parts, tuple(given.shape), is_coalesced=given.is_coalesced())
    by_rows = str(given.layout) in ("torch.sparse_csr", "torch.sparse_bsr")
    indices = (given.crow_indices(), given.col_indices()) if by_rows else (given.ccol_indices(), given.row_indices())
    parts = [convert(part) for part in (*indices, given.values())]
    layout = getattr(side, str(given.layout).removeprefix("torch."))
    return side.sparse_compressed_tensor(*parts, tuple(given.shape), layout=layout)


def as_ours(value: Any) -> Any:
    """A structure with ours in the place of its torch tensors."""
    return across(value, torch.Tensor, ours_of)


def as_theirs(value: Any) -> Any:
    """A structure with PyTorch's in the place of our tensors."""
    return across(value, vt.Tensor, theirs_of)


def across(value: Any, kind: type, convert: Callable[[Any], Any]) -> Any:
    if isinstance(value, kind):
        return convert(value)
    if isinstance(value, dict):
        return {key: across(entry, kind, convert) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(across(entry, kind, convert) for entry in value)
    return value


def plain(expected: Any) -> Any:
    """The tensor to compare with, as PyTorch's."""
    theirs = theirs_of(expected) if isinstance(expected, vt.Tensor) else expected.detach()
    return theirs.resolve_conj().resolve_neg() if theirs.layout == torch.strided else theirs


def same(ours: Any, expected: Any, what: str = "", rtol: float | None = None, atol: float | None = None) -> int:
    """Fails unless `ours`, a tensor of ours or a structure of such and of other values, is what was expected.

    Of tensors: structure, dtype, shape, and values within the dtype's tolerance or the given one. Numbers that are no
    tensors are as close; of errors the types are alike; everything else is equal. `expected` may have tensors of either
    side.
    """
    if isinstance(expected, (torch.Tensor, vt.Tensor)):
        assert isinstance(ours, vt.Tensor), f"{what}: expected a tensor, got {ours!r}"
        same_form(ours, expected, what)
        return close(dense(theirs_of(ours)), dense(plain(expected)), what, rtol, atol)
    assert not isinstance(ours, vt.Tensor), f"{what}: expected {expected!r}, got a tensor"
    if isinstance(expected, Exception):
        assert type(ours).__name__ == type(expected).__name__, f"{what}: expected {expected!r}, got {ours!r}"
        return 1
    if isinstance(expected, dict):
        assert list(ours) == list(expected), f"{what}: expected keys {list(expected)}, got {list(ours)}"
        return sum(same(ours[key], expected[key], f"{what}[{key!r}]", rtol, atol) for key in expected)
    if isinstance(expected, Sequence) and not isinstance(expected, (str, bytes)):
        assert len(ours) == len(expected), f"{what}: expected {len(expected)} values, got {len(ours)}"
        pairs = zip(ours, expected, strict=True)
        return sum(same(a, b, f"{what}[{i}]", rtol, atol) for i, (a, b) in enumerate(pairs))
    if isinstance(expected, (float, complex)):
        return close(ours, expected, what, rtol, atol)
    assert ours == expected, f"{what}: expected {expected!r}, got {ours!r}"
    return 1


def identical(ours: Any, expected: Any, what: str = "") -> int:
    """`same` with no tolerance; NaNs are alike, and so are zeros."""
    return same(ours, expected, what, rtol=0, atol=0)


def same_bits(ours: Any, expected: Any, what: str = "") -> int:
    """Fails unless both tensors have the same bits at the same strides."""
    same_form(ours, expected, what)
    got, wanted = theirs_of(ours), plain(expected)
    if got.numel() > 0:
        assert strides_that_matter(got) == strides_that_matter(wanted), f"{what}: strides {got.stride()}"
    if not torch.equal(bits(got), bits(wanted)):
        differs = (got != wanted).flatten().nonzero().flatten()
        first = int(differs[0]) if len(differs) else -1
        raise AssertionError(
            f"{what}: {len(differs)} of {got.numel()} differ, "
            f"first at {first}: {got.flatten()[first]} for {wanted.flatten()[first]}"
        )
    return 1


def near(ours: Any, expected: Any, scale: float = 1.0) -> int:
    """Fails unless a tensor of ours is what was expected up to the accuracy of its dtype, by the norm of the difference."""
    got, wanted, name = theirs_of(ours), plain(expected), dtype_name(ours)
    assert got.shape == wanted.shape, f"shape {list(got.shape)}, expected {list(wanted.shape)}"
    if name not in ACCURACY:
        assert torch.equal(got, wanted.to(got.dtype)), "values differ"
        return 1
    a, b = got.double(), wanted.double()
    both_nan = a.isnan() & b.isnan()
    assert torch.equal(a.isnan(), b.isnan()), "NaNs are in other places"
    alike = (a == b) | both_nan
    error = torch.where(alike, 0.0, a - b).norm()
    size = torch.where(both_nan | b.isinf(), 0.0, b).norm()
    limit = ACCURACY[name] * scale * (size + 1e-6)
    assert error <= limit, f"differs by {error.item():.3g} in norm, more than {limit.item():.3g}"
    return 1


def dense(theirs: Any) -> Any:
    return theirs if theirs.layout == torch.strided else theirs.to_dense()


def same_form(ours: Any, expected: Any, what: str) -> None:
    assert str(ours.layout) == str(expected.layout), f"{what}: expected layout {expected.layout}, got {ours.layout}"
    assert dtype_name(ours) == dtype_name(expected), f"{what}: expected dtype {expected.dtype}, got {ours.dtype}"
    shapes = tuple(ours.shape), tuple(expected.shape)
    assert shapes[0] == shapes[1], f"{what}: expected shape {shapes[1]}, got {shapes[0]}"


def close(got: Any, expected: Any, what: str, rtol: float | None, atol: float | None) -> int:
    message = lambda text: f"{what}: {text}"  # noqa: E731
    torch.testing.assert_close(got, expected, rtol=rtol, atol=atol, equal_nan=True, msg=message)
    return 1


def bits(theirs: Any) -> Any:
    return theirs.flatten().clone(memory_format=torch.contiguous_format).view(torch.uint8)


def strides_that_matter(theirs: Any) -> list[int]:
    return [stride for stride, size in zip(theirs.stride(), theirs.shape, strict=True) if size > 1]


def outcome(program: Callable[[Any], Any], side: Any) -> Any:
    """What a program gives on one side, or the error that it ends with."""
    try:
        return program(side)
    except Exception as error:
        return error


def copy_weights(ours: Any, theirs: Any) -> None:
    """Give our module the weights of PyTorch's."""
    ours.load_state_dict({name: ours_of(value) for name, value in theirs.state_dict().items()})
