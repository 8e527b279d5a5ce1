"""A module on the devices of one process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.utils._pytree import tree_map


def only_device(device_ids: Sequence[Any] | None) -> Any:
    """The one GPU that is meant, None on a machine without; several are not there yet."""
    if not _C.cuda_is_available():
        return None
    chosen = range(_C.cuda_device_count()) if device_ids is None else device_ids
    if len(chosen) != 1:
        raise NotImplementedError(
            f"DataParallel on {len(chosen)} GPUs is not there yet: give device_ids=[0], or none of it on a machine with one GPU"
        )
    device = chosen[0]
    return _C.device(f"cuda:{device}" if isinstance(device, int) else device)


def moved_to(device: Any, value: Any) -> Any:
    """`value`, a tensor or containers of them, on `device`."""
    return tree_map(lambda leaf: leaf.to(device) if isinstance(leaf, _C.Tensor) else leaf, value)


class DataParallel(Module):
    """`module` with its inputs moved to its GPU; on a machine without GPUs, `module` itself.

    Its child is named `module`, and so the keys of its state_dict begin. NotImplementedError for several GPUs.
    """

    def __init__(
        self, module: Module, device_ids: Sequence[Any] | None = None, output_device: Any = None, dim: int = 0
    ):
        super().__init__()
        device = only_device(device_ids)
        if output_device is not None and device is not None and _C.device(output_device) != device:
            raise NotImplementedError("DataParallel: output_device has to be the one device of device_ids")
        self.module = module
        self.dim = dim
        self.device = device
        self.device_ids = [] if device is None else [device.index or 0]
        self.output_device = None if device is None else self.device_ids[0]
        if device is not None:
            module.to(device)

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        if self.device is None:
            return self.module(*inputs, **kwargs)
        return self.module(*moved_to(self.device, inputs), **moved_to(self.device, kwargs))


def data_parallel(
    module: Module,
    inputs: Any,
    device_ids: Sequence[Any] | None = None,
    output_device: Any = None,
    dim: int = 0,
    module_kwargs: dict[str, Any] | None = None,
) -> Any:
    """What `module` gives of `inputs`, a tensor or a tuple of arguments, as DataParallel computes it."""
    arguments = inputs if isinstance(inputs, tuple) else () if inputs is None else (inputs,)
    return DataParallel(module, device_ids, output_device, dim)(*arguments, **(module_kwargs or {}))
