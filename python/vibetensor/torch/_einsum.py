"""einsum: parsing of the equation, and its evaluation by pairwise batched matrix products."""

from __future__ import annotations

from typing import Any

from vibetensor import _C

ops = _C.ops
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def spelled_out(subscripts: str, ndim: int, position: int) -> list[str]:
    """The labels of one operand's dimensions; those under "..." are numbered from the right: "-1", "-2"."""
    if subscripts.count("...") > 1 or subscripts.replace("...", "").count("."):
        raise ValueError(f"einsum(): found '.' for operand {position} that is not part of any ellipsis")
    letters = subscripts.replace("...", "")
    for letter in letters:
        if letter not in LETTERS:
            raise ValueError(f"einsum(): invalid subscript given at operand {position}: {letter!r} is not a letter")
    if "..." not in subscripts:
        if len(letters) != ndim:
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({len(letters)}) does not match the number of "
                f"dimensions ({ndim}) for operand {position}"
            )
        return list(letters)
    hidden = ndim - len(letters)
    if hidden < 0:
        raise RuntimeError(
            f"einsum(): the number of subscripts in the equation ({len(letters)}) is more than the number of "
            f"dimensions ({ndim}) for operand {position}"
        )
    before, _, after = subscripts.partition("...")
    return [*before, *(str(i) for i in range(-hidden, 0)), *after]


def parse(equation: str, operands: list[Any]) -> tuple[list[list[str]], list[str]]:
    """(labels of each operand, labels of the result)."""
    left, arrow, right = equation.partition("->")
    parts = left.split(",")
    if len(parts) != len(operands):
        raise ValueError(f"einsum(): expected {len(parts)} operands as in the equation, got {len(operands)}")
    labels = [spelled_out(part, t.dim(), i) for i, (part, t) in enumerate(zip(parts, operands, strict=True))]
    hidden = max((sum(1 for x in own if x not in LETTERS) for own in labels), default=0)
    ellipsis = [str(i) for i in range(-hidden, 0)]
    used = [x for own in labels for x in own if x in LETTERS]
    if not arrow:
        return labels, ellipsis + sorted(x for x in set(used) if used.count(x) == 1)
    before, dots, after = right.partition("...")
    result = [*before, *(ellipsis if dots else []), *after]
    for x in [*before, *after]:
        if x not in used:
            raise RuntimeError(f"einsum(): output subscript {x} does not appear in the equation for any input operand")
        if result.count(x) > 1:
            raise RuntimeError(f"einsum(): output subscript {x} appears more than once in the output")
    return labels, result


def without_repeats(tensor: Any, labels: list[str]) -> tuple[Any, list[str]]:
    """The diagonal over dimensions that carry the same label."""
    for label in [x for x in labels if labels.count(x) > 1]:
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            if tensor.size(first) != tensor.size(second):
                raise RuntimeError(
                    f"einsum(): subscript {label} is repeated for dimensions of sizes "
                    f"{tensor.size(first)} and {tensor.size(second)}"
                )
            tensor = tensor.diagonal(0, first, second)
            labels = [x for i, x in enumerate(labels) if i not in (first, second)] + [label]
    return tensor, labels


def arranged(tensor: Any, labels: list[str], order: list[str]) -> Any:
    """A view with a dimension for every label of `order`, of size 1 where the tensor lacks it."""
    tensor = tensor.permute([labels.index(x) for x in order if x in labels])
    for i, x in enumerate(order):
        if x not in labels:
            tensor = tensor.unsqueeze(i)
    return tensor


def summed(tensor: Any, labels: list[str], keep: set[str]) -> tuple[Any, list[str]]:
    drop = [i for i, x in enumerate(labels) if x not in keep]
    return (tensor.sum(drop), [x for x in labels if x in keep]) if drop else (tensor, labels)


def product(a: Any, la: list[str], b: Any, lb: list[str], keep: set[str]) -> tuple[Any, list[str]]:
    """One product of two operands, summed over what is not in `keep`, as a batched matrix product."""
    a, la = summed(a, la, keep | set(lb))
    b, lb = summed(b, lb, keep | set(la))
    shared = [x for x in la if x in lb]
    batch = [x for x in shared if x in keep]
    inner = [x for x in shared if x not in keep]
    rows, columns = [x for x in la if x not in lb], [x for x in lb if x not in la]
    if not inner:
        order = batch + rows + columns
        return arranged(a, la, order) * arranged(b, lb, order), order
    for x in inner + batch:
        # a size of 1 stands for any size
        size = max(a.size(la.index(x)), b.size(lb.index(x)))
        a = a.expand([size if y == x else -1 for y in la])
        b = b.expand([size if y == x else -1 for y in lb])
    left, right = arranged(a, la, batch + rows + inner), arranged(b, lb, batch + inner + columns)
    nb, nr, ni = len(batch), len(rows), len(inner)
    shape = [*left.shape[: nb + nr], *right.shape[nb + ni :]]

    def count(sizes: Any) -> int:
        n = 1
        for size in sizes:
            n *= size
        return n

    n_batch, n_rows = count(left.shape[:nb]), count(left.shape[nb : nb + nr])
    n_inner, n_columns = count(left.shape[nb + nr :]), count(right.shape[nb + ni :])
    result = ops.bmm(left.reshape(n_batch, n_rows, n_inner), right.reshape(n_batch, n_inner, n_columns))
    return result.reshape(shape), batch + rows + columns


def contract(equation: str, operands: list[Any]) -> Any:
    labels, result = parse(equation, operands)
    sizes: dict[str, int] = {}
    pending = []
    for tensor, own in zip(operands, labels, strict=True):
        tensor, own = without_repeats(tensor, own)
        for x, size in zip(own, tensor.shape, strict=True):
            if sizes.get(x, 1) != 1 and size not in (1, sizes[x]):
                raise RuntimeError(
                    f"einsum(): operands do not broadcast: subscript {x} has the sizes {sizes[x]} and {size}"
                )
            sizes[x] = max(size, sizes.get(x, 1)) if size else 0
        pending.append((tensor, own))
    current, own = pending[0]
    for i, (other, theirs) in enumerate(pending[1:], start=1):
        keep = set(result).union(*(later for _, later in pending[i + 1 :]))
        current, own = product(current, own, other, theirs, keep)
    current, own = summed(current, own, set(result))
    return current.permute([own.index(x) for x in result])
