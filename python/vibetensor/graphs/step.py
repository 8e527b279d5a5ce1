"""graph_step: a training step that runs as a CUDA graph once it is known what it does."""

from __future__ import annotations

import random
import warnings
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cache, update_wrapper
from types import MethodType
from typing import Any

from vibetensor import _C
from vibetensor.graphs.gradients import FoundGradients, keys_of
from vibetensor.graphs.inputs import Unfit, fill_slots, input_keys, make_slots, memory_of, plain_key
from vibetensor.graphs.surroundings import Key, Surroundings, difference, takes_rate
from vibetensor.graphs.verify import run_both
from vibetensor.torch.utils._pytree import TreeSpec, tree_flatten, tree_unflatten

Tensor: Any = _C.Tensor
PATIENCE = 8  # eager runs with ever changing surroundings before the user is told


@dataclass
class Captured:
    """One graph with the memory that it reads from and writes to."""

    graph: Any
    slots: list[Any]
    spec: TreeSpec
    outputs: list[Any]  # static; values that are no tensors as they were
    output_spec: TreeSpec
    rates: list[tuple[Any, int, Any]]  # optimizer, number of a group, its learning rate on the device
    filled: list[float]  # what the rates hold
    added_to: list[tuple[Any, Any]] = field(default_factory=list)  # parameters with gradients that the graph reads
    gradients: list[tuple[Any, Any]] = field(default_factory=list)  # parameters with what it leaves in .grad
    written: list[Any] = field(default_factory=list)  # parameters, buffers and state that it writes to
    left: bytes = b""  # identities of all gradients after its latest run


class ReadsGradients(Exception):
    """The graph reads gradients of the step before, which it was to drop."""


@dataclass
class Attempts:
    """What is known about calls with one kind of arguments."""

    runs: int = 0
    unstable: int = 0
    last: tuple[Hashable, ...] | None = None  # the surroundings of the latest eager run
    results: list[Any] | None = None  # leaves of its result, tensors left out
    refused: str | None = None
    drops_gradients: bool = False  # the latest eager run put others in the place of those that it found


class Rates:
    """Context in which optimizers have learning rates on the device, to be filled before each replay."""

    def __init__(self, rates: list[tuple[Any, int, Any]]):
        self.rates = rates
        self.before = [o.param_groups[i]["lr"] for o, i, _ in rates]
        self.overwritten = False

    def __enter__(self) -> Rates:
        for o, i, rate in self.rates:
            o.param_groups[i]["lr"] = rate
        return self

    def __exit__(self, *exc: object) -> None:
        for (o, i, rate), before in zip(self.rates, self.before, strict=True):
            self.overwritten |= o.param_groups[i]["lr"] is not rate
            o.param_groups[i]["lr"] = before


def without_tensors(leaves: list[Any]) -> list[Any]:
    return [Tensor if isinstance(leaf, Tensor) else plain_key(leaf) for leaf in leaves]


@cache
def spec_of_tensors(count: int) -> TreeSpec:
    """How arguments are nested that are `count` tensors, all given by position."""
    return tree_flatten((tuple(range(count)), {}))[1]


def taken_apart(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], TreeSpec]:
    """tree_flatten of the arguments of a call, which are a few tensors most often."""
    if not kwargs and all(type(value) is Tensor for value in args):
        return list(args), spec_of_tensors(len(args))
    return tree_flatten((args, kwargs))


def detached(result: Any) -> Any:
    leaves, spec = tree_flatten(result)
    return tree_unflatten([leaf.detach() if isinstance(leaf, Tensor) else leaf for leaf in leaves], spec)


def settle(values: list[Any]) -> None:
    """Parts of sums on a mesh are added up here and now: what a graph leaves, its replays write again."""
    for value in values:
        if isinstance(value, Tensor) and _C.is_fabric(value):
            _C.fabric_settle(value)


