"""Snapshots of the allocator and the history of what it did, with the Python stacks that asked for it.

A short history is always kept: the last events, each with the innermost frames of the code that asked.
`_record_memory_history` asks for more.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

from vibetensor import _C

MOST_ENTRIES = 1 << 22
ACTIONS = (
    "alloc",
    "free_requested",
    "free_completed",
    "segment_alloc",
    "segment_free",
    "segment_map",
    "segment_unmap",
    "oom",
    "snapshot",
)


def require_cuda() -> None:
    from vibetensor.torch.cuda import init

    init()


def among(name: str, value: Any, choices: Sequence[Any]) -> Any:
    if value not in choices:
        raise ValueError(f"expected one of {', '.join(map(repr, choices))} as `{name}`, got {value!r}")
    return value


def _record_memory_history(
    enabled: str | bool | None = "all",
    context: str | bool | None = "all",
    stacks: str = "python",
    max_entries: int = 1 << 18,
    device: Any = None,
    clear_history: bool = False,
    compile_context: bool = False,
    global_record_annotations: bool = False,
    skip_actions: Sequence[str] | None = None,
    *,
    record_context: bool = True,
    trace_alloc_max_entries: int = 1 << 18,
    trace_alloc_record_context: bool = False,
) -> None:
    """Returns None; from now on snapshots show the whole Python stacks and a longer history, begun anew.

    `enabled`: "all"; "state" for the tensors that live, without events; None goes back to the short history that is
    always kept. `context`: "all" takes stacks of allocations and frees, "alloc" and "state" of allocations, None takes
    none. `max_entries`: events kept per thread (a free counts once), at most 4,194,304. `skip_actions`: kinds of events that
    are not kept. All devices are recorded, whatever `device` says. `stacks` has to be "python": C++ frames are not there.

    PyTorch's older form is understood too: `_record_memory_history(True, trace_alloc_max_entries=100000,
    trace_alloc_record_context=True)`.
    """
    if isinstance(enabled, bool):
        # the older form: whether, with stacks of what lives, how many events, with their stacks
        with_stacks = record_context if not isinstance(context, bool) else context
        wants_events = trace_alloc_max_entries > 1
        max_entries = trace_alloc_max_entries if wants_events else max_entries
        context = "all" if trace_alloc_record_context else "state" if with_stacks else None
        enabled = ("all" if wants_events else "state") if enabled else None
    among("enabled", enabled, (None, "state", "all"))
    among("context", context, (None, "state", "alloc", "all"))
    if among("stacks", stacks, ("python", "all")) == "all":
        raise NotImplementedError('C++ frames in memory history are not there yet: pass stacks="python"')
    if compile_context or global_record_annotations:
        raise NotImplementedError("compile_context and global_record_annotations are not there yet")
    if max_entries < 1:
        raise ValueError(f"expected a positive number as `max_entries`, got {max_entries}")
    skipped = sum(1 << ACTIONS.index(among("skip_actions", action, ACTIONS)) for action in set(skip_actions or ()))
    require_cuda()
    if enabled is None:
        _C.set_python_stack_kind("short", False)
        _C.cuda_configure_history(True, _C.cuda_default_history_entries, 0)
    else:
        _C.set_python_stack_kind("full" if context else "none", context == "all")
        _C.cuda_configure_history(enabled == "all", min(max_entries, MOST_ENTRIES), skipped)


def memory_snapshot(mempool_id: tuple[int, int] | None = None, include_traces: bool = True) -> list[dict[str, Any]]:
    """The segments of all devices, each with its blocks in order of address; of one private pool if `mempool_id` is given.

    A segment has device, address, total_size, allocated_size, active_size, requested_size (bytes), stream,
    segment_type ("small" or "large"), segment_pool_id, is_expandable and blocks; a block has address, size,
    requested_size, state ("active_allocated", "active_pending_free", "inactive"), frames, and "tensor" where it is known
    what it was asked for: "float32[3, 4]". `include_traces` is there for PyTorch's sake: segments hold no traces.
    """
    require_cuda()
    return _C.cuda_memory_segments(mempool_id)


def _snapshot(device: Any = None, augment_with_fx_traces: bool = False) -> dict[str, Any]:
    """What the allocator holds and did, in PyTorch's layout: "segments" as of memory_snapshot(), "device_traces" with
    a list of events per device, oldest first, "allocator_settings", "external_annotations".

    An event has action, addr (device_free for "oom"), size, stream, time_us since the epoch, frames and pool_id.
    """
    if augment_with_fx_traces:
        raise NotImplementedError("augment_with_fx_traces is not there yet")
    require_cuda()
    segments = _C.cuda_memory_segments()
    traces = _C.cuda_memory_history()
    settings = {
        **_C.cuda_allocator_settings(),
        "PYTORCH_CUDA_ALLOC_CONF": "",
        "max_split_size": -1,
        "garbage_collection_threshold": 0.0,
    }
    return {
        "segments": segments,
        "device_traces": traces,
        "allocator_settings": settings,
        "external_annotations": [],
    }


def _dump_snapshot(filename: str = "dump_snapshot.pickle", augment_with_fx_traces: bool = False) -> None:
    """Returns None; writes `_snapshot()` as a pickle, for `python -m vibetensor.memory_viz` or PyTorch's page."""
    snapshot = _snapshot(augment_with_fx_traces=augment_with_fx_traces)
    with _C.AtomicFile(filename) as file:
        pickle.dump(snapshot, file)
