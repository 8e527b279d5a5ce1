"""L-BFGS with a line search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.optim.optimizer import Optimizer

Tensor: Any = _C.Tensor

SUFFICIENT_DECREASE = 1e-4  # of the first Wolfe condition
CURVATURE = 0.9  # of the second
LEAST_CURVATURE = 1e-10  # of a pair of changes that is remembered


class LBFGS(Optimizer):
    """Newton's method with curvature estimated from the last `history_size` steps; `step` needs a closure.

    A step makes up to `max_iter` iterations and evaluates the closure up to `max_eval` times (a quarter more than
    `max_iter` by default); it ends early where the largest gradient is at most `tolerance_grad`, or parameters or loss
    change by less than `tolerance_change`. `line_search_fn`: "strong_wolfe", or None to step by `lr`. All parameters
    are one vector, so there is one group. State, of the first parameter: func_evals, n_iter and the history.

    >>> import vibetensor.torch as torch
    >>> x = torch.nn.Parameter(torch.tensor([4.0, -2.0]))
    >>> optimizer = torch.optim.LBFGS([x], line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = ((x - 1) ** 2).sum()
    ...     loss.backward()
    ...     return loss
    >>> _ = optimizer.step(closure)
    >>> torch.allclose(x, torch.ones(2))
    True
    """

    def __init__(
        self,
        params: Any,
        lr: float | _C.Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ):
        if isinstance(lr, Tensor):
            if lr.numel() != 1:
                raise ValueError("Tensor lr must be 1-element")
        elif not lr >= 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    @property
    def _params(self) -> list[Any]:
        params: list[Any] = self.param_groups[0]["params"]
        return params

    def _flat_grad(self) -> Any:
        parts = []
        for p in self._params:
            grad = p.new_zeros(p.numel()) if p.grad is None else p.grad.reshape(-1)
            parts.append(_C.ops.view_as_real(grad).reshape(-1) if grad.dtype.is_complex else grad)
        return _C.ops.cat(parts)

    def _move(self, t: Any, direction: Any) -> None:
        start = 0
        for p in self._params:
            real = _C.ops.view_as_real(p) if p.dtype.is_complex else p
            part = direction[start : start + real.numel()]
            real.add_(part.reshape(real.shape), alpha=float(t))
            start += real.numel()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """The closure's loss before the step; `closure` clears gradients, computes the loss and runs backward."""
        if closure is None:
            raise TypeError("LBFGS.step() needs a closure that computes the loss and its gradients")
        group = self.param_groups[0]
        search = group["line_search_fn"]
        if search not in (None, "strong_wolfe"):
            raise RuntimeError("only 'strong_wolfe' is supported")
        with no_grad():
            state = self.state[self._params[0]]
            state.setdefault("func_evals", 0)
            state.setdefault("n_iter", 0)
            first_loss = self._vt_evaluate(closure)
            loss, grad = float(first_loss), self._flat_grad()
            state["func_evals"] += 1
            evaluations = 1
            if not is_flat(grad, group["tolerance_grad"]):
                self._iterate(closure, group, state, loss, grad, evaluations)
        return first_loss

    def _iterate(
        self, closure: Any, group: dict[str, Any], state: dict[str, Any], loss: float, grad: Any, evaluations: int
    ) -> None:
        least_change = group["tolerance_change"]
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            direction = self._direction(group, state, grad)
            state["prev_flat_grad"], state["prev_loss"] = grad.clone(), loss
            t = group["lr"]
            if state["n_iter"] == 1:
                t = min(1.0, 1.0 / grad.abs().sum()) * t
            slope = grad.dot(direction)
            state["d"], state["t"] = direction, t
            if slope > -least_change:
                break
            last = iteration == group["max_iter"]
            used = 0
            if group["line_search_fn"] is not None:
                here = Point(0.0, loss, grad.clone(), slope)
                left = group["max_eval"] - evaluations
                found, used = strong_wolfe(self._along(closure, direction), t, here, direction, least_change, left)
                loss, grad, t = found.loss, found.grad, found.t
                self._move(t, direction)
            else:
                self._move(t, direction)
                if not last:
                    loss, grad = float(self._vt_evaluate(closure)), self._flat_grad()
                    used = 1
            state["t"] = t
            evaluations += used
            state["func_evals"] += used
            if (
                last
                or evaluations >= group["max_eval"]
                or is_flat(grad, group["tolerance_grad"])
                or (direction * t).abs().max() <= least_change
                or abs(loss - state["prev_loss"]) < least_change
            ):
                break

    def _along(self, closure: Any, direction: Any) -> Callable[[Any], Point]:
        """The loss as a function of how far to go; the parameters are left as they were."""
        before = [p.clone() for p in self._params]

        def evaluate(t: Any) -> Point:
            self._move(t, direction)
            loss, grad = float(self._vt_evaluate(closure)), self._flat_grad()
            for p, old in zip(self._params, before, strict=True):
                p.copy_(old)
            return Point(t, loss, grad, grad.dot(direction))

        return evaluate

    @staticmethod
    def _direction(group: dict[str, Any], state: dict[str, Any], grad: Any) -> Any:
        """Minus the gradient times the estimated inverse of the Hessian: the two-loop recursion."""
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
            return -grad
        changes, steps, inverses = state["old_dirs"], state["old_stps"], state["ro"]
        change, step = grad - state["prev_flat_grad"], state["d"] * state["t"]
        curvature = change.dot(step)
        if curvature > LEAST_CURVATURE:
            if len(changes) == group["history_size"]:
                for history in (changes, steps, inverses):
                    history.pop(0)
            changes.append(change)
            steps.append(step)
            inverses.append(1.0 / curvature)
            state["H_diag"] = curvature / change.dot(change)
        state.setdefault("al", [None] * group["history_size"])
        weights = state["al"]
        direction = -grad
        for i in reversed(range(len(changes))):
            weights[i] = steps[i].dot(direction) * inverses[i]
            direction = direction - changes[i] * weights[i]
        direction = direction * state["H_diag"]
        for i in range(len(changes)):
            direction = direction + steps[i] * (weights[i] - changes[i].dot(direction) * inverses[i])
        return direction


def is_flat(grad: Any, tolerance: float) -> bool:
    return bool(grad.abs().max() <= tolerance)


@dataclass
class Point:
    """A place on the line that is searched: how far, the loss there, its gradient, its slope along the line."""

    t: Any
    loss: float
    grad: Any
    slope: Any


def cubic_minimum(a: Point, b: Point, bounds: tuple[Any, Any] | None = None) -> Any:
    """Where the cubic through two points with their slopes is least, within `bounds` (else between the points)."""
    if a.t > b.t:
        a, b = b, a
    low, high = bounds or (a.t, b.t)
    mean = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    discriminant = mean**2 - a.slope * b.slope
    if discriminant < 0:
        return (low + high) / 2.0
    root = discriminant**0.5
    place = b.t - (b.t - a.t) * ((b.slope + root - mean) / (b.slope - a.slope + 2 * root))
    return min(max(place, low), high)


def strong_wolfe(
    evaluate: Callable[[Any], Point], t: Any, start: Point, direction: Any, least_change: float, most_tries: int
) -> tuple[Point, int]:
    """A point that satisfies the strong Wolfe conditions, or the best seen, and how often the loss was evaluated: once,
    and up to `most_tries` times more.

    Nocedal and Wright, Numerical Optimization, algorithms 3.5 (steps that grow until they bracket such a point) and 3.6
    (the bracket is narrowed).
    """

    def decreased(point: Point) -> bool:
        return bool(point.loss <= start.loss + SUFFICIENT_DECREASE * point.t * start.slope)

    def is_level(point: Point) -> bool:
        return bool(abs(point.slope) <= -CURVATURE * start.slope)

    previous, point = start, evaluate(t)
    evaluations, tries = 1, 0
    bracket: list[Point] = []
    while tries < most_tries:
        if not decreased(point) or (tries > 1 and point.loss >= previous.loss):
            bracket = [previous, point]
            break
        if is_level(point):
            return point, evaluations
        if point.slope >= 0:
            bracket = [previous, point]
            break
        bounds = (point.t + 0.01 * (point.t - previous.t), point.t * 10)
        t = cubic_minimum(previous, point, bounds)
        previous, point = point, evaluate(t)
        evaluations += 1
        tries += 1
    else:
        bracket = [start, point]

    width = direction.abs().max()
    stalled = False
    best = 0 if bracket[0].loss <= bracket[1].loss else 1
    while tries < most_tries:
        ends = [p.t for p in bracket]
        low, high = min(ends), max(ends)
        if abs(high - low) * width < least_change:
            break
        t = cubic_minimum(bracket[0], bracket[1])
        margin = 0.1 * (high - low)
        near_end = min(high - t, t - low) < margin
        if near_end and (stalled or t >= high or t <= low):
            # twice near an end: away from it
            t = high - margin if abs(t - high) < abs(t - low) else low + margin
            stalled = False
        else:
            stalled = bool(near_end)
        point = evaluate(t)
        evaluations += 1
        tries += 1
        if not decreased(point) or point.loss >= bracket[best].loss:
            bracket[1 - best] = point
            best = 0 if bracket[0].loss <= bracket[1].loss else 1
            continue
        if is_level(point):
            return point, evaluations
        if point.slope * (bracket[1 - best].t - bracket[best].t) >= 0:
            bracket[1 - best] = bracket[best]
        bracket[best] = point
    return bracket[best], evaluations
