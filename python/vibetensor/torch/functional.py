"""Functions of the torch namespace that are written in terms of registered ops."""

from __future__ import annotations

from collections.abc import Sequence
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
    """The p-norm of all elements, or along `dim`; "fro" is the 2-norm, "nuc" that of matrices in two dims."""
    if p == "nuc":
        return ops.linalg_matrix_norm(input, "nuc", (-2, -1) if dim is None else dim, keepdim, dtype=dtype, out=out)
    order = 2.0 if p in ("fro", None) else p
    dims = [dim] if isinstance(dim, int) else dim
    return ops.linalg_vector_norm(input, order, dims, keepdim, dtype=dtype, out=out)


def chain_matmul(*matrices: Any, out: Any = None) -> Any:
    """The product of matrices, in the order of least cost; torch.linalg.multi_dot under its old name."""
    return ops._chain_matmul(unpacked(matrices), out=out)


def lu(A: Any, pivot: bool = True, get_infos: bool = False, out: Any = None) -> tuple[Any, ...]:
    """(LU, pivots), or with `get_infos` (LU, pivots, infos): what torch.linalg.lu_factor_ex gives.

    Without `get_infos` a matrix of which U has a zero on its diagonal raises RuntimeError.
    """
    factors, pivots, infos = ops.linalg_lu_factor_ex(A, pivot=pivot, check_errors=not get_infos)
    results = (factors, pivots, infos) if get_infos else (factors, pivots)
    if out is None:
        return results
    if len(out) != len(results):
        raise TypeError(f"expected tuple of {len(results)} elements but got {len(out)}")
    return tuple(given.resize_(result.shape).copy_(result) for given, result in zip(out, results))


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


def broadcast_tensors(*tensors: Any) -> tuple[Any, ...]:
    """Views of `tensors`, all of the shape that they broadcast to."""
    return ops.broadcast_tensors(unpacked(tensors))


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Any, ...]:
    """One grid of coordinates per tensor, of the shape that all lengths make; `indexing` "ij" or "xy"."""
    if indexing is None:
        import warnings

        warnings.warn(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.", stacklevel=2
        )
        indexing = "ij"
    return ops.meshgrid(unpacked(tensors), indexing=indexing)


def cartesian_prod(*tensors: Any) -> Any:
    """All combinations of the elements of vectors, one a row; of a single vector, itself."""
    return ops.cartesian_prod(unpacked(tensors))


def block_diag(*tensors: Any) -> Any:
    """A matrix with the given ones along its diagonal and zeros elsewhere; vectors are rows, numbers matrices of one.

    >>> import vibetensor.torch as torch
    >>> torch.block_diag(torch.ones(1, 2), torch.tensor(3.0))
    tensor([[1., 1., 0.],
            [0., 0., 3.]])
    """
    return ops.block_diag(unpacked(tensors))


CDIST_MODES = ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")


