"""Segments that grow by virtual memory, in a process of their own, as the setting is read before the first use."""

from __future__ import annotations

import pytest

from .process import output_of

pytestmark = pytest.mark.cuda


def run(program: str) -> str:
    return output_of(program, VIBETENSOR_ALLOC_CONF="expandable_segments:True")


def test_one_segment_grows_and_is_given_back():
    out = run(
        """
        held = [torch.full((i << 18,), float(i), device="cuda") for i in range(1, 40)]
        assert all(bool((t == i).all()) for i, t in enumerate(held, 1))
        large = [s for s in torch.cuda.memory_snapshot() if s["segment_type"] == "large"]
        print(len(large), all(s["is_expandable"] for s in large))
        del held
        torch.cuda.empty_cache()
        print(torch.cuda.memory_reserved() < 8 << 20)
        print((torch.ones(1 << 22, device="cuda") * 2).sum().item())
        """
    )
    assert out.splitlines() == ["1 True", "True", "8388608.0"]


def test_a_training_step_and_a_graph():
    out = run(
        """
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(64, 256), torch.nn.GELU(), torch.nn.Linear(256, 1)).cuda()
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, capturable=True)
        x = torch.randn(512, 64, device="cuda")
        def step():
            loss = torch.nn.functional.mse_loss(model(x), x.sum(1, keepdim=True))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss
        first = step().item()
        for _ in range(3):
            step()
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            loss = step()
        for _ in range(200):
            graph.replay()
        print(loss.item() < 0.2 * first)
        """
    )
    assert out == "True\n"


def test_a_cap_holds():
    out = run(
        """
        torch.cuda.set_per_process_memory_fraction(256 * 2**20 / torch.cuda.get_device_properties().total_memory)
        held = []
        try:
            while True:
                held.append(torch.empty(10 << 20, dtype=torch.uint8, device="cuda"))
        except torch.cuda.OutOfMemoryError:
            pass
        print(len(held) >= 20, torch.cuda.memory_reserved() <= 256 * 2**20)
        """
    )
    assert out == "True True\n"
