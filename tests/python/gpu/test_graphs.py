"""CUDA graphs: capture, replay, what a capture refuses, what it keeps alive, and what a failed one leaves."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from vibetensor import _C

from .side import identical, theirs, torch

pytestmark = pytest.mark.cuda


def captured(fn: Any, **options: Any) -> tuple[Any, Any]:
    """The graph of fn's work and what fn returned."""
    g = torch.cuda.CUDAGraph()
    with torch.cuda.graph(g, **options):
        result = fn()
    return g, result


def settle() -> None:
    gc.collect()
    torch.cuda.synchronize()
    torch.cuda.empty_cache()


# ---- capture and replay


def test_replay_reads_new_inputs_and_writes_the_same_output() -> None:
    x = torch.arange(1000, device="cuda", dtype=torch.float32)
    w = torch.randn(64, 64, device="cuda")
    g, (y, z) = captured(lambda: (x * 2 + 1, (w @ w).relu().sum(1)))
    for k in (1.0, 3.0):
        x.fill_(k)
        w.mul_(k)
        g.replay()
        assert identical(y, torch.full((1000,), 2 * k + 1))
        assert identical(z, (w @ w).relu().sum(1))


def test_capture_itself_runs_nothing() -> None:
    x = torch.zeros(100, device="cuda")
    g, _ = captured(lambda: x.add_(1))
    assert identical(x, torch.zeros(100))
    for _ in range(3):
        g.replay()
    assert identical(x, torch.full((100,), 3.0))


@pytest.mark.parametrize("mode", ["global", "thread_local", "relaxed"])
def test_modes(mode: str) -> None:
    x = torch.ones(10, device="cuda")
    g, y = captured(lambda: x + 1, capture_error_mode=mode)
    g.replay()
    assert identical(y, torch.full((10,), 2.0))


def test_capture_begin_and_end_by_hand_and_the_default_stream() -> None:
    x = torch.ones(10, device="cuda")
    g = torch.cuda.CUDAGraph()
    with pytest.raises(RuntimeError, match="non-default stream"):
        g.capture_begin()
    torch.cuda.synchronize()
    with torch.cuda.stream(torch.cuda.Stream()):
        assert not torch.cuda.is_current_stream_capturing()
        g.capture_begin()
        assert torch.cuda.is_current_stream_capturing()
        y = x * 5
        g.capture_end()
        assert not torch.cuda.is_current_stream_capturing()
    g.replay()
    assert identical(y, torch.full((10,), 5.0))
    with pytest.raises(RuntimeError, match="holds one"), torch.cuda.stream(torch.cuda.Stream()):
        g.capture_begin()
    g.reset()
    with pytest.raises(RuntimeError, match="captured graph"):
        g.replay()


def test_keep_graph_debug_and_handles(tmp_path: Any) -> None:
    x = torch.ones(10, device="cuda")
    g = torch.cuda.CUDAGraph(keep_graph=True)
    with torch.cuda.graph(g):
        y = x + 1
    assert g.raw_cuda_graph() != 0
    with pytest.raises(RuntimeError, match="instantiated"):
        g.raw_cuda_graph_exec()
    g.instantiate()
    g.instantiate()
    assert g.raw_cuda_graph_exec() != 0
    g.replay()
    assert identical(y, torch.full((10,), 2.0))
    g.debug_dump(tmp_path / "graph.dot")
    assert "digraph" in (tmp_path / "graph.dot").read_text()
    plain, _ = captured(lambda: x + 1)
    assert plain.node_count == 1
    with pytest.raises(RuntimeError, match="enable_debug_mode"):
        plain.debug_dump(tmp_path / "no.dot")
    with pytest.raises(RuntimeError, match="keep_graph"):
        plain.instantiate()


def test_an_empty_graph_warns() -> None:
    with pytest.warns(UserWarning, match="empty"):
        captured(lambda: None)


