"""A module whose gradients are averaged over the processes of a group: over the one process that there can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from vibetensor import _C
from vibetensor.torch import distributed
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.nn.parallel.data_parallel import moved_to


class DistributedDataParallel(Module):
    """`module` in a process group of one, where every gradient is its own average.

    Its child is named `module`, and so the keys of its state_dict begin. A group of several processes cannot be made yet:
    init_process_group says so. Arguments that say how gradients travel change nothing in a group of one.
    """

    def __init__(
        self,
        module: Module,
        device_ids: Sequence[Any] | None = None,
        output_device: Any = None,
        dim: int = 0,
        broadcast_buffers: bool = True,
        init_sync: bool = True,
        process_group: Any = None,
        bucket_cap_mb: float | None = None,
        find_unused_parameters: bool = False,
        check_reduction: bool = False,
        gradient_as_bucket_view: bool = False,
        static_graph: bool = False,
        delay_all_reduce_named_params: Any = None,
        param_to_hook_all_reduce: Any = None,
        mixed_precision: Any = None,
        device_mesh: Any = None,
        skip_all_reduce_unused_params: bool = False,
    ):
        super().__init__()
        if mixed_precision is not None:
            raise NotImplementedError("DistributedDataParallel: mixed_precision is not there yet; use torch.autocast")
        if device_mesh is not None:
            raise NotImplementedError("DistributedDataParallel: device_mesh is not there yet; give process_group")
        self.process_group = distributed.group_or_default(process_group)
        if not any(parameter.requires_grad for parameter in module.parameters()):
            raise RuntimeError(
                "DistributedDataParallel is not needed when a module doesn't have any parameter that requires a gradient."
            )
        if device_ids is not None and len(device_ids) > 1:
            raise ValueError("device_ids can only be None or contain a single element.")
        self.device = (
            _C.device(f"cuda:{device_ids[0]}" if isinstance(device_ids[0], int) else device_ids[0])
            if device_ids
            else None
        )
        self.module = module
        self.device_ids = None if self.device is None else [self.device.index]
        self.output_device = self.device_ids[0] if self.device_ids and output_device is None else output_device
        self.dim, self.broadcast_buffers = dim, broadcast_buffers
        self.find_unused_parameters, self.static_graph = find_unused_parameters, static_graph
        self.require_backward_grad_sync = True

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        if self.device is not None:
            inputs, kwargs = moved_to(self.device, inputs), moved_to(self.device, kwargs)
        return self.module(*inputs, **kwargs)

    @contextmanager
    def no_sync(self) -> Iterator[None]:
        """Context in which gradients are added up without being averaged."""
        before, self.require_backward_grad_sync = self.require_backward_grad_sync, False
        try:
            yield
        finally:
            self.require_backward_grad_sync = before

    @contextmanager
    def join(self, *args: Any, **kwargs: Any) -> Iterator[None]:
        """Context in which processes may have different numbers of inputs: the one there is waits for none."""
        yield

    def register_comm_hook(self, state: Any, hook: Any) -> None:
        raise NotImplementedError("DistributedDataParallel.register_comm_hook is not there yet: no gradients travel")
