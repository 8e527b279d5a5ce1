"""What optimizers share whose step is arithmetic on lists of tensors.

Note [Optimizers over lists]
A subclass of ListOptimizer says which state a parameter has (`_vt_fresh`), which of it the formula reads (`_vt_lists`, tensors
as large as the parameter; `_vt_numbers`, counters without dimensions) and gives the formula (`_vt_update`), written once for
lists of tensors in the `_foreach` ops. Everything else is here: which parameters form a list, step counts, maximize,
weight decay, complex parameters as pairs of reals, a step that is part of a CUDA graph, one that is differentiated.

A list holds parameters of one device and dtype whose counters agree, so that the formula computes with Python numbers,
as PyTorch does. With `foreach=False` each list has one parameter. With `capturable` too, and there the counters are
tensors on the parameter's device and stay tensors in the formula, which a captured graph replays. With
`differentiable` autograd records the formula; the state is copied before it is written to, so that what earlier steps
recorded stays valid.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import set_grad_enabled
from vibetensor.torch.optim.optimizer import Optimizer, increment

Tensor: Any = _C.Tensor

# Options that came to PyTorch's optimizers one by one: what they are in a state dict from before.
LATER_OPTIONS = {
    "foreach": None,
    "fused": None,
    "maximize": False,
    "capturable": False,
    "differentiable": False,
    "decoupled_weight_decay": False,
}


class Batch:
    """A list of parameters to update together: `params`, `grads`, `lr`; by name a list of state, or a counter as what
    the formula computes with."""

    def __init__(self, lr: Any, numbers: dict[str, Any]):
        self.lr, self.numbers = lr, numbers
        self.params: Any = []
        self.grads: Any = []
        self.states: list[dict[str, Any]] = []
        self.lists: dict[str, Sequence[Any]] = {}

    def gather(self, names: tuple[str, ...]) -> None:
        """Returns None; lists the state under `names`, and everything complex as pairs of reals."""
        self.lists = {name: [state[name] for state in self.states] for name in names}
        if self.params[0].dtype.is_complex:
            self.params, self.grads = as_reals(self.params), as_reals(self.grads)
            self.lists = {name: as_reals(tensors) for name, tensors in self.lists.items()}

    def __getitem__(self, name: str) -> Any:
        return self.numbers[name] if name in self.numbers else self.lists[name]

    def counters(self, name: str) -> Sequence[Any]:
        """The tensors of a counter, one of each parameter, all of one value."""
        return [state[name] for state in self.states]


class ListOptimizer(Optimizer):
    """Base of optimizers over lists; see Note [Optimizers over lists]. State of all: step, without dimensions."""

    _vt_numbers: tuple[str, ...] = ()

    def _vt_lists(self, group: dict[str, Any]) -> tuple[str, ...]:
        """Names of the state tensors that the formula gets as lists."""
        raise NotImplementedError

    def _vt_fresh(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        """The state of a parameter before its first step, without `step`."""
        return {name: blank_like(p) for name in self._vt_lists(group)}

    def _vt_update(self, group: dict[str, Any], batch: Batch) -> None:
        """The formula: writes the parameters and the state of the batch."""
        raise NotImplementedError

    def _vt_apply(self, group: dict[str, Any], batch: Batch) -> None:
        """A step of the batch: what comes before every formula, then the formula."""
        if group.get("maximize"):
            batch.grads = _C.ops._foreach_neg(batch.grads)
        self._vt_decay(group, batch)
        self._vt_update(group, batch)

    def _vt_update_sparse(self, group: dict[str, Any], p: Any) -> None:
        """A step of a parameter whose gradient is sparse. RuntimeError where PyTorch's optimizer takes none either."""
        raise RuntimeError(f"{type(self).__name__} does not support sparse gradients{self._vt_sparse_advice}")

    _vt_sparse_advice = ""

    def _vt_dense_ones(self, group: dict[str, Any]) -> list[tuple[Any, Any]]:
        """The parameters that have a gradient, with it, after a step of those whose gradient is sparse."""
        given = [(p, grad) for p in group["params"] if (grad := p.grad) is not None]
        sparse = [p for p, grad in given if grad.is_sparse]
        if not sparse:
            return given
        for p in sparse:
            self._vt_update_sparse(group, p)
        return [(p, grad) for p, grad in given if not grad.is_sparse]

    def _vt_apart(self, group: dict[str, Any]) -> bool:
        """Whether each parameter is a list of its own."""
        return group.get("capturable") or group.get("differentiable") or group.get("foreach") is False

    def _vt_counted(self, p: Any, group: dict[str, Any], state: dict[str, Any]) -> tuple[Any, ...]:
        """The values of `_vt_numbers`, alike for the parameters of a list."""
        return tuple([self._vt_number(group, state[name]) for name in self._vt_numbers])

    def _vt_counter(self, p: Any, group: dict[str, Any], value: Any = 0.0) -> Any:
        """A new tensor without dimensions, where the formula reads it: on the host unless a graph has to."""
        dtype = _C.float64 if _C.get_default_dtype() == _C.float64 else _C.float32
        return _C.ops.full((), float(value), dtype=dtype, device=p.device if group.get("capturable") else "cpu")

    def _vt_state_of(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        state: dict[str, Any] = self.state[p]
        if not state:
            state["step"] = self._vt_counter(p, group)
            state.update(self._vt_fresh(p, group))
        return state

    @property
    def _vt_takes_tensor_lr(self) -> bool:
        return all(group.get("capturable", False) for group in self.param_groups)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """The closure's loss, or None; updates every parameter that has a gradient."""
        self._vt_check_capture()
        loss = self._vt_evaluate(closure)
        with set_grad_enabled(self.defaults.get("differentiable", False)):
            for group in self.param_groups:
                for batch in self._vt_batches(group):
                    self._vt_apply(group, batch)
        return loss

    def _vt_check_capture(self) -> None:
        if _C.cuda_is_current_stream_capturing() and not self._vt_takes_tensor_lr:
            raise RuntimeError(
                f"{type(self).__name__}.step() cannot be part of a CUDA graph: it computes with numbers of the host, "
                "which would stay what they were at the capture; set capturable=True in all groups where the "
                "optimizer has it"
            )

    def _vt_batches(self, group: dict[str, Any]) -> list[Batch]:
        """The lists of a group's parameters that have a gradient; counts the step."""
        names, lr = self._vt_lists(group), self._vt_rate(group)
        apart, differentiable = self._vt_apart(group), group.get("differentiable")
        ready = [(p, grad, self._vt_state_of(p, group)) for p, grad in self._vt_dense_ones(group)]
        steps = [state["step"] for _, _, state in ready if "step" in state]
        if steps:
            increment(steps)
        batches: dict[Any, Batch] = {}
        for p, grad, state in ready:
            numbers = self._vt_counted(p, group, state)
            kind = id(p) if apart else (p.device, p.dtype, numbers)
            batch = batches.get(kind)
            if batch is None:
                batch = batches[kind] = Batch(lr, dict(zip(self._vt_numbers, numbers, strict=True)))
            if differentiable:
                for name in names:
                    state[name] = state[name].clone()
            batch.params.append(p)
            batch.grads.append(grad)
            batch.states.append(state)
        for batch in batches.values():
            batch.gather(names)
        return list(batches.values())

    def _vt_number(self, group: dict[str, Any], counter: Any) -> Any:
        return counter if group.get("capturable") else counter.item()

    def _vt_rate(self, group: dict[str, Any]) -> Any:
        lr = group["lr"]
        # a kernel that takes a tensor reads it on its device
        reads_tensor = self._vt_takes_tensor_lr or group.get("capturable") or group.get("differentiable")
        return lr if reads_tensor or not isinstance(lr, Tensor) else lr.item()

    def _vt_decay(self, group: dict[str, Any], batch: Batch) -> None:
        """Weight decay as part of the gradient, or apart from it where the group says so."""
        decay = group.get("weight_decay", 0)
        if decay == 0:
            return
        if group.get("decoupled_weight_decay"):
            scale_all(batch.params, 1 - batch.lr * decay)
        else:
            batch.grads = _C.ops._foreach_add(batch.grads, batch.params, alpha=decay)

    # ---- state dict

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            for name, value in LATER_OPTIONS.items():
                if name in self.defaults:
                    group.setdefault(name, value)
            for p in group["params"]:
                own = self.state.get(p) or {}
                for name in ("step", *self._vt_numbers):
                    if name in own and not isinstance(own[name], Tensor):
                        own[name] = self._vt_counter(p, group, own[name])

    def _vt_place_counter(self, group: dict[str, Any], param: Any, value: Any) -> Any:
        if group.get("capturable"):
            return value.to(device=param.device, dtype=_C.float32, copy=True)
        return value.to(device="cpu", copy=True)

    def _vt_is_counter(self, name: Any) -> bool:
        return name == "step" or name in self._vt_numbers


def with_values(grad: Any, values: Any) -> Any:
    """A coalesced sparse gradient with other values at the same rows."""
    return _C.ops._sparse_coo(grad.indices(), values, grad.shape, True)


def as_reals(tensors: Sequence[Any]) -> Sequence[Any]:
    return [_C.ops.view_as_real(t) if t.dtype.is_complex else t for t in tensors]


def blank_like(p: Any) -> Any:
    """Zeros of the parameter's shape, dtype and layout."""
    return _C.ops.zeros_like(p).detach()


def scale_all(tensors: Sequence[Any], factor: Any) -> None:
    """Multiply in place by a number or a tensor without dimensions."""
    if isinstance(factor, Tensor):
        for t in tensors:
            t.mul_(factor)
    else:
        _C.ops._foreach_mul_(tensors, factor)


def divided(tensors: Sequence[Any], divisor: Any) -> Sequence[Any]:
    """Each tensor over a number or a tensor without dimensions."""
    if isinstance(divisor, Tensor):
        return [t / divisor for t in tensors]
    return _C.ops._foreach_div(tensors, divisor)


def scaled(tensors: Sequence[Any], factor: Any) -> Sequence[Any]:
    """Each tensor times a number or a tensor without dimensions."""
    if isinstance(factor, Tensor):
        return [t * factor for t in tensors]
    return _C.ops._foreach_mul(tensors, factor)


def add_scaled(params: Sequence[Any], terms: Sequence[Any], factor: Any) -> None:
    """params += factor * terms."""
    if isinstance(factor, Tensor):
        terms, factor = scaled(terms, factor), 1
    _C.ops._foreach_add_(params, terms, alpha=factor)


def add_quotients(params: Sequence[Any], numerators: Sequence[Any], denominators: Sequence[Any], factor: Any) -> None:
    """params += factor * numerators / denominators."""
    if isinstance(factor, Tensor):
        numerators, factor = scaled(numerators, factor), 1
    _C.ops._foreach_addcdiv_(params, numerators, denominators, factor)


def decay_towards(averages: Sequence[Any], values: Sequence[Any], beta: float) -> None:
    """averages = beta * averages + (1 - beta) * values."""
    _C.ops._foreach_lerp_(averages, values, 1 - beta)


def decay_towards_squares(averages: Sequence[Any], values: Sequence[Any], beta: float) -> None:
    """averages = beta * averages + (1 - beta) * values * values."""
    _C.ops._foreach_mul_(averages, beta)
    _C.ops._foreach_addcmul_(averages, values, values, 1 - beta)


def roots(tensors: Sequence[Any], eps: float) -> Sequence[Any]:
    """sqrt(tensors) + eps."""
    return _C.ops._foreach_add(_C.ops._foreach_sqrt(tensors), eps)


LABELS = {"lr": "learning rate", "eps": "epsilon value"}


def check_not_negative(**options: Any) -> None:
    """ValueError for an option below 0 (NaN too), or a tensor of a learning rate with more than one element."""
    for name, value in options.items():
        if isinstance(value, Tensor) and value.numel() != 1:
            raise ValueError(f"Tensor {name} must be 1-element")
        if not value >= 0.0:
            raise ValueError(f"Invalid {LABELS.get(name, name + ' value')}: {value}")


def check_betas(betas: Any) -> None:
    """ValueError for a decay rate outside [0, 1)."""
    for i, beta in enumerate(betas):
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
