"""utils.data: samplers that draw as PyTorch's, datasets and batches."""

import collections
import types

import pytest
import torch
import vibetensor.torch as vt
from compare import same

Point = collections.namedtuple("Point", ["x", "y"])


def squares(data, t):
    class Squares(data.Dataset):
        def __len__(self):
            return 23

        def __getitem__(self, i):
            return t.tensor([float(i), float(i * i)]), i

    return Squares()


def epochs(t, **options):
    """Two passes over a loader, as numbers."""
    t.manual_seed(11)
    loader = t.utils.data.DataLoader(squares(t.utils.data, t), **options)
    batches = [[x.tolist(), y.tolist()] for _ in range(2) for x, y in loader]
    return batches, t.rand(2).tolist(), len(loader)


LOADERS = [
    {},
    {"batch_size": 5},
    {"batch_size": 5, "drop_last": True},
    {"batch_size": 4, "shuffle": True},
    {"batch_size": 4, "shuffle": True, "num_workers": 2},
    {"batch_size": 4, "num_workers": 3, "prefetch_factor": 1, "drop_last": True},
    {"batch_size": 4, "shuffle": True, "num_workers": 2, "persistent_workers": True},
]


@pytest.mark.parametrize("options", LOADERS)
def test_loader_matches(options):
    assert epochs(vt, **options) == epochs(torch, **options)


def test_generator_of_the_caller_moves_alike():
    seen = []
    for t in (vt, torch):
        generator = t.Generator().manual_seed(3)
        loader = t.utils.data.DataLoader(squares(t.utils.data, t), 6, shuffle=True, generator=generator)
        seen.append(([y.tolist() for _, y in loader], t.rand(2, generator=generator).tolist()))
    assert seen[0] == seen[1]


SAMPLERS = [
    lambda d, t: d.SequentialSampler(range(5)),
    lambda d, t: d.RandomSampler(range(50)),
    lambda d, t: d.RandomSampler(range(50), num_samples=77),
    lambda d, t: d.RandomSampler(range(50), replacement=True, num_samples=70),
    lambda d, t: d.SubsetRandomSampler([3, 1, 4, 1, 5]),
    lambda d, t: d.WeightedRandomSampler([0.1, 0.9, 0.4], 20),
    lambda d, t: d.WeightedRandomSampler([0.1, 0.9, 0.4], 3, replacement=False),
    lambda d, t: d.BatchSampler(d.RandomSampler(range(10)), 3, False),
    lambda d, t: d.BatchSampler(d.SequentialSampler(range(10)), 3, True),
]


@pytest.mark.parametrize("build", SAMPLERS)
def test_samplers_match(build):
    seen = []
    for t in (vt, torch):
        t.manual_seed(2)
        sampler = build(t.utils.data, t)
        seen.append((list(sampler), list(sampler), len(sampler)))
    assert seen[0] == seen[1]


def test_random_split_matches():
    for lengths in ([3, 7], [0.3, 0.3, 0.4]):
        splits = []
        for t in (vt, torch):
            generator = t.Generator().manual_seed(42)
            parts = t.utils.data.random_split(range(10), lengths, generator=generator)
            splits.append([list(part) for part in parts])
        assert splits[0] == splits[1]
    with pytest.raises(ValueError):
        vt.utils.data.random_split(range(10), [3, 3])


def test_datasets():
    data = vt.utils.data
    pairs = data.TensorDataset(vt.arange(6).reshape(3, 2), vt.arange(3))
    assert [x.tolist() for x in pairs[1]] == [[2, 3], 1] and len(pairs) == 3
    both = pairs + data.TensorDataset(vt.zeros(1, 2), vt.zeros(1))
    assert (
        isinstance(both, data.ConcatDataset) and len(both) == 4 and both[3][1].item() == 0 and both[-1][1].item() == 0
    )
    subset = data.Subset([10, 11, 12, 13], [3, 1])
    assert [subset[i] for i in range(2)] == [13, 11]
    assert data.StackDataset(a=[1, 2], b=[3, 4])[1] == {"a": 2, "b": 4}
    with pytest.raises(AssertionError):
        data.TensorDataset(vt.zeros(2), vt.zeros(3))
    with pytest.raises(NotImplementedError):
        data.Dataset()[0]


def stream(data, t, sharded):
    class Stream(data.IterableDataset):
        def __iter__(self):
            info = data.get_worker_info()
            start, step = (info.id, info.num_workers) if sharded and info else (0, 1)
            return iter(range(start, 11, step))

    return Stream()


