"""The order in which a dataset is read. Random orders are PyTorch's for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, repeat
from typing import Any, Generic, TypeVar

from vibetensor import _C
from vibetensor.torch.utils.data._utils.state import is_stateful

T = TypeVar("T")


def fresh_seed(generator: Any = None) -> int:
    """A seed drawn from `generator`, by default the global one of the CPU."""
    return int(_C.ops.empty((), dtype=_C.int64, device="cpu").random_(generator=generator).item())


class Sampler(Generic[T]):
    """Base of samplers: define __iter__, which yields sample numbers (or lists of them), and __len__ if known."""

    def __init__(self, data_source: Any = None):
        pass

    def __iter__(self) -> Iterator[T]:
        raise NotImplementedError("Subclasses of Sampler should implement __iter__.")


class SequentialSampler(Sampler[int]):
    """0, 1, 2 and so on."""

    def __init__(self, data_source: Any):
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomNumbers(Iterator[int]):
    """Random numbers that say where they are: the generator's state before them, and how many were taken.

    draw: makes them from a generator, once the first is asked for. own: the generator of the caller, if there is one.
    chosen: what gives the generator where there is none.
    """

    def __init__(self, draw: Callable[[Any], Iterator[int]], own: Any, chosen: Callable[[], Any]):
        self.draw, self.own, self.chosen = draw, own, chosen
        self.numbers: Iterator[int] | None = None
        self.generator_state: Any = None
        self.yielded = 0

    def begin(self, generator: Any) -> Iterator[int]:
        self.generator_state = generator.get_state()
        self.numbers = self.draw(generator)
        return self.numbers

    def drawn(self) -> Iterator[int]:
        if self.numbers is not None:
            return self.numbers
        return self.begin(self.chosen() if self.own is None else self.own)

    def __next__(self) -> int:
        number = next(self.drawn())
        self.yielded += 1
        return number

    def state_dict(self) -> dict[str, Any]:
        """How many numbers were taken, and the generator's state before the first was drawn, if need be now."""
        self.drawn()
        return {"yielded": self.yielded, "generator": self.generator_state}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Returns None; draws the same numbers again and skips those taken. A generator of the caller moves along."""
        self.yielded = 0
        generator = _C.Generator() if self.own is None else self.own
        generator.set_state(state_dict["generator"])
        self.begin(generator)
        for _ in range(state_dict["yielded"]):
            next(self)


def seeded_generator() -> Any:
    """A generator of its own, seeded by the global one."""
    generator = _C.Generator()
    generator.manual_seed(fresh_seed())
    return generator


def default_generator() -> Any:
    return _C.default_generator


class RandomSampler(Sampler[int]):
    """Numbers in random order, each once, or drawn with `replacement`; `num_samples` of them.

    Without a `generator`, each pass over it takes one seed from the global generator.
    """

    def __init__(
        self, data_source: Any, replacement: bool = False, num_samples: int | None = None, generator: Any = None
    ):
        self.data_source, self.replacement = data_source, replacement
        self._num_samples, self.generator = num_samples, generator
        if not isinstance(replacement, bool):
            raise TypeError(f"replacement should be a boolean value, but got replacement={replacement}")
        if not isinstance(self.num_samples, int) or self.num_samples < 0:
            raise ValueError(f"num_samples should be a non-negative integer value, but got num_samples={num_samples}")

    @property
    def num_samples(self) -> int:
        """How many numbers a pass yields; follows the length of the dataset unless it was given."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        return RandomNumbers(self.draw, self.generator, seeded_generator)

    def draw(self, generator: Any) -> Iterator[int]:
        """The numbers of one pass, in pieces: the stream depends on how the draws are cut."""
        n = len(self.data_source)
        if self.replacement:
            for _ in range(self.num_samples // 32):
                yield from _C.ops.randint(0, n, (32,), dtype=_C.int64, device="cpu", generator=generator).tolist()
            rest = self.num_samples % 32
            yield from _C.ops.randint(0, n, (rest,), dtype=_C.int64, device="cpu", generator=generator).tolist()
        else:
            for _ in range(self.num_samples // n if n else 0):
                yield from _C.ops.randperm(n, device="cpu", generator=generator).tolist()
            # drawn even where nothing of it is used, which moves a generator of the caller as in PyTorch
            last = _C.ops.randperm(n, device="cpu", generator=generator).tolist()
            yield from last[: self.num_samples % n if n else 0]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """The numbers in `indices` in random order, each once."""

    def __init__(self, indices: Sequence[int], generator: Any = None):
        self.indices, self.generator = indices, generator

    def __iter__(self) -> Iterator[int]:
        return RandomNumbers(self.draw, self.generator, default_generator)

    def draw(self, generator: Any) -> Iterator[int]:
        """The numbers of one pass."""
        for i in _C.ops.randperm(len(self.indices), device="cpu", generator=generator).tolist():
            yield self.indices[i]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """`num_samples` numbers drawn with the probabilities `weights`, which need not add up to one."""

    def __init__(self, weights: Sequence[float], num_samples: int, replacement: bool = True, generator: Any = None):
        if not isinstance(num_samples, int) or isinstance(num_samples, bool) or num_samples <= 0:
            raise ValueError(f"num_samples should be a positive integer value, but got num_samples={num_samples}")
        if not isinstance(replacement, bool):
            raise ValueError(f"replacement should be a boolean value, but got replacement={replacement}")
        device = None if isinstance(weights, _C.Tensor) else "cpu"
        self.weights = _C.as_tensor(weights, dtype=_C.float64, device=device)
        if self.weights.dim() != 1:
            raise ValueError(
                f"weights should be a 1d sequence but given weights have shape {tuple(self.weights.shape)}"
            )
        self.num_samples, self.replacement, self.generator = num_samples, replacement, generator

    def __iter__(self) -> Iterator[int]:
        if self.weights.device.type != "cpu":  # a stream of the device's own, which is not replayed
            return self.draw(self.generator)
        return RandomNumbers(self.draw, self.generator, default_generator)

    def draw(self, generator: Any) -> Iterator[int]:
        """The numbers of one pass."""
        drawn = _C.ops.multinomial(self.weights, self.num_samples, self.replacement, generator=generator)
        yield from drawn.tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchIterator(Iterator[list[int]]):
    """The lists of a BatchSampler, with the state of what they are made from."""

    def __init__(self, batches: BatchSampler):
        self.batches = batches
        self.source: Any = batches.sampler
        self.numbers: Iterator[int] | None = None
        self.taken = 0

    def begun(self) -> Iterator[int]:
        if self.numbers is None:
            self.source = self.batches.sampler
            self.numbers = iter(self.source)
        return self.numbers

    def is_outdated(self) -> bool:
        """Whether the BatchSampler was given another sampler since the first number."""
        return self.numbers is not None and self.source is not self.batches.sampler

    def __next__(self) -> list[int]:
        batch = list(islice(self.begun(), self.batches.batch_size))
        self.taken += len(batch)
        if not batch or (self.batches.drop_last and len(batch) < self.batches.batch_size):
            raise StopIteration
        return batch

    def state_dict(self) -> dict[str, Any]:
        """How many numbers were taken, and the states of the sampler and its iterator, where they have one."""
        numbers: Any = self.begun()
        state: dict[str, Any] = {"samples_yielded": self.taken}
        if is_stateful(self.batches.sampler):
            state["sampler_state"] = self.batches.sampler.state_dict()  # type: ignore[attr-defined]
        if is_stateful(numbers):
            state["sampler_iter_state"] = numbers.state_dict()
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Returns None; goes where `state_dict` was taken, by reading again what has no state of its own."""
        sampler: Any = self.batches.sampler
        if "sampler_state" in state_dict:
            sampler.load_state_dict(state_dict["sampler_state"])
        self.taken = state_dict["samples_yielded"]
        numbers: Any = iter(sampler)
        self.numbers = numbers
        if "sampler_iter_state" in state_dict:
            numbers.load_state_dict(state_dict["sampler_iter_state"])
        elif not is_stateful(sampler) and not isinstance(sampler, Endless):
            for _ in range(self.taken):
                next(numbers)


class Endless(Sampler[None]):
    """The sampler of iterable datasets: as many Nones as anybody asks for."""

    def __iter__(self) -> Iterator[None]:
        return repeat(None)


class BatchSampler(Sampler[list[int]]):
    """The numbers of `sampler` in lists of `batch_size`; the last may be shorter, or is left out with `drop_last`."""

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool):
        if not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size <= 0:
            raise ValueError(f"batch_size should be a positive integer value, but got batch_size={batch_size}")
        if not isinstance(drop_last, bool):
            raise ValueError(f"drop_last should be a boolean value, but got drop_last={drop_last}")
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self) -> Iterator[list[int]]:
        return BatchIterator(self)

    def __len__(self) -> int:
        count = len(self.sampler)  # type: ignore[arg-type]
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)
