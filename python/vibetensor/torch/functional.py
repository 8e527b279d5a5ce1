"""Functions of the torch namespace that are written in terms of registered ops."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters
from typing import Any

from vibetensor import _C

ops = _C.ops
Tensor: Any = _C.Tensor


def is_tensor(obj: Any) -> bool:
    """Whether `obj` is a Tensor."""
    return isinstance(obj, Tensor)


def is_floating_point(input: Any) -> bool:
    """Whether the dtype of `input` is a floating point one."""
    return input.dtype.is_floating_point


def is_complex(input: Any) -> bool:
    """Whether the dtype of `input` is a complex one."""
    return input.dtype.is_complex


def numel(input: Any) -> int:
    """The number of elements."""
    return input.numel()


def is_signed(input: Any) -> bool:
    """Whether the dtype of `input` has negative numbers."""
    return input.dtype.is_signed


def is_same_size(input: Any, other: Any) -> bool:
    """Whether two tensors have the same shape."""
    return input.shape == other.shape


def is_inference(input: Any) -> bool:
    """Whether `input` was made in inference mode."""
    return input.is_inference()


def is_conj(input: Any) -> bool:
    """False: conjugation is computed, never left as a flag on the tensor."""
    return input.is_conj()


def typename(obj: Any) -> str:
    """The type of `obj` with its module; of a tensor the old name, such as "torch.FloatTensor"."""
    if isinstance(obj, Tensor):
        return obj.type()
    kind = type(obj) if not hasattr(obj, "__qualname__") else obj
    module = getattr(kind, "__module__", "") or ""
    return kind.__qualname__ if module in ("", "builtins") else f"{module}.{kind.__qualname__}"


def detach_(input: Any) -> Any:
    """`input` itself, cut off from its history."""
    return input.detach_()


def split(tensor: Any, split_size_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Any, ...]:
    """Views of `tensor` along `dim`: pieces of one size (the last may be shorter), or of the sizes listed."""
    return tensor.split(split_size_or_sections, dim)


def norm(input: Any, p: Any = "fro", dim: Any = None, keepdim: bool = False, out: Any = None, dtype: Any = None) -> Any:
    """The p-norm of all elements, or along `dim`; "fro" is the 2-norm."""
    if p == "nuc":
        raise NotImplementedError("norm: the nuclear norm is not there yet")
    order = 2.0 if p in ("fro", None) else p
    dims = [dim] if isinstance(dim, int) else dim
    result = ops.linalg_vector_norm(input, order, dims, keepdim, dtype=dtype)
    return result if out is None else out.copy_(result)


def broadcast_shapes(*shapes: Any) -> Any:
    """The shape that tensors of `shapes` broadcast to; RuntimeError if they do not fit."""
    sizes = [(s,) if isinstance(s, int) else tuple(s) for s in shapes]
    ndim = max((len(s) for s in sizes), default=0)
    result = [1] * ndim
    for shape in sizes:
        for i in range(-len(shape), 0):
            if shape[i] < 0:
                raise RuntimeError(f"Trying to create tensor with negative dimension ({shape[i]}): ({shape[i]})")
            if shape[i] != 1 and result[i] not in (1, shape[i]):
                raise RuntimeError(
                    "Shape mismatch: objects cannot be broadcast to a single shape: "
                    f"{shape} does not fit {tuple(result)}"
                )
            if shape[i] != 1:
                result[i] = shape[i]
    return _C.Size(result)


def unpacked(tensors: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of a function that takes tensors either one by one or in one list."""
    return tuple(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], list | tuple) else tensors