class GraphStep:
    """See graph_step, which makes it. `reason` says why the latest call ran eagerly, None if it did not."""

    def __init__(self, fn: Callable[..., Any], warmup: int, max_graphs: int, verify: bool, static_outputs: bool):
        self.fn, self.warmup, self.max_graphs = fn, warmup, max_graphs
        self.verify, self.static_outputs = verify, static_outputs
        self.reason: str | None = None
        self.replays = 0
        self._name = getattr(fn, "__qualname__", type(fn).__name__)
        self._surroundings = Surroundings(fn)
        self._graphs: OrderedDict[tuple[Hashable, ...], Captured] = OrderedDict()
        self._attempts: dict[tuple[Hashable, ...], Attempts] = {}
        self._told: set[str] = set()
        self._pool: tuple[int, int] | None = None
        self._stream: Any = None  # of the latest replay
        update_wrapper(self, fn, updated=())

    def __set_name__(self, owner: type, name: str) -> None:
        self._attribute = name

    def __get__(self, instance: Any, owner: type | None = None) -> GraphStep:
        """For a method: each object has graphs of its own."""
        if instance is None:
            return self
        bound = GraphStep(MethodType(self.fn, instance), self.warmup, self.max_graphs, self.verify, self.static_outputs)
        instance.__dict__[self._attribute] = bound  # found before this the next time
        return bound

    def __repr__(self) -> str:
        return f"GraphStep({self._name}, {len(self._graphs)} graphs, {self.replays} replays)"

    def reset(self) -> None:
        """Returns None; gives up all graphs and what was learned, as if it had never been called."""
        for captured in self._graphs.values():
            captured.graph.reset()
        self._graphs.clear()
        self._attempts.clear()
        self._surroundings = Surroundings(self.fn)
        self._pool, self.reason = None, None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if _C.cuda_is_current_stream_capturing():
            return self.fn(*args, **kwargs)  # part of somebody else's graph
        leaves, spec = taken_apart(args, kwargs)
        try:
            if not _C.cuda_is_available():
                raise Unfit(f"CUDA is not available: {_C.cuda_unavailable_reason()}")
            inputs = (spec, input_keys(leaves, spec))
            attempts = self._attempts.get(inputs)
            if attempts is None:
                attempts = self._attempts[inputs] = Attempts()
            if attempts.refused is not None:
                raise Unfit(attempts.refused)
        except Unfit as unfit:
            self._tell(str(unfit))
            return detached(self.fn(*args, **kwargs))
        surroundings, gradients = self._surroundings.key()
        key = (inputs, surroundings)
        captured = self._graphs.get(key)
        if captured is not None:
            self._graphs.move_to_end(key)
            self.reason = None
            return self._replay(captured, leaves, gradients)
        if attempts.runs >= self.warmup and attempts.last == surroundings:
            try:
                captured = self._capture(leaves, spec, attempts)
            except Unfit as unfit:
                attempts.refused = str(unfit)
                self._tell(attempts.refused)
                return detached(self.fn(*args, **kwargs))
            self._keep(key, captured)
            self.reason = None
            return self._replay(captured, leaves, gradients, is_first=True)
        return self._run(args, kwargs, leaves, attempts, surroundings)

    # ---- eager

    def _tell(self, reason: str) -> None:
        self.reason = reason
        if reason not in self._told:
            self._told.add(reason)
            warnings.warn(f"graph_step: {self._name} runs eagerly: {reason}", stacklevel=3)

    def _run(self, args: Any, kwargs: Any, leaves: list[Any], attempts: Attempts, surroundings: Any) -> Any:
        """An eager run that learns what the step uses, and looks for what a graph could not repeat."""
        self.reason = f"eager run {attempts.runs + 1} of {self.warmup} before the capture"
        if attempts.runs >= self.warmup:
            assert attempts.last is not None
            changed = difference(attempts.last, surroundings)
            self.reason = f"{changed} changed since the last call"
            attempts.unstable += 1
            if attempts.unstable >= PATIENCE:
                self._tell(f"{changed} changes from call to call")
        tensors = [leaf for leaf in leaves if isinstance(leaf, Tensor)]
        versions = [tensor._version for tensor in tensors]
        before = self._surroundings.memory()
        tree = list(self._surroundings.tree)
        found = keys_of(self._surroundings.parameters())
        with self._surroundings.observe():
            result = self.fn(*args, **kwargs)
        left = keys_of(self._surroundings.parameters())
        attempts.drops_gradients = any(left.get(p, key) != key for p, key in found.items())
        attempts.runs += 1
        attempts.last = surroundings
        attempts.results = without_tensors(tree_flatten(result)[0])
        if [tensor._version for tensor in tensors] != versions:
            attempts.refused = "it writes to an argument, which a graph would do to a copy only"
        elif tree == self._surroundings.tree and (replaced := self._surroundings.replaced(before)):
            attempts.refused = f"it puts another tensor in the place of {replaced}; copy into the old one instead"
        return detached(result)

    # ---- capture

    def _keep(self, key: tuple[Hashable, ...], captured: Captured) -> None:
        self._graphs[key] = captured
        while len(self._graphs) > self.max_graphs:
            _, oldest = self._graphs.popitem(last=False)
            oldest.graph.reset()

    def _capture(self, leaves: list[Any], spec: TreeSpec, attempts: Attempts) -> Captured:
        """The step as a graph that has not run yet. Unfit if it can't be one; then all is as it was."""
        try:
            return self._try_capture(leaves, spec, attempts, attempts.drops_gradients)
        except ReadsGradients:
            return self._try_capture(leaves, spec, attempts, False)

    def _try_capture(self, leaves: list[Any], spec: TreeSpec, attempts: Attempts, drops_gradients: bool) -> Captured:
        from vibetensor.torch.cuda.graphs import CUDAGraph, graph, graph_pool_handle

        _C.cuda_synchronize()  # what an earlier kernel has to report is no reason against a graph
        if self._pool is None:
            self._pool = graph_pool_handle()
        around = self._surroundings
        parameters = around.parameters()
        found = FoundGradients(parameters, drops_gradients)
        buffers = [(m, dict(m._buffers), dict(m._parameters)) for m in around.tree]
        key, _ = around.key()
        hosts_numbers = _C.default_generator.get_state(), random.getstate()
        watched = around.tensors()
        versions = [tensor._version for tensor in watched]
        slots = make_slots(leaves)
        args, kwargs = tree_unflatten(slots, spec)
        rates = self._vt_rates()
        graphed = CUDAGraph()
        try:
            with Rates(rates) as on_device, graph(graphed, self._pool, capture_error_mode="thread_local"):
                result = self.fn(*args, **kwargs)
                outputs, output_spec = tree_flatten(result)
                settle([*outputs, *(p.grad for p in parameters)])
            self._check(outputs, attempts, key, hosts_numbers, on_device)
            kept = {memory._storage_key() for memory in graphed.kept_memory()}
            if found.are_part_of(kept):
                raise ReadsGradients
        except Exception as error:
            graphed.reset()
            found.put_back()
            for m, old_buffers, old_parameters in buffers:
                m._buffers.update(old_buffers)
                m._parameters.update(old_parameters)
            for scaler in around.scalers:
                scaler._per_optimizer_states.clear()
            if isinstance(error, ReadsGradients):
                raise
            raise Unfit(str(error).splitlines()[0] if str(error) else type(error).__name__) from error
        return Captured(
            graph=graphed,
            slots=slots,
            spec=spec,
            outputs=[leaf.detach() if isinstance(leaf, Tensor) else leaf for leaf in outputs],
            output_spec=output_spec,
            rates=rates,
            filled=[float(o.param_groups[i]["lr"]) for o, i, _ in rates],
            added_to=[
                (p, grad)
                for p, grad in found.held
                if grad is not None and any(m._storage_key() in kept for m in memory_of(grad))
            ],
            gradients=[(p, p.grad) for p in parameters],
            written=[t for t, old in zip(watched, versions, strict=True) if t._version != old],
        )

    def _vt_rates(self) -> list[tuple[Any, int, Any]]:
        rates = []
        for o in self._surroundings.optimizers:
            for i, group in enumerate(o.param_groups):
                devices = {p.device for p in group["params"]}
                if takes_rate(o, group["lr"]) and len(devices) == 1 and (device := devices.pop()).type == "cuda":
                    rates.append((o, i, _C.ops.full((), group["lr"], dtype=_C.float64, device=device)))
        return rates

    def _check(self, outputs: list[Any], attempts: Attempts, before: Key, hosts_numbers: Any, rates: Rates) -> None:
        """Unfit if the Python code of the step, which ran once just now, did what a replay would not repeat."""
        for leaf in outputs:
            if isinstance(leaf, Tensor) and not leaf.is_cuda:
                raise Unfit("it returns a tensor on the CPU, which a replay would not change")
        if without_tensors(outputs) != attempts.results:
            raise Unfit("it returns a number or object that differs from call to call")
        if rates.overwritten:
            raise Unfit("it sets a learning rate; do that outside of it")
        if replaced := self._surroundings.replaced(before[3]):
            raise Unfit(f"it puts another tensor in the place of {replaced}; copy into the old one instead")
        now, _ = self._surroundings.key()
        if now[:-1] != before[:-1]:
            raise Unfit(f"it changes {difference(before[:-1], now[:-1])} which a replay would not repeat")
        numbers, python_state = hosts_numbers
        if random.getstate() != python_state or not bool((_C.default_generator.get_state() == numbers).all()):
            raise Unfit("it draws random numbers on the CPU, which would stay what they were at the capture")

    # ---- replay

    def _replay(self, captured: Captured, leaves: list[Any], gradients: bytes, is_first: bool = False) -> Any:
        stream = _C.cuda_current_stream()
        if self._stream is not None and stream != self._stream:
            stream.wait_stream(self._stream)  # all graphs share slots and a pool
        self._stream = stream
        fill_slots(captured.slots, leaves)
        if not is_first:  # the capture left the old gradients as they were
            for p, grad in captured.added_to:
                if p.grad is not grad:
                    grad.copy_(p.grad)
        for i, (o, group, rate) in enumerate(captured.rates):
            lr = o.param_groups[group]["lr"]
            if lr != captured.filled[i]:
                rate.fill_(lr)
                captured.filled[i] = lr
        self.replays += 1
        if self.verify:
            outputs = run_both(self.fn, captured, self._surroundings)
        else:
            captured.graph.replay()
            _C.bump_versions(captured.written)  # for what a backward pass saved before
            outputs = captured.outputs
        if gradients != captured.left:
            for p, grad in captured.gradients:
                if p.grad is not grad:
                    p.grad = grad
            captured.left = self._surroundings.key()[1]
        if not self.static_outputs:
            outputs = [leaf.clone() if isinstance(leaf, Tensor) else leaf for leaf in outputs]
        return tree_unflatten(outputs, captured.output_spec)


