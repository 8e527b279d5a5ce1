"""Checkpoints that keep the results of some ops: a policy says which."""

from __future__ import annotations

import enum
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from vibetensor import _C
from vibetensor.torch._op_overload import OpOverload
from vibetensor.torch.utils._python_dispatch import TorchDispatchMode
from vibetensor.torch.utils._pytree import tree_map

Tensor: Any = _C.Tensor


class CheckpointPolicy(enum.Enum):
    """What becomes of an op's result in a checkpoint: kept for backward, or computed again in it."""

    MUST_SAVE = 0
    PREFER_SAVE = 1
    MUST_RECOMPUTE = 2
    PREFER_RECOMPUTE = 3


SAVED = (CheckpointPolicy.MUST_SAVE, CheckpointPolicy.PREFER_SAVE)


class SelectiveCheckpointContext:
    """What a policy is told of a call: whether it is made again in backward, and its result in the first run."""

    def __init__(self, *, is_recompute: bool, op_output: Any = None):
        self.is_recompute, self.op_output = is_recompute, op_output


class Kept:
    """A result that is kept, which may not be written to unless that is allowed."""

    def __init__(self, value: Any):
        self.value = value
        self.version = value._version if isinstance(value, Tensor) else None

    def take(self, may_be_written: bool) -> Any:
        if not may_be_written and self.version is not None and self.value._version != self.version:
            raise RuntimeError(
                "Tensor cached during selective activation checkpoint has been mutated. Pass "
                "allow_cache_entry_mutation=True if that is meant"
            )
        return self.value


def is_left_alone(func: Any) -> bool:
    """Whether an op is outside of every policy: detaching happens at other times in the second run."""
    return isinstance(func, OpOverload) and func.name() == "aten::detach"


class Selective(TorchDispatchMode):
    """What both runs have: the policy, and the results that it keeps, by op in order."""

    def __init__(self, policy: Callable[..., Any], kept: defaultdict[Any, deque[Any]], may_be_written: bool):
        self.policy, self.kept, self.may_be_written = policy, kept, may_be_written

    def keeps(self, context: SelectiveCheckpointContext, func: Any, args: Any, kwargs: Any) -> bool:
        said = self.policy(context, func, *args, **kwargs)
        if isinstance(said, bool):
            return said
        if not isinstance(said, CheckpointPolicy):
            raise NotImplementedError(
                f"torch.utils.checkpoint: a policy said {said!r}; only saving and recomputing are there"
            )
        return said in SAVED


class Keeping(Selective):
    """The first run."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        if is_left_alone(func):
            return result
        if self.keeps(SelectiveCheckpointContext(is_recompute=False, op_output=result), func, args, kwargs):
            self.kept[func].append(tree_map(lambda x: Kept(x.detach() if isinstance(x, Tensor) else x), result))
        return result


class Taking(Selective):
    """The run in backward."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if is_left_alone(func) or not self.keeps(SelectiveCheckpointContext(is_recompute=True), func, args, kwargs):
            return func(*args, **kwargs)
        if not self.kept[func]:
            raise RuntimeError(
                f"{func} encountered during backward, but not found in storage: the function has to do the same both times, "
                "and backward can go through it once"
            )
        return tree_map(lambda kept: kept.take(self.may_be_written), self.kept[func].popleft())


def create_selective_checkpoint_contexts(
    policy_fn_or_list: Any, allow_cache_entry_mutation: bool = False
) -> tuple[TorchDispatchMode, TorchDispatchMode]:
    """Contexts for `context_fn` of checkpoint, in which the results of some ops are kept and not computed again.

    policy_fn_or_list: the ops whose results are kept, as a list of overloads (torch.ops.aten.mm.default); or a function
    (ctx, op, *args, **kwargs) that gives a CheckpointPolicy, with ctx.is_recompute. RuntimeError in backward if a result
    that is kept was written to, unless allow_cache_entry_mutation.

    >>> import vibetensor.torch as torch
    >>> from functools import partial
    >>> from vibetensor.torch.utils.checkpoint import checkpoint, create_selective_checkpoint_contexts
    >>> keep_products = partial(create_selective_checkpoint_contexts, [torch.ops.aten.mm.default])
    >>> x = torch.ones(2, 2, requires_grad=True)
    >>> checkpoint(lambda x: (x @ x).exp().sum(), x, use_reentrant=False, context_fn=keep_products).backward()
    >>> x.grad.shape
    torch.Size([2, 2])
    """
    if isinstance(policy_fn_or_list, list):
        for op in policy_fn_or_list:
            if not hasattr(op, "_schema") and not callable(getattr(op, "name", None)):
                raise ValueError(f"Expected op in `op_list` to be an OpOverload but got: {op} of type {type(op)}.")
        listed = set(policy_fn_or_list)

        def policy(context: Any, op: Any, *args: Any, **kwargs: Any) -> CheckpointPolicy:
            return CheckpointPolicy.MUST_SAVE if op in listed else CheckpointPolicy.PREFER_RECOMPUTE

    elif callable(policy_fn_or_list):
        policy = policy_fn_or_list
    else:
        raise TypeError("policy_fn_or_list must be either a function or a list of ops.")
    kept: defaultdict[Any, deque[Any]] = defaultdict(deque)
    return Keeping(policy, kept, allow_cache_entry_mutation), Taking(policy, kept, allow_cache_entry_mutation)
