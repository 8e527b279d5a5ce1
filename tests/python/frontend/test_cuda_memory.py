"""torch.cuda's memory functions without a GPU: names, layout, text, and clear errors."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from typing import Any

import pytest
import torch as reference
import vibetensor.torch as torch
from memory_keys import documented_keys
from vibetensor import _C
from vibetensor.torch.cuda import _memory_history, memory

without_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")


def zeros(keys: set[str]) -> dict[str, int]:
    return dict.fromkeys(keys, 0)


def test_the_documentation_was_understood() -> None:
    keys = documented_keys()
    assert "allocated_bytes.small_pool.peak" in keys and "num_alloc_retries" in keys and "max_split_size" in keys
    assert len(keys) == 9 * 3 * 4 + 2 * 4 + 7


def test_flattening_is_pytorchs() -> None:
    nested = {"b": {"y": 1, (0, 3): {"z": 2}}, "a": 5}
    assert list(memory.flattened(nested).items()) == [("a", 5), ("b.0_3.z", 2), ("b.y", 1)]


def test_the_summary_has_pytorchs_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    stats = zeros(documented_keys())
    stats["allocated_bytes.all.peak"] = 3 << 29
    stats["allocation.all.allocated"] = 1_234_567
    monkeypatch.setattr(reference.cuda.memory, "memory_stats", lambda device=None: stats)
    monkeypatch.setattr(reference.cuda.memory, "_get_device_index", lambda device, optional=False: 0)
    theirs = reference.cuda.memory.memory_summary(0)
    ours = memory.summary_table("CUDA memory of cuda:0", ["a note"], stats, abbreviated=False)
    rows = [line.split("|")[1].strip() for line in theirs.splitlines() if line.count("|") == 6 and "Metric" not in line]
    mine = [line.split("|")[1].strip() for line in ours.splitlines() if line.count("|") == 6]
    assert [r for r in rows if "pool" not in r] == [r for r in mine if r and not r.startswith("of ")]
    assert len(mine) == len(rows) + 1  # ours has its headings in a row like the others
    assert "1.5 GiB" in ours and "1,234,567" in ours
    assert len({len(line) for line in ours.splitlines()}) == 1  # a straight right edge
    short = memory.summary_table("x", [], stats, abbreviated=True)
    assert len(short.splitlines()) < len(ours.splitlines()) and "Allocated memory" in short


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1 << 20, "1.0 MiB"), (80 << 30, "80.0 GiB")],
)
def test_sizes_are_readable(size: int, text: str) -> None:
    assert memory.size_text(size) == text


@without_gpu
def test_questions_without_a_gpu_have_pytorchs_answers() -> None:
    for name in ("memory_allocated", "max_memory_allocated", "memory_reserved", "max_memory_reserved"):
        assert getattr(torch.cuda, name)() == getattr(reference.cuda, name)() == 0
    assert torch.cuda.memory_stats() == dict(reference.cuda.memory_stats()) == {}
    assert torch.cuda.memory_stats_as_nested_dict() == reference.cuda.memory_stats_as_nested_dict() == {}
    assert torch.cuda.empty_cache() is None
    with pytest.warns(FutureWarning):
        assert torch.cuda.memory_cached() == 0


CALLS: dict[str, tuple[Any, ...]] = {
    "memory_summary": (),
    "mem_get_info": (),
    "memory_snapshot": (),
    "reset_peak_memory_stats": (),
    "reset_accumulated_memory_stats": (),
    "set_per_process_memory_fraction": (0.5,),
    "get_per_process_memory_fraction": (),
    "caching_allocator_alloc": (512,),
    "caching_allocator_delete": (1,),
    "MemPool": (),
    "Stream": (),
    "ExternalStream": (0,),
    "current_stream": (),
    "default_stream": (),
    "synchronize": (),
    "memory._snapshot": (),
    "memory._dump_snapshot": ("never_written.pickle",),
    "memory._record_memory_history": (),
    "memory.set_memory_limit": (1 << 30,),
    "memory.get_memory_limit": (),
    "memory.allocator_stats": (),
}


@without_gpu
@pytest.mark.parametrize("name", CALLS)
def test_what_needs_a_gpu_says_why_there_is_none(name: str) -> None:
    function: Any = torch.cuda
    for part in name.split("."):
        function = getattr(function, part)
    with pytest.raises(RuntimeError) as raised:
        function(*CALLS[name])
    assert _C.cuda_unavailable_reason() in str(raised.value)
    assert not isinstance(raised.value, NotImplementedError)


def test_bad_arguments_are_told_before_a_gpu_is_asked_for() -> None:
    with pytest.raises(TypeError, match="float"):
        torch.cuda.set_per_process_memory_fraction(1)
    with pytest.raises(ValueError, match="0~1"):
        torch.cuda.set_per_process_memory_fraction(1.5)
    record = memory._record_memory_history
    for wrong in (
        {"enabled": "some"},
        {"context": "none"},
        {"stacks": "c"},
        {"max_entries": 0},
        {"skip_actions": ["x"]},
    ):
        with pytest.raises(ValueError):
            record(**wrong)  # type: ignore[arg-type]
    for absent in ({"stacks": "all"}, {"compile_context": True}):
        with pytest.raises(NotImplementedError):
            record(**absent)  # type: ignore[arg-type]
    for name in ("allocator", "use_on_oom", "no_split"):
        with pytest.raises(NotImplementedError, match=name):
            torch.cuda.MemPool(**{name: True})
    with pytest.raises(OSError):
        torch.cuda.CUDAPluggableAllocator("a.so", "a", "f")


def test_the_allocator_is_changed_once_and_before_its_first_use() -> None:
    program = """
        import ctypes.util
        import vibetensor.torch as torch
        libc = ctypes.util.find_library("c")
        try:
            torch.cuda.memory.CUDAPluggableAllocator(libc, "malloc", "no_such_function")
        except AttributeError:
            print("no such function")
        mine = torch.cuda.memory.CUDAPluggableAllocator(libc, "malloc", "free")
        torch.cuda.memory.change_current_allocator(mine)
        print(torch.cuda.get_allocator_backend())
        try:
            torch.cuda.memory.change_current_allocator(mine)
        except RuntimeError as error:
            print(error)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "no such function",
        "pluggable",
        "expected the allocator to be changed before its first use; it is in use as 'pluggable'",
    ]