@pytest.mark.parametrize("workers", [0, 1, 3])
@pytest.mark.parametrize("drop_last", [False, True])
def test_iterable_datasets_match(workers, drop_last):
    seen = []
    for t in (vt, torch):
        loader = t.utils.data.DataLoader(
            stream(t.utils.data, t, True), batch_size=2, num_workers=workers, drop_last=drop_last
        )
        seen.append([batch.tolist() for batch in loader])
    assert seen[0] == seen[1]


def test_no_automatic_batching():
    loader = vt.utils.data.DataLoader([1, 2.5, "x"], batch_size=None)
    assert list(loader) == [1, 2.5, "x"]
    loader = vt.utils.data.DataLoader(list(range(4)), batch_sampler=[[0, 3], [1]])
    assert [b.tolist() for b in loader] == [[0, 3], [1]]


SAMPLES = [
    lambda t: [1, 2, 3],
    lambda t: [1.5, 2.5],
    lambda t: [True, False],
    lambda t: ["a", "b"],
    lambda t: [{"x": 1, "y": [1.0, 2]}, {"x": 2, "y": [3.0, 4]}],
    lambda t: [(1, t.ones(2)), (2, t.zeros(2))],
    lambda t: [Point(1, 2.0), Point(3, 4.0)],
    lambda t: [[t.ones(1), "s"], [t.zeros(1), "t"]],
]


@pytest.mark.parametrize("samples", SAMPLES)
def test_collate_matches(samples):
    ours = vt.utils.data.default_collate(samples(vt))
    theirs = torch.utils.data.default_collate(samples(torch))
    assert type(ours).__name__ == type(theirs).__name__
    same(ours, theirs)


def test_collate_of_numpy():
    numpy = pytest.importorskip("numpy")
    samples = [(numpy.ones(2, dtype=numpy.float32), numpy.float64(2.0)), (numpy.zeros(2, dtype=numpy.float32), 3.0)]
    ours = vt.utils.data.default_collate([(a, numpy.float64(b)) for a, b in samples])
    assert ours[0].tolist() == [[1.0, 1.0], [0.0, 0.0]] and ours[0].dtype == vt.float32
    assert ours[1].tolist() == [2.0, 3.0] and ours[1].dtype == vt.float64


def test_collate_refuses_the_rest():
    with pytest.raises(TypeError, match="found <class 'object'>"):
        vt.utils.data.default_collate([object()])
    with pytest.raises(RuntimeError, match="equal size"):
        vt.utils.data.default_collate([[1], [1, 2]])


BAD = [
    {"num_workers": -1},
    {"timeout": -1},
    {"prefetch_factor": 2},
    {"persistent_workers": True},
    {"shuffle": True, "sampler": [0]},
    {"batch_sampler": [[0]], "batch_size": 3},
    {"batch_size": None, "drop_last": True},
    {"batch_size": 0},
]


@pytest.mark.parametrize("options", BAD)
def test_bad_options_raise_as_pytorchs(options):
    with pytest.raises(Exception) as theirs:
        torch.utils.data.DataLoader([1, 2], **options)
    with pytest.raises(theirs.type):
        vt.utils.data.DataLoader([1, 2], **options)


def test_collate_keeps_rows_of_text_as_pytorch_does():
    for batch in ([(1, "s"), (2, "t")], [{"m": ["x", "y"]}, {"m": ["u", "v"]}]):
        ours, theirs = (t.utils.data.default_collate(batch) for t in (vt, torch))
        assert str(ours).replace("vibetensor.", "") == str(theirs)


