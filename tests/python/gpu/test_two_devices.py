"""Two GPUs in one process: work on either, copies and gradients between them, streams, memory and graphs of each."""

from __future__ import annotations

import pytest

from .side import ours, random, reference, theirs, torch

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(torch.cuda.device_count() < 2, reason="needs two GPUs"),
]


def test_work_goes_to_its_operands_device():
    x = torch.arange(6.0, device="cuda:1")
    assert torch.cuda.current_device() == 0
    y = (x * 2).sum()
    assert y.device == torch.device("cuda:1") and y.item() == 30.0
    with torch.cuda.device(1):
        assert torch.ones(2, device="cuda").device.index == 1
    assert torch.cuda.current_device() == 0


def test_copies_between_devices_keep_order():
    source = random(100_000)
    x = ours(source)
    for _ in range(20):
        y = (x + 1).to("cuda:1")
        x = (y * 0.5).to("cuda:0")
        source = (source + 1) * 0.5
    assert reference.allclose(theirs(x), source, rtol=1e-5, atol=1e-6)


def test_gradients_cross_devices():
    weights = [random(32, 32, seed=i) for i in range(2)]
    mine = [ours(w).to(f"cuda:{i}").requires_grad_() for i, w in enumerate(weights)]
    their = [w.clone().requires_grad_() for w in weights]
    ((ours(random(8, 32)) @ mine[0]).relu().to("cuda:1") @ mine[1]).square().sum().backward()
    ((random(8, 32) @ their[0]).relu() @ their[1]).square().sum().backward()
    for i in range(2):
        assert mine[i].grad.device.index == i
        assert reference.allclose(theirs(mine[i].grad), their[i].grad, rtol=1e-3, atol=1e-3)


def test_mixed_devices_are_refused():
    with pytest.raises(RuntimeError, match="device"):
        torch.ones(2, device="cuda:0") + torch.ones(2, device="cuda:1")


def test_streams_and_events_of_each_device():
    streams = [torch.cuda.Stream(device=i) for i in range(2)]
    for i, stream in enumerate(streams):
        with torch.cuda.stream(stream):
            assert torch.cuda.current_device() == i
            x = torch.full((1000,), float(i), device="cuda") + 1
            event = stream.record_event()
        event.synchronize()
        assert x.sum().item() == 1000.0 * (i + 1)
    streams[1].wait_stream(streams[0])
    assert torch.cuda.current_device() == 0


def test_memory_is_counted_by_device():
    before = [torch.cuda.memory_allocated(i) for i in range(2)]
    block = torch.empty(1 << 20, device="cuda:1")
    assert torch.cuda.memory_allocated(0) == before[0]
    assert torch.cuda.memory_allocated(1) - before[1] == block.numel() * 4


def test_generators_of_each_device():
    torch.cuda.manual_seed_all(7)
    a, b = torch.rand(100, device="cuda:0"), torch.rand(100, device="cuda:1")
    assert a.tolist() == b.tolist()
    state = torch.cuda.get_rng_state(1)
    first = torch.rand(5, device="cuda:1").tolist()
    torch.cuda.set_rng_state(state, 1)
    assert torch.rand(5, device="cuda:1").tolist() == first


def test_a_graph_on_the_second_device():
    with torch.cuda.device(1):
        x = torch.arange(4.0, device="cuda")
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            y = x * 3
    x.add_(1)
    torch.cuda.synchronize(1)
    with torch.cuda.device(1):
        graph.replay()
    assert y.tolist() == [3.0, 6.0, 9.0, 12.0]


def test_a_graph_spans_both_devices():
    x = torch.arange(4.0, device="cuda:0")
    out = torch.zeros(4, device="cuda:1")
    side = torch.cuda.Stream(device=1)
    torch.cuda.synchronize(1)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        doubled = x * 2
        side.wait_stream(torch.cuda.current_stream(0))
        with torch.cuda.stream(side):
            out.copy_((doubled.to("cuda:1") + 1) * 10)  # temporaries of the second device
        torch.cuda.current_stream(0).wait_stream(side)
    junk = [torch.full((4,), -1.0, device=f"cuda:{i}") for i in range(2) for _ in range(16)]
    for _ in range(3):
        x.add_(1)
        graph.replay()
        torch.cuda.synchronize(0)
        assert out.tolist() == [(2 * v + 1) * 10 for v in x.tolist()]
    assert all(j.tolist() == [-1.0] * 4 for j in junk)
    graph.reset()


def test_a_step_trains_on_the_second_device():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(8, 32), torch.nn.GELU(), torch.nn.Linear(32, 1)).to("cuda:1")
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    x = torch.randn(64, 8, device="cuda:1")
    losses = []
    for _ in range(50):
        loss = torch.nn.functional.mse_loss(model(x), x.sum(1, keepdim=True))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.2 * losses[0]