def test_streams_fork_and_join_inside_a_capture() -> None:
    x = torch.ones(1 << 16, device="cuda")
    side = torch.cuda.Stream()

    def work() -> Any:
        main = torch.cuda.current_stream()
        side.wait_stream(main)
        with torch.cuda.stream(side):
            a = x * 2
        b = x * 3
        main.wait_stream(side)
        return a + b

    g, y = captured(work)
    g.replay()
    assert identical(y, torch.full((1 << 16,), 5.0))


def test_unjoined_stream_fails_and_all_is_as_before() -> None:
    x = torch.ones(1000, device="cuda")
    side = torch.cuda.Stream()

    def work() -> None:
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            x.mul_(2)

    with pytest.raises(RuntimeError, match="capture of a CUDA graph"):
        captured(work)
    assert not torch.cuda.is_current_stream_capturing()
    g, y = captured(lambda: x + 1)
    g.replay()
    assert identical(y, torch.full((1000,), 2.0))


# ---- what a capture refuses


REFUSED = {
    "item": lambda x: x.sum().item(),
    "bool": lambda x: bool(x.sum() > 0),
    "to the CPU": lambda x: x.cpu(),
    "nonzero": lambda x: x.nonzero(),
    "from pageable memory": lambda x: torch.ones(1000).to("cuda"),
    "synchronize": lambda x: torch.cuda.synchronize(),
    "stream synchronize": lambda x: torch.cuda.current_stream().synchronize(),
    "stream query": lambda x: torch.cuda.current_stream().query(),
    "default stream": lambda x: on_default_stream(x),
    "manual_seed": lambda x: (torch.rand(3, device="cuda"), torch.cuda.manual_seed(1)),
}


def on_default_stream(x: Any) -> None:
    with torch.cuda.stream(torch.cuda.default_stream()):
        x.add(1)


@pytest.mark.parametrize("name", list(REFUSED))
def test_a_refused_call_names_the_line_and_leaves_the_capture_whole(name: str) -> None:
    x = torch.ones(1000, device="cuda")
    seed = torch.cuda.initial_seed()
    g = torch.cuda.CUDAGraph()
    with torch.cuda.graph(g):
        y = x + 1
        with pytest.raises(RuntimeError) as raised:
            REFUSED[name](x)
        z = y + 1
    if name != "manual_seed":
        assert "test_graphs.py:" in str(raised.value) and "graph" in str(raised.value)
    g.replay()
    assert identical(z, torch.full((1000,), 3.0))
    assert torch.cuda.initial_seed() == seed


def test_an_error_in_the_body_drops_the_capture() -> None:
    x = torch.ones(1000, device="cuda")
    state = torch.cuda.get_rng_state()
    settle()
    before = torch.cuda.memory_allocated(), torch.cuda.memory_reserved(), _C.live_counters()["storages"]
    stream = torch.cuda.current_stream()
    with pytest.raises(ValueError, match="mine"):
        captured(lambda: (x + 1, torch.rand(100, device="cuda"), raise_mine()))
    assert torch.cuda.current_stream() == stream
    assert not torch.cuda.is_current_stream_capturing()
    settle()
    assert (torch.cuda.memory_allocated(), torch.cuda.memory_reserved(), _C.live_counters()["storages"]) == before
    assert bool((theirs(torch.cuda.get_rng_state()) == theirs(state)).all())
    assert identical(x + 1, torch.full((1000,), 2.0))


def raise_mine() -> None:
    raise ValueError("mine")


def test_pinned_copies_are_captured() -> None:
    host = torch.arange(100, dtype=torch.float32).pin_memory()
    back = torch.zeros(100).pin_memory()
    g, _ = captured(lambda: back.copy_(host.to("cuda", non_blocking=True) * 2, non_blocking=True))
    g.replay()
    torch.cuda.synchronize()
    assert bool((back == host * 2).all())
    host.add_(1)
    g.replay()
    torch.cuda.synchronize()
    assert bool((back == host * 2).all())


