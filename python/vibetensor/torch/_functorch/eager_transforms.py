"""Derivatives of functions: grad, vjp, jvp and the Jacobians made from them.

Levels and what may leave them: src/autograd/grad_level.h. Forward derivatives come from differentiating the backward
pass, which is linear in what it starts from, once more.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from vibetensor import _C
from vibetensor.torch._functorch.vmap import vmap
from vibetensor.torch.utils import _pytree as pytree

Tensor: Any = _C.Tensor


def debug_unwrap(tensor: Any, *, recurse: bool = True) -> Any:
    """What a tensor inside vmap stands for, all examples along the first dim; recurse: of all levels. Others: as they are."""
    while _C.is_wrapped(tensor):
        tensor = _C.batch_of(tensor)[2]
        if not recurse:
            break
    return tensor


class GradLevel:
    """A level of grad while a function runs in it, and afterwards what its gradients need to know of it."""

    def __init__(self) -> None:
        self.recording = _C.is_grad_enabled()  # outside
        self.id = _C.push_grad()
        self.reaches_below = False
        self.is_open = True

    def close(self) -> None:
        if self.is_open:
            self.is_open = False
            self.reaches_below = _C.pop_transform(self.id)
            _C.set_grad_enabled(self.recording)

    def inputs(self, tensors: Sequence[Any]) -> list[Any]:
        """Tensors that stand for these inside."""
        found = _C.level_inputs(tensors, self.id)
        _C.set_grad_enabled(True)
        return list(found)

    def guard(self, *writable: Any) -> None:
        """From now on writing to a tensor from outside raises RuntimeError, unless it is in one of these trees."""
        _C.guard_captured(self.id, [leaf for leaf in pytree.tree_leaves(writable) if isinstance(leaf, Tensor)])

    def gradients(self, outputs: Sequence[Any], along: Sequence[Any], inputs: Sequence[Any]) -> list[Any]:
        """Zeros where an output does not depend on an input."""
        mode = _C.is_grad_enabled()
        if self.is_open:
            _C.set_grad_enabled(self.recording)
        try:
            found = _C.level_gradients(outputs, along, inputs, self.id, self.reached_below())
        finally:
            _C.set_grad_enabled(mode)
        return [_C.ops.zeros_like(i) if g is None else g for g, i in zip(found, inputs, strict=True)]

    def reached_below(self) -> bool:
        return self.reaches_below or (self.is_open and _C.level_reaches_below(self.id))

    def left(self, tree: Any) -> Any:
        """A tree as seen outside."""
        leaves, spec = pytree.tree_flatten(tree)
        at = [i for i, leaf in enumerate(leaves) if isinstance(leaf, Tensor)]
        recording = self.recording if self.is_open else _C.is_grad_enabled()
        for i, tensor in zip(at, _C.leave_level([leaves[i] for i in at], self.id, recording), strict=True):
            leaves[i] = tensor
        return pytree.tree_unflatten(leaves, spec)


@contextmanager
def grad_level() -> Iterator[GradLevel]:
    level = GradLevel()
    try:
        yield level
    finally:
        level.close()


def name_of(func: Any) -> str:
    return getattr(func, "__name__", None) or repr(func)


def chosen(argnums: Any, args: tuple[Any, ...], where: str) -> tuple[Any, ...] | Any:
    """The arguments to differentiate by: one, or a tuple of them."""

    def checked(n: Any) -> Any:
        if not isinstance(n, int) or isinstance(n, bool):
            raise RuntimeError(f"{where}: argnums must be int or Tuple[int, ...], got {type(n)}")
        if not -len(args) <= n < len(args):
            raise RuntimeError(f"{where}: Got argnum={n}, but only {len(args)} positional inputs")
        return n % len(args)

    if isinstance(argnums, tuple):
        if not argnums:
            raise RuntimeError(f"{where}: argnums must be non-empty")
        numbers = [checked(n) for n in argnums]
        if len(set(numbers)) != len(numbers):
            raise RuntimeError(f"{where}: argnums elements must be unique, got {argnums}")
        return tuple(args[n] for n in numbers)
    return args[checked(argnums)]


def with_chosen(args: tuple[Any, ...], argnums: Any, values: Any) -> tuple[Any, ...]:
    out = list(args)
    for n, value in zip(argnums, values, strict=True) if isinstance(argnums, tuple) else [(argnums, values)]:
        out[n] = value
    return tuple(out)


def check_tensors(leaves: Sequence[Any], where: str) -> None:
    for leaf in leaves:
        if not isinstance(leaf, Tensor):
            raise ValueError(f"{where}: Expected all inputs to be Tensors, got {type(leaf)}")


def split_aux(result: Any, where: str) -> tuple[Any, Any]:
    if not (isinstance(result, tuple) and len(result) == 2):
        raise RuntimeError(
            f"{where}: output of function f should be a tuple: (output, aux) if has_aux is True, got {type(result)}"
        )
    return result


def grad_and_value(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that returns (gradient of func, value of func); with has_aux (gradient, (value, aux)). As grad."""

    @functools.wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        where = f"grad_and_value({name_of(func)})(*args)"
        by = chosen(argnums, args, where)
        leaves, spec = pytree.tree_flatten(by)
        check_tensors(leaves, where)
        with grad_level() as level:
            inputs = level.inputs(leaves)
            level.guard(with_chosen(args, argnums, pytree.tree_unflatten([None] * len(inputs), spec)), kwargs)
            value = func(*with_chosen(args, argnums, pytree.tree_unflatten(inputs, spec)), **kwargs)
            aux = None
            if has_aux:
                value, aux = split_aux(value, where)
            if not isinstance(value, Tensor):
                raise RuntimeError(f"Expected the differentiated function to return a Tensor, got {type(value)}")
            if value.dim() != 0:
                raise RuntimeError(
                    "Expected the differentiated function to return a scalar tensor, got tensor with "
                    f"{value.dim()} dims. Maybe you meant to use the vjp or jacrev APIs instead?"
                )
            gradient = level.left(level.gradients([value], [None], inputs))
            value, aux = level.left((value, aux))
        found = pytree.tree_unflatten(gradient, spec)
        return (found, (value, aux)) if has_aux else (found, value)

    return wrapped


