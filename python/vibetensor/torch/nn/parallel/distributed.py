"""A module whose gradients are averaged over the processes of a group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from vibetensor import _C
from vibetensor.torch import distributed
from vibetensor.torch.distributed.algorithms.join import Join, Joinable, JoinHook
from vibetensor.torch.distributed.reducer import Reducer
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.nn.parallel.data_parallel import moved_to
from vibetensor.torch.utils._pytree import tree_leaves


class DataParallelJoinHook(JoinHook):
    """A process without inputs adds zeros to the others' gradients, and ends with the parameters of the last one."""

    def __init__(self, model: DistributedDataParallel):
        self.model = model

    def main_hook(self) -> None:
        """Returns None; answers one forward and backward."""
        self.model._take_part()

    def post_hook(self, is_last_joiner: bool) -> None:
        """Returns None; all processes take the parameters and buffers of one that had most inputs."""
        self.model._from(self.model._highest(is_last_joiner), self.model._everything())


class DistributedDataParallel(Module, Joinable):
    """`module` whose gradients are, when backward returns, their averages over the processes of a group.

    Its child is named `module`, and so the keys of its state_dict begin. It starts from process 0's parameters and buffers,
    and with broadcast_buffers each forward takes process 0's buffers. bucket_cap_mb: how many MiB of gradients travel
    together, 25. find_unused_parameters: parameters may be left out of a pass; without it RuntimeError says so in the next.
    gradient_as_bucket_view: gradients are views of what travels. RuntimeError if parameters differ between processes.
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
        Module.__init__(self)
        Joinable.__init__(self)
        if mixed_precision is not None:
            raise NotImplementedError("DistributedDataParallel: mixed_precision is not there yet; use torch.autocast")
        for name, value in (
            ("delay_all_reduce_named_params", delay_all_reduce_named_params),
            ("param_to_hook_all_reduce", param_to_hook_all_reduce),
            ("skip_all_reduce_unused_params", skip_all_reduce_unused_params or None),
        ):
            if value is not None:
                raise NotImplementedError(f"DistributedDataParallel: {name} is not there yet; leave it out")
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
        self.require_backward_grad_sync, self._divide_by_all = True, True
        self._buffers_may_differ = True  # a forward since the last one that took process 0's may have changed them
        ignored = set(getattr(module, "_ddp_params_and_buffers_to_ignore", ()))
        parameters = [(n, p) for n, p in module.named_parameters() if p.requires_grad and n not in ignored]
        self._synchronized_buffers = [b for n, b in module.named_buffers() if n not in ignored]
        limit = int((25 if bucket_cap_mb is None else bucket_cap_mb) * (1 << 20))
        self._reducer_arguments = (
            [p for _, p in parameters], self.process_group, limit, find_unused_parameters or static_graph,
            gradient_as_bucket_view,
        )  # fmt: skip
        self._reducer: Reducer | None = None
        if self.process_group.size() > 1:
            check_alike(self.process_group, [(n, tuple(p.shape), str(p.dtype)) for n, p in parameters])
            if init_sync:
                self._from(0, self._everything())
            self._reducer = Reducer(*self._reducer_arguments)

    def _everything(self) -> list[Any]:
        return [t for t in self.module.state_dict(keep_vars=True).values() if isinstance(t, _C.Tensor)]

    def _from(self, rank: int, tensors: Sequence[Any]) -> None:
        """Returns None; all processes take process `rank`'s `tensors`."""
        works: list[Any] = [
            distributed.broadcast(t.detach(), group=self.process_group, group_src=rank, async_op=True) for t in tensors
        ]
        for work in works:
            work.wait()

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        if self.device is not None:
            inputs, kwargs = moved_to(self.device, inputs), moved_to(self.device, kwargs)
        reduces = self._reducer is not None and self.require_backward_grad_sync and _C.is_grad_enabled()
        if (counted := Join.notify_join_context(self)) is not None:
            counted.wait()
            self._set_divisor(int(counted.result()[0].item()))
        if self._join_config.enable:
            self._highest(reduces)  # which tells those that have no inputs whether gradients will be averaged
        takes_buffers = reduces if self._join_config.enable else self._buffers_may_differ
        if takes_buffers and self.broadcast_buffers and self.process_group.size() > 1:
            self._from(self._highest(True) if self._join_config.enable else 0, self._synchronized_buffers)
        out = self.module(*inputs, **kwargs)
        self._buffers_may_differ = self.require_backward_grad_sync and _C.is_grad_enabled()
        if reduces and self._reducer is not None:
            self._reducer.prepare([leaf for leaf in tree_leaves(out) if isinstance(leaf, _C.Tensor)])
        elif self._reducer is not None:
            self._reducer.active = False
        return out

    @contextmanager
    def no_sync(self) -> Iterator[None]:
        """Context in which gradients are added up without being averaged."""
        before, self.require_backward_grad_sync = self.require_backward_grad_sync, False
        try:
            yield
        finally:
            self.require_backward_grad_sync = before

    # ---- uneven inputs

    def join(
        self, divide_by_initial_world_size: bool = True, enable: bool = True, throw_on_early_termination: bool = False
    ) -> Join:
        """The context in which processes may have different numbers of inputs: see torch.distributed.algorithms.Join.

        divide_by_initial_world_size: sums of gradients are divided by the number of processes, else by the number of those
        that have inputs. With enable=False nothing is different.
        """
        return Join(
            [self], enable, throw_on_early_termination, divide_by_initial_world_size=divide_by_initial_world_size
        )

    def join_hook(self, **kwargs: Any) -> JoinHook:
        """The hook of Join; its `divide_by_initial_world_size` is True by default."""
        self._divide_by_all = kwargs.get("divide_by_initial_world_size", True)
        return DataParallelJoinHook(self)

    @property
    def join_device(self) -> Any:
        """That of the parameters."""
        return next(self.module.parameters()).device

    @property
    def join_process_group(self) -> Any:
        """The group over which gradients are averaged."""
        return self.process_group

    def _set_divisor(self, active: int) -> None:
        if self._reducer is not None:
            self._reducer.divisor = self.process_group.size() if self._divide_by_all else active

    def _highest(self, counts: bool) -> int:
        """The highest number of a process that `counts`, or -1."""
        number = _C.ops.full([1], self.process_group.rank() if counts else -1, dtype=_C.int64, device=self.join_device)
        distributed.all_reduce(number, distributed.ReduceOp.MAX, group=self.process_group)
        return int(number.item())

    def _take_part(self) -> None:
        """Returns None; what forward and backward of the others need of a process without inputs."""
        if self._highest(False) < 0 or self._reducer is None:
            return
        if self.broadcast_buffers and self.process_group.size() > 1:
            self._from(self._highest(False), self._synchronized_buffers)
        self._reducer.take_part()

    def register_comm_hook(self, state: Any, hook: Callable[[Any, Any], Any]) -> None:
        """Returns None; from now on `hook(state, bucket)` reduces gradients: it returns a Future of the flat tensor.

        bucket: a torch.distributed.GradBucket. The hook divides by the number of processes itself.
        """
        if not callable(hook):
            raise TypeError("Communication hook must be callable.")
        if self._reducer is None:
            self._reducer = Reducer(*self._reducer_arguments)
        if self._reducer.hook is not None:
            raise RuntimeError("register_comm_hook can only be called once.")
        self._reducer.hook = lambda bucket: hook(state, bucket)


def check_alike(group: Any, parameters: list[Any]) -> None:
    """Raises RuntimeError unless all processes have the same `parameters`."""
    found: list[Any] = [None] * group.size()
    distributed.all_gather_object(found, parameters, group)
    for rank, theirs in enumerate(found):
        if theirs != found[0]:
            raise RuntimeError(
                f"DDP expects same model across all ranks, but rank {rank} has {len(theirs)} params, and rank 0 {len(found[0])}, "
                "or others in name, shape or dtype"
            )