class History:
    """Stands for the extension and writes down how it is told to record."""

    cuda_default_history_entries = 99

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def set_python_stack_kind(self, *arguments: Any) -> None:
        self.calls.append(arguments)

    def cuda_configure_history(self, *arguments: Any) -> None:
        self.calls.append(arguments)


@pytest.mark.parametrize(
    ("arguments", "calls"),
    [
        ({}, [("full", True), (True, 1 << 18, 0)]),
        ({"max_entries": 1 << 60}, [("full", True), (True, 1 << 22, 0)]),
        ({"enabled": "state", "context": "alloc"}, [("full", False), (False, 1 << 18, 0)]),
        ({"context": None, "max_entries": 7}, [("none", False), (True, 7, 0)]),
        ({"enabled": None}, [("short", False), (True, 99, 0)]),
        (
            {"enabled": True, "trace_alloc_max_entries": 50, "trace_alloc_record_context": True},
            [("full", True), (True, 50, 0)],
        ),
        ({"enabled": True, "trace_alloc_max_entries": 1}, [("full", False), (False, 1 << 18, 0)]),
        ({"skip_actions": ["alloc", "snapshot", "alloc"]}, [("full", True), (True, 1 << 18, 0b100000001)]),
        ({"enabled": False}, [("short", False), (True, 99, 0)]),
    ],
)
def test_what_recording_asks_of_the_allocator(
    monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any], calls: list[tuple[Any, ...]]
) -> None:
    history = History()
    monkeypatch.setattr(_memory_history, "_C", history)
    monkeypatch.setattr(_memory_history, "require_cuda", lambda: None)
    memory._record_memory_history(**arguments)
    assert history.calls == calls


def test_ranges_for_profilers_need_no_gpu() -> None:
    nvtx = torch.cuda.nvtx
    assert nvtx.range_push("outer") < 0  # no profiler listens
    assert nvtx.range_pop() < 0
    nvtx.range_end(nvtx.range_start("across threads"))
    nvtx.mark("now")
    with nvtx.range("step {}", 3):
        pass

    @nvtx.range("decorated")
    def work() -> int:
        return 5

    assert work() == 5


def test_events_can_be_made_without_a_gpu() -> None:
    event = torch.cuda.Event(enable_timing=True)
    assert repr(event) == "<torch.cuda.Event uninitialized>"
    assert event.query() is True
    assert event.cuda_event == 0 and event.device is None
    for absent in ({"interprocess": True}, {"external": True}):
        with pytest.raises(NotImplementedError):
            torch.cuda.Event(**absent)


def test_every_public_name_of_torch_cuda_is_there_or_said_to_be_absent() -> None:
    for name in reference.cuda.__all__:
        if not hasattr(torch.cuda, name):
            with pytest.raises(AttributeError, match="not there yet"):
                getattr(torch.cuda, name)


def test_the_accelerators_streams_events_and_memory() -> None:
    assert issubclass(torch.cuda.ExternalStream, torch.Stream) and torch.cuda.Stream is torch.Stream
    event = torch.Event("cuda", enable_timing=True)
    assert isinstance(event, torch.cuda.Event) and event.query()
    with pytest.raises(RuntimeError, match="accelerator"):
        torch.Event("cpu")
    for name in torch.accelerator.MEMORY:
        assert getattr(torch.accelerator, name) is getattr(memory, torch.accelerator.MEMORY[name])
    with pytest.raises(AttributeError):
        torch.accelerator.nothing  # noqa: B018


@without_gpu
def test_the_accelerator_without_a_gpu() -> None:
    assert torch.accelerator.memory_allocated() == 0
    for call in (torch.accelerator.current_stream, torch.accelerator.current_device_index, torch.Stream):
        with pytest.raises(RuntimeError, match=re.escape(_C.cuda_unavailable_reason())):
            call()


BINDINGS: dict[str, tuple[Any, ...]] = {
    "cuda_memory_stats": (None,),
    "cuda_allocator_stats": (0,),
    "cuda_reset_peak_memory_stats": ("cuda:0",),
    "cuda_reset_accumulated_memory_stats": (0,),
    "cuda_mem_get_info": (0,),
    "cuda_set_memory_fraction": (0.5, 0),
    "cuda_memory_fraction": (0,),
    "cuda_set_memory_limit": (None, 0),
    "cuda_memory_limit": (0,),
    "cuda_allocate_raw": (512, 0, 0),
    "cuda_deallocate_raw": (1 << 47,),
    "cuda_memory_segments": ((0, 1),),
    "cuda_memory_history": (),
    "cuda_configure_history": (True, 100, 0),
    "cuda_set_thread_pool": (0, (0, 1)),
    "cuda_current_stream": (None,),
    "cuda_default_stream": (0,),
    "cuda_synchronize": (None,),
}


@without_gpu
@pytest.mark.parametrize("name", BINDINGS)
def test_bindings_take_their_arguments(name: str) -> None:
    # a wrong signature would be a TypeError; what is missing here is the GPU alone
    with pytest.raises(RuntimeError, match=re.escape(_C.cuda_unavailable_reason())):
        getattr(_C, name)(*BINDINGS[name])
