"""graph_step without a GPU: when it runs eagerly and why, what it watches, which graphs it keeps."""

from __future__ import annotations

import warnings
from collections import OrderedDict, namedtuple
from typing import Any

import pytest
import vibetensor
import vibetensor.graphs.step as step_module
import vibetensor.torch as torch
from vibetensor import _C
from vibetensor.graphs.gradients import FoundGradients, keys_of
from vibetensor.graphs.inputs import Unfit, input_keys, own_copy, plain_key
from vibetensor.graphs.step import Captured, GraphStep
from vibetensor.graphs.surroundings import Surroundings, difference
from vibetensor.torch.utils._pytree import tree_flatten, tree_unflatten

Point = namedtuple("Point", "x y")


def test_nested_containers_come_back() -> None:
    value = ([1, (2, None)], {"b": Point(3, [4]), "a": OrderedDict(z=5)}, ())
    leaves, spec = tree_flatten(value)
    assert leaves == [1, 2, None, 3, 4, 5]
    back = tree_unflatten(leaves, spec)
    assert back == value and type(back[1]["b"]) is Point and type(back[1]["a"]) is OrderedDict
    assert tree_flatten(([9, (8, 7)], {"b": Point(6, [5]), "a": OrderedDict(z=4)}, ()))[1] == spec
    assert tree_flatten((1, [2]))[1] != tree_flatten((1, (2,)))[1]
    assert tree_flatten({"a": 1})[1] != tree_flatten({"b": 1})[1]


def test_values_that_a_step_can_tell_apart_have_other_keys() -> None:
    values = [1, 1.0, True, "1", None, 0.0, -0.0, torch.float32, 1 + 0j, b"1"]
    assert len({plain_key(v) for v in values}) == len(values)
    assert plain_key(float("nan")) == plain_key(float("nan"))
    assert plain_key([1]) is None and plain_key(object()) is None


def test_arguments_that_rule_a_graph_out_are_named() -> None:
    leaves, spec = tree_flatten(((1, {"mask": torch.ones(2)}), {"k": [object()]}))
    with pytest.raises(Unfit, match=r"args\[1\]\['mask'\] is on the cpu"):
        input_keys(leaves, spec)
    leaves, spec = tree_flatten(((1,), {"k": [object()]}))
    with pytest.raises(Unfit, match=r"kwargs\['k'\]\[0\] is a object"):
        input_keys(leaves, spec)
    model = torch.nn.Linear(2, 2)
    leaves, spec = tree_flatten(((1, "a", model, torch.float32), {"f": len}))
    assert len(input_keys(leaves, spec)) == 5


def test_slots_keep_strides() -> None:
    for x in (torch.arange(12).reshape(3, 4).t(), torch.ones(3, 1).expand(3, 4), torch.ones(0), torch.tensor(3.0)):
        slot = own_copy(x)
        assert (bool((slot == x).all()) and slot.data_ptr() != x.data_ptr()) or x.numel() == 0
    assert own_copy(torch.arange(12).reshape(3, 4).t()).stride() == (1, 4)


