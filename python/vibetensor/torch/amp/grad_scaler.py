"""GradScaler: keeps small float16 gradients from vanishing."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad

Tensor: Any = _C.Tensor


class Stage(Enum):
    READY = 0
    UNSCALED = 1
    STEPPED = 2


class GradScaler:
    """Multiplies the loss by a scale, divides the gradients by it, and skips steps with infinite ones.

    The scale starts at `init_scale`; it is multiplied by `backoff_factor` when a step was skipped, and
    by `growth_factor` after `growth_interval` steps that were not.
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ):
        if enabled and growth_factor <= 1.0:
            raise AssertionError("The growth factor must be > 1.0.")
        if enabled and backoff_factor >= 1.0:
            raise AssertionError("The backoff factor must be < 1.0.")
        if enabled and device == "cuda" and not _C.cuda_is_available():
            import warnings

            warnings.warn("GradScaler is enabled, but CUDA is not available. Disabling.", stacklevel=2)
            enabled = False
        self._device, self._enabled = device, enabled
        self._init_scale, self._growth_factor = init_scale, growth_factor
        self._backoff_factor, self._growth_interval = backoff_factor, growth_interval
        self._init_growth_tracker = 0
        self._scale: Any = None
        self._growth_tracker: Any = None
        self._per_optimizer_states: dict[int, dict[str, Any]] = {}

    def _state(self, optimizer: Any) -> dict[str, Any]:
        fresh = {"stage": Stage.READY, "found_inf_per_device": {}}
        return self._per_optimizer_states.setdefault(id(optimizer), fresh)

    def _found_inf_per_device(self, optimizer: Any) -> dict[Any, Any]:
        """By device, whether unscale_ or step found infinities or NaN among the gradients of `optimizer`: 0 or 1."""
        found: dict[Any, Any] = self._state(optimizer)["found_inf_per_device"]
        return found

    def _make_scale(self, device: Any) -> None:
        self._scale = _C.ops.full((), self._init_scale, dtype=_C.float32, device=device)
        self._growth_tracker = _C.ops.full((), self._init_growth_tracker, dtype=_C.int32, device=device)

    def _require_scale(self, caller: str) -> Any:
        if self._scale is None:
            raise AssertionError(
                f"Attempted {caller} but _scale is None. This may indicate your script did not use "
                "scaler.scale(loss or outputs) earlier in the iteration."
            )
        return self._scale

    def scale(self, outputs: Any) -> Any:
        """`outputs`, a tensor or nested lists and tuples of them, times the scale."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            if self._scale is None:
                self._make_scale(outputs.device)
            return outputs * self._scale.to(outputs.device, non_blocking=True)
        if isinstance(outputs, list | tuple):
            return type(outputs)(self.scale(value) for value in outputs)
        if isinstance(outputs, Iterable):
            return map(self.scale, outputs)
        raise ValueError("outputs must be a Tensor or an iterable of Tensors")

    def _unscale_grads(self, optimizer: Any, allow_fp16: bool) -> dict[Any, Any]:
        """Divide the gradients by the scale in place; returns, per device, a tensor that says if any was infinite."""
        scale = self._require_scale("unscale_")
        inverse = scale.double().reciprocal().float()
        by_kind: dict[Any, list[Any]] = {}
        found: dict[Any, Any] = {}
        with no_grad():
            for group in optimizer.param_groups:
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    if not allow_fp16 and p.grad.dtype == _C.float16:
                        raise ValueError("Attempting to unscale FP16 gradients.")
                    by_kind.setdefault((p.grad.device, p.grad.dtype), []).append(p.grad)
            for (device, _), grads in by_kind.items():
                if device not in found:
                    found[device] = _C.ops.full((), 0.0, dtype=_C.float32, device=device)
                _C.ops._amp_foreach_non_finite_check_and_unscale_(
                    grads, found[device], inverse.to(device, non_blocking=True)
                )
        return found

    def unscale_(self, optimizer: Any) -> None:
        """Returns None; divides the gradients of the optimizer's parameters by the scale, once a step."""
        if not self._enabled:
            return
        state = self._state(optimizer)
        if state["stage"] is Stage.UNSCALED:
            raise RuntimeError("unscale_() has already been called on this optimizer since the last update().")
        if state["stage"] is Stage.STEPPED:
            raise RuntimeError("unscale_() is being called after step().")
        state["found_inf_per_device"] = self._unscale_grads(optimizer, False)
        state["stage"] = Stage.UNSCALED

    def step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """What optimizer.step(*args, **kwargs) returns, or None if infinite gradients made it skip the step.

        Adam, AdamW and SGD decide on the device whether to skip, so that nothing waits and a CUDA graph can hold it.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError("Closure use is not currently supported if GradScaler is enabled.")
        state = self._state(optimizer)
        if state["stage"] is Stage.STEPPED:
            raise RuntimeError("step() has already been called since the last update().")
        if state["stage"] is Stage.READY:
            self.unscale_(optimizer)
        if not state["found_inf_per_device"]:
            raise AssertionError("No inf checks were recorded for this optimizer.")
        result = None
        found_infs = list(state["found_inf_per_device"].values())
        if len(found_infs) == 1 and getattr(optimizer, "_step_supports_amp_scaling", False):
            optimizer.found_inf = found_infs[0]
            try:
                result = optimizer.step(*args, **kwargs)
            finally:
                del optimizer.found_inf
        elif not any(found.item() for found in found_infs):
            result = optimizer.step(*args, **kwargs)
        state["stage"] = Stage.STEPPED
        return result

    def update(self, new_scale: Any = None) -> None:
        """Returns None; adapts the scale to whether this step was skipped, or sets it. Call it once a step."""
        if not self._enabled:
            return
        scale = self._require_scale("update")
        if new_scale is not None:
            scale.fill_(new_scale.item() if isinstance(new_scale, Tensor) else new_scale)
        else:
            found = [
                value.to(scale.device, non_blocking=True)
                for state in self._per_optimizer_states.values()
                for value in state["found_inf_per_device"].values()
            ]
            if not found:
                raise AssertionError("No inf checks were recorded prior to update.")
            total = found[0]
            for value in found[1:]:
                total = total + value
            _C.ops._amp_update_scale_(
                scale,
                self._growth_tracker,
                total,
                self._growth_factor,
                self._backoff_factor,
                self._growth_interval,
            )
        self._per_optimizer_states.clear()

    def is_enabled(self) -> bool:
        """Whether the scaler does anything."""
        return self._enabled

    def get_scale(self) -> float:
        """The scale as a number; waits for the device."""
        if not self._enabled:
            return 1.0
        return self._init_scale if self._scale is None else float(self._scale.item())

    def get_growth_factor(self) -> float:
        """The growth_factor."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Returns None; sets the growth_factor."""
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """The backoff_factor."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Returns None; sets the backoff_factor."""
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """The growth_interval."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Returns None; sets the growth_interval."""
        self._growth_interval = new_interval

    def state_dict(self) -> dict[str, Any]:
        """The scale, its factors and the count of good steps; empty if not enabled."""
        if not self._enabled:
            return {}
        tracker = self._growth_tracker
        return {
            "scale": self.get_scale(),
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._init_growth_tracker if tracker is None else int(tracker.item()),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Returns None; takes over a state_dict()."""
        if not self._enabled:
            return
        if not state_dict:
            raise RuntimeError(
                "The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler."
            )
        self._init_scale = state_dict["scale"]
        self._growth_factor = state_dict["growth_factor"]
        self._backoff_factor = state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
        self._init_growth_tracker = state_dict["_growth_tracker"]
        if self._scale is not None:
            self._scale.fill_(self._init_scale)
            self._growth_tracker.fill_(self._init_growth_tracker)
