"""torch.cuda's memory functions on a GPU: counters, caps, snapshots, history with stacks, pools, raw memory."""

from __future__ import annotations

import io
import pickle
import re
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from memory_keys import documented_keys
from torch.cuda import _memory_viz as theirs
from vibetensor.memory_viz import load, render
from vibetensor.torch.cuda import memory

from .side import torch

pytestmark = pytest.mark.cuda
MIB = 1 << 20


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    torch.cuda.synchronize()
    torch.cuda.empty_cache()
    yield
    memory._record_memory_history(enabled=None)
    memory.set_memory_limit(None)
    torch.cuda.synchronize()
    torch.cuda.empty_cache()


def allocated() -> int:
    return torch.cuda.memory_allocated()


def test_stats_have_pytorchs_keys() -> None:
    x = torch.ones(3, device="cuda")
    stats = torch.cuda.memory_stats()
    private = {key for key in stats if key.startswith("reserved_bytes_by_private_pools")}
    assert set(stats) - private - documented_keys() <= {"num_oom_rejections"}  # which older versions lack
    assert documented_keys() <= set(stats)
    assert all(isinstance(value, int) for value in stats.values())
    nested = torch.cuda.memory_stats_as_nested_dict()
    assert nested["allocated_bytes"]["all"]["current"] == stats["allocated_bytes.all.current"] >= x.numel() * 4


def test_stats_follow_what_happens() -> None:
    before = torch.cuda.memory_stats()
    torch.cuda.reset_peak_memory_stats()
    x = torch.empty(5 * MIB, dtype=torch.uint8, device="cuda")
    y = torch.empty(1000, dtype=torch.uint8, device="cuda")
    during = torch.cuda.memory_stats()
    assert during["allocation.all.current"] - before["allocation.all.current"] == 2
    assert during["allocation.small_pool.current"] - before["allocation.small_pool.current"] == 1
    assert during["requested_bytes.all.current"] - before["requested_bytes.all.current"] == 5 * MIB + 1000
    assert during["reserved_bytes.all.current"] >= during["allocated_bytes.all.current"]
    del x, y
    after = torch.cuda.memory_stats()
    assert after["allocated_bytes.all.current"] == before["allocated_bytes.all.current"]
    assert after["allocated_bytes.all.peak"] >= before["allocated_bytes.all.current"] + 5 * MIB + 1000
    torch.cuda.reset_peak_memory_stats()
    assert torch.cuda.max_memory_allocated() == allocated()
    torch.cuda.reset_accumulated_memory_stats()
    stats = torch.cuda.memory_stats()
    assert stats["allocation.all.allocated"] == stats["allocation.all.freed"] == stats["num_ooms"] == 0
    with pytest.warns(FutureWarning):
        torch.cuda.reset_max_memory_allocated()


def test_summary_and_info() -> None:
    text = torch.cuda.memory_summary()
    assert "Allocated memory" in text and "of small requests" in text
    assert "of small requests" not in torch.cuda.memory_summary(abbreviated=True)
    free, total = torch.cuda.mem_get_info()
    assert 0 < free <= total == torch.cuda.get_device_properties(0).total_memory
    assert torch.cuda.get_allocator_backend() == "native"
    assert memory.allocator_stats()["memory_limit"] == -1