def test_on_the_cpu_it_runs_eagerly_and_says_so_once() -> None:
    model = torch.nn.Linear(3, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

    @vibetensor.graph_step
    def step(x: Any, scale: float = 1.0) -> Any:
        optimizer.zero_grad()
        loss = (model(x) * scale).sum()
        loss.backward()
        optimizer.step()
        return {"loss": loss, "n": 3}

    reference = [p.detach().clone() for p in model.parameters()]
    with pytest.warns(UserWarning, match="graph_step: .*step runs eagerly: (CUDA is not available|args)"):
        first = step(torch.ones(1, 3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        second = step(torch.ones(1, 3), scale=2.0)
    assert step.reason is not None and step.replays == 0
    assert first["n"] == 3 and not first["loss"].requires_grad
    # the two steps: gradient 1 and 2 for each weight and bias, times 0.5
    for p, old in zip(model.parameters(), reference, strict=True):
        torch.testing.assert_close(p.detach(), old - 1.5)
    assert second["loss"].item() == pytest.approx(2 * (first["loss"].item() - 4.0), abs=1e-4)
    assert step.__name__ == "step"


def test_bad_options() -> None:
    with pytest.raises(TypeError, match="callable"):
        vibetensor.graph_step(3)
    with pytest.raises(ValueError, match="at least 1"):
        vibetensor.graph_step(len, max_graphs=0)
    assert isinstance(vibetensor.graph_step(warmup=3)(len), GraphStep)


# ---- what is watched


class Centre(torch.nn.Module):
    """Subtracts a running mean."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(2))

    def forward(self, x: Any) -> Any:
        with torch.no_grad():
            self.mean.mul_(0.9).add_(x.mean(0), alpha=0.1)
        return x - self.mean


class Trainer:
    def __init__(self) -> None:
        self.model = torch.nn.Sequential(torch.nn.Linear(2, 2), Centre())
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=0.1)
        self.scale = 1.0
        self.target = torch.zeros(2)

    def step(self) -> Any:
        self.optimizer.zero_grad()
        loss = ((self.model(torch.ones(4, 2)) - self.target) * self.scale).sum()
        loss.backward()
        self.optimizer.step()
        return loss


CHANGES = {
    "a variable, scale,": lambda t: setattr(t, "scale", 2.0),
    "a variable, target,": lambda t: setattr(t, "target", torch.zeros(2)),
    "train or eval of a module": lambda t: t.model.eval(),
    "a parameter or buffer": lambda t: t.model[0].requires_grad_(False),
    "a hyperparameter, betas,": lambda t: t.optimizer.param_groups[0].update(betas=(0.5, 0.5)),
    "the state of an optimizer or scaler": lambda t: t.optimizer.load_state_dict(t.optimizer.state_dict()),
    "which parameters have a gradient": lambda t: t.optimizer.zero_grad(),
}
MORE = {
    "other weight": lambda t: setattr(t.model[0], "weight", torch.nn.Parameter(torch.ones(2, 2))),
    "other buffer": lambda t: setattr(t.model[1], "mean", torch.ones(2)),
    "weight.data": lambda t: setattr(t.model[0].weight, "data", torch.ones(2, 2)),
    "other module": lambda t: t.model.__setitem__(1, Centre()),
    "target on the CPU written": lambda t: t.target.add_(1),
    "weight decay": lambda t: t.optimizer.param_groups[0].update(weight_decay=0.5),
    "one more group": lambda t: t.optimizer.add_param_group({"params": [torch.nn.Parameter(torch.ones(1))]}),
    "no grad": lambda t: torch.set_grad_enabled(False),
}


@pytest.fixture
def learned() -> Any:
    trainer = Trainer()
    around = Surroundings(trainer.step)
    with around.observe():
        trainer.step()
    yield trainer, around
    torch.set_grad_enabled(True)


@pytest.mark.parametrize("what", [*CHANGES, *MORE])
def test_changes_that_matter_change_the_key(what: str, learned: Any) -> None:
    trainer, around = learned
    before, _ = around.key()
    trainer.step()
    assert around.key()[0] == before, "a plain step changes nothing that is watched"
    {**CHANGES, **MORE}[what](trainer)
    now, _ = around.key()
    assert now != before and hash(now) is not None
    if what in CHANGES:
        assert difference(before, now) == what


def test_a_learning_rate_may_change(learned: Any) -> None:
    trainer, around = learned
    before, _ = around.key()
    trainer.optimizer.param_groups[0]["lr"] = 0.01
    assert around.key()[0] == before
    trainer.optimizer.param_groups[0]["lr"] = torch.tensor(0.01)
    assert around.key()[0] != before


def test_replaced_tensors_are_named(learned: Any) -> None:
    trainer, around = learned
    before = around.memory()
    trainer.step()
    assert around.replaced(before) is None
    trainer.model[1].mean = torch.ones(2)
    assert around.replaced(before) == "Centre.mean"


def test_globals_closures_and_comprehensions_are_read() -> None:
    factor = 3

    def helper(x: Any) -> Any:
        return x * factor

    def step() -> Any:
        return [helper(k) for k in range(2)]

    around = Surroundings(step)
    before, _ = around.key()
    factor = 4
    assert step() == [0, 4]
    assert difference(before, around.key()[0]) == "a variable, factor,"


# ---- which graphs are kept, with a graph that runs the function


class Stream:
    def wait_stream(self, other: Any) -> None: ...


class RunsTheFunction:
    """In the place of a CUDAGraph: a replay calls the function on the slots."""

    def __init__(self, fn: Any, spec: Any, slots: list[Any]):
        self.fn, self.spec, self.slots = fn, spec, slots
        self.was_reset = False

    def replay(self) -> None:
        args, kwargs = tree_unflatten(self.slots, self.spec)
        for static, new in zip(self.outputs, tree_flatten(self.fn(*args, **kwargs))[0], strict=True):
            static.copy_(new)

    def reset(self) -> None:
        self.was_reset = True


@pytest.fixture
def simulated(monkeypatch: Any) -> list[Any]:
    """GraphStep on CPU tensors; the list of the graphs made."""
    made: list[Any] = []
    stream = Stream()

    def capture(self: Any, leaves: list[Any], spec: Any, attempts: Any) -> Captured:
        slots = [own_copy(leaf) if isinstance(leaf, _C.Tensor) else leaf for leaf in leaves]
        graph: Any = RunsTheFunction(self.fn, spec, slots)
        args, kwargs = tree_unflatten(slots, spec)
        outputs, output_spec = tree_flatten(self.fn(*args, **kwargs))
        graph.outputs = outputs = [torch.zeros_like(o) for o in outputs]
        made.append(graph)
        return Captured(graph, slots, spec, outputs, output_spec, [], [])

    def keys(leaves: list[Any], spec: Any) -> tuple[Any, ...]:
        return tuple((leaf.shape, leaf.dtype) if isinstance(leaf, _C.Tensor) else plain_key(leaf) for leaf in leaves)

    monkeypatch.setattr(_C, "cuda_is_available", lambda: True)
    monkeypatch.setattr(_C, "cuda_current_device", lambda: 0)
    monkeypatch.setattr(_C, "cuda_current_stream", lambda: stream)
    monkeypatch.setattr(step_module, "input_keys", keys)
    monkeypatch.setattr(GraphStep, "_capture", capture)
    return made


def test_two_eager_runs_then_replays_with_new_inputs(simulated: list[Any]) -> None:
    step = vibetensor.graph_step(lambda x, k=1: x * 2 + k)
    for i in range(6):
        y = step(torch.full((2,), float(i)))
        assert y.tolist() == [2.0 * i + 1] * 2
        assert len(simulated) == (i >= 2) and step.replays == max(0, i - 1)
        assert (step.reason is None) == (i >= 2)
    assert step(torch.ones(2), k=5).tolist() == [7.0, 7.0] and step.reason is not None
    kept = step(torch.ones(2))
    step(torch.zeros(2))
    assert kept.tolist() == [3.0, 3.0], "what is returned is a copy"


def test_a_method_has_graphs_per_object(simulated: list[Any]) -> None:
    class Doubler:
        def __init__(self, factor: float):
            self.factor = factor

        @vibetensor.graph_step
        def step(self, x: Any) -> Any:
            return x * self.factor

    a, b = Doubler(2.0), Doubler(3.0)
    for _ in range(4):
        assert a.step(torch.ones(1)).item() == 2.0 and b.step(torch.ones(1)).item() == 3.0
    assert len(simulated) == 2 and a.step.replays == 2
    a.factor = 5.0
    assert a.step(torch.ones(1)).item() == 5.0 and a.step.reason is not None
    assert isinstance(Doubler.step, GraphStep)


def test_the_least_recently_used_graph_goes(simulated: list[Any]) -> None:
    step = vibetensor.graph_step(lambda x: x + 1, warmup=1, max_graphs=2)
    for n in (1, 2):
        for _ in range(3):
            step(torch.ones(n))
    step(torch.ones(1))
    for _ in range(3):
        assert step(torch.ones(3)).tolist() == [2.0] * 3
    assert [g.was_reset for g in simulated] == [False, True, False]
    step.reset()
    assert [g.was_reset for g in simulated] == [True, True, True]
    assert step(torch.ones(1)).tolist() == [2.0] and step.reason is not None


def test_a_variable_that_never_rests_is_never_captured_and_is_named(simulated: list[Any]) -> None:
    count = 0
    step = vibetensor.graph_step(lambda x: x + count)
    with pytest.warns(UserWarning, match="a variable, count, changes from call to call"):
        for i in range(20):
            count = i
            assert step(torch.ones(1)).item() == 1 + i
    assert simulated == []


def test_a_step_that_writes_to_its_argument_stays_eager(simulated: list[Any]) -> None:
    step = vibetensor.graph_step(lambda x: x.add_(1).sum())
    x = torch.zeros(3)
    with pytest.warns(UserWarning, match="writes to an argument"):
        for _ in range(5):
            step(x)
    assert x.tolist() == [5.0] * 3 and simulated == []


def test_a_step_that_replaces_a_buffer_stays_eager(simulated: list[Any]) -> None:
    class Ema(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("mean", torch.zeros(1))

        def forward(self, x: Any) -> Any:
            self.mean = self.mean * 0.5 + x
            return self.mean

    ema = Ema()
    step = vibetensor.graph_step(lambda x: ema(x))
    with pytest.warns(UserWarning, match=r"Ema\.mean"):
        values = [step(torch.ones(1)).item() for _ in range(4)]
    assert values == [1.0, 1.5, 1.75, 1.875] and simulated == []


def test_gradients_that_a_capture_finds_are_put_back() -> None:
    first, second = torch.nn.Parameter(torch.ones(3)), torch.nn.Parameter(torch.ones(2))
    first.grad = torch.arange(3.0)
    for drops in (False, True):  # on the CPU they stay where they are
        before = first.grad
        assert list(keys_of([first, second])) == [id(first)]
        found = FoundGradients([first, second], drops)
        assert not found.are_part_of({before._storage_key()})
        first.grad, second.grad = torch.zeros(3), torch.ones(2)
        found.put_back()
        assert first.grad is before and second.grad is None
