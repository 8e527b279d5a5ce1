"""DataLoader.state_dict: a pass goes on elsewhere with the batches that were left, and so do those after it."""

import json
import pickle

import pytest
import vibetensor.torch as vt

data = vt.utils.data


class Rows(data.Dataset):
    def __len__(self):
        return 23

    def __getitem__(self, i):
        return i


class Counting(Rows):
    """Has a state: how many samples this copy of it has read."""

    def __init__(self):
        self.read = 0

    def __getitem__(self, i):
        self.read += 1
        return i * 1000 + self.read

    def state_dict(self):
        return {"read": self.read}

    def load_state_dict(self, state):
        self.read = state["read"]


class Stream(data.IterableDataset):
    def __iter__(self):
        info = data.get_worker_info()
        first, step = (info.id, info.num_workers) if info else (0, 1)
        # workers come to their ends at different times
        return iter(range(first, 19 if first else 29, step))


class Place:
    """An iterator with a state."""

    def __init__(self, first, step):
        self.at, self.step = first, step

    def __iter__(self):
        return self

    def __next__(self):
        if self.at >= 21:
            raise StopIteration
        self.at += self.step
        return self.at - self.step

    def state_dict(self):
        return {"at": self.at}

    def load_state_dict(self, state):
        self.at = state["at"]


class StatefulStream(data.IterableDataset):
    opened = 0

    def __iter__(self):
        info = data.get_worker_info()
        return Place(info.id, info.num_workers) if info else Place(0, 1)


class Halves(data.Sampler):
    """A sampler of a program's own, without a state."""

    def __iter__(self):
        return iter([*range(0, 23, 2), *range(1, 23, 2)])

    def __len__(self):
        return 23


class OwnState(Halves):
    """One with a state."""

    def __init__(self):
        self.taken = 0

    def __iter__(self):
        for i in list(Halves.__iter__(self))[self.taken :]:
            self.taken += 1
            yield i
        self.taken = 0

    def state_dict(self):
        return {"taken": self.taken}

    def load_state_dict(self, state):
        self.taken = state["taken"]


def generator():
    return vt.Generator().manual_seed(5)


LOADERS = {
    "in order": lambda: {"dataset": Rows(), "batch_size": 3},
    "samples": lambda: {"dataset": Rows(), "batch_size": None},
    "shuffled": lambda: {"dataset": Rows(), "batch_size": 3, "shuffle": True},
    "generator": lambda: {"dataset": Rows(), "batch_size": 3, "shuffle": True, "generator": generator()},
    "replacement": lambda: {
        "dataset": Rows(),
        "batch_size": 4,
        "sampler": data.RandomSampler(Rows(), replacement=True, num_samples=50, generator=generator()),
    },
    "subset": lambda: {
        "dataset": Rows(),
        "batch_size": 2,
        "sampler": data.SubsetRandomSampler(range(11), generator()),
    },
    "weighted": lambda: {
        "dataset": Rows(),
        "batch_size": 2,
        "sampler": data.WeightedRandomSampler([1.0] * 23, 11, generator=generator()),
    },
    "own sampler": lambda: {"dataset": Rows(), "batch_size": 3, "sampler": Halves()},
    "sampler with a state": lambda: {"dataset": Rows(), "batch_size": 3, "sampler": OwnState()},
    "batch sampler": lambda: {"dataset": Rows(), "batch_sampler": data.BatchSampler(Halves(), 4, True)},
    "list of batches": lambda: {"dataset": Rows(), "batch_sampler": [[1, 2], [3], [4, 5, 6], [7]]},
    "dataset with a state": lambda: {"dataset": Counting(), "batch_size": 3, "shuffle": True, "generator": generator()},
    "stream": lambda: {"dataset": Stream(), "batch_size": 3},
    "stream of samples": lambda: {"dataset": Stream(), "batch_size": None},
    "stream, no rest": lambda: {"dataset": Stream(), "batch_size": 3, "drop_last": True},
    "stream with a state": lambda: {"dataset": StatefulStream(), "batch_size": 2},
    "distributed": lambda: {"dataset": Rows(), "sampler": data.DistributedSampler(Rows(), 2, 1), "batch_size": 3},
}
MANNERS = {
    "here": {},
    "2 processes": {"num_workers": 2},
    "2 processes, rare snapshots": {"num_workers": 2, "snapshot_every_n_steps": 3},
    "persistent": {"num_workers": 2, "persistent_workers": True},
    "2 threads": {"num_workers": 2, "worker_method": "thread"},
}