def broadcast_tensors(*tensors: Any) -> list[Any]:
    """Views of `tensors`, all of the shape that they broadcast to."""
    tensors = unpacked(tensors)
    shape = broadcast_shapes(*[t.shape for t in tensors])
    return [t.expand(shape) for t in tensors]


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Any, ...]:
    """One grid of coordinates per tensor, of the shape that all lengths make; `indexing` "ij" or "xy"."""
    tensors = unpacked(tensors)
    if indexing is None:
        import warnings

        warnings.warn(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.", stacklevel=2
        )
        indexing = "ij"
    if indexing not in ("ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    if any(t.dim() > 1 for t in tensors):
        raise RuntimeError("torch.meshgrid: Expected 0D or 1D tensors")
    swap = indexing == "xy" and len(tensors) >= 2
    vectors = [t.reshape(-1) for t in tensors]
    if swap:
        vectors[0], vectors[1] = vectors[1], vectors[0]
    shape = [len(v) for v in vectors]
    grids = []
    for i, vector in enumerate(vectors):
        place = [1] * len(vectors)
        place[i] = -1
        grids.append(vector.view(place).expand(shape))
    if swap:
        grids[0], grids[1] = grids[1], grids[0]
    return tuple(grids)


def cartesian_prod(*tensors: Any) -> Any:
    """All combinations of the elements of vectors, one a row."""
    tensors = unpacked(tensors)
    if len(tensors) == 1:
        return tensors[0]
    return ops.stack([g.reshape(-1) for g in meshgrid(*tensors, indexing="ij")], 1)


def tensordot(a: Any, b: Any, dims: Any = 2, out: Any = None) -> Any:
    """Sum of products over `dims`: the last dims of a and the first of b, or (dims of a, dims of b)."""
    if out is not None:
        raise NotImplementedError("tensordot: out is not there yet")
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        dims_a, dims_b = list(range(a.dim() - dims, a.dim())), list(range(dims))
    else:
        dims_a, dims_b = ([d] if isinstance(d, int) else list(d) for d in dims)
    dims_a, dims_b = [d % a.dim() for d in dims_a], [d % b.dim() for d in dims_b]
    if len(dims_a) != len(dims_b):
        raise RuntimeError("both dimension lists should have same length")
    for i, j in zip(dims_a, dims_b, strict=True):
        if a.size(i) == 1 != b.size(j):  # a size of 1 broadcasts: the other side is summed up
            b = b.sum(j, keepdim=True, dtype=b.dtype)
        elif b.size(j) == 1 != a.size(i):
            a = a.sum(i, keepdim=True, dtype=a.dtype)
        if a.size(i) != b.size(j):
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {a.size(i)} in dim {i} "
                f"and second has size {b.size(j)} in dim {j}"
            )
    free_a = [d for d in range(a.dim()) if d not in dims_a]
    free_b = [d for d in range(b.dim()) if d not in dims_b]
    width = 1
    for d in dims_a:
        width *= a.size(d)
    left = a.permute([*free_a, *dims_a]).reshape(-1, width)
    right = b.permute([*dims_b, *free_b]).reshape(width, -1)
    shape = [a.size(d) for d in free_a] + [b.size(d) for d in free_b]
    return ops.matmul(left, right).reshape(shape)


def from_sublists(arguments: list[Any]) -> list[Any]:
    """einsum's other form, `operand, subscripts, operand, subscripts, ..., result's`, as an equation and operands."""
    if len(arguments) < 2 or not all(is_tensor(a) for a in arguments[: len(arguments) // 2 * 2 : 2]):
        raise ValueError("einsum(): expected an equation and operands, or operands each with a list of subscripts")

    def letters(subscripts: Sequence[Any]) -> str:
        for s in subscripts:
            if s is not Ellipsis and not (isinstance(s, int) and 0 <= s < 52):
                raise ValueError(f"einsum(): expected subscripts in range [0, 52) and Ellipsis, got {s!r}")
        return "".join("..." if s is Ellipsis else (ascii_letters[26:] + ascii_letters[:26])[s] for s in subscripts)

    pairs = len(arguments) // 2
    equation = ",".join(letters(arguments[2 * i + 1]) for i in range(pairs))
    if len(arguments) % 2:
        equation += "->" + letters(arguments[-1])
    return [equation, *arguments[: 2 * pairs : 2]]


def einsum(equation: Any, *operands: Any) -> Any:
    """The sum of products that `equation` describes; operands one by one or in a list.

    >>> import vibetensor.torch as torch
    >>> torch.einsum("ij,j->i", torch.ones(2, 3), torch.arange(3.0))
    tensor([3., 3.])
    """
    if not isinstance(equation, str):
        equation, *operands = from_sublists([equation, *operands])  # type: ignore[assignment]
    from vibetensor.torch._einsum import contract

    return contract(equation.replace(" ", ""), list(unpacked(operands)))


def nonzero(input: Any, *, as_tuple: bool = False, out: Any = None) -> Any:
    """The int64 coordinates of the non-zero elements, (n, dims); one vector per dim with `as_tuple`."""
    if as_tuple:
        return tuple(ops.nonzero_numpy(input))
    found = ops.nonzero(input)
    return found if out is None else out.resize_(found.shape).copy_(found)


def unique(
    input: Any, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The distinct elements, or slices along `dim`, in ascending order; with where each went and how often it came.

    >>> import vibetensor.torch as torch
    >>> torch.unique(torch.tensor([3, 1, 3]), return_counts=True)
    (tensor([1, 3]), tensor([1, 2]))
    """
    if dim is None:
        found = ops._unique2(input, sorted, return_inverse, return_counts)
    else:
        found = ops.unique_dim(input, dim, sorted, return_inverse, return_counts)
    return wanted_of(found, return_inverse, return_counts)


def unique_consecutive(
    input: Any, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """`input` without repeats of what comes just before: elements, or slices along `dim`."""
    return wanted_of(ops.unique_consecutive(input, return_inverse, return_counts, dim), return_inverse, return_counts)


def wanted_of(found: Any, inverse: bool, counts: bool) -> Any:
    """The values alone, or with the inverse and the counts that were asked for."""
    chosen = [found[0], *([found[1]] if inverse else []), *([found[2]] if counts else [])]
    return tuple(chosen) if len(chosen) > 1 else chosen[0]
