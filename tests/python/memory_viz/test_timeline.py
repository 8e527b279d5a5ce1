"""What the page shows is what the snapshot says."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from torch.cuda import _memory_viz as theirs
from vibetensor.memory_viz import load, render
from vibetensor.memory_viz.render import Stacks, page_data
from vibetensor.memory_viz.timeline import address_ranges, lives_of, reserved_over_time

from .synthetic import training


def in_use(lives: Any, moment: int) -> int:
    return sum(size for start, end, size in zip(lives.start, lives.end, lives.size) if start <= moment < end)


def active(snapshot: dict[str, Any]) -> int:
    return sum(b["requested_size"] for s in snapshot["segments"] for b in s["blocks"] if b["state"] != "inactive")


@pytest.mark.parametrize("keep", [None, 400, 101, 1])
def test_lives_add_up_to_the_blocks_at_the_end(keep: int | None) -> None:
    snapshot = training(keep=keep)
    events, segments = snapshot["device_traces"][0], snapshot["segments"]
    lives = lives_of(events, segments, Stacks().number)
    assert in_use(lives, len(events) - 1) == active(snapshot)
    assert all(start < end <= len(events) for start, end in zip(lives.start, lives.end))
    # what lives at the same time does not overlap
    for moment in range(-1, len(events), 37):
        spans = sorted(
            (a, a + n) for s, e, a, n in zip(lives.start, lives.end, lives.address, lives.size) if s <= moment < e
        )
        assert all(left[1] <= right[0] for left, right in pairwise(spans))


def test_lives_follow_the_events_one_by_one() -> None:
    snapshot = training(steps=2, layers=3)
    events = snapshot["device_traces"][0]
    lives = lives_of(events, snapshot["segments"], Stacks().number)
    total = 0
    for moment, event in enumerate(events):
        total += {"alloc": event["size"], "free_completed": -event["size"]}.get(event["action"], 0)
        assert in_use(lives, moment) == total


def test_a_truncated_history_shows_what_was_there_before() -> None:
    full, cut = training(), training(keep=200)
    whole = lives_of(full["device_traces"][0], full["segments"], Stacks().number)
    part = lives_of(cut["device_traces"][0], cut["segments"], Stacks().number)
    before = len(full["device_traces"][0]) - 200
    for moment in (-1, 0, 50, 199):
        assert in_use(part, moment) == in_use(whole, moment + before)


def test_traces_without_completions_end_at_the_request() -> None:
    snapshot = training(steps=1, layers=2)
    events = [e for e in snapshot["device_traces"][0] if e["action"] != "free_completed"]
    assert in_use(lives_of(events, snapshot["segments"], Stacks().number), len(events) - 1) == active(snapshot)


def test_reserved_ends_at_the_segments_of_the_snapshot() -> None:
    for keep in (None, 30):
        snapshot = training(keep=keep)
        steps = reserved_over_time(snapshot["device_traces"][0], snapshot["segments"])
        assert steps[-1][1] == sum(s["total_size"] for s in snapshot["segments"])
        assert keep is not None or steps[0] == (-1, 0)


def test_address_ranges_cover_every_life() -> None:
    snapshot = training()
    lives = lives_of(snapshot["device_traces"][0], snapshot["segments"], Stacks().number)
    ranges = address_ranges(snapshot["device_traces"][0], snapshot["segments"], lives)
    assert len(ranges) == len(snapshot["segments"])  # they lie apart
    for address, size in zip(lives.address, lives.size):
        assert any(first <= address and address + size <= end for first, end in ranges)


def test_a_stack_is_named_by_the_users_line() -> None:
    data = page_data(training(steps=1, layers=1))
    names = {data["frames"][origin][0] for origin in data["origins"] if origin >= 0}
    assert names == {"/home/me/model.py", "/home/me/train.py"}  # never the library's


def test_older_blocks_without_addresses_and_frames() -> None:
    blocks = [{"size": 512, "state": "active_allocated"}, {"size": 1536, "state": "inactive"}]
    segment = {"address": 4096, "total_size": 2048, "stream": 0, "blocks": blocks}
    (device,) = page_data({"segments": [segment], "device_traces": []})["devices"]
    assert [b[0] for b in device["segments"][0]["blocks"]] == [4096, 4608]
    assert device["lives"]["size"] == [512]


def test_text_of_a_snapshot_cannot_become_markup() -> None:
    snapshot = training(steps=1, layers=1)
    attack = "</script><script>alert(1)</script>"
    snapshot["device_traces"][0][0]["frames"] = [{"filename": attack, "line": 1, "name": attack}]
    page = render(snapshot, title="<b>title</b> {{DATA}}")
    assert attack not in page
    assert "&lt;b&gt;title&lt;/b&gt; {{DATA}}" in page
    data = page.split('id="snapshot">')[1].split("</script>")[0]
    assert [attack, 1, attack] in json.loads(data)["frames"]


def test_the_page_fetches_nothing() -> None:
    page = render(training(steps=1, layers=1))
    assert "http:" not in page and "https:" not in page and "//cdn" not in page
    assert "<link" not in page and "src=" not in page and "@import" not in page and "url(" not in page


def test_a_real_snapshot_of_ours_is_read_by_pytorchs_tools() -> None:
    snapshot = load(Path(__file__).with_name("gpt2_snapshot.pickle.gz"))
    reserved = sum(s["total_size"] for s in snapshot["segments"])
    assert f"total_reserved: {theirs.Bytes(reserved)}" in theirs.segsum(snapshot)
    flames: list[str] = []
    theirs.memory(snapshot, format_flamegraph=lambda text: flames.append(text) or "")
    sizes = [int(line.rpartition(" ")[2]) for line in flames[0].splitlines()]
    assert sum(sizes) == reserved
    trace = theirs.trace(snapshot)
    assert trace.count(" = cudaMalloc(") == sum(e["action"] == "segment_alloc" for e in snapshot["device_traces"][0])
    assert "snapshot.pickle" in theirs.trace_plot(snapshot)


def test_the_real_history_adds_up() -> None:
    snapshot = load(Path(__file__).with_name("gpt2_snapshot.pickle.gz"))
    events, segments = snapshot["device_traces"][0], snapshot["segments"]
    lives = lives_of(events, segments, Stacks().number)
    assert in_use(lives, len(events) - 1) == sum(s["active_size"] for s in segments)
    assert in_use(lives, -1) == 0  # it was recorded from the start
    steps = reserved_over_time(events, segments)
    assert steps[0] == (-1, 0) and max(size for _, size in steps) == sum(s["total_size"] for s in segments)
    named = sum(1 for stack in lives.stack if stack)
    assert named == len(lives.stack)  # every tensor knows who asked for it, those of backward too