def test_a_cap_holds_and_can_be_lifted() -> None:
    torch.cuda.empty_cache()
    limit = torch.cuda.memory_reserved() + 64 * MIB
    room = limit - torch.cuda.memory_allocated()  # holes between what other tests left count too
    memory.set_memory_limit(limit)
    assert memory.get_memory_limit() == limit
    kept = []
    with pytest.raises(torch.cuda.OutOfMemoryError) as raised:
        for _ in range(room // (4 * MIB) + 1):
            kept.append(torch.empty(4 * MIB, dtype=torch.uint8, device="cuda"))
            assert torch.cuda.memory_reserved() <= limit
    assert 1 <= len(kept) <= room // (4 * MIB)
    assert torch.cuda.memory_reserved() <= limit
    assert "test_memory.py" in str(raised.value)  # the largest tensors, and where they were made
    memory.set_memory_limit(None)
    kept.append(torch.empty(64 * MIB, dtype=torch.uint8, device="cuda"))


def test_a_fraction_is_a_cap() -> None:
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(0.25)
    assert torch.cuda.get_per_process_memory_fraction() == pytest.approx(0.25, rel=1e-6)
    with pytest.raises(torch.cuda.OutOfMemoryError):
        torch.empty(total // 2, dtype=torch.uint8, device="cuda")
    torch.cuda.set_per_process_memory_fraction(1.0)


def make_here(size: int) -> Any:
    return torch.empty(size, dtype=torch.uint8, device="cuda")


def block_of(snapshot: dict[str, Any], tensor: Any) -> dict[str, Any]:
    (block,) = [b for s in snapshot["segments"] for b in s["blocks"] if b["address"] == tensor.data_ptr()]
    return block


def check_layout(snapshot: dict[str, Any]) -> None:
    """What PyTorch's page and its helpers count on."""
    for segment in snapshot["segments"]:
        end = segment["address"]
        for block in segment["blocks"]:
            assert block["address"] == end
            end += block["size"]
        assert end - segment["address"] == segment["total_size"]
        active = [b for b in segment["blocks"] if b["state"] == "active_allocated"]
        assert segment["allocated_size"] == sum(b["size"] for b in active)
        assert segment["segment_type"] in ("small", "large")
    for trace in snapshot["device_traces"]:
        times = [e["time_us"] for e in trace]
        assert times == sorted(times)
        for event in trace:
            assert ("device_free" in event) == (event["action"] == "oom")


def test_the_short_history_is_always_on() -> None:
    x = make_here(3 * MIB + 17)
    snapshot = memory._snapshot()
    check_layout(snapshot)
    block = block_of(snapshot, x)
    assert block["requested_size"] == 3 * MIB + 17 and block["state"] == "active_allocated"
    assert block["frames"][0]["name"] == "make_here" and block["frames"][0]["filename"] == __file__
    assert len(block["frames"]) <= 8
    assert block["tensor"] == f"uint8[{3 * MIB + 17}]"
    events = [e for e in snapshot["device_traces"][0] if e.get("addr") == x.data_ptr() and e["action"] == "alloc"]
    assert events[-1]["frames"] == block["frames"]


def test_recording_takes_whole_stacks_and_frees() -> None:
    def deep(n: int) -> Any:
        return make_here(2 * MIB) if n == 0 else deep(n - 1)

    memory._record_memory_history(max_entries=1000)
    x = deep(20)
    address = x.data_ptr()
    assert len(block_of(memory._snapshot(), x)["frames"]) > 20
    del x
    trace = memory._snapshot()["device_traces"][0]
    mine = [e for e in trace if e.get("addr") == address and not e["action"].startswith("segment")]
    assert [e["action"] for e in mine] == ["alloc", "free_requested", "free_completed"]
    assert mine[1]["frames"][0]["name"].endswith("test_recording_takes_whole_stacks_and_frees")
    memory._record_memory_history(max_entries=10)
    for _ in range(50):
        make_here(512)
    kept = memory._snapshot()["device_traces"][0]
    assert 10 <= len(kept) <= 21  # a free is one entry that reads as two events, and the snapshot is an event
    memory._record_memory_history(skip_actions=["alloc"])
    make_here(512)
    assert "alloc" not in {e["action"] for e in memory._snapshot()["device_traces"][0]}
    memory._record_memory_history(context=None)
    unnamed = make_here(512)
    assert block_of(memory._snapshot(), unnamed)["frames"] == []


def test_backward_is_named_by_the_line_that_called_it() -> None:
    memory._record_memory_history()
    w = torch.ones(1024, 1024, device="cuda", requires_grad=True)
    (w * 2).sum().backward()
    frames = block_of(memory._snapshot(), w.grad)["frames"]
    assert any(f["name"].endswith("test_backward_is_named_by_the_line_that_called_it") for f in frames)


def test_out_of_memory_is_in_the_history_and_observed() -> None:
    seen: list[tuple[int, int, int, int]] = []
    observer = memory.attach_out_of_memory_observer(lambda *event: seen.append(event))
    with pytest.raises(torch.cuda.OutOfMemoryError):
        make_here(1 << 44)
    observer.remove()
    with pytest.raises(torch.cuda.OutOfMemoryError):
        make_here(1 << 44)
    assert [(event[0], event[1]) for event in seen] == [(0, 1 << 44)]
    ooms = [e for e in memory._snapshot()["device_traces"][0] if e["action"] == "oom"]
    assert ooms[-1]["size"] == 1 << 44 and ooms[-1]["device_free"] > 0


def test_a_callback_may_make_room() -> None:
    torch.cuda.empty_cache()
    memory.set_memory_limit(torch.cuda.memory_reserved() + 100 * MIB)
    cache = [make_here(80 * MIB)]
    asked: list[int] = []

    def drop(device: int, requested: int, in_use: int, free: int) -> None:
        asked.append(requested)
        cache.clear()

    handle = memory.add_out_of_memory_callback(drop)
    x = make_here(80 * MIB)
    handle.remove()
    assert asked == [80 * MIB] and x.numel() == 80 * MIB
    assert memory.allocator_stats()["ladder"]["called_back"] >= 1
    failing = memory.add_out_of_memory_callback(lambda *event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make_here(80 * MIB)
    failing.remove()


def test_pytorchs_own_tools_read_a_dump(tmp_path: Path) -> None:
    memory._record_memory_history()
    model = torch.nn.Sequential(torch.nn.Linear(512, 2048), torch.nn.ReLU(), torch.nn.Linear(2048, 512)).to("cuda")
    for _ in range(3):
        model(torch.ones(256, 512, device="cuda")).sum().backward()
    memory._dump_snapshot(str(tmp_path / "dump.pickle"))
    snapshot = pickle.loads((tmp_path / "dump.pickle").read_bytes())
    assert load(tmp_path / "dump.pickle") == snapshot  # nothing but plain values
    check_layout(snapshot)
    summary = theirs.segsum(snapshot)
    reserved = sum(s["total_size"] for s in snapshot["segments"])
    assert f"total_reserved: {theirs.Bytes(reserved)}" in summary
    lines: list[str] = []
    theirs.memory(snapshot, format_flamegraph=lambda text: lines.append(text) or "")
    theirs.segments(snapshot, format_flamegraph=lambda text: lines.append(text) or "")
    assert "test_memory.py" in lines[0] and "active_allocated" in lines[1]
    with redirect_stdout(io.StringIO()):
        assert "= seg_" in theirs.trace(snapshot) or "= " in theirs.trace(snapshot)
    assert "snapshot.pickle" in theirs.trace_plot(snapshot)
    page = render(snapshot)
    assert re.search(r"test_memory\.py", page)


def test_private_pools_are_apart() -> None:
    pool = torch.cuda.MemPool()
    assert pool.use_count() == 1
    with torch.cuda.use_mem_pool(pool):
        assert pool.use_count() == 2
        inside = make_here(3 * MIB)
    outside = make_here(3 * MIB)
    (segment,) = pool.snapshot()
    stats = torch.cuda.memory_stats()
    key = f"reserved_bytes_by_private_pools.{pool.id[0]}_{pool.id[1]}."
    assert stats[key + "all.current"] == stats[key + "large_pool.peak"] == segment["total_size"]
    assert stats[key + "small_pool.current"] == 0
    assert segment["segment_pool_id"] == pool.id != (0, 0)
    assert segment["address"] <= inside.data_ptr() < segment["address"] + segment["total_size"]
    assert not segment["address"] <= outside.data_ptr() < segment["address"] + segment["total_size"]
    address = inside.data_ptr()
    del inside
    again = make_here(3 * MIB)
    assert again.data_ptr() != address  # the pool keeps it
    torch.cuda.empty_cache()
    name = pool.id
    del pool
    assert torch.cuda.memory_snapshot(name) == []


def test_pools_are_of_one_thread() -> None:
    pool = torch.cuda.MemPool()
    addresses: list[int] = []
    with torch.cuda.use_mem_pool(pool):
        thread = threading.Thread(target=lambda: addresses.append(make_here(2 * MIB).data_ptr()))
        thread.start()
        thread.join()
    assert pool.snapshot() == []
    assert addresses


def test_page_locked_memory_is_counted() -> None:
    torch.cuda.reset_peak_host_memory_stats()
    before = torch.cuda.host_memory_stats()
    x = torch.empty(3 * MIB, dtype=torch.uint8).pin_memory()
    during = torch.cuda.host_memory_stats()
    assert during["active_requests.current"] == before["active_requests.current"] + 1
    assert during["active_bytes.current"] >= before["active_bytes.current"] + x.numel()
    del x
    memory.empty_host_cache()
    after = torch.cuda.host_memory_stats()
    assert after["active_bytes.current"] == before["active_bytes.current"]
    assert after["active_bytes.peak"] >= during["active_bytes.current"]
    torch.cuda.reset_accumulated_host_memory_stats()
    assert torch.cuda.host_memory_stats()["active_requests.allocated"] == 0


def test_raw_memory() -> None:
    before = allocated()
    address = torch.cuda.caching_allocator_alloc(5000)
    assert allocated() - before >= 5000 and address % 512 == 0
    torch.cuda.caching_allocator_delete(address)
    assert allocated() == before
    with pytest.raises(RuntimeError):
        torch.cuda.caching_allocator_delete(address)
    on_stream = torch.cuda.caching_allocator_alloc(512, stream=torch.cuda.Stream())
    torch.cuda.caching_allocator_delete(on_stream)
    with pytest.raises(TypeError):
        torch.cuda.caching_allocator_alloc(512, stream="0")  # type: ignore[arg-type]