def graph_step(
    fn: Callable[..., Any] | None = None,
    *,
    warmup: int = 2,
    max_graphs: int = 8,
    verify: bool = False,
    static_outputs: bool = False,
) -> Any:
    """`fn`, a training step on CUDA tensors, as a callable that replays it from a CUDA graph once it is warm.

    The first `warmup` calls with arguments of a kind run fn; the next is captured, and it and later ones are replayed
    with the arguments copied to where the graph reads. Arguments: any nesting of tuples, lists and dicts of CUDA
    tensors, numbers, texts, modules, optimizers; a kind is their shapes, dtypes, strides and other values. At most
    `max_graphs` graphs are kept, in one memory pool, the least recently used going first. What fn returns is detached,
    and copied unless `static_outputs` (then the next call overwrites it).

    A graph is used only while what it was captured with still holds: modes of torch, numbers and tensors among fn's
    variables, train or eval, parameters, optimizer state and hyperparameters. A learning rate that is a number may
    change at any time. Python code of fn does not run in a replay: no print, no list.append, no hook.

    Where fn cannot be captured it runs as it is, after one warning that says why; see also `reason` of the result.
    verify=True: each replay is compared, bit by bit, with fn run from the same state; RuntimeError names what differs.

    >>> import vibetensor
    >>> step = vibetensor.graph_step(lambda x: x * 2)
    >>> step.warmup
    2
    """
    if fn is None:
        return lambda f: graph_step(
            f, warmup=warmup, max_graphs=max_graphs, verify=verify, static_outputs=static_outputs
        )
    if not callable(fn):
        raise TypeError(f"graph_step: expected a callable, got {type(fn).__name__}")
    if warmup < 1 or max_graphs < 1:
        raise ValueError(f"graph_step: expected warmup and max_graphs of at least 1, got {warmup} and {max_graphs}")
    return GraphStep(fn, warmup, max_graphs, verify, static_outputs)