def plain(batch):
    return batch.tolist() if isinstance(batch, vt.Tensor) else batch


def loader_of(kind, manner, seed):
    vt.manual_seed(seed)
    return data.DataLoader(**LOADERS[kind](), **MANNERS[manner])


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("kind", LOADERS)
def test_a_pass_goes_on_elsewhere(kind, manner):
    if kind == "dataset with a state" and manner == "2 threads":
        pytest.skip("threads share the dataset and its count")
    whole = [plain(batch) for batch in loader_of(kind, manner, 0)]
    assert len(whole) > 3
    for stop in (0, 1, 3, len(whole) - 1):
        loader = loader_of(kind, manner, 0)
        iterator, seen = iter(loader), []
        for _ in range(stop):
            seen.append(plain(next(iterator)))
        state = pickle.loads(pickle.dumps(loader.state_dict()))
        left = [plain(batch) for batch in iterator]
        assert seen + left == whole
        del iterator
        other = loader_of(kind, manner, 99)  # other seeds: what is drawn comes from the state
        other.load_state_dict(state)
        assert other.state_dict()["_iterator_finished"] is False
        assert [plain(batch) for batch in other] == left, stop
        if kind == "generator":  # its generator goes on as that of the first loader
            assert [plain(b) for b in other] == [plain(b) for b in loader]


@pytest.mark.parametrize("manner", MANNERS)
def test_a_state_from_the_end_begins_the_next_pass(manner):
    loader = loader_of("generator", manner, 0)
    first = [plain(batch) for batch in loader]
    state = loader.state_dict()
    second = [plain(batch) for batch in loader]
    assert state["_iterator_finished"] and first != second and len(first) == len(second)
    other = loader_of("generator", manner, 7)
    other.load_state_dict(state)
    assert len([plain(batch) for batch in other]) == len(second)


def test_a_state_outlives_a_pass_that_was_left():
    for manner in ("here", "2 processes"):
        loader = loader_of("in order", manner, 0)
        for i, _ in enumerate(loader):
            if i == 2:
                break
        state = loader.state_dict()
        other = loader_of("in order", manner, 0)
        other.load_state_dict(state)
        assert plain(next(iter(other))) == [9, 10, 11]


def test_states_are_plain_and_checked():
    loader = loader_of("in order", "2 processes", 0)
    json.dumps(loader.state_dict())
    with pytest.raises(ValueError, match="num_workers=2"):
        other = data.DataLoader(Rows(), num_workers=1)
        other.load_state_dict(loader.state_dict())
        iter(other)
    with pytest.raises(ValueError, match="with workers"):
        other = data.DataLoader(Rows())
        other.load_state_dict(loader.state_dict())
        iter(other)
    with pytest.raises(ValueError, match="without workers"):
        state = data.DataLoader(Rows()).state_dict()
        loader.load_state_dict(state)
        iter(loader)
    loader = loader_of("in order", "here", 0)
    loader.load_state_dict({})
    assert len(list(loader)) == 8


def test_seeds_of_workers_go_on():
    class Seeds(Rows):
        def __getitem__(self, i):
            return data.get_worker_info().seed

    def make(seed):
        vt.manual_seed(seed)
        return data.DataLoader(Seeds(), num_workers=2)

    loader = make(0)
    iterator = iter(loader)
    seed = next(iterator).item()
    other = make(1)
    other.load_state_dict(loader.state_dict())
    assert {batch.item() for batch in other} == {seed, seed + 1}


@pytest.mark.parametrize("workers", [0, 2])
def test_a_sampler_that_is_replaced_after_the_state_was_asked_for(workers):
    """What accelerate does: the pass is of the new sampler, with the random numbers of a loader never asked."""
    orders = []
    for asked in (False, True):
        vt.manual_seed(3)
        loader = data.DataLoader(Rows(), batch_size=4, shuffle=True, num_workers=workers)
        if asked:
            loader.state_dict()
        loader.batch_sampler.sampler = data.SubsetRandomSampler(range(10))
        orders.append([[batch.tolist() for batch in loader], vt.rand(2).tolist()])
    assert orders[0] == orders[1] and sorted(i for batch in orders[0][0] for i in batch) == list(range(10))
    vt.manual_seed(3)
    loader = data.DataLoader(Rows(), batch_size=4, shuffle=True, num_workers=workers)
    loader.state_dict()
    vt.rand(1)  # somebody else has drawn: nothing is taken back
    loader.batch_sampler.sampler = data.SequentialSampler(range(3))
    assert [batch.tolist() for batch in loader] == [[0, 1, 2]]
