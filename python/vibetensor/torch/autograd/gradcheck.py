"""Gradients compared with finite differences."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import enable_grad, no_grad

Tensor: Any = _C.Tensor


class GradcheckError(RuntimeError):
    """A gradient that disagrees with finite differences."""


def tensors_of(value: Any) -> tuple[Any, ...]:
    return (value,) if isinstance(value, Tensor) else tuple(v for v in value if isinstance(v, Tensor))


def differentiable(value: Any) -> tuple[Any, ...]:
    return tuple(t for t in tensors_of(value) if t.requires_grad)


def flat_gradient(outputs: Any, index: int, at: int, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """d outputs[index][at] / d input for every input."""
    from vibetensor.torch.autograd import grad

    output = outputs[index]
    seed = _C.ops.zeros(output.numel(), dtype=output.dtype, device=output.device)
    seed[at] = 1
    return grad((output,), inputs, (seed.view(output.shape),), retain_graph=True, allow_unused=True)


def analytical_jacobians(outputs: tuple[Any, ...], inputs: tuple[Any, ...]) -> list[list[list[list[float]]]]:
    """[input][output] -> rows of the Jacobian, one row for every element of the output."""
    table: list[list[list[list[float]]]] = [[[] for _ in outputs] for _ in inputs]
    for o, output in enumerate(outputs):
        for at in range(output.numel()):
            for i, (input, g) in enumerate(zip(inputs, flat_gradient(outputs, o, at, inputs), strict=True)):
                row = [0.0] * input.numel() if g is None else g.detach().reshape(-1).tolist()
                table[i][o].append(row)
    return table


def numerical_jacobians(
    call: Callable[[], tuple[Any, ...]], inputs: tuple[Any, ...], eps: float
) -> list[list[list[list[float]]]]:
    """The same table by central differences; perturbs the inputs in place and puts them back."""
    table = []
    for input in inputs:
        columns: list[list[list[float]]] = []  # [element of input][output][element of output]
        flat = input.detach().view(-1) if input.is_contiguous() else None
        for at in range(input.numel()):
            where: Any = at
            target = flat
            if target is None:
                target, where = input.detach(), unravel(at, tuple(input.shape))
            value = target[where].item()
            target[where] = value + eps
            high = [o.detach().clone().reshape(-1) for o in call()]
            target[where] = value - eps
            low = [o.detach().clone().reshape(-1) for o in call()]
            target[where] = value
            columns.append([((h - lo) / (2 * eps)).tolist() for h, lo in zip(high, low, strict=True)])
        count = len(columns[0]) if columns else len(call())
        table.append([[list(row) for row in zip(*(c[o] for c in columns), strict=True)] for o in range(count)])
    return table


def unravel(index: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    place: list[int] = []
    for size in reversed(shape):
        place.append(index % size)
        index //= size
    return tuple(reversed(place))


def worst_mismatch(
    analytical: list[list[float]], numerical: list[list[float]], atol: float, rtol: float
) -> tuple[int, int, float, float] | None:
    """(output element, input element, analytical, numerical) of the first entry out of tolerance."""
    for r, (a_row, n_row) in enumerate(zip(analytical, numerical, strict=True)):
        for c, (a, n) in enumerate(zip(a_row, n_row, strict=True)):
            if not abs(a - n) <= atol + rtol * abs(n):  # NaN on either side is a mismatch
                return r, c, a, n
    return None


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    **unsupported: Any,
) -> bool:
    """True if backward through `func` agrees with central finite differences at `inputs`.

    `inputs`: a tensor or a tuple of arguments; those that require grad may not share memory, and below float64, which is
    warned of, differences have few digits. An entry is right if |analytical - numerical| <= atol + rtol * |numerical|. A
    mismatch raises GradcheckError, or returns False with raise_exception=False; so does a second backward whose
    gradients differ from the first's by more than `nondet_tol`.

    >>> import vibetensor.torch as torch
    >>> x = torch.rand(3, dtype=torch.float64, requires_grad=True)
    >>> torch.autograd.gradcheck(lambda x: x.sin() * x, (x,))
    True
    """
    for name, value in unsupported.items():
        if value not in (False, None):
            raise NotImplementedError(f"gradcheck: {name} is not there yet")
    try:
        _check(func, inputs, eps, atol, rtol, nondet_tol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def _check(func: Callable[..., Any], inputs: Any, eps: float, atol: float, rtol: float, nondet_tol: float) -> None:
    args = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    wanted = differentiable(args)
    if not wanted:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, "
            "but none of the them have requires_grad=True."
        )
    for index, tensor in enumerate(args):
        if not (isinstance(tensor, Tensor) and tensor.requires_grad):
            continue
        if tensor.dtype.is_complex:
            raise NotImplementedError("gradcheck: complex inputs are not there yet")
        if tensor.dtype != _C.float64:
            warnings.warn(
                f"Input #{index} requires gradient and is not a double precision floating point or complex. This check "
                "will likely fail if all the inputs are not of double precision floating point or complex. ",
                stacklevel=3,
            )
        if not tensor.is_leaf:
            tensor.retain_grad()

    def call() -> tuple[Any, ...]:
        with no_grad():
            return tuple(t for t in tensors_of(func(*args)) if t.dtype.is_floating_point)

    with enable_grad():
        outputs = tuple(t for t in tensors_of(func(*args)) if t.dtype.is_floating_point)
    recorded = [i for i, t in enumerate(outputs) if t.requires_grad]
    if not recorded:
        raise ValueError("gradcheck: no output of the function requires gradient")
    outputs = tuple(outputs[i] for i in recorded)
    analytical = analytical_jacobians(outputs, wanted)
    again = analytical_jacobians(outputs, wanted)
    numerical = numerical_jacobians(lambda: tuple(t for i, t in enumerate(call()) if i in recorded), wanted, eps)
    for i in range(len(wanted)):
        for o in range(len(outputs)):
            if worst_mismatch(analytical[i][o], again[i][o], nondet_tol, 0.0) is not None:
                raise GradcheckError(f"Backward is not reentrant: two gradients of output {o} for input {i} differ")
            bad = worst_mismatch(analytical[i][o], numerical[i][o], atol, rtol)
            if bad is not None:
                row, column, a, n = bad
                raise GradcheckError(
                    f"Jacobian mismatch for output {o} with respect to input {i}, at element {row} of the output and "
                    f"{column} of the input:\nnumerical: {n}\nanalytical: {a}\n"
                )


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Sequence[Any] | None = None,
    *,
    gen_non_contig_grad_outputs: bool = False,
    **options: Any,
) -> bool:
    """True if the gradients of `func` are themselves differentiated rightly; options as for gradcheck.

    `grad_outputs`: where the second derivative is taken; drawn from the normal distribution if not given.
    """
    from vibetensor.torch.autograd import grad

    if gen_non_contig_grad_outputs:
        raise NotImplementedError("gradgradcheck: gen_non_contig_grad_outputs is not there yet")
    args = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    with enable_grad():
        outputs = differentiable(func(*args))
    if grad_outputs is None:
        grads = tuple(_C.ops.randn(tuple(o.shape), dtype=o.dtype, device=o.device).requires_grad_() for o in outputs)
    else:
        grads = (grad_outputs,) if isinstance(grad_outputs, Tensor) else tuple(grad_outputs)

    def first_gradients(*both: Any) -> tuple[Any, ...]:
        own, seeds = both[: -len(grads)], both[-len(grads) :]
        with enable_grad():
            wanted = differentiable(own)
            results = grad(differentiable(func(*own)), wanted, seeds, create_graph=True, allow_unused=True)
        return tuple(r for r in results if r is not None)

    return gradcheck(first_gradients, args + grads, **options)
