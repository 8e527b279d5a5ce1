"""Hooks that average gradients, as they are or in 16 bits on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor import _C
from vibetensor.torch.distributed import collectives
from vibetensor.torch.distributed.groups import group_or_default

__all__ = [
    "allreduce_hook",
    "bf16_compress_hook",
    "bf16_compress_wrapper",
    "fp16_compress_hook",
    "fp16_compress_wrapper",
]


def averaged(group: Any, tensor: Any) -> Any:
    """A Future of the average of all processes' `tensor`, in its memory."""
    chosen = group_or_default(group)
    tensor.div_(chosen.size())
    work = collectives.all_reduce(tensor, group=chosen, async_op=True)
    return work.get_future().then(lambda future: future.value()[0])  # type: ignore[union-attr]


def allreduce_hook(process_group: Any, bucket: Any) -> Any:
    """A Future of the average of the bucket's gradients."""
    return averaged(process_group, bucket.buffer())


def in_16_bits(dtype: Any, process_group: Any, bucket: Any) -> Any:
    buffer = bucket.buffer()

    def widen(future: Any) -> Any:
        buffer.copy_(future.value())
        return buffer

    return averaged(process_group, buffer.to(dtype)).then(widen)


def fp16_compress_hook(process_group: Any, bucket: Any) -> Any:
    """allreduce_hook, in float16 on the way."""
    return in_16_bits(_C.float16, process_group, bucket)


def bf16_compress_hook(process_group: Any, bucket: Any) -> Any:
    """allreduce_hook, in bfloat16 on the way."""
    return in_16_bits(_C.bfloat16, process_group, bucket)


def compressed(dtype: Any, hook: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def call(state: Any, bucket: Any) -> Any:
        wide = bucket.buffer()
        bucket.set_buffer(wide.to(dtype))

        def widen(future: Any) -> Any:
            value = future.value()
            wide.copy_(value[0] if isinstance(value, (list, tuple)) else value)
            bucket.set_buffer(wide)
            return wide

        return hook(state, bucket).then(widen)

    return call


def fp16_compress_wrapper(hook: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """`hook`, of gradients in float16."""
    return compressed(_C.float16, hook)


def bf16_compress_wrapper(hook: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """`hook`, of gradients in bfloat16."""
    return compressed(_C.bfloat16, hook)
