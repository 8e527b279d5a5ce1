"""An optimizer whose state is spread over processes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.distributed import collectives, objects
from vibetensor.torch.distributed.algorithms.join import Join, Joinable, JoinHook
from vibetensor.torch.distributed.groups import group_or_default
from vibetensor.torch.distributed.process_group import ProcessGroup
from vibetensor.torch.optim.optimizer import Optimizer
from vibetensor.torch.utils._pytree import tree_map

__all__ = ["ZeroRedundancyOptimizer"]


class ZeroJoinHook(JoinHook):
    """A process without inputs updates its parameters all the same: the others wait for them."""

    def __init__(self, optimizer: ZeroRedundancyOptimizer):
        self.optimizer = optimizer

    def main_hook(self) -> None:
        """Returns None; makes a step with the gradients that are there."""
        self.optimizer.step()


class ZeroRedundancyOptimizer(Optimizer, Joinable):
    """Updates a part of the parameters in each process, which has the state of those alone, and gives them to the others.

    params: as of any optimizer, of one dtype and device; every parameter belongs to one process whole, the largest are given
    out first. optimizer_class: what updates a process's parameters, made with `defaults`. parameters_as_bucket_view: the
    parameters of a process lie in one piece of memory, so that they travel without being copied together.
    """

    def __init__(
        self,
        params: Any,
        optimizer_class: type[Optimizer],
        process_group: ProcessGroup | None = None,
        parameters_as_bucket_view: bool = False,
        overlap_with_ddp: bool = False,
        **defaults: Any,
    ):
        if overlap_with_ddp:
            raise NotImplementedError(
                "ZeroRedundancyOptimizer: overlap_with_ddp is not there yet; steps come after backward"
            )
        if isinstance(params, _C.Tensor):
            raise TypeError("`params` argument should be an iterable of Tensors, but got a tensor")
        Joinable.__init__(self)
        self.process_group = group_or_default(process_group)
        self.rank, self.world_size = self.process_group.rank(), self.process_group.size()
        self.global_rank = self.process_group.ranks[self.rank]
        self.parameters_as_bucket_view = parameters_as_bucket_view
        self._optim_constructor, self._optim_defaults = optimizer_class, defaults
        self._owner: dict[int, int] = {}  # by id of a parameter: the process that updates it
        self._weights = [0] * self.world_size  # elements that each process updates
        self._all_state_dicts: list[dict[str, Any]] = []
        Optimizer.__init__(self, params, defaults)
        self._build()

    # ---- who updates what

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Returns None; optimizes the parameters of `param_group` too."""
        Optimizer.add_param_group(self, param_group)
        self._check_alike()
        self._give_out(self.param_groups[-1]["params"])
        if hasattr(self, "optim"):
            self.optim.add_param_group(self._local_group(self.param_groups[-1], self.rank))
            self._lay_out()
            self._all_state_dicts = []

    def _check_alike(self) -> None:
        kinds = {(str(p.dtype), p.device) for p in self._parameters()}
        if len(kinds) > 1:
            raise RuntimeError(
                f"ZeroRedundancyOptimizer: expected parameters of one dtype and device, got {sorted(map(str, kinds))}"
            )

    def _parameters(self) -> list[Any]:
        return list(chain.from_iterable(group["params"] for group in self.param_groups))

    def _give_out(self, params: list[Any]) -> None:
        for p in sorted(params, key=lambda p: p.numel(), reverse=True):
            least = self._weights.index(min(self._weights))
            self._owner[id(p)] = least
            self._weights[least] += p.numel()

    def _local_group(self, group: dict[str, Any], rank: int) -> dict[str, Any]:
        """The options of a group with the parameters of it that process `rank` updates."""
        chosen = [i for i, p in enumerate(group["params"]) if self._owner[id(p)] == rank]
        local = {key: value for key, value in group.items() if key not in ("params", "param_names")}
        if "param_names" in group:
            return {**local, "params": [(group["param_names"][i], group["params"][i]) for i in chosen]}
        return {**local, "params": [group["params"][i] for i in chosen]}

    def _build(self) -> None:
        groups = [self._local_group(group, self.rank) for group in self.param_groups]
        self.optim = self._optim_constructor(groups, **self._optim_defaults)
        self.state = self.optim.state
        for own, local in zip(self.param_groups, self.optim.param_groups, strict=True):
            for key, value in local.items():  # what the class has by default
                if key not in ("params", "param_names"):
                    own.setdefault(key, value)
        self._lay_out()

    def _lay_out(self) -> None:
        """Returns None; the memory in which the parameters of each process travel, and their places in it."""
        first = self._parameters()[0]
        self._owned = [[p for p in self._parameters() if self._owner[id(p)] == r] for r in range(self.world_size)]
        if not self.parameters_as_bucket_view:
            return
        self._buckets = []
        with no_grad():
            for owned in self._owned:
                bucket = _C.ops.empty([sum(p.numel() for p in owned)], dtype=first.dtype, device=first.device)
                for p, view in zip(owned, views_of(bucket, owned), strict=True):
                    view.copy_(p)
                    p.data = view
                self._buckets.append(bucket)

    # ---- steps

    def step(self, closure: Callable[[], Any] | None = None, **kwargs: Any) -> Any:
        """What `closure` returns; updates this process's parameters, and takes over those of the others."""
        Join.notify_join_context(self)
        copy_options(self.param_groups, self.optim.param_groups)
        loss = self.optim.step(**kwargs) if closure is None else self.optim.step(closure=closure, **kwargs)
        copy_options(self.optim.param_groups, self.param_groups)
        with no_grad():
            self._spread()
        return loss

    def _spread(self) -> None:
        if self.world_size == 1:
            return
        if self.parameters_as_bucket_view:
            collectives.all_gather(self._buckets, self._buckets[self.rank], group=self.process_group)
            return
        first = self._parameters()[0]
        buckets = [
            _C.ops.empty([sum(p.numel() for p in owned)], dtype=first.dtype, device=first.device)
            for owned in self._owned
        ]
        for p, view in zip(self._owned[self.rank], views_of(buckets[self.rank], self._owned[self.rank]), strict=True):
            view.copy_(p.detach())
        collectives.all_gather(buckets, buckets[self.rank], group=self.process_group)
        for rank, owned in enumerate(self._owned):
            if rank != self.rank:
                for p, view in zip(owned, views_of(buckets[rank], owned), strict=True):
                    p.detach().copy_(view)

    # ---- state

    def consolidate_state_dict(self, to: int = 0) -> None:
        """Returns None; collects the whole state at process `to` of the group, where state_dict() has it then.

        All processes have to call it.
        """
        copy_options(self.param_groups, self.optim.param_groups)
        local = tree_map(lambda v: v.cpu() if isinstance(v, _C.Tensor) else v, self.optim.state_dict())
        collected: list[Any] | None = [None] * self.world_size if self.rank == to else None
        objects.gather_object(local, collected, group=self.process_group, group_dst=to)
        self._all_state_dicts = collected or []

    def state_dict(self) -> dict[str, Any]:
        """The state of all processes, as of one optimizer; RuntimeError unless it was consolidated here."""
        if not self._all_state_dicts:
            raise RuntimeError(
                "Optimizer state has not been consolidated on this rank. "
                f"Please call `consolidate_state_dict(to={self.rank})` on all ranks beforehand if you meant to save the "
                "global state."
            )
        result = Optimizer.state_dict(self)
        numbers = {id(p): i for i, p in enumerate(self._parameters())}
        state: dict[Any, Any] = {}
        for rank, theirs in enumerate(self._all_state_dicts):
            for group, packed in zip(self.param_groups, theirs["param_groups"], strict=True):
                owned = [p for p in group["params"] if self._owner[id(p)] == rank]
                for p, number in zip(owned, packed["params"], strict=True):
                    if number in theirs["state"]:
                        state[numbers[id(p)]] = theirs["state"][number]
        result["state"] = dict(sorted(state.items()))
        return result

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Returns None; takes over a state of the whole, of which each process keeps its part."""
        saved = state_dict["param_groups"]
        sizes = [len(group["params"]) for group in self.param_groups]
        if [len(group["params"]) for group in saved] != sizes:
            raise ValueError("loaded state dict has other parameter groups than the optimizer")
        mine = self.optim.state_dict()
        state = {}
        for group, theirs, local in zip(self.param_groups, saved, mine["param_groups"], strict=True):
            owned = [
                n for p, n in zip(group["params"], theirs["params"], strict=True) if self._owner[id(p)] == self.rank
            ]
            for number, here in zip(owned, local["params"], strict=True):
                if number in state_dict["state"]:
                    state[here] = state_dict["state"][number]
        copy_options(saved, self.param_groups)
        copy_options(saved, mine["param_groups"])
        self.optim.load_state_dict({"state": state, "param_groups": mine["param_groups"]})
        self.state = self.optim.state
        self._all_state_dicts = []

    # ---- uneven inputs

    def join_hook(self, **kwargs: Any) -> JoinHook:
        """The hook that goes on updating this process's parameters; give it to Join after what averages gradients."""
        return ZeroJoinHook(self)

    @property
    def join_device(self) -> Any:
        """That of the parameters."""
        return self._parameters()[0].device

    @property
    def join_process_group(self) -> ProcessGroup:
        """The group over which the state is spread."""
        return self.process_group


def views_of(bucket: Any, params: list[Any]) -> list[Any]:
    """A part of `bucket` in the shape of each parameter."""
    views, at = [], 0
    for p in params:
        views.append(bucket[at : at + p.numel()].view(p.shape))
        at += p.numel()
    return views


def copy_options(source: list[dict[str, Any]], target: list[dict[str, Any]]) -> None:
    """Returns None; the options of groups, as a schedule may have changed them, without their parameters."""
    for theirs, own in zip(source, target, strict=True):
        for key, value in theirs.items():
            if key not in ("params", "param_names"):
                own[key] = value
