"""vibetensor.graph_step on the GPU: the same bits as eager, and never a wrong number."""

from __future__ import annotations

import random
import warnings
from typing import Any

import pytest
import vibetensor
from vibetensor.graphs.inputs import Unfit
from vibetensor.graphs.step import taken_apart

from .side import identical, theirs, torch
from .test_graphs import settle

pytestmark = pytest.mark.cuda
F = torch.nn.functional


class Net(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm, self.last = torch.nn.Linear(16, 32), torch.nn.LayerNorm(32), torch.nn.Linear(32, 4)

    def forward(self, x: Any) -> Any:
        return self.last(F.dropout(F.gelu(self.norm(self.first(x))), 0.2, self.training))


class Training:
    """A model with its optimizer and a step; everything from one seed."""

    def __init__(self, optimizer: str = "adamw", amp: bool = False, zero_inside: bool = True):
        torch.manual_seed(0)
        self.model = Net().cuda()
        self.optimizer = {
            "adamw": lambda p: torch.optim.AdamW(p, lr=3e-3, capturable=True),
            "sgd": lambda p: torch.optim.SGD(p, lr=1e-2, momentum=0.9),
        }[optimizer](self.model.parameters())
        self.amp, self.zero_inside = amp, zero_inside
        torch.manual_seed(1)

    def step(self, x: Any, y: Any) -> Any:
        if self.zero_inside:
            self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cuda", dtype=torch.bfloat16, enabled=self.amp):
            loss = F.cross_entropy(self.model(x).float(), y)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        return {"loss": loss, "norm": norm}


def batches(count: int, size: int = 8) -> list[tuple[Any, Any]]:
    torch.manual_seed(7)
    return [(torch.randn(size, 16, device="cuda"), torch.randint(4, (size,), device="cuda")) for _ in range(count)]


def state(t: Training) -> list[Any]:
    optimizer = [v for s in t.optimizer.state.values() for v in s.values()]
    return [p.detach().clone() for p in [*t.model.parameters(), *optimizer]]


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
@pytest.mark.parametrize("amp", [False, True])
@pytest.mark.parametrize("zero_inside", [True, False])
def test_fifty_steps_give_the_same_bits(optimizer: str, amp: bool, zero_inside: bool) -> None:
    data = batches(50)

    def train(graphed: bool) -> tuple[list[Any], Any]:
        t = Training(optimizer, amp, zero_inside)
        step = vibetensor.graph_step(t.step) if graphed else t.step
        losses = []
        for x, y in data:
            if not zero_inside:
                t.optimizer.zero_grad()
            out = step(x, y)
            losses.append([out["loss"].detach().clone(), out["norm"].detach().clone()])
            losses[-1] += [p.grad.clone() for p in t.model.parameters()]
        return [v for row in losses for v in row] + state(t), step

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        eager, _ = train(False)
        graphed, step = train(True)
    assert step.replays == 48 and step.reason is None
    assert identical(eager, graphed)


def test_a_schedule_of_the_learning_rate_needs_no_new_graph() -> None:
    data = batches(20)

    def train(graphed: bool) -> tuple[list[Any], Any]:
        t = Training()
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(t.optimizer, 20)
        step = vibetensor.graph_step(t.step) if graphed else t.step
        for x, y in data:
            step(x, y)
            schedule.step()
        return state(t), step

    eager, _ = train(False)
    graphed, step = train(True)
    assert step.replays == 18 and len(step._graphs) == 1
    assert identical(eager, graphed)


def test_gradients_accumulate_over_calls() -> None:
    data = batches(12)

    def train(graphed: bool) -> list[Any]:
        t = Training("sgd")

        def accumulate(x: Any, y: Any) -> Any:
            loss = F.cross_entropy(t.model(x), y)
            loss.backward()
            return loss

        step = vibetensor.graph_step(accumulate) if graphed else accumulate
        found = []
        for i, (x, y) in enumerate(data):
            step(x, y)
            if i % 4 == 3:
                found += [p.grad.clone() for p in t.model.parameters()]
                t.optimizer.step()
                t.optimizer.zero_grad()
        return found + state(t)

    assert identical(train(False), train(True))


def test_shapes_take_turns_in_a_small_lru() -> None:
    data = [batch for triple in zip(batches(8, 8), batches(8, 5), batches(8, 3), strict=True) for batch in triple]

    def train(graphed: bool) -> tuple[list[Any], Any]:
        t = Training()
        step = vibetensor.graph_step(t.step, max_graphs=2) if graphed else t.step
        return [step(x, y)["loss"].detach().clone() for x, y in data] + state(t), step

    eager, _ = train(False)
    graphed, step = train(True)
    assert identical(eager, graphed)
    assert len(step._graphs) == 2


def test_eval_and_frozen_layers_are_other_graphs() -> None:
    t = Training()
    data = batches(24)
    other = Training()
    step = vibetensor.graph_step(t.step)
    for i, (x, y) in enumerate(data):
        if i == 8:
            t.model.eval(), other.model.eval()
        if i == 16:
            t.model.first.requires_grad_(False), other.model.first.requires_grad_(False)
        offset = torch.cuda.get_rng_state()
        out = step(x, y)
        torch.cuda.set_rng_state(offset)
        assert identical(out["loss"], other.step(x, y)["loss"].detach())
    assert step.replays > 12


def test_loading_a_state_is_seen() -> None:
    t, other = Training(), Training()
    step = vibetensor.graph_step(t.step)
    data = batches(14)
    saved: Any = None
    for i, (x, y) in enumerate(data):
        if i == 5:
            saved = [{k: v.clone() for k, v in t.model.state_dict().items()}, t.optimizer.state_dict()]
            saved[1] = {
                **saved[1],
                "state": {n: {k: v.clone() for k, v in s.items()} for n, s in saved[1]["state"].items()},
            }
        if i == 9:
            for o in (t, other):
                o.model.load_state_dict(saved[0])
                o.optimizer.load_state_dict(saved[1])
        offset = torch.cuda.get_rng_state()
        out = step(x, y)
        torch.cuda.set_rng_state(offset)
        assert identical(out["loss"], other.step(x, y)["loss"].detach())
    assert step.replays > 5


def test_results_are_copies_unless_asked() -> None:
    data = batches(6)
    step = vibetensor.graph_step(lambda x, y: x * 2)
    results = [step(x, y) for x, y in data]
    assert all(identical(r, x * 2) for r, (x, _) in zip(results, data, strict=True))
    step = vibetensor.graph_step(lambda x, y: x * 2, static_outputs=True)
    results = [step(x, y) for x, y in data]
    assert results[3].data_ptr() == results[5].data_ptr()


def test_nested_arguments_keywords_and_numbers() -> None:
    def work(batch: dict[str, Any], scale: float = 1.0, *, flags: Any = ()) -> Any:
        x, (a, b) = batch["x"], batch["pair"]
        return {"out": [x * scale + a, b - a], "n": len(flags)}

    step = vibetensor.graph_step(work)
    for i in range(8):
        x = torch.full((3, 4), float(i), device="cuda").t()
        for scale, flags in ((1.0, ()), (2.0, ("a",))):
            batch = {"x": x, "pair": (x + 1, x[:, :1].expand(4, 3))}
            out = step(batch, scale, flags=flags)
            assert identical(out["out"][0], x * scale + x + 1) and out["n"] == len(flags)
            assert identical(out["out"][1], x - x - 1)
    assert step.replays == 12


REASONS = {
    r"read by the host": lambda x: x * x.sum().item(),
    r"random numbers on the CPU": lambda x: x * random.random(),
    r"on the CPU, which a replay": lambda x: (x + 1, torch.ones(3)),
    r"writes to an argument": lambda x: x.add_(1),
    r"synchronisation": lambda x: (torch.cuda.synchronize(), x + 1)[1],
}


@pytest.mark.parametrize("reason", list(REASONS))
def test_what_cannot_be_captured_runs_eagerly_with_a_reason(reason: str) -> None:
    step = vibetensor.graph_step(REASONS[reason])
    x = torch.ones(5, device="cuda")
    with pytest.warns(UserWarning, match=reason) as caught:
        for _ in range(6):
            step(x)
    assert len(caught) == 1 and step.replays == 0 and step.reason is not None


def test_a_failed_capture_in_mid_step_changes_no_number() -> None:
    data = batches(8)

    def train(graphed: bool) -> list[Any]:
        t = Training(zero_inside=False)

        def work(x: Any, y: Any) -> Any:
            out = t.step(x, y)
            return out["loss"] * out["norm"].item()

        step = vibetensor.graph_step(work) if graphed else work
        losses = []
        for x, y in data:
            t.optimizer.zero_grad()
            losses.append(step(x, y).detach().clone())
        return losses + state(t) + [p.grad.clone() for p in t.model.parameters()]

    with pytest.warns(UserWarning, match="read by the host"):
        graphed = train(True)
    assert identical(train(False), graphed)


def test_a_tensor_that_is_bound_anew_is_not_used_old() -> None:
    weight = torch.ones(4, device="cuda")
    step = vibetensor.graph_step(lambda x: x * weight)
    x = torch.ones(4, device="cuda")
    for i in range(12):
        if i % 4 == 0:
            weight = torch.full((4,), float(i), device="cuda")
        assert identical(step(x), weight)
    assert step.replays > 0


def test_verify_passes_where_it_should_and_finds_hidden_state() -> None:
    t = Training()
    step = vibetensor.graph_step(t.step, verify=True)
    other = Training()
    for x, y in batches(8):
        numbers = torch.cuda.get_rng_state()
        loss = step(x, y)["loss"]
        torch.cuda.set_rng_state(numbers)
        assert identical(loss, other.step(x, y)["loss"].detach())
    assert step.replays == 6 and identical(state(t), state(other))

    hidden = [1.0]
    step = vibetensor.graph_step(lambda x: x * hidden[0], verify=True)
    x = torch.ones(4, device="cuda")
    for _ in range(4):
        step(x)
    hidden[0] = 2.0
    with pytest.raises(RuntimeError, match="result 0"):
        step(x)


def test_streams_may_change_between_calls() -> None:
    step = vibetensor.graph_step(lambda x: (x @ x).relu().sum(0))
    x = torch.randn(128, 128, device="cuda")
    expected = (x @ x).relu().sum(0)
    streams = [torch.cuda.Stream() for _ in range(3)]
    torch.cuda.synchronize()
    for i in range(30):
        with torch.cuda.stream(streams[i % 3]):
            assert identical(step(x), expected)


def test_memory_comes_back() -> None:
    data = batches(4) + batches(4, 5)
    t = Training()
    for x, y in data:
        t.step(x, y)
    t.optimizer.zero_grad()
    settle()
    before = torch.cuda.memory_allocated()
    step = vibetensor.graph_step(t.step)
    for x, y in data * 2:
        step(x, y)
    assert len(step._graphs) == 2
    step.reset()
    del step
    t.optimizer.zero_grad()
    settle()
    assert torch.cuda.memory_allocated() == before


def test_a_recording_that_fails_leaves_gradients_as_they_were() -> None:
    t = Training("sgd")

    def train(x: Any, y: Any) -> Any:
        out = t.step(x, y)
        if torch.cuda.is_current_stream_capturing():
            raise RuntimeError("not today")
        return out

    step = vibetensor.graph_step(train)
    data = batches(4)
    for x, y in data[:2]:
        step(x, y)
    before = [p.grad.clone() for p in t.model.parameters()]
    (attempts,) = step._attempts.values()
    assert attempts.drops_gradients
    with pytest.raises(Unfit, match="not today"):
        step._capture(*taken_apart(data[2], {}), attempts)
    assert identical(before, [p.grad for p in t.model.parameters()])
    with pytest.warns(UserWarning, match="not today"):
        step(*data[3])


def test_a_step_that_reads_gradients_of_the_one_before() -> None:
    data = batches(12)

    def train(graphed: bool) -> tuple[list[Any], Any]:
        t = Training("sgd")

        def with_the_last(x: Any, y: Any) -> Any:
            last = [None if p.grad is None else p.grad.square().sum() for p in t.model.parameters()]
            out = t.step(x, y)
            out["last"] = torch.stack(last) if last[0] is not None else torch.zeros(6, device="cuda")
            return out

        step = vibetensor.graph_step(with_the_last) if graphed else with_the_last
        found = [step(x, y)["last"].clone() for x, y in data]
        return found + state(t), step

    eager, _ = train(False)
    graphed, step = train(True)
    assert step.replays > 0
    assert identical(eager, graphed)


def test_a_saved_tensor_that_a_replay_overwrites_is_noticed() -> None:
    t = Training("sgd")
    step = vibetensor.graph_step(t.step)
    data = batches(5)
    for x, y in data[:4]:
        step(x, y)
    out = (t.model.last.weight * t.model.last.weight).sum()
    step(*data[4])
    with pytest.raises(RuntimeError, match=r"modified|version"):
        out.backward()


def test_the_eager_result_is_what_the_reference_says() -> None:
    x = torch.arange(6, dtype=torch.float32, device="cuda")
    step = vibetensor.graph_step(lambda v: v.cumsum(0))
    assert all(theirs(step(x)).tolist() == [0, 1, 3, 6, 10, 15] for _ in range(4))