def grad(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that returns the gradient of func, which gives a scalar, by the arguments argnums names.

    argnums: an int, or a tuple for a tuple of gradients; those arguments may be nested containers of tensors. has_aux:
    func returns (value, aux), and aux is returned beside the gradient. RuntimeError if func gives no scalar.

    >>> import vibetensor.torch as torch
    >>> torch.func.grad(torch.func.grad(torch.sin))(torch.tensor(0.0)).item()
    -0.0
    """

    @functools.wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        gradient, value = grad_and_value(func, argnums, has_aux)(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return wrapped


def tensor_leaves(tree: Any, where: str) -> tuple[list[Any], Any]:
    leaves, spec = pytree.tree_flatten(tree)
    for leaf in leaves:
        if not isinstance(leaf, Tensor):
            raise RuntimeError(f"{where}: Expected f to return only tensors, got unsupported type {type(leaf)}")
    if not leaves:
        raise RuntimeError(f"{where}: Expected f to be a function that has non-empty output")
    return leaves, spec


def check_cotangents(cotangents: Any, leaves: Sequence[Any], spec: Any, where: str) -> list[Any]:
    given, structure = pytree.tree_flatten(cotangents)
    if structure != spec:
        raise RuntimeError(
            f"{where}: Expected pytree structure of cotangents to be the same as pytree structure of outputs to the "
            f"function. cotangents: {structure}, primal output: {spec}"
        )
    for one, leaf in zip(given, leaves, strict=True):
        if not isinstance(one, Tensor) or one.shape != leaf.shape:
            raise RuntimeError(f"{where}: expected a cotangent of shape {tuple(leaf.shape)}, got {one}")
    return given


class Pullback:
    """What vjp returns beside the outputs: cotangents of them to cotangents of the inputs."""

    def __init__(
        self, level: GradLevel, outputs: list[Any], spec: Any, inputs: list[Any], input_spec: Any, single: bool
    ):
        self.level, self.outputs, self.spec = level, outputs, spec
        self.inputs, self.input_spec, self.single = inputs, input_spec, single

    def __call__(self, cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        along = check_cotangents(cotangents, self.outputs, self.spec, "vjp")
        found = self.level.left(self.level.gradients(self.outputs, along, self.inputs))
        tree = pytree.tree_unflatten(found, self.input_spec)
        return tree[0] if self.single else tree


def pullback(
    func: Callable[..., Any], primals: tuple[Any, ...], has_aux: bool, where: str, writable: Any = ()
) -> tuple[Any, Pullback, Any]:
    """(outputs, the pullback of all primals as a tuple, aux); func may write to the tensors of `writable`."""
    if not primals:
        raise RuntimeError(f"{where}: Expected at least one primal")
    leaves, spec = pytree.tree_flatten(primals)
    check_tensors(leaves, where)
    with grad_level() as level:
        inputs = level.inputs(leaves)
        level.guard(writable)
        result = func(*pytree.tree_unflatten(inputs, spec))
        aux = None
        if has_aux:
            result, aux = split_aux(result, where)
        outputs, out_spec = tensor_leaves(result, where)
        seen = level.left((result, aux))
    return seen[0], Pullback(level, outputs, out_spec, inputs, spec, single=False), seen[1]


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """(func(*primals), a function from cotangents of that to those of the primals), with has_aux aux as a third.

    One primal: the function returns its cotangent, else a tuple. It may be called more than once.

    >>> import vibetensor.torch as torch
    >>> y, pull = torch.func.vjp(torch.square, torch.tensor([1.0, 2.0]))
    >>> pull(torch.ones(2))[0].tolist()
    [2.0, 4.0]
    """
    result, pull, aux = pullback(func, primals, has_aux, f"vjp(f, *primals) of {name_of(func)}")
    return (result, pull, aux) if has_aux else (result, pull)


def check_tangents(primals: Any, tangents: Any, where: str) -> list[Any]:
    if not isinstance(primals, tuple) or not isinstance(tangents, tuple):
        raise RuntimeError(f"{where}: Expected primals and tangents to be tuples")
    leaves, spec = pytree.tree_flatten(primals)
    along, structure = pytree.tree_flatten(tangents)
    if spec != structure:
        raise RuntimeError(
            f"{where}: Expected primals and tangents to have the same python structure. primals has {spec} and tangents "
            f"has {structure}"
        )
    if not leaves:
        raise RuntimeError(f"{where}: Expected at least one Tensor")
    for primal, tangent in zip(leaves, along, strict=True):
        if not isinstance(primal, Tensor) or not isinstance(tangent, Tensor) or primal.shape != tangent.shape:
            raise RuntimeError(f"{where}: Expected tensors of one shape in primals and tangents")
    return along


def pushed_forward(level: GradLevel, outputs: list[Any], inputs: list[Any], along: list[Any]) -> list[Any]:
    """J t of the outputs: the backward pass, v to J^T v, is linear in v, so its own derivative by v takes t to J t."""
    with grad_level() as second:
        starts = second.inputs([_C.ops.zeros_like(y) for y in outputs])
        mode, level.recording = level.recording, True  # a graph of the first pass is wanted in any case
        try:
            back = level.gradients(outputs, starts, inputs)
        finally:
            level.recording = mode
        return second.gradients(back, along, starts)


def jvp(
    func: Callable[..., Any],
    primals: tuple[Any, ...],
    tangents: tuple[Any, ...],
    *,
    strict: bool = False,
    has_aux: bool = False,
) -> Any:
    """(func(*primals), its derivative along the tangents), with has_aux aux as a third.

    strict: RuntimeError where an output does not depend on the primals, instead of zeros.

    >>> import vibetensor.torch as torch
    >>> torch.func.jvp(torch.square, (torch.tensor(3.0),), (torch.tensor(1.0),))[1].item()
    6.0
    """
    where = f"jvp({name_of(func)}, primals, tangents)"
    along = check_tangents(primals, tangents, where)
    with grad_level() as level:
        leaves, spec = pytree.tree_flatten(primals)
        inputs = level.inputs(leaves)
        level.guard(primals)
        result = func(*pytree.tree_unflatten(inputs, spec))
        aux = None
        if has_aux:
            result, aux = split_aux(result, where)
        outputs, out_spec = tensor_leaves(result, where)
        if strict and not all(y.requires_grad for y in outputs):
            raise RuntimeError(f"{where}: an output does not depend on the primals, which strict=True does not allow")
        forward = level.left(pushed_forward(level, outputs, inputs, along))
        result, aux = level.left((result, aux))
    found = pytree.tree_unflatten(forward, out_spec)
    return (result, found, aux) if has_aux else (result, found)


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """(func(*primals), a function from tangents of the primals to the derivative along them), func being run once.

    >>> import vibetensor.torch as torch
    >>> y, push = torch.func.linearize(torch.sin, torch.zeros(2))
    >>> push(torch.ones(2)).tolist()
    [1.0, 1.0]
    """
    where = f"linearize({name_of(func)}, *primals)"
    result, pull, _ = pullback(func, primals, False, where, writable=primals)

    def push(*tangents: Any) -> Any:
        along = check_tangents(primals, tangents, where)
        forward = pull.level.left(pushed_forward(pull.level, pull.outputs, pull.inputs, along))
        return pytree.tree_unflatten(forward, pull.spec)

    return result, push


def unit_vectors(tensors: Sequence[Any]) -> list[Any]:
    """For each tensor (N, *shape), N the number of elements of all: a unit vector of every one of them."""
    total = sum(t.numel() for t in tensors)
    found, start = [], 0
    for t in tensors:
        block = _C.ops.zeros([total, t.numel()], dtype=t.dtype, device=t.device)
        block.narrow(0, start, t.numel()).fill_diagonal_(1)
        found.append(block.view([total, *t.shape]))
        start += t.numel()
    return found


def rows_of(values: Any, tensors: Sequence[Any], dim: int) -> list[Any]:
    """(..., N, ...) along dim as a list with (..., *shape, ...) for each tensor."""
    parts = values.split([t.numel() for t in tensors], dim)
    return [
        part.reshape([*part.shape[:dim], *t.shape, *part.shape[dim + 1 :]])
        for part, t in zip(parts, tensors, strict=True)
    ]


def chosen_alone(
    func: Callable[..., Any], argnums: Any, args: tuple[Any, ...], where: str
) -> tuple[tuple[Any, ...], Callable[..., Any]]:
    """The arguments that argnums names, as a tuple, and func as a function of them."""
    by = chosen(argnums, args, where)
    primals = by if isinstance(argnums, tuple) else (by,)

    def of_chosen(*values: Any) -> Any:
        return func(*with_chosen(args, argnums, values if isinstance(argnums, tuple) else values[0]))

    return primals, of_chosen


def jacrev(
    func: Callable[..., Any],
    argnums: Any = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Callable[..., Any]:
    """A function that returns the Jacobian of func, a row for each element of its outputs, by backward passes.

    Results (*output shape, *argument shape), nested as outputs of arguments. All rows at once by vmap, or chunk_size of
    them. argnums and has_aux as of grad.

    >>> import vibetensor.torch as torch
    >>> torch.func.jacrev(torch.square)(torch.tensor([1.0, 2.0])).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    @functools.wraps(func)
    def wrapped(*args: Any) -> Any:
        where = f"jacrev({name_of(func)})(*args)"
        primals, of_chosen = chosen_alone(func, argnums, args, where)
        others = tuple(arg for arg in args if not any(arg is primal for primal in primals))
        _, pull, aux = pullback(of_chosen, primals, has_aux, where, writable=others)
        outputs = pull.outputs
        basis = unit_vectors(outputs)

        def row(*cotangents: Any) -> Any:
            return tuple(pull.level.gradients(outputs, cotangents, pull.inputs))

        rows = pull.level.left(vmap(row, chunk_size=chunk_size)(*basis))
        by_input = [rows_of(of_input, outputs, 0) for of_input in rows]
        trees = []
        for i in range(len(outputs)):
            tree = pytree.tree_unflatten([of_outputs[i] for of_outputs in by_input], pull.input_spec)
            trees.append(tree if isinstance(argnums, tuple) else tree[0])
        found = pytree.tree_unflatten(trees, pull.spec)
        return (found, aux) if has_aux else found

    return wrapped


def jacfwd(
    func: Callable[..., Any],
    argnums: Any = 0,
    has_aux: bool = False,
    *,
    chunk_size: int | None = None,
    randomness: str = "error",
) -> Callable[..., Any]:
    """As jacrev, a column for each element of the arguments, by derivatives along unit vectors; func runs once.

    >>> import vibetensor.torch as torch
    >>> torch.func.jacfwd(torch.square)(torch.tensor([1.0, 2.0])).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError("jacfwd: `chunk_size` should be greater than 0.")

    @functools.wraps(func)
    def wrapped(*args: Any) -> Any:
        where = f"jacfwd({name_of(func)})(*args)"
        primals, of_chosen = chosen_alone(func, argnums, args, where)
        _, pull, aux = pullback(of_chosen, primals, has_aux, where, writable=args)
        leaves = pytree.tree_leaves(primals)

        def column(*tangents: Any) -> Any:
            return tuple(pushed_forward(pull.level, pull.outputs, pull.inputs, list(tangents)))

        mapped = vmap(column, randomness=randomness, out_dims=-1, chunk_size=chunk_size)
        columns = pull.level.left(mapped(*unit_vectors(leaves)))
        trees = []
        for of_output in columns:
            tree = pytree.tree_unflatten(rows_of(of_output, leaves, of_output.dim() - 1), pull.input_spec)
            trees.append(tree if isinstance(argnums, tuple) else tree[0])
        found = pytree.tree_unflatten(trees, pull.spec)
        return (found, aux) if has_aux else found

    return wrapped


def hessian(func: Callable[..., Any], argnums: Any = 0) -> Callable[..., Any]:
    """A function that returns the second derivatives of func: jacrev of jacrev.

    PyTorch takes jacfwd of jacrev. A forward derivative costs a second backward pass here, so going back twice is less.

    >>> import vibetensor.torch as torch
    >>> torch.func.hessian(lambda x: x.pow(3).sum())(torch.tensor([1.0, 2.0])).tolist()
    [[6.0, 0.0], [0.0, 12.0]]
    """
    return jacrev(jacrev(func, argnums), argnums)