def test_index_errors_in_a_replay_are_reported() -> None:
    table, index = torch.ones(10, 4, device="cuda"), torch.zeros(3, dtype=torch.int64, device="cuda")
    g, y = captured(lambda: torch.nn.functional.embedding(index, table))
    g.replay()
    torch.cuda.synchronize()
    index.fill_(99)
    g.replay()
    with pytest.raises(IndexError, match="embedding"):
        torch.cuda.synchronize()
    index.fill_(1)
    g.replay()
    torch.cuda.synchronize()
    assert identical(y, torch.ones(3, 4))


# ---- memory


def test_a_graph_keeps_what_it_reads_alive_and_nothing_of_its_own() -> None:
    held = [
        torch.full((1 << 20,), 3.0, device="cuda"),
        torch.arange(1 << 20, device="cuda"),
        torch.full((256, 256), 2.0, device="cuda"),
    ]

    def work() -> Any:
        x, index, m = held
        return (x * 2).clone()[index].add(1), m @ m, torch.cat([m, m])

    g, y = captured(work)
    assert g.kept_storages == 3
    held.clear()
    trash = [torch.full((1 << 20,), 7.0, device="cuda") for _ in range(4)]
    trash += [torch.full((1 << 20,), 7, dtype=torch.int64, device="cuda") for _ in range(4)]
    g.replay()
    assert identical(y[0], torch.full((1 << 20,), 7.0))
    assert identical(y[1], torch.full((256, 256), 1024.0))
    assert identical(y[2], torch.full((512, 256), 2.0))
    assert trash


def test_memory_of_a_capture_is_not_handed_out_to_others() -> None:
    x = torch.ones(1 << 18, device="cuda")
    g, y = captured(lambda: x * 2 * 3 * 4)
    g.replay()
    others = [torch.zeros(1 << 18, device="cuda") for _ in range(20)]
    g.replay()
    torch.cuda.synchronize()
    assert identical(y, torch.full((1 << 18,), 24.0))
    assert all(identical(o, torch.zeros(1 << 18)) for o in others)


def test_outputs_outlive_their_graph() -> None:
    x = torch.ones(1 << 18, device="cuda")
    g, y = captured(lambda: x * 2)
    g.replay()
    torch.cuda.synchronize()
    del g
    settle()
    junk = [torch.zeros(1 << 18, device="cuda") for _ in range(8)]
    assert identical(y, torch.full((1 << 18,), 2.0)) and junk


def test_graphs_share_a_pool() -> None:
    x = torch.ones(1 << 20, device="cuda")
    settle()
    empty = torch.cuda.memory_reserved()
    pool = torch.cuda.graph_pool_handle()
    first, y = captured(lambda: (x * 2) * 3, pool=pool)
    assert first.pool() == pool
    one = torch.cuda.memory_reserved() - empty
    second, z = captured(lambda y=y: (y * 2) * 3, pool=first.pool())
    two = torch.cuda.memory_reserved() - empty
    first.replay()
    second.replay()
    assert identical(z, torch.full((1 << 20,), 36.0))
    assert two < 2 * one, "the second graph did not use the first one's free memory"
    # the second graph keeps the first one's output, although it lies in their common pool
    assert second.kept_storages == 1
    del first, second, y, z
    settle()
    assert torch.cuda.memory_reserved() == empty


def test_a_thousand_cycles_return_memory_to_the_byte() -> None:
    x = torch.randn(64, 64, device="cuda")
    captured(lambda: (x @ x).relu().sum() + torch.rand(64, device="cuda").sum())[0].replay()
    settle()

    def usage() -> tuple[int, ...]:
        settle()
        return (torch.cuda.memory_allocated(), torch.cuda.memory_reserved(), *_C.live_counters().values())

    before = usage()
    g = torch.cuda.CUDAGraph()
    stream = torch.cuda.Stream()
    torch.cuda.synchronize()
    for _ in range(1000):
        with torch.cuda.stream(stream):
            g.capture_begin()
            y = (x @ x).relu().sum() + torch.rand(64, device="cuda").sum()
            g.capture_end()
        g.replay()
        del y
        g.reset()
    del g
    assert usage() == before


