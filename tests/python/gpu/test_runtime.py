"""Streams, events, memory, copies, and errors that leave the context usable."""

from __future__ import annotations

import gc
import threading

import pytest

from .side import near, ours, random, reference, theirs, torch

pytestmark = pytest.mark.cuda


def test_bad_indices_raise_and_the_context_goes_on() -> None:
    x = torch.arange(10, device="cuda")
    cases = [
        lambda: x[torch.tensor([3, 10], device="cuda")],
        lambda: torch.gather(x, 0, torch.tensor([-1], device="cuda")),
        lambda: torch.index_select(x, 0, torch.tensor([99], device="cuda")),
        lambda: torch.nn.functional.embedding(torch.tensor([7], device="cuda"), torch.ones(5, 3, device="cuda")),
        lambda: torch.nn.functional.cross_entropy(torch.ones(2, 5, device="cuda"), torch.tensor([0, 5], device="cuda")),
    ]
    for case in cases:
        with pytest.raises((IndexError, RuntimeError)) as raised:
            case()
            torch.cuda.synchronize()
        assert "expected" in str(raised.value) or "out of" in str(raised.value)
        torch.cuda.synchronize()
        assert theirs(x + 1).tolist() == list(range(1, 11))


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("place", ["input", "target"])
def test_what_is_no_probability_is_told_at_the_next_synchronisation(place: str, weighted: bool, reduction: str) -> None:
    def loss(value: float) -> torch.Tensor:
        p, t = torch.full((300, 7), 0.5, device="cuda"), torch.full((300, 7), 0.25, device="cuda")
        (p if place == "input" else t)[117, 3] = value
        weight = torch.full((7,), 2.0, device="cuda") if weighted else None
        return torch.nn.functional.binary_cross_entropy(p, t, weight=weight, reduction=reduction)

    for value in (1.5, -0.5, float("nan")):
        with pytest.raises(RuntimeError, match="should be between 0 and 1"):
            loss(value)
            torch.cuda.synchronize()
        torch.cuda.synchronize()
    for value in (0.0, 1.0, 0.3):
        assert theirs(loss(value)).isfinite().all()
    torch.cuda.synchronize()


def test_exponents_that_float32_would_make_even() -> None:
    x = torch.tensor([-1.0, 1.0, 1.0000001], device="cuda")
    near(x**16777217, reference.tensor([-1.0, 1.0, 7.389058]))
    near(x**16777217.0, reference.tensor([-1.0, 1.0, 7.389058]))
    near(x.double() ** 16777217, theirs(x).double() ** 16777217)


def test_an_impossible_allocation_is_an_out_of_memory_error() -> None:
    gc.collect()  # what earlier tests left in cycles must not go meanwhile
    before = torch.cuda.memory_allocated()
    with pytest.raises(torch.cuda.OutOfMemoryError, match=r"Tried to allocate"):
        torch.empty(1 << 44, dtype=torch.float32, device="cuda")
    assert torch.cuda.memory_allocated() == before
    near(torch.ones(5, device="cuda") * 2, reference.full((5,), 2.0))


def test_memory_is_counted() -> None:
    before = torch.cuda.memory_allocated()
    x = torch.empty(1 << 20, device="cuda")
    assert torch.cuda.memory_allocated() - before == 4 << 20
    del x
    assert torch.cuda.memory_allocated() == before
    torch.cuda.empty_cache()


@pytest.mark.parametrize("bytes_", [0, 1, 511, 513, 70_000, (1 << 20) + 1])
def test_blocks_of_every_size_hold_what_is_written(bytes_: int) -> None:
    kept = [torch.full((bytes_,), i, dtype=torch.uint8, device="cuda") for i in range(20)]
    for i, x in enumerate(kept):
        assert bool((theirs(x) == i).all())


def test_streams_and_events() -> None:
    a = random(1 << 22)
    x = ours(a)
    side = torch.cuda.Stream()
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        assert torch.cuda.current_stream() == side
        begin.record()
        y = x * 2
        for _ in range(20):
            y = y + 1
        end.record()
    torch.cuda.current_stream().wait_stream(side)
    near(y - 20, a * 2, scale=20)
    torch.cuda.synchronize()
    assert end.query()
    assert begin.elapsed_time(end) > 0


def test_copies_between_host_and_device() -> None:
    a = random(1 << 20)
    mine = ours(a)
    pinned = torch.empty(1 << 20).pin_memory()
    assert pinned.is_pinned()
    pinned.copy_(mine, non_blocking=True)
    torch.cuda.synchronize()
    near(pinned, a)
    back = torch.empty(1 << 20, device="cuda")
    back.copy_(pinned, non_blocking=True)
    near(back, a)
    strided = torch.empty(1 << 19, device="cuda")
    strided.copy_(pinned[::2])
    near(strided, a[::2])


def test_threads() -> None:
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            stream = torch.cuda.Stream()
            with torch.cuda.stream(stream):
                for i in range(100):
                    x = torch.full((1000 + i,), float(seed), device="cuda")
                    assert float((x * 2).sum().item()) == 2.0 * seed * (1000 + i)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_a_device_that_is_not_there() -> None:
    with pytest.raises(RuntimeError):
        torch.empty(3, device=f"cuda:{torch.cuda.device_count()}")
    properties = torch.cuda.get_device_properties(0)
    assert properties.multi_processor_count > 0
    assert properties.total_memory > 1 << 30
