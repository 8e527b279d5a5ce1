"""Averages of a model's weights over training: stochastic weight averaging and exponential moving averages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import chain
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.optim.lr_scheduler.cycles import per_group
from vibetensor.torch.optim.lr_scheduler.scheduler import LRScheduler
from vibetensor.torch.optim.optimizer import Optimizer

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

Tensor: Any = _C.Tensor


def check_decay(decay: float) -> None:
    if decay < 0.0 or decay > 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable[[list[Any], list[Any], Any], None]:
    """A function of (averages, values, how many before) that moves each average by 1 - decay towards its value."""
    check_decay(decay)

    @no_grad()
    def ema_update(averages: list[Any], values: list[Any], _: Any) -> None:
        move(averages, values, 1 - decay)

    return ema_update


def get_swa_multi_avg_fn() -> Callable[[list[Any], list[Any], Any], None]:
    """A function of (averages, values, how many before) that takes one value more into each equal average."""

    @no_grad()
    def swa_update(averages: list[Any], values: list[Any], averaged: Any) -> None:
        move(averages, values, 1 / (int(averaged) + 1))

    return swa_update


def get_ema_avg_fn(decay: float = 0.999) -> Callable[[Any, Any, Any], Any]:
    """A function of (average, value, how many before) that returns the exponential moving average."""
    check_decay(decay)

    @no_grad()
    def ema_update(average: Any, value: Any, _: Any) -> Any:
        return decay * average + (1 - decay) * value

    return ema_update


def get_swa_avg_fn() -> Callable[[Any, Any, Any], Any]:
    """A function of (average, value, how many before) that returns the equal average."""

    @no_grad()
    def swa_update(average: Any, value: Any, averaged: Any) -> Any:
        return average + (value - average) / (averaged + 1)

    return swa_update


def move(averages: list[Any], values: list[Any], weight: float) -> None:
    """averages += weight * (values - averages), in place; integers by way of floats."""
    if averages[0].is_floating_point() or averages[0].is_complex():
        _C.ops._foreach_lerp_(averages, values, weight)
        return
    for average, value in zip(averages, values, strict=True):
        average.copy_(average * (1 - weight) + value * weight)


class AveragedModel(Module):
    """A copy of `model` that holds the average of its parameters at each update_parameters(), the equal average unless
    `avg_fn` (one tensor: average, value and count to average) or `multi_avg_fn` (lists, in place) says otherwise.

    Buffers are averaged too with `use_buffers`, else copied. `n_averaged` counts the updates; the call is the copy's.

    >>> import vibetensor.torch as torch
    >>> model = torch.nn.Linear(1, 1, bias=False)
    >>> average = torch.optim.swa_utils.AveragedModel(model)
    >>> for value in (1.0, 2.0, 6.0):
    ...     _ = model.weight.data.fill_(value)
    ...     average.update_parameters(model)
    >>> average.module.weight.item()
    3.0
    """

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Callable[[Any, Any, Any], Any] | None = None,
        multi_avg_fn: Callable[[list[Any], list[Any], Any], None] | None = None,
        use_buffers: bool = False,
    ):
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", _C.ops.zeros((), dtype=_C.int64, device=device or "cpu"))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.module(*args, **kwargs)

    @staticmethod
    def _tensors(module: Module, buffers: bool) -> list[Any]:
        return [t.detach() for t in (chain(module.parameters(), module.buffers()) if buffers else module.parameters())]

    @no_grad()
    def update_parameters(self, model: Module) -> None:
        """Returns None; takes the present parameters of `model` into the average."""
        averages = self._tensors(self.module, self.use_buffers)
        values = self._tensors(model, self.use_buffers)
        values = [value.to(average.device) for average, value in zip(averages, values, strict=True)]
        if int(self.n_averaged) == 0:
            for average, value in zip(averages, values, strict=True):
                average.copy_(value)
        elif self.avg_fn is not None:
            for average, value in zip(averages, values, strict=True):
                average.copy_(self.avg_fn(average, value, self.n_averaged.to(average.device)))
        else:
            update = self.multi_avg_fn or get_swa_multi_avg_fn()
            kinds: dict[Any, tuple[list[Any], list[Any]]] = {}
            for average, value in zip(averages, values, strict=True):
                kind = kinds.setdefault((average.device, average.dtype), ([], []))
                kind[0].append(average)
                kind[1].append(value)
            for same_kind, others in kinds.values():
                update(same_kind, others, self.n_averaged.to(same_kind[0].device))
        if not self.use_buffers:
            for ours, theirs in zip(self.module.buffers(), model.buffers(), strict=True):
                ours.detach().copy_(theirs.detach().to(ours.device))
        self.n_averaged += 1


@no_grad()
def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Returns None; computes the running statistics of all batch norms in `model` anew, as equal averages over `loader`.

    The loader gives inputs, or lists and tuples whose first entry is the input. The model ends in the mode it was in.
    """
    norms = [m for m in model.modules() if hasattr(m, "reset_running_stats")]
    momenta = {m: m.momentum for m in norms}
    if not norms:
        return
    was_training = model.training
    model.train()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the equal average
    for batch in loader:
        inputs = batch[0] if isinstance(batch, list | tuple) else batch
        model(inputs if device is None else inputs.to(device))
    for norm, momentum in momenta.items():
        norm.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """From the present rates to `swa_lr` in `anneal_epochs` steps, along half a cosine or a line, and no further."""

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: Any,
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ):
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must by one of 'cos' or 'linear', instead got {anneal_strategy}")
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        for group, rate in zip(
            optimizer.param_groups, per_group("swa_lr", swa_lr, optimizer.param_groups), strict=True
        ):
            group["swa_lr"] = rate
        self._anneal_strategy, self.anneal_epochs = anneal_strategy, anneal_epochs
        super().__init__(optimizer, last_epoch)

    def _done(self, step: int) -> float:
        """How much of the way is behind at a step."""
        t = max(0.0, min(1.0, step / max(1, self.anneal_epochs)))
        return (1 - math.cos(math.pi * t)) / 2 if self._anneal_strategy == "cos" else t

    def get_lr(self) -> list[Any]:
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._done(step - 1), self._done(step)
        rates = []
        for group in self.optimizer.param_groups:
            end = group["swa_lr"]
            start = end if before == 1 else (group["lr"] - end * before) / (1 - before)
            rates.append(end * now + start * (1 - now))
        return rates
