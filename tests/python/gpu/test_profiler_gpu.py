"""Profiles of device work: kernels tied to ops, copies, memory, graphs, streams, and what a trace shows of them."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from vibetensor import _C

from .side import torch

pytestmark = pytest.mark.cuda

DEVICE = torch.autograd.profiler_util.DeviceType.CUDA


@pytest.fixture(autouse=True)
def cupti() -> None:
    if reason := _C.profiler_device_unavailable_reason():
        pytest.skip(reason)


def profiled(body: Any, **options: Any) -> Any:
    with torch.profiler.profile(**options) as prof:
        body()
    return prof


def on_device(prof: Any, kind: str | None = None) -> list[Any]:
    return [e for e in prof.events() if e.device_type == DEVICE and kind in (None, e.activity_type)]


def trace_of(prof: Any, folder: Path) -> list[dict[str, Any]]:
    prof.export_chrome_trace(str(folder / "trace.json"))
    return json.loads((folder / "trace.json").read_text())["traceEvents"]


def test_both_activities_are_supported() -> None:
    activity = torch.profiler.ProfilerActivity
    assert torch.profiler.supported_activities() == {activity.CPU, activity.CUDA}


def test_kernels_belong_to_the_op_that_launched_them() -> None:
    x = torch.randn(1 << 20, device="cuda")
    w = torch.randn(512, 512, device="cuda")
    (w @ w).relu()
    prof = profiled(lambda: ((x * 2).sum(), w @ w))
    events = prof.events()
    for name in ("aten::mul", "aten::sum", "aten::mm"):
        (op,) = [e for e in events if e.name == name]
        assert op.kernels and op.device_time_total > 0, name
        assert all(kernel.duration > 0 for kernel in op.kernels)
    kernels = on_device(prof, "kernel")
    assert len(kernels) >= 3 and all(e.linked_correlation_id for e in kernels)
    assert sum(e.self_device_time_total for e in on_device(prof)) == pytest.approx(
        sum(e.self_device_time_total for e in events if e.device_type != DEVICE), rel=1e-6
    )
    launches = [e for e in events if e.activity_type == "cuda_runtime" and "Launch" in e.name]
    assert launches and all(e.cpu_parent is not None for e in launches)


def test_device_times_lie_inside_the_profile_and_after_their_launch() -> None:
    x = torch.randn(1 << 22, device="cuda")
    torch.cuda.synchronize()
    prof = profiled(lambda: [x.mul_(1.0) for _ in range(50)])
    calls = {e.id: e for e in prof.events() if e.activity_type == "cuda_runtime"}
    kernels = on_device(prof, "kernel")
    assert len(kernels) == 50
    for kernel in kernels:
        assert kernel.time_range.start >= calls[kernel.id].time_range.start - 2  # microseconds; two clocks
        assert kernel.time_range.elapsed_us() > 0
    ends = [kernel.time_range.end for kernel in kernels]
    assert ends == sorted(ends)


def test_work_that_is_still_in_flight_is_waited_for() -> None:
    w = torch.randn(4096, 4096, device="cuda")
    torch.cuda.synchronize()
    prof = profiled(lambda: [w @ w for _ in range(20)])
    (total,) = [row for row in prof.key_averages() if row.key == "aten::mm"]
    assert total.count == 20 and len(on_device(prof, "kernel")) >= 20
    assert "Self CUDA" in prof.key_averages().table(sort_by="cuda_time_total")


def test_copies_and_fills() -> None:
    host = torch.ones(1 << 16).pin_memory()

    def body() -> None:
        x = host.to("cuda", non_blocking=True)
        x.clone().cpu()
        x.zero_()

    prof = profiled(body)
    names = [e.name for e in on_device(prof, "gpu_memcpy")]
    assert any("HtoD" in name for name in names) and any("DtoH" in name for name in names)


def test_memory_of_the_device() -> None:
    def body() -> None:
        x = torch.ones(1 << 18, device="cuda")
        x + x

    prof = profiled(body, profile_memory=True)
    (add,) = [e for e in prof.events() if e.name == "aten::add"]
    assert add.device_memory_usage == 4 << 18
    assert "CUDA Mem" in prof.key_averages().table()


def test_backward_and_its_kernels() -> None:
    w = torch.randn(256, 256, device="cuda", requires_grad=True)
    prof = profiled(lambda: (w @ w).sum().backward())
    (node,) = [e for e in prof.events() if e.name == "MmBackward0"]
    assert node.device_time_total > 0


def test_replays_of_a_graph(tmp_path: Path) -> None:
    x = torch.ones(1 << 16, device="cuda")
    graph = torch.cuda.CUDAGraph()
    with torch.profiler.profile() as prof:
        with torch.cuda.graph(graph):
            ((x + 1) * 2).relu()
        for _ in range(3):
            graph.replay()
    replays = [e for e in prof.events() if "replay" in e.name]
    assert len(replays) == 3 and len({e.name for e in replays}) == 1
    for replay in replays:
        assert len(replay.kernels) == 3 and replay.device_time_total > 0
    assert [e.name for e in prof.events() if "capture" in e.name] == [replays[0].name.replace("replay", "capture")]
    events = trace_of(prof, tmp_path)
    lanes = [e for e in events if e["ph"] == "X" and e["cat"] == "cuda_graph" and "kernels and copies" in e["args"]]
    assert [e["args"]["kernels and copies"] for e in lanes] == [3, 3, 3]
    inside = [e for e in events if e["ph"] == "X" and e["cat"] == "kernel" and e["args"].get("graph id")]
    assert len(inside) == 9


def test_a_profile_that_ends_inside_a_capture_leaves_it_alone() -> None:
    x = torch.ones(100, device="cuda")
    graph = torch.cuda.CUDAGraph()
    prof = torch.profiler.profile()
    prof.start()
    with torch.cuda.graph(graph):
        y = x + 1
        prof.stop()
    graph.replay()
    assert y.sum().item() == 200
    assert any("capture" in e.name and not e.finished for e in prof.events())


def test_a_profile_that_begins_inside_a_capture_sees_its_replays() -> None:
    x = torch.ones(100, device="cuda")
    graph = torch.cuda.CUDAGraph()
    prof = torch.profiler.profile()
    with torch.cuda.graph(graph):
        prof.start()
        y = x + 1
    graph.replay()
    prof.stop()
    assert y.sum().item() == 200
    assert any(len(e.kernels) == 1 for e in prof.events() if "replay" in e.name)


def test_streams_are_lanes(tmp_path: Path) -> None:
    streams = [torch.cuda.Stream() for _ in range(2)]

    def body() -> None:
        for stream in streams:
            with torch.cuda.stream(stream):
                torch.ones(1 << 16, device="cuda") * 2

    prof = profiled(body)
    assert len({e.device_resource_id for e in on_device(prof, "kernel")}) == 2
    events = trace_of(prof, tmp_path)
    names = [e["args"]["name"] for e in events if e["ph"] == "M" and e["name"] == "thread_name"]
    assert sum(name.startswith("stream ") for name in names) >= 2
    arrows = [e for e in events if e.get("cat") == "ac2g"]
    assert len([e for e in arrows if e["ph"] == "s"]) == len([e for e in arrows if e["ph"] == "f"]) > 0
    (gpu,) = {
        e["args"]["name"] for e in events if e["ph"] == "M" and str(e.get("args", {}).get("name")).startswith("GPU")
    }
    assert torch.cuda.get_device_name() in gpu


def test_threads() -> None:
    def work() -> None:
        torch.ones(1 << 10, device="cuda") * 2

    with torch.profiler.profile() as prof:
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    ops = [e for e in prof.events() if e.name == "aten::mul"]
    assert len({e.thread for e in ops}) == 3 and all(len(e.kernels) == 1 for e in ops)


def test_many_profiles_one_after_the_other() -> None:
    x = torch.ones(1000, device="cuda")
    for _ in range(10):
        prof = profiled(lambda: x * 2)
        assert len(on_device(prof, "kernel")) == 1
    plan = torch.profiler.schedule(wait=1, warmup=1, active=2)
    seen: list[int] = []
    with torch.profiler.profile(
        schedule=plan, on_trace_ready=lambda p: seen.append(len(on_device(p, "kernel")))
    ) as prof:
        for _ in range(8):
            x * 2
            prof.step()
    assert seen == [2, 2]


def test_a_limit_holds_for_devices_too() -> None:
    x = torch.ones(1000, device="cuda")
    prof = profiled(lambda: [x.mul_(1.0) for _ in range(200)], max_events=50)
    with pytest.warns(UserWarning, match="keeps the latest 50"):
        assert len(on_device(prof)) == 50
    assert prof.dropped["device"] == 150


def test_an_error_of_a_kernel_takes_the_profile_down_and_the_next_one_runs() -> None:
    x = torch.ones(10, device="cuda")
    prof = torch.profiler.profile()
    prof.start()
    with pytest.raises(IndexError, match="found by a CUDA kernel"):  # at once, or at the end of the profile
        x[torch.tensor([99], device="cuda")]
        prof.stop()
    if _C.profiler_is_running():
        prof.stop()
    assert not _C.profiler_is_running()
    assert len(on_device(profiled(lambda: x * 2), "kernel")) == 1
