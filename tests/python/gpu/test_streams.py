"""Streams and events from Python: identity, contexts, order, other libraries' streams, timing."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from .side import near, ours, random, torch

pytestmark = pytest.mark.cuda


def busy(x: Any, rounds: int = 50) -> Any:
    for _ in range(rounds):
        x = x + 1
    return x


def test_default_and_current_streams() -> None:
    default = torch.cuda.default_stream()
    assert torch.cuda.current_stream() == default
    assert default.cuda_stream == 0 and default.device == torch.device("cuda", 0)
    assert isinstance(default, torch.cuda.Stream)
    side = torch.cuda.Stream()
    assert side != default and side.cuda_stream != 0
    assert len({side, default, torch.cuda.default_stream()}) == 2
    assert repr(side) == f"<torch.cuda.Stream device=cuda:0 cuda_stream={side.cuda_stream:#x}>"
    assert side.__cuda_stream__() == (0, side.cuda_stream)
    assert side._as_parameter_.value == side.cuda_stream


def test_contexts_nest_and_end_after_errors() -> None:
    default, a, b = torch.cuda.current_stream(), torch.cuda.Stream(), torch.cuda.Stream()
    with a:
        assert torch.cuda.current_stream() == a
        with torch.cuda.stream(b):
            assert torch.cuda.current_stream() == b
            with torch.cuda.stream(None):
                assert torch.cuda.current_stream() == b
            with a as again:
                assert again is a and torch.cuda.current_stream() == a
            assert torch.cuda.current_stream() == b
        assert torch.cuda.current_stream() == a
        with pytest.raises(KeyError), b:
            raise KeyError
        assert torch.cuda.current_stream() == a
    assert torch.cuda.current_stream() == default
    with pytest.raises(RuntimeError, match="__enter__"):
        a.__exit__(None, None, None)


def test_the_current_stream_is_of_the_thread() -> None:
    side = torch.cuda.Stream()
    seen: list[Any] = []
    with side:
        thread = threading.Thread(target=lambda: seen.append(torch.cuda.current_stream()))
        thread.start()
        thread.join()
    assert seen == [torch.cuda.default_stream()]


def test_set_stream() -> None:
    side = torch.cuda.Stream()
    torch.cuda.set_stream(side)
    assert torch.cuda.current_stream() == side
    torch.cuda.set_stream(None)
    assert torch.cuda.current_stream() == side
    torch.cuda.set_stream(torch.cuda.default_stream())


def test_priorities() -> None:
    lowest, highest = torch.cuda.Stream.priority_range()
    assert highest < 0 <= lowest
    assert torch.cuda.Stream().priority == 0
    assert torch.cuda.Stream(priority=-1).priority == -1
    assert torch.cuda.Stream(priority=-100).priority == highest
    assert torch.cuda.Stream(device="cuda:0", priority=-1).device.index == 0


def test_work_waits_for_what_it_is_told_to() -> None:
    a = random(1 << 22)
    x, side = ours(a), torch.cuda.Stream()
    with side:
        side.wait_stream(torch.cuda.default_stream())
        y = busy(x)
        done = side.record_event()
    torch.cuda.current_stream().wait_event(done)
    z = y * 2
    near(z, (a + 50) * 2, scale=200)
    z.record_stream(side)
    side.synchronize()
    assert side.query() and done.query()
    event = torch.cuda.Event()
    assert event.query()
    event.record(side)
    event.wait()
    event.synchronize()
    assert event.device == torch.device("cuda", 0) and hex(event.cuda_event) in repr(event)


def test_external_streams() -> None:
    own = torch.cuda.Stream()
    wrapped = torch.cuda.ExternalStream(own.cuda_stream)
    assert isinstance(wrapped, torch.cuda.Stream) and wrapped == own and hash(wrapped) == hash(own)
    assert torch.cuda.get_stream_from_external(own.cuda_stream, "cuda:0") == own
    with wrapped:
        assert torch.cuda.current_stream() == own
        x = busy(torch.ones(1000, device="cuda"))
    wrapped.synchronize()
    assert float(x.sum().item()) == 51_000.0


def test_timing() -> None:
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True, blocking=True)
    x = torch.ones(1 << 24, device="cuda")
    begin.record()
    busy(x)
    end.record()
    end.synchronize()
    assert 0.1 < begin.elapsed_time(end) < 10_000
    plain = torch.cuda.Event()
    plain.record()
    with pytest.raises(ValueError, match="timing"):
        begin.elapsed_time(plain)


def test_wrong_arguments() -> None:
    with pytest.raises(RuntimeError, match="below"):
        torch.cuda.Stream(device=torch.cuda.device_count())
    with pytest.raises(ValueError):
        torch.cuda.Stream(device="cpu")
    with pytest.raises(TypeError):
        torch.cuda.Event().record("stream")  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        torch.cuda.can_device_access_peer(0, torch.cuda.device_count())


def test_devices() -> None:
    x = torch.ones(2, device="cuda")
    with torch.cuda.device_of(x), torch.cuda.device(0), torch.cuda.device(-1), torch.cuda.device_of(torch.ones(2)):
        assert torch.cuda.current_device() == 0
    assert torch.cuda.is_tf32_supported() and torch.cuda.is_bf16_supported()
    assert all(flag.startswith("compute=") for flag in torch.cuda.get_gencode_flags().split("-gencode ")[1:])
    torch.cuda.seed()
    torch.cuda.seed_all()
