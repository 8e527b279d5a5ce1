"""Averages the gradients of a module over processes while backward goes on.

Parameters are put into buckets, the last ones first, since their gradients come first. When all gradients of a bucket are
there, and all buckets before it have left, it is copied together and reduced on the group's thread. The last gradient of a
backward pass waits for all buckets, so that gradients are averages when backward returns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.distributed import collectives
from vibetensor.torch.distributed.process_group import ProcessGroup

FIRST_BUCKET = 1 << 20  # bytes: the first leaves early


class GradBucket:
    """What a communication hook sees: some parameters' gradients in one flat tensor."""

    def __init__(self, index: int, parameters: list[Any]):
        self._index, self._parameters, self._last = index, parameters, False
        first = parameters[0]
        self._buffer = _C.ops.zeros([sum(p.numel() for p in parameters)], dtype=first.dtype, device=first.device)
        self._waiting: set[int] = set()  # ids of parameters whose gradients have not come
        self._future: Any = None

    def index(self) -> int:
        """Its number, in the order in which buckets leave."""
        return self._index

    def buffer(self) -> Any:
        """The flat tensor of all its gradients."""
        return self._buffer

    def set_buffer(self, buffer: Any) -> None:
        """Returns None; takes another tensor, of as many elements, as the flat one."""
        self._buffer = buffer

    def gradients(self) -> list[Any]:
        """The gradients, as views of the flat tensor."""
        views, at = [], 0
        for p in self._parameters:
            views.append(self._buffer[at : at + p.numel()].view(p.shape))
            at += p.numel()
        return views

    def parameters(self) -> list[Any]:
        """The parameters whose gradients it has."""
        return self._parameters

    def is_last(self) -> bool:
        """Whether no bucket leaves after it."""
        return self._last


def buckets_of(parameters: Sequence[Any], limit: int) -> list[GradBucket]:
    """Buckets of up to `limit` bytes, one dtype and device each, from the last parameter to the first."""
    groups: list[list[Any]] = []
    open_groups: dict[Any, tuple[list[Any], int]] = {}
    for p in reversed(parameters):
        key = (p.dtype, p.device)
        group, size = open_groups.get(key, ([], 0))
        if not group:
            groups.append(group)
        group.append(p)
        size += p.numel() * p.element_size()
        open_groups[key] = (group, size) if size < (FIRST_BUCKET if group is groups[0] else limit) else ([], 0)
    buckets = [GradBucket(i, group) for i, group in enumerate(groups)]
    buckets[-1]._last = True
    return buckets


class Reducer:
    """The buckets of one module, filled by hooks of its parameters.

    find_unused: parameters that a pass does not reach count as ready from its beginning. views: parameters' gradients are
    views of the buckets, without a copy of their own.
    """

    def __init__(self, parameters: Sequence[Any], group: ProcessGroup, limit: int, find_unused: bool, views: bool):
        self.parameters, self.group, self.find_unused, self.views = list(parameters), group, find_unused, views
        self.buckets = buckets_of(self.parameters, limit)
        self.bucket_of = {id(p): bucket for bucket in self.buckets for p in bucket.parameters()}
        self.hook: Callable[[GradBucket], Any] | None = None
        self.divisor = group.size()  # of the sums of gradients
        self.active = False  # from a forward that is to be reduced to the end of its backward
        self.used: set[int] = set()
        self._next = 0  # the bucket that leaves next
        self._handles = [p.register_post_accumulate_grad_hook(self._ready) for p in self.parameters]

    def prepare(self, outputs: Sequence[Any]) -> None:
        """Returns None; expects the gradients of a backward from `outputs`. RuntimeError if the pass before is not done."""
        if self.active and self.used:
            names = sum(len(bucket._waiting) for bucket in self.buckets)
            raise RuntimeError(
                "Expected to have finished reduction in the prior iteration before starting a new one. This error indicates "
                f"that your module has {names} parameters that were not used in producing loss; pass "
                "find_unused_parameters=True to DistributedDataParallel, and make sure that all outputs of forward "
                "participate in calculating loss."
            )
        self.active, self.used, self._next = True, set(), 0
        for bucket in self.buckets:
            bucket._waiting, bucket._future = {id(p) for p in bucket.parameters()}, None
        if self.find_unused:
            reached = reached_from(outputs)
            for p in self.parameters:
                if id(p) not in reached:
                    self.bucket_of[id(p)]._waiting.discard(id(p))

    def take_part(self) -> None:
        """Returns None; answers the reductions of one backward of other processes, with zeros, and takes over its averages."""
        self.active, self.used = True, set()
        for bucket in self.buckets:
            self._leave(bucket)
        self._finish()

    def _ready(self, parameter: Any) -> None:
        if not self.active:
            return
        self.used.add(id(parameter))
        self.bucket_of[id(parameter)]._waiting.discard(id(parameter))
        while self._next < len(self.buckets) and not self.buckets[self._next]._waiting:
            self._leave(self.buckets[self._next])
            self._next += 1
        if self._next == len(self.buckets):
            self._finish()

    def _leave(self, bucket: GradBucket) -> None:
        with no_grad():
            for p, view in zip(bucket.parameters(), bucket.gradients(), strict=True):
                if id(p) not in self.used:
                    view.zero_()
                elif self.hook is None:
                    _C.ops.div(p.grad, self.divisor, out=view)
                elif p.grad.data_ptr() != view.data_ptr():
                    view.copy_(p.grad)
            if self.hook is not None:
                bucket._future = self.hook(bucket)
                return
        work = collectives.all_reduce(bucket.buffer(), group=self.group, async_op=True)
        bucket._future = work

    def _finish(self) -> None:
        """Waits for all buckets and gives parameters their averages."""
        self.active = False
        reached = self._used_by_any()
        with no_grad():
            for bucket in self.buckets:
                came = bucket._future.wait()
                if self.hook is not None:
                    came = came[0] if isinstance(came, (list, tuple)) else came
                    if came.data_ptr() != bucket.buffer().data_ptr():
                        bucket.buffer().copy_(came)
                for p, view in zip(bucket.parameters(), bucket.gradients(), strict=True):
                    if id(p) not in reached:
                        continue
                    if self.views:
                        p.grad = view
                    elif p.grad is None:
                        p.grad = view.clone()
                    else:
                        p.grad.copy_(view)

    def _used_by_any(self) -> set[int]:
        if not self.find_unused:
            return {id(p) for p in self.parameters}
        flags = _C.ops.zeros([len(self.parameters)], dtype=_C.int32)
        for i, p in enumerate(self.parameters):
            if id(p) in self.used:
                flags[i] = 1
        collectives.all_reduce(flags, group=self.group)
        return {id(p) for p, flag in zip(self.parameters, flags.tolist(), strict=True) if flag}


def reached_from(outputs: Sequence[Any]) -> set[int]:
    """The ids of all leaves that a backward from `outputs` gives gradients."""
    todo = [t.grad_fn for t in outputs if t.grad_fn is not None]
    seen, leaves = set(todo), set()
    while todo:
        node = todo.pop()
        variable = getattr(node, "variable", None)
        if variable is not None:
            leaves.add(id(variable))
        for following, _ in node.next_functions:
            if following is not None and following not in seen:
                seen.add(following)
                todo.append(following)
    return leaves