def cdist(x1: Any, x2: Any, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary") -> Any:
    """The p-norms of the differences of all rows of x1 (*, P, M) and of x2 (*, R, M): (*, P, R).

    compute_mode, for p 2: by a product of matrices where there are more than 25 rows ("use_mm_for_euclid_dist_if_necessary"),
    always ("use_mm_for_euclid_dist") or never ("donot_use_mm_for_euclid_dist"), which is the most precise.

    >>> import vibetensor.torch as torch
    >>> torch.cdist(torch.zeros(1, 2), torch.tensor([[3.0, 4.0], [0.0, 1.0]]))
    tensor([[5., 1.]])
    """
    if compute_mode not in CDIST_MODES:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    return ops.cdist(x1, x2, p, CDIST_MODES.index(compute_mode))


def gradient(input: Any, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1) -> tuple[Any, ...]:
    """The slopes of samples along each of `dim` (one or several; all, if None), a tensor of input's shape per dim.

    They are of second order inside, at the edges of `edge_order`, 1 or 2. spacing: the distance of the samples, one per dim
    in a list, or a vector of positions per dim.

    >>> import vibetensor.torch as torch
    >>> torch.gradient(torch.tensor([1.0, 4.0, 9.0, 16.0]))
    (tensor([3., 4., 6., 7.]),)
    """
    dims = [dim] if isinstance(dim, int) else dim
    spacing = 1 if spacing is None else spacing
    if is_tensor(spacing):
        spacing = [spacing]
    if isinstance(spacing, int | float):
        return tuple(ops.gradient(input, spacing=[spacing], dim=dims, edge_order=edge_order))
    return tuple(ops.gradient(input, spacing=list(spacing), dim=dims, edge_order=edge_order))


def unravel_index(indices: Any, shape: Any) -> tuple[Any, ...]:
    """The coordinates, a tensor per dim, of places along the flat line of a tensor of `shape`.

    >>> import vibetensor.torch as torch
    >>> torch.unravel_index(torch.tensor([5, 3]), (2, 3))
    (tensor([1, 1]), tensor([2, 0]))
    """
    if not isinstance(indices, Tensor):
        raise TypeError(f"'indices' must be a tensor, but got {type(indices)}")
    if is_tensor(shape):
        shape = shape.tolist()
    sizes = [shape] if isinstance(shape, int) else list(shape)
    if not all(isinstance(size, int) for size in sizes):
        raise TypeError(f"'shape' sequence must only contain ints, but got {sizes}")
    return tuple(ops.unravel_index(indices, sizes))


def is_neg(input: Any) -> bool:
    """False: negation is computed, never left as a flag on the tensor."""
    return input.is_neg()


def resolve_conj(input: Any) -> Any:
    """`input`, which has no conjugation left to do."""
    return input.resolve_conj()


def resolve_neg(input: Any) -> Any:
    """`input`, which has no negation left to do."""
    return input.resolve_neg()


def get_device(input: Any) -> int:
    """The number of the GPU that `input` is on; -1 on the CPU."""
    return input.get_device()


def tensordot(a: Any, b: Any, dims: Any = 2, out: Any = None) -> Any:
    """Sum of products over `dims`: so many last dims of a and first of b, or (dims of a, dims of b).

    RuntimeError if the sizes along them differ; a size of 1 broadcasts.

    >>> import vibetensor.torch as torch
    >>> torch.tensordot(torch.ones(2, 3, 4), torch.ones(3, 4, 5)).shape
    torch.Size([2, 5])
    """
    if is_tensor(dims):
        dims = dims.tolist() if dims.numel() > 1 else int(dims.item())
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.dim(), b.dim()):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        dims = range(-dims, 0), range(dims)
    dims_a, dims_b = ([d] if isinstance(d, int) else list(d) for d in dims)
    return ops.tensordot(a, b, dims_a, dims_b, out=out)


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def letters(subscripts: Sequence[Any]) -> str:
    """einsum's subscripts 0 to 51 as the letters of an equation."""
    for s in subscripts:
        if s is not Ellipsis and not (isinstance(s, int) and 0 <= s < 52):
            raise ValueError(f"einsum(): expected subscripts in range [0, 52) and Ellipsis, got {s!r}")
    return "".join("..." if s is Ellipsis else LETTERS[s] for s in subscripts)


def einsum(*args: Any) -> Any:
    """The sum of products that an equation describes: `einsum("ij,jk->ik", a, b)`; operands one by one or in a list.

    Operands may also come with a list of subscripts each, and one for the result: `einsum(a, [0, 1], b, [1, 2], [0, 2])`.
    ValueError for subscripts that are none, RuntimeError for an equation that does not fit the operands.

    >>> import vibetensor.torch as torch
    >>> torch.einsum("ij,j->i", torch.ones(2, 3), torch.arange(3.0))
    tensor([3., 3.])
    """
    if len(args) < 2:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, "
            "or at least one operand and its subscripts list"
        )
    if isinstance(args[0], str):
        return ops.einsum(args[0], unpacked(args[1:]))
    operands, *result = (args[:-1:2], letters(args[-1])) if len(args) % 2 else (args[::2],)
    equation = ",".join(letters(own) for own in args[1::2])
    return ops.einsum("->".join([equation, *result]), operands)


def nonzero(input: Any, *, as_tuple: bool = False, out: Any = None) -> Any:
    """The int64 coordinates of the non-zero elements, (n, dims); one vector per dim with `as_tuple`."""
    if not isinstance(as_tuple, bool):
        raise TypeError(f"nonzero(): argument 'as_tuple' must be bool, not {_C.type_name(as_tuple)}")
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
