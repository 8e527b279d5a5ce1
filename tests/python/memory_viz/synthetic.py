"""Snapshots without a GPU: a small allocator that runs a made-up training loop and writes down what PyTorch's would."""

from __future__ import annotations

import random
from typing import Any

SEGMENT = 20 << 20


def frame(file: str, line: int, name: str) -> dict[str, Any]:
    return {"filename": file, "line": line, "name": name}


MAIN = frame("/home/me/train.py", 80, "<module>")
STEP = frame("/home/me/train.py", 41, "step")
ADAMW = frame("/env/site-packages/torch/optim/adamw.py", 99, "AdamW.step")
LINEAR = frame("/env/site-packages/torch/nn/functional.py", 2310, "linear")
STACKS = {
    "weights": [frame("/home/me/model.py", 12, "Block.__init__"), frame("/home/me/train.py", 20, "build"), MAIN],
    "attention": [LINEAR, frame("/home/me/model.py", 33, "Attention.forward"), STEP, MAIN],
    "mlp": [LINEAR, frame("/home/me/model.py", 57, "MLP.forward"), STEP, MAIN],
    "loss": [frame("/home/me/train.py", 44, "step"), MAIN],
    "optimizer": [ADAMW, frame("/home/me/train.py", 47, "step"), MAIN],
}


class Recorder:
    """First fit in segments of 20 MiB or more; every call writes its events."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.segments: list[dict[str, Any]] = []
        self.clock = 1_700_000_000_000_000

    def event(self, action: str, address: int, size: int, frames: list[dict[str, Any]]) -> None:
        self.clock += 7
        key = "device_free" if action == "oom" else "addr"
        self.events.append(
            {"action": action, key: address, "size": size, "stream": 0, "time_us": self.clock, "frames": frames}
        )

    def allocate(self, requested: int, who: str) -> int:
        size = -(-requested // 512) * 512
        for segment in self.segments:
            for index, block in enumerate(segment["blocks"]):
                if block["state"] == "inactive" and block["size"] >= size:
                    return self.take(segment, index, requested, size, who)
        total = -(-max(size, SEGMENT) // (2 << 20)) * (2 << 20)
        address = 0x7F0000000000 + sum(s["total_size"] + (2 << 20) for s in self.segments)
        self.event("segment_alloc", address, total, STACKS[who])
        free = {"address": address, "size": total, "requested_size": 0, "state": "inactive", "frames": []}
        segment = {
            "device": 0,
            "address": address,
            "total_size": total,
            "stream": 0,
            "segment_type": "large",
            "segment_pool_id": (0, 0),
            "is_expandable": False,
            "frames": [],
            "blocks": [free],
        }
        self.segments.append(segment)
        return self.take(segment, 0, requested, size, who)

    def take(self, segment: dict[str, Any], index: int, requested: int, size: int, who: str) -> int:
        free = segment["blocks"][index]
        rest = {**free, "address": free["address"] + size, "size": free["size"] - size}
        used = {**free, "size": size, "requested_size": requested, "state": "active_allocated", "frames": STACKS[who]}
        segment["blocks"][index : index + 1] = [used, rest] if rest["size"] else [used]
        self.event("alloc", used["address"], requested, STACKS[who])
        return used["address"]

    def free(self, address: int) -> None:
        for segment in self.segments:
            blocks = segment["blocks"]
            for index, block in enumerate(blocks):
                if block["address"] == address:
                    self.event("free_requested", address, block["requested_size"], block["frames"])
                    self.event("free_completed", address, block["requested_size"], block["frames"])
                    block.update(state="inactive", requested_size=0, frames=[])
                    for left in (index, index - 1):
                        if (
                            0 <= left < len(blocks) - 1
                            and blocks[left]["state"] == blocks[left + 1]["state"] == "inactive"
                        ):
                            blocks[left]["size"] += blocks.pop(left + 1)["size"]
                    return
        raise AssertionError(f"nothing at {address:#x}")

    def snapshot(self, keep: int | None = None) -> dict[str, Any]:
        for segment in self.segments:
            active = [b for b in segment["blocks"] if b["state"] != "inactive"]
            segment["allocated_size"] = segment["active_size"] = sum(b["size"] for b in active)
            segment["requested_size"] = sum(b["requested_size"] for b in active)
        events = self.events if keep is None else self.events[-keep:]
        return {"segments": self.segments, "device_traces": [events]}


def training(steps: int = 4, layers: int = 12, keep: int | None = None, seed: int = 0) -> dict[str, Any]:
    """A snapshot of `steps` training steps; its history holds the last `keep` events, all if None."""
    pick = random.Random(seed)
    recorder = Recorder()
    for _ in range(layers):
        recorder.allocate(7 << 20, "weights")
    state: list[int] = []
    for step in range(steps):
        live = [
            recorder.allocate(pick.randrange(1 << 10, 3 << 20), who)
            for _ in range(layers)
            for who in ("attention", "mlp", "mlp")
        ]
        live.append(recorder.allocate(9 << 20, "loss"))
        if step == 0:
            state = [recorder.allocate(7 << 20, "optimizer") for _ in range(layers)]
        for address in reversed(live[: -(step + 1)] if step == steps - 1 else live):
            recorder.free(address)
    assert len(state) == layers
    recorder.event("oom", 123 << 20, 1 << 40, STACKS["loss"])
    return recorder.snapshot(keep)