# ---- random numbers


def test_replays_draw_what_eager_draws() -> None:
    x = torch.ones(1000, device="cuda")

    def draw() -> Any:
        return torch.nn.functional.dropout(x, 0.5), torch.rand(10, device="cuda"), torch.randn(7, device="cuda")

    torch.cuda.manual_seed(5)
    expected = [[t.clone() for t in draw()] for _ in range(4)]
    torch.cuda.manual_seed(5)
    g, out = captured(draw)
    for step in expected[:2]:
        g.replay()
        assert identical(out, step)
    assert identical(draw(), expected[2])  # eager in between
    g.replay()
    assert identical(out, expected[3])
    torch.cuda.manual_seed(5)
    g.replay()
    assert identical(out, expected[0])


def test_replays_in_flight_keep_their_numbers() -> None:
    out = torch.zeros(50, 1 << 12, device="cuda")
    row = torch.zeros((), dtype=torch.int64, device="cuda")
    torch.cuda.manual_seed(9)
    expected = torch.stack([torch.rand(1 << 12, device="cuda") for _ in range(50)])
    torch.cuda.manual_seed(9)

    def work() -> None:
        out.index_copy_(0, row.view(1), torch.rand(1 << 12, device="cuda").view(1, -1))
        row.add_(1)

    g, _ = captured(work)
    for i in range(50):
        if i % 2:
            g.replay()
        else:
            with torch.cuda.stream(torch.cuda.Stream()):
                g.replay()
    torch.cuda.synchronize()
    assert identical(out, expected)


def test_several_generators() -> None:
    mine = torch.Generator("cuda").manual_seed(3)

    def draw() -> Any:
        return torch.rand(10, device="cuda", generator=mine), torch.rand(10, device="cuda")

    torch.cuda.manual_seed(4)
    expected = [[t.clone() for t in draw()] for _ in range(2)]
    mine.manual_seed(3)
    torch.cuda.manual_seed(4)
    g, out = captured(draw)
    for step in expected:
        g.replay()
        assert identical(out, step)
    assert mine.get_offset() == 8


def test_fork_rng_covers_cuda() -> None:
    torch.manual_seed(1)
    before = theirs(torch.cuda.get_rng_state()).clone()
    with torch.random.fork_rng():
        torch.rand(5, device="cuda")
        assert not bool((theirs(torch.cuda.get_rng_state()) == before).all())
    assert bool((theirs(torch.cuda.get_rng_state()) == before).all())


# ---- training


def model_and_optimizer(kind: str) -> tuple[Any, Any]:
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Linear(32, 64), torch.nn.GELU(), torch.nn.Dropout(0.1), torch.nn.LayerNorm(64), torch.nn.Linear(64, 8)
    ).cuda()
    make = {
        "adamw": lambda p: torch.optim.AdamW(p, lr=1e-2, capturable=True),
        "adam amsgrad": lambda p: torch.optim.Adam(p, lr=1e-2, amsgrad=True, capturable=True),
        "tensor lr": lambda p: torch.optim.AdamW(p, lr=torch.tensor(1e-2, device="cuda"), capturable=True),
        "sgd": lambda p: torch.optim.SGD(p, lr=1e-2, momentum=0.9),
        "plain sgd": lambda p: torch.optim.SGD(p, lr=torch.tensor(1e-2, device="cuda")),
    }[kind]
    return model, make(model.parameters())