class Bag(dict):
    """A mapping with something else to carry."""

    def __init__(self, *args, label=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.label = label


class Row(list):
    def __init__(self, items=(), label=None):
        super().__init__(items)
        self.label = label


def containers(t):
    bags = [Bag(x=t.ones(2), label="a"), Bag(x=t.zeros(2), label="b")]
    counters = [collections.Counter(a=1, b=2), collections.Counter(a=3, b=4)]
    defaults = [collections.defaultdict(list, a=[1.0, 2]), collections.defaultdict(list, a=[3.0, 4])]
    users = [collections.UserDict(a=1), collections.UserDict(a=2)]
    ordered = [collections.OrderedDict(b=1, a=2), collections.OrderedDict(b=3, a=4)]
    rows = [Row([1, 2.5], label="r"), Row([3, 4.5])]
    deques = [collections.deque([1, 2]), collections.deque([3, 4])]
    proxies = [types.MappingProxyType({"a": 1}), types.MappingProxyType({"a": 2})]
    ranges = [range(3), range(3, 6)]
    return [bags, counters, defaults, users, ordered, rows, deques, proxies, ranges, [b"x", b"y"], [Point(1, "a")] * 2]


def described(value, t):
    """Types and contents, the same text for both."""
    if isinstance(value, t.Tensor):
        return f"tensor {value.dtype} {value.tolist()}"
    if isinstance(value, dict | collections.UserDict | types.MappingProxyType):
        parts = {key: described(value[key], t) for key in value}
        return (
            f"{type(value).__name__} {parts} {getattr(value, 'label', None)} {getattr(value, 'default_factory', None)}"
        )
    if isinstance(value, list | tuple | collections.deque | range):
        return f"{type(value).__name__} {[described(part, t) for part in value]} {getattr(value, 'label', None)}"
    return repr(value)


@pytest.mark.parametrize("function", ["default_collate", "default_convert"])
@pytest.mark.parametrize("index", range(11))
def test_containers_are_kept_as_pytorch_keeps_them(function, index):
    seen = []
    for t in (vt, torch):
        samples = containers(t)[index]
        seen.append(described(getattr(t.utils.data, function)(samples), t))
    assert seen[0] == seen[1]


def test_collate_takes_functions_for_types():
    for t in (vt, torch):
        collate = t.utils.data._utils.collate
        chosen = {int: lambda batch, collate_fn_map: ("ints", sum(batch)), t.Tensor: collate.collate_tensor_fn}
        assert collate.collate([[1, t.ones(1)], [2, t.ones(1)]], collate_fn_map=chosen)[0] == ("ints", 3)
        own = type("Own", (), {})
        collate.default_collate_fn_map[own] = lambda batch, *, collate_fn_map: len(batch)
        assert t.utils.data.default_collate([own(), own()]) == 2
        del collate.default_collate_fn_map[own]


class EagerSampler:
    """Draws when it is asked for an iterator, as many samplers of programs do."""

    def __init__(self, t):
        self.t = t

    def __iter__(self):
        return iter(self.t.randperm(9).tolist())

    def __len__(self):
        return 9


@pytest.mark.parametrize("options", [{}, {"num_workers": 2}, {"num_workers": 2, "persistent_workers": True}])
@pytest.mark.parametrize("batch_size", [None, 2])
def test_draws_of_a_sampler_come_in_pytorchs_order(options, batch_size):
    seen = []
    for t in (vt, torch):
        t.manual_seed(4)
        loader = t.utils.data.DataLoader(list(range(9)), batch_size=batch_size, sampler=EagerSampler(t), **options)
        passes = [[b.tolist() if isinstance(b, t.Tensor) else b for b in loader] for _ in range(2)]
        seen.append((passes, t.rand(1).item()))
    assert seen[0] == seen[1]


DISTRIBUTED = [
    {"num_replicas": 3, "rank": 1},
    {"num_replicas": 3, "rank": 2, "drop_last": True},
    {"num_replicas": 4, "rank": 3, "shuffle": False},
    {"num_replicas": 40, "rank": 39, "seed": 3},
    {"num_replicas": 40, "rank": 0, "drop_last": True},
]


@pytest.mark.parametrize("options", DISTRIBUTED)
def test_distributed_samplers_match(options):
    seen = []
    for t in (vt, torch):
        sampler = t.utils.data.distributed.DistributedSampler(range(11), **options)
        first = list(sampler)
        sampler.set_epoch(1)
        seen.append((first, list(sampler), len(sampler)))
    assert seen[0] == seen[1]
    with pytest.raises(ValueError, match="Invalid rank 2"):
        vt.utils.data.DistributedSampler(range(3), 2, 2)


def test_batches_may_go_to_a_device():
    class Pairs(vt.utils.data.Dataset):
        def __len__(self):
            return 4

        def __getitem__(self, i):
            return {"x": vt.ones(2), "name": str(i)}

    for options in ({}, {"num_workers": 2}, {"num_workers": 1, "worker_method": "thread"}):
        loader = vt.utils.data.DataLoader(Pairs(), batch_size=2, device="meta", **options)
        got = [(b["x"].device.type, tuple(b["x"].shape), b["name"]) for b in loader]
        assert got == [("meta", (2, 2), ["0", "1"]), ("meta", (2, 2), ["2", "3"])]


def test_a_length_that_was_wrong_is_told():
    class Short(vt.utils.data.IterableDataset):
        def __iter__(self):
            return iter(range(4))

        def __len__(self):
            return 2

    loader = vt.utils.data.DataLoader(Short(), batch_size=None)
    assert len(loader) == 2
    with pytest.warns(UserWarning, match="was reported to be 2"):
        list(loader)


def test_pipes_say_that_they_are_not_there():
    with pytest.raises(NotImplementedError, match="IterableDataset whose __iter__ is a generator"):
        vt.utils.data.IterDataPipe()
    from vibetensor.torch.utils.data.datapipes.iter import IterableWrapper

    with pytest.raises(NotImplementedError, match="IterableWrapper is not there yet"):
        IterableWrapper([1])
    assert not isinstance([1], vt.utils.data.MapDataPipe)
