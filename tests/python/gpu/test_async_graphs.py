"""Private pools and graphs with backend:cudaMallocAsync, in processes of their own: the setting is read before the first use."""

from __future__ import annotations

import pytest

from .process import output_of

pytestmark = pytest.mark.cuda


def run(program: str) -> str:
    return output_of(program, VIBETENSOR_ALLOC_CONF="backend:cudaMallocAsync")


def test_a_graph_replays_in_memory_of_its_own():
    out = run(
        """
        print(torch.cuda.get_allocator_backend())
        x = torch.zeros(1 << 20, device="cuda")
        old = torch.ones(1 << 22, device="cuda")
        small = torch.ones(10, device="cuda")
        g = torch.cuda.CUDAGraph()
        with torch.cuda.graph(g):
            del old, small
            hidden = x * 3 + 1
            y = hidden.sum(), (hidden * 2).max()
            del hidden
        junk = [torch.full((1 << 20,), float(i), device="cuda") for i in range(8)]
        for i in range(3):
            x.fill_(float(i))
            g.replay()
            print(y[0].item() / (1 << 20), y[1].item())
        print(all(bool((t == i).all()) for i, t in enumerate(junk)))
        del y
        g.reset()
        del junk, x
        torch.cuda.synchronize()
        torch.cuda.empty_cache()
        print(torch.cuda.memory_allocated(), torch.cuda.memory_reserved() < 64 << 20)
        """
    )
    assert out.splitlines() == ["cudaMallocAsync", "1.0 2.0", "4.0 8.0", "7.0 14.0", "True", "0 True"]


def test_a_training_step_as_a_graph():
    out = run(
        """
        import vibetensor
        def losses(wrap):
            torch.manual_seed(0)
            model = torch.nn.Sequential(torch.nn.Linear(64, 256), torch.nn.GELU(), torch.nn.Linear(256, 1)).cuda()
            optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
            def step(x):
                loss = torch.nn.functional.mse_loss(model(x), x.sum(1, keepdim=True))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                return loss
            step = wrap(step)
            return [step(torch.randn(512, 64, device="cuda")).item() for _ in range(20)], step
        eager, _ = losses(lambda step: step)
        graphed, step = losses(vibetensor.graph_step)
        print(eager == graphed, eager[-1] < eager[0], step.reason or "graph")
        """
    )
    assert out.splitlines() == ["True True graph"]


def test_a_pool_that_is_set_by_hand_is_given_back():
    out = run(
        """
        pool = torch.cuda.MemPool()
        with torch.cuda.use_mem_pool(pool):
            inside = torch.ones(1 << 22, device="cuda")
        outside = torch.ones(1 << 22, device="cuda")
        reserved = torch.cuda.memory_reserved()
        other = torch.cuda.Stream()
        other.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(other):
            doubled = inside * 2
        inside.record_stream(other)
        torch.cuda.current_stream().wait_stream(other)
        print(doubled.sum().item() == 2 << 22)
        del inside, pool
        torch.cuda.synchronize()
        again = torch.ones(1 << 22, device="cuda")
        print(torch.cuda.memory_reserved() <= reserved + (64 << 20), outside.sum().item() == 1 << 22)
        """
    )
    assert out.splitlines() == ["True", "True True"]
