"""What all schedules of the learning rate share."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch._warnings import warn_user
from vibetensor.torch.optim.optimizer import Optimizer

Tensor: Any = _C.Tensor


def copied(value: Any) -> Any:
    return value.clone() if isinstance(value, Tensor) else value


def set_option(group: dict[str, Any], key: str, value: Any) -> None:
    """Set an option of a group; a learning rate that is a tensor is filled in place, for captured graphs."""
    if isinstance(group[key], Tensor):
        group[key].fill_(value.item() if isinstance(value, Tensor) else value)
    else:
        group[key] = value


def attributes_of(fn: Any) -> dict[str, Any] | None:
    """What a state dict holds of a function that a schedule was given: the attributes of an object, None otherwise."""
    return None if fn is None or isinstance(fn, type(attributes_of)) else dict(fn.__dict__)


EPOCH_DEPRECATION_WARNING = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use "
    "`scheduler.step()` to step the scheduler."
)


class LRScheduler:
    """Base of schedules; subclasses define get_lr(), from self.last_epoch and the groups' present rates.

    `last_epoch` -1 starts anew; otherwise the groups must hold "initial_lr" from before.

    >>> import vibetensor.torch as torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
    >>> schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     schedule.step()
    >>> schedule.get_last_lr()
    [0.5]
    """

    optimizer: Optimizer
    _last_lr: list[Any]
    _step_count = 0
    _is_initial = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{i}] when resuming scheduler "
                    "with last_epoch >= 0: load the optimizer's state first, or start with last_epoch=-1"
                )
        self.base_lrs = [copied(group["initial_lr"]) for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def state_dict(self) -> dict[str, Any]:
        """A dict of all attributes but the optimizer."""
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Returns None; takes over what state_dict() of another schedule of this type returned."""
        self.__dict__.update(state_dict)

    def get_last_lr(self) -> list[Any]:
        """The learning rates of the groups as last set."""
        return self._last_lr

    def get_lr(self) -> list[Any]:
        raise NotImplementedError(f"{type(self).__name__} does not define get_lr()")

    # schedules of a program's own look at it too
    _get_lr_called_within_step = False

    def _vt_warn_outside_step(self) -> None:
        if not self._get_lr_called_within_step:
            warn_user("To get the last learning rate computed by the scheduler, please use `get_last_lr()`.")

    def _vt_rates(self) -> list[Any]:
        return [copied(group["lr"]) for group in self.optimizer.param_groups]

    def step(self, epoch: int | None = None) -> None:
        """Returns None; sets the rates of the next epoch, or of `epoch`. Call it after the optimizer's step."""
        if _C.cuda_is_current_stream_capturing():
            raise RuntimeError(
                "lr_scheduler.step() cannot be part of a CUDA graph: it computes on the host, and its result would "
                "stay what it was at the capture; call it outside"
            )
        if self._step_count == 1 and not getattr(self.optimizer, "_opt_called", False):
            import warnings

            warnings.warn(
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`: "
                "the first value of the learning rate schedule is skipped. Call them in the opposite order.",
                stacklevel=2,
            )
        self._step_count += 1
        if epoch is not None:
            import warnings

            warnings.warn(EPOCH_DEPRECATION_WARNING, UserWarning, stacklevel=2)
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        if epoch is None:
            self.last_epoch += 1
            rates = self._vt_next_rates()
        else:
            self.last_epoch = epoch
            rates = self._get_closed_form_lr() if hasattr(self, "_get_closed_form_lr") else self._vt_next_rates()
        self._vt_set_rates(rates)

    def _vt_next_rates(self) -> list[Any]:
        self._get_lr_called_within_step = True
        try:
            return self.get_lr()
        finally:
            self._get_lr_called_within_step = False

    def _vt_set_rates(self, rates: list[Any]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            set_option(group, "lr", rate)
        self._last_lr = self._vt_rates()


class _LRScheduler(LRScheduler):
    """The name that schedules of older programs derive from."""