@pytest.mark.parametrize("kind", ["adamw", "adam amsgrad", "tensor lr", "sgd", "plain sgd"])
@pytest.mark.parametrize("amp", [False, True])
def test_a_whole_training_step_is_one_graph_and_gives_the_same_bits(kind: str, amp: bool) -> None:
    data = [(torch.randn(16, 32, device="cuda"), torch.randn(16, 8, device="cuda")) for _ in range(12)]

    def train(graphed: bool) -> tuple[list[Any], list[Any]]:
        model, optimizer = model_and_optimizer(kind)
        scaler = torch.amp.GradScaler("cuda", init_scale=1024.0, growth_interval=4, enabled=amp)
        torch.manual_seed(1)
        x, y = torch.empty(16, 32, device="cuda"), torch.empty(16, 8, device="cuda")

        def step() -> Any:
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cuda", dtype=torch.float16, enabled=amp):
                loss = torch.nn.functional.mse_loss(model(x).float(), y)
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
            return loss

        losses = []
        g = None
        for i, (a, b) in enumerate(data):
            x.copy_(a)
            y.copy_(b)
            if graphed and i == 3:
                g, static_loss = captured(step)
            if g is None:
                losses.append(step().detach().clone())
            else:
                g.replay()
                losses.append(static_loss.detach().clone())
        return losses, [p.detach().clone() for p in model.parameters()]

    eager, graphed = train(False), train(True)
    assert identical(eager[0], graphed[0])
    assert identical(eager[1], graphed[1])


def test_an_lr_scheduler_cannot_be_captured() -> None:
    model, optimizer = model_and_optimizer("sgd")
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    with pytest.raises(RuntimeError, match="lr_scheduler"):
        captured(lambda: schedule.step())
    assert model is not None


@pytest.mark.parametrize("as_module", [True, False])
def test_make_graphed_callables(as_module: bool) -> None:
    torch.manual_seed(0)
    plain = torch.nn.Sequential(torch.nn.Linear(16, 32), torch.nn.ReLU(), torch.nn.Linear(32, 4)).cuda()
    torch.manual_seed(0)
    other = torch.nn.Sequential(torch.nn.Linear(16, 32), torch.nn.ReLU(), torch.nn.Linear(32, 4)).cuda()
    sample = torch.randn(8, 16, device="cuda", requires_grad=True)
    run = other if as_module else (lambda x: other(x))
    made = torch.cuda.make_graphed_callables(run, (sample,))
    if as_module:
        assert made is other
    for _ in range(3):
        a = torch.randn(8, 16, device="cuda")
        grads = []
        for f, model in ((plain, plain), (made, other)):
            x = a.clone().requires_grad_()
            f(x).square().sum().backward()
            if as_module or model is plain:
                grads.append([x.grad, *(p.grad for p in model.parameters())])
            else:
                grads.append([x.grad])
        assert all(identical(p, q) for p, q in zip(grads[0], grads[1], strict=False))
    assert plain[0].weight.grad is not None  # gradients were accumulated over the three calls


def test_make_graphed_callables_checks_its_arguments() -> None:
    linear = torch.nn.Linear(2, 2).cuda()
    x = torch.randn(3, 2, device="cuda")
    with pytest.raises(AssertionError, match="only Tensors"):
        torch.cuda.make_graphed_callables(linear, (x, 3))
    linear.register_forward_hook(lambda *_: None)
    with pytest.raises(AssertionError, match="hooks"):
        torch.cuda.make_graphed_callables(linear, (x,))
    with torch.autocast("cuda"), pytest.raises(RuntimeError, match="cache_enabled=False"):
        torch.cuda.make_graphed_callables(torch.nn.Linear(2, 2).cuda(), (x,))


def test_two_graphed_callables_in_a_row() -> None:
    torch.manual_seed(0)
    a, b = torch.nn.Linear(16, 16).cuda(), torch.nn.Linear(16, 16).cuda()
    x = torch.randn(4, 16, device="cuda", requires_grad=True)
    expected = b(torch.relu(a(x)))
    grads = torch.autograd.grad(expected.square().sum(), [x, *a.parameters(), *b.parameters()])
    expected, grads = expected.detach().clone(), [g.clone() for g in grads]
    f, g = torch.cuda.make_graphed_callables((a, b), ((x,), (torch.randn(4, 16, device="cuda", requires_grad=True),)))
    for _ in range(2):
        y = g(torch.relu(f(x)))
        assert identical(y, expected)
        got = torch.autograd.grad(y.square().sum(), [x, *a.parameters(), *b.parameters()])
        assert identical(got, grads)
