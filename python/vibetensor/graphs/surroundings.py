"""What a step depends on beside its arguments, so that a graph is used only where it would do the same.

Watched are the modules, optimizers and scalers that a run used (their tensors, modes and hyperparameters), the numbers,
texts and tensors among the function's own variables, and the modes of the thread. A Python value that is hidden deeper, in
a list or in an object of another kind, is not seen: a graph keeps what it was at the capture.
"""

from __future__ import annotations

import functools
from array import array
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType, MethodType
from typing import Any

from vibetensor import _C
from vibetensor.graphs.inputs import PLAIN, plain_key

Tensor: Any = _C.Tensor

Key = tuple[Any, ...]
PARTS = (
    "a mode of torch (grad, autocast, default dtype or device, how float32 products are computed)",
    "a variable",
    "train or eval of a module",
    "a parameter or buffer",
    "a hyperparameter",
    "the state of an optimizer or scaler",
    "which parameters have a gradient",
)
EXACT = (int, bool, str, type(None))  # equal values of one of these types are the same to any code
NUMBERS = (*EXACT, float)
IGNORED_OPTIONS = ("params", "param_names", "initial_lr")


def modes() -> Hashable:
    return (
        _C.is_grad_enabled(),
        _C.is_inference_mode_enabled(),
        _C.is_autocast_enabled("cuda") and _C.get_autocast_dtype("cuda"),
        _C.is_autocast_enabled("cpu") and _C.get_autocast_dtype("cpu"),
        _C.cuda_fp32_precision(),
        _C.get_default_dtype(),
        _C.cuda_is_available() and _C.cuda_current_device(),
    )


def names_read(code: CodeType) -> set[str]:
    """Names of globals and attributes that a function and those written inside it use."""
    inner = [names_read(c) for c in code.co_consts if isinstance(c, CodeType)]
    return set(code.co_names).union(*inner)


class Variables:
    """The cells, globals, bound object and fixed arguments that a function reads by name."""

    def __init__(self, fn: Any):
        self.cells: list[tuple[str, Any]] = []
        self.globals: list[tuple[str, dict[str, Any]]] = []
        self.owners: list[Any] = []
        self.seen: set[int] = set()
        self.visit(fn)

    def visit(self, fn: Any) -> None:
        if id(fn) in self.seen:
            return
        self.seen.add(id(fn))
        if isinstance(fn, functools.partial):
            self.visit(fn.func)
            self.owners.append({f"argument {k}": v for k, v in [*enumerate(fn.args), *fn.keywords.items()]})
        elif isinstance(fn, MethodType):
            self.watch_object(fn.__self__)
            self.visit(fn.__func__)
        elif isinstance(fn, FunctionType):
            self.visit_function(fn)
        elif hasattr(fn, "__dict__") and not isinstance(fn, type):
            self.watch_object(fn)
            self.visit(type(fn).__call__)

    def watch_object(self, owner: Any) -> None:
        self.owners.append({"self": owner})
        self.owners.append(getattr(owner, "__dict__", {}))

    def visit_function(self, fn: FunctionType) -> None:
        if fn.__module__ is not None and fn.__module__.split(".")[0] == "vibetensor":
            return
        if hasattr(fn, "__wrapped__"):
            self.visit(fn.__wrapped__)
        names = names_read(fn.__code__)
        self.cells += zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True)
        self.globals += [(name, fn.__globals__) for name in sorted(names) if name in fn.__globals__]
        defaults = [*(fn.__defaults__ or ()), *(fn.__kwdefaults__ or {}).values()]
        self.owners.append({f"default {i}": value for i, value in enumerate(defaults)})
        for _, value in list(self):
            if isinstance(value, FunctionType | MethodType | functools.partial):
                self.visit(value)

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Yields names and present values."""
        for name, cell in self.cells:
            try:
                yield name, cell.cell_contents
            except ValueError:  # not assigned yet
                yield name, None
        for name, table in self.globals:
            yield name, table.get(name)
        for owner in self.owners:
            yield from owner.items()


class Surroundings:
    """Of one function; `observe` learns what it uses."""

    def __init__(self, fn: Any):
        self.variables = Variables(fn)
        self.modules: list[Any] = []
        self.optimizers: list[Any] = []
        self.scalers: list[Any] = []
        self.tree: list[Any] = []  # the modules with all of theirs
        self.attributes: list[dict[str, Any]] = []  # theirs
        self.nest: list[Any] = []  # the tensors and modules that they hold
        self.known: set[int] = set()

    # ---- learning

    @contextmanager
    def observe(self) -> Iterator[None]:
        """While the function runs: note the modules and optimizers that it calls."""
        from vibetensor.torch.nn.modules import _module_hooks
        from vibetensor.torch.optim import optimizer

        for _, value in self.variables:
            self.note(value)
        _module_hooks.call_observer = optimizer.step_observer = self.note
        try:
            yield
        finally:
            _module_hooks.call_observer = optimizer.step_observer = None
            self.tree = list({id(m): m for top in self.modules for m in top.modules()}.values())
            self.attributes = [m.__dict__ for m in self.tree]
            self.nest = [[m._parameters, m._buffers, m._modules] for m in self.tree]

    def note(self, value: Any) -> None:
        if id(value) in self.known:
            return
        from vibetensor.torch.amp import GradScaler
        from vibetensor.torch.nn import Module
        from vibetensor.torch.optim import Optimizer

        for kind, known in ((Module, self.modules), (Optimizer, self.optimizers), (GradScaler, self.scalers)):
            if isinstance(value, kind):
                self.known.add(id(value))
                known.append(value)
                if isinstance(value, Module):
                    self.known.update(id(m) for m in value.modules())

    # ---- keys

    def key(self) -> tuple[Key, bytes]:
        """What tells one graph of this function from another, in PARTS; and which gradients there are."""
        memory, has, gradients = _C.tensor_state(self.nest)
        state, has_too, more = _C.tensor_state([*self.optimizer_nest(), *(vars(s) for s in self.scalers)])
        training = tuple([attributes["training"] for attributes in self.attributes])
        key = (modes(), self.variables_key(), training, memory, self.options_key(), state, has + has_too)
        return key, gradients + more

    def memory(self) -> bytes:
        """Which parameters, buffers and modules there are."""
        return _C.tensor_state(self.nest)[0]

    def optimizer_nest(self) -> list[Any]:
        return [[o.state, [group["params"] for group in o.param_groups]] for o in self.optimizers]

    def variables_key(self) -> Hashable:
        found: list[Hashable] = []
        for name, value in self.variables:
            if type(value) in EXACT:
                found.append((name, type(value), value))
            elif is_watched(type(value)):  # type: ignore[arg-type]  # a type is hashable, whatever its objects are
                if isinstance(value, Tensor):
                    # values on the CPU reach kernels as numbers
                    found.append((name, id(value), value.data_ptr(), value.is_cuda or value._version))
                else:
                    found.append((name, plain_key(value)))
        return tuple(found)

    def options_key(self) -> Hashable:
        found: list[Hashable] = []
        for o in self.optimizers:
            for group in o.param_groups:
                for name, value in group.items():
                    if name in IGNORED_OPTIONS or (name == "lr" and takes_rate(o, value)):
                        continue
                    found.append((name, value if type(value) in NUMBERS else option_key(value)))
        return tuple(found)

    # ---- what a run may not change

    def parameters(self) -> list[Any]:
        """Every tensor that may hold a gradient."""
        found = {id(p): p for m in self.tree for p in m._parameters.values() if p is not None}
        for o in self.optimizers:
            found.update((id(p), p) for group in o.param_groups for p in group["params"])
        return list(found.values())

    def tensors(self) -> list[Any]:
        """Every parameter, buffer and tensor of an optimizer's state."""
        found = {id(t): t for m in self.tree for r in (m._parameters, m._buffers) for t in r.values() if t is not None}
        for o in self.optimizers:
            states = [v for state in o.state.values() for v in state.values()]
            params = [p for group in o.param_groups for p in group["params"]]
            found.update((id(t), t) for t in [*params, *states] if isinstance(t, Tensor))
        return list(found.values())

    def replaced(self, before: bytes) -> str | None:
        """The name of a parameter or buffer that is another one than at `before` (of `memory`), if any is."""
        a, b = array("Q", before), array("Q", self.memory())
        if len(a) != len(b):
            return "a parameter, buffer or module"
        at = 0
        for m in self.tree:
            for registry in (m._parameters, m._buffers):
                for name, tensor in registry.items():
                    width = 1 if tensor is None else 3
                    if a[at : at + min(width, 2)] != b[at : at + min(width, 2)]:
                        return f"{type(m).__name__}.{name}"
                    at += width
            at += len(m._modules)
        return None

    def names(self) -> dict[int, str]:
        """Names of storages, for messages."""
        found: dict[int, str] = {}
        for top in self.modules:
            for name, tensor in [*top.named_parameters(), *top.named_buffers()]:
                found.setdefault(tensor._storage_key(), name)
        for o in self.optimizers:
            for p, state in o.state.items():
                owner = found.get(p._storage_key(), "a parameter") if isinstance(p, Tensor) else str(p)
                for name, value in state.items():
                    if isinstance(value, Tensor):
                        found.setdefault(value._storage_key(), f"{name} of {owner}")
        return found


@functools.cache
def is_watched(kind: type) -> bool:
    """Whether variables of the type count by themselves, by value or, tensors, by identity."""
    return issubclass(kind, (Tensor, float, *PLAIN))


def takes_rate(optimizer: Any, lr: Any) -> bool:
    """Whether the optimizer may be given its learning rate as a tensor that is filled before each replay."""
    return isinstance(lr, float | int) and getattr(optimizer, "_vt_takes_tensor_lr", False)


def option_key(value: Any) -> Hashable:
    if isinstance(value, Tensor):
        return id(value), value.data_ptr()
    if isinstance(value, tuple | list):
        return tuple(option_key(v) for v in value)
    return plain_key(value) or id(value)


def difference(before: Key, now: Key) -> str:
    """Which of PARTS differs, with the variable's or hyperparameter's name."""
    for part, a, b in zip(PARTS, before, now, strict=True):
        if a == b:
            continue
        if isinstance(a, tuple) and isinstance(b, tuple) and part in ("a variable", "a hyperparameter"):
            for x, y in zip(a, b, strict=False):
                if x != y and isinstance(y, tuple):
                    return f"{part}, {y[0]},"
        return part
    return "nothing that is watched"
