"""Every op on meta gives the shapes, dtypes and strides that it gives on the CPU, and reads no value."""

from __future__ import annotations

import copy
import io
import pickle
import warnings
from typing import Any

import pytest
import vibetensor.torch as torch
from op_checks import Arguments, flatten, our_function, seed_both
from samples import Sample, all_samples
from vibetensor import _C


def takes_sparse(sample: Sample) -> bool:
    """Whether a call has a sparse tensor, which meta has none of."""
    given = [v for call in sample.calls for v in flatten([*call.args, *call.kwargs.values()])]
    return any(str(getattr(v, "layout", torch.strided)) != "torch.strided" for v in given)


SAMPLES = [s for s in all_samples() if not takes_sparse(s)]
COLUMN: dict[str, list[bool]] = {}
for entry in _C.registry():
    if "functional" in entry["tags"]:
        COLUMN.setdefault(entry["name"].split(".")[0], []).append("value_dependent" in entry["tags"])
# Calls of these read values with some arguments and not with others.
BY_ARGUMENTS = {
    "index": "masks among the subscripts",
    "index_put_": "masks among the subscripts",
    "one_hot": "no num_classes",
    "repeat_interleave": "repeats in a tensor",
    "tensor_split": "sections in a tensor",
}


def to_meta(value: Any) -> Any:
    if isinstance(value, _C.Tensor):
        moved = _C.ops.empty_strided(value.shape, value.stride(), dtype=value.dtype, device="meta")
        return moved.requires_grad_(value.requires_grad)
    if isinstance(value, (list, tuple)):
        return type(value)(to_meta(v) for v in value)
    return "meta" if value == "cpu" else value


def geometry(result: Any) -> list[Any]:
    return [
        (tuple(r.shape), r.dtype, r.stride() if r.numel() else None, r.requires_grad)
        if isinstance(r, _C.Tensor)
        else type(r)
        for r in flatten(result)
    ]


def outcome(sample: Sample, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """The call's result, or the exception with which the op refuses its arguments."""
    seed_both()
    try:
        return our_function(sample)(*args, **kwargs)
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        return error


# Of a tensor on a mesh: its strides follow how the parts were copied, which the shape does not tell.
OF_PARTS = {"_fabric_distribute"}


def compared(sample: Sample) -> tuple[int, int]:
    """How many calls gave the geometry of the CPU's, and how many refused to read a value."""
    alike = refused = 0
    column = COLUMN.get(sample.op, [False])
    for call in sample.calls:
        transposed = [] if sample.op in OF_PARTS else [(sample.dtypes[0], "transposed")]
        for dtype, layout in [(d, None) for d in sample.dtypes] + transposed:
            args, kwargs = Arguments(call, dtype, layout).ours
            here = ([to_meta(a) for a in args], {k: to_meta(v) for k, v in kwargs.items()})
            if not any(isinstance(v, _C.Tensor) for v in flatten([*here[0], *here[1].values()])):
                here[1]["device"] = "meta"
            wanted, found = outcome(sample, args, kwargs), outcome(sample, *here)
            what = f"{sample.op}({call}) in {dtype}, {layout}"
            if isinstance(wanted, Exception):
                continue  # refused for its dtype or layout; a kernel may find out where meta cannot
            if all(column):
                assert isinstance(found, NotImplementedError), f"{what}: a value was read on meta"
                refused += 1
            elif isinstance(found, RuntimeError) and (any(column) or sample.op in BY_ARGUMENTS):
                assert "meta" in str(found), f"{what}: {found!r}"
                refused += 1  # one of the overloads, or this choice of arguments, reads values
            elif isinstance(found, Exception):
                raise AssertionError(f"{what}: on meta {found!r}") from found
            else:
                assert geometry(found) == geometry(wanted), what
                assert all(r.is_meta for r in flatten(found) if isinstance(r, _C.Tensor)), what
                alike += 1
    return alike, refused


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.op)
def test_geometry(sample: Sample) -> None:
    alike, refused = compared(sample)
    reads = any(COLUMN.get(sample.op, ())) or sample.op in BY_ARGUMENTS
    assert alike or (refused and reads), f"{sample.op}: nothing to compare"


@pytest.mark.parametrize("op", BY_ARGUMENTS)
def test_exceptions_are_needed(op: str) -> None:
    alike, refused = (sum(counts) for counts in zip(*(compared(s) for s in SAMPLES if s.op == op), strict=True))
    assert alike and refused, f"{op}: {alike} calls are as on the CPU, {refused} read a value"


def test_reading_a_value_raises() -> None:
    x = torch.empty(1, device="meta")
    for read in (x.item, x.tolist, x.cpu, lambda: bool(x), lambda: float(x), lambda: x.to("cpu"), lambda: x.numpy()):
        with pytest.raises((NotImplementedError, RuntimeError, TypeError)):
            read()
    with pytest.raises(NotImplementedError, match="values"):
        torch.nonzero(x)
    with pytest.raises(RuntimeError, match="same device"):
        torch.ones(2) + torch.ones(2, device="meta")
    with pytest.raises(BufferError, match="no memory"):
        torch.utils.dlpack.to_dlpack(x)


def test_there_is_no_address_and_only_the_shape_is_saved() -> None:
    x = torch.empty(3, 2, device="meta")
    assert x.data_ptr() == x[1:].data_ptr() == 0
    file = io.BytesIO()
    torch.save({"a": x.t()}, file)
    file.seek(0)
    for again in (torch.load(file)["a"], pickle.loads(pickle.dumps(x.t()))):
        assert again.is_meta and again.shape == (2, 3) and again.stride() == (1, 2)
    file = io.BytesIO()
    torch.save({"a": torch.ones(2)}, file)
    file.seek(0)
    with torch.device("meta"):
        loaded = torch.load(file)["a"]
        assert pickle.loads(pickle.dumps(loaded)).sum().item() == 2
    assert loaded.tolist() == [1, 1]


def test_repr_shows_no_values() -> None:
    assert repr(torch.empty(2, 3, device="meta")) == "tensor(..., device='meta', size=(2, 3))"
    assert "dtype=torch.int64" in repr(torch.empty(2, dtype=torch.int64, device="meta"))


def test_autograd_runs_on_meta() -> None:
    x = torch.empty(4, 5, device="meta", requires_grad=True)
    w = torch.empty(5, 3, device="meta", requires_grad=True)
    view = x[1:, ::2]
    (torch.relu(x @ w).sum() + view.exp().mean()).backward()
    assert x.grad.shape == (4, 5) and w.grad.shape == (5, 3) and x.grad.is_meta
    assert view._base is x
    y = torch.zeros(3, device="meta")
    version = y._version
    y.add_(1)
    assert y._version == version + 1


def test_a_copy_to_meta_takes_the_shape_alone() -> None:
    x = torch.ones(2, 3).t()
    there = x.to("meta")
    assert there.is_meta and there.shape == x.shape and there.stride() == x.stride()
    there.copy_(torch.ones(3, 2))
    assert torch.zeros(2, 3, device="meta").to("meta").is_meta


def test_default_device() -> None:
    with torch.device("meta") as device:
        assert device == torch.get_default_device() == torch.device("meta")
        made = [torch.empty(2), torch.ones(2), torch.rand(2), torch.arange(3), torch.tensor([1.0]), torch.eye(2)]
        made += [torch.randperm(4), torch.linspace(0, 1, 5), torch.full((2,), 7), torch.as_tensor([1, 2])]
        assert all(t.is_meta for t in made)
        assert torch.ones(2, device="cpu").sum().item() == 2
        assert not torch.zeros_like(torch.ones(1, device="cpu")).is_meta
        with torch.device("cpu"):
            assert torch.empty(1).device.type == "cpu"
    assert torch.empty(1).device.type == "cpu"
    try:
        torch.set_default_device("meta")
        assert torch.ones(1).is_meta
    finally:
        torch.set_default_device(None)
    assert torch.get_default_device() == torch.device("cpu")
    with pytest.raises(TypeError):
        torch.set_default_device(1.5)


def test_modules_begin_on_meta() -> None:
    with torch.device("meta"):
        model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.LayerNorm(8), torch.nn.Linear(8, 2))
    assert all(p.is_meta for p in model.parameters())
    assert model(torch.empty(3, 4, device="meta")).shape == (3, 2)
    with pytest.raises(NotImplementedError, match="no data"):
        model.to("cpu")
    model.to_empty(device="cpu")
    state = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.LayerNorm(8), torch.nn.Linear(8, 2)).state_dict()
    model.load_state_dict(state)
    assert torch.equal(model[0].weight, state["0.weight"])
    assert model(torch.ones(3, 4)).shape == (3, 2)


def test_loading_values_into_meta_tensors_says_that_nothing_happens() -> None:
    state = torch.nn.Linear(2, 3).state_dict()
    model = torch.nn.Linear(2, 3, device="meta")
    with pytest.warns(UserWarning, match=r"for weight: copying from a non-meta parameter .*`assign=True`"):
        model.load_state_dict(state)
    assert model.weight.is_meta
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.load_state_dict(torch.nn.Linear(2, 3, device="meta").state_dict())
        model.load_state_dict(state, assign=True)
    assert torch.equal(model.weight, state["weight"])
    with pytest.raises(RuntimeError, match="Cannot copy out of meta tensor"):
        model.load_state_dict(torch.nn.Linear(2, 3, device="meta").state_dict())


def test_modules_go_to_meta_and_not_back() -> None:
    model = torch.nn.Linear(2, 3)
    assert all(p.is_meta and isinstance(p, torch.nn.Parameter) for p in model.to("meta").parameters())
    assert model.half().weight.dtype == torch.float16 and model.to("meta").weight.is_meta
    with pytest.raises(NotImplementedError, match=r"torch.nn.Module.to_empty\(\) instead of torch.nn.Module.to\(\)"):
        model.to("cpu")


@pytest.mark.parametrize("name", [n for n in dir(torch.nn.init) if n.endswith("_") and not n.startswith("_")])
def test_every_initialization_runs_on_meta(name: str) -> None:
    tensor = torch.empty((3, 3, 3) if name == "dirac_" else (4, 3), device="meta")
    rest = {"sparse_": (0.5,), "constant_": (2.0,)}.get(name, ())
    assert getattr(torch.nn.init, name)(tensor, *rest) is tensor and tensor.is_meta
    if name == "trunc_normal_":
        assert torch.nn.init.trunc_normal_(tensor, a=5.0, b=6.0, mean=5.5) is tensor


def test_attention_on_meta() -> None:
    layer = torch.nn.MultiheadAttention(4, 2, device="meta")
    x = torch.empty(3, 2, 4, device="meta")
    result, weights = layer(x, x, x, key_padding_mask=torch.empty(2, 3, dtype=torch.bool, device="meta"))
    assert result.is_meta and result.shape == (3, 2, 4) and weights.shape == (2, 3, 3)
    layer._reset_parameters()


def test_values_that_are_not_there_are_refused_by_the_name_of_what_was_called() -> None:
    tensor = torch.ones(1, device="meta")
    for read in (tensor.item, lambda: bool(tensor), lambda: float(tensor), lambda: tensor.__index__()):
        with pytest.raises(
            (RuntimeError, TypeError), match=r"Tensor.item\(\) cannot be called on meta|integer tensors"
        ):
            read()
    for name in ("cpu", "tolist"):
        with pytest.raises(NotImplementedError, match=f"^{name}: Cannot copy out of meta tensor; no data!"):
            getattr(tensor, name)()
    torch.testing.assert_close(torch.ones(2, device="meta"), torch.ones(2, device="meta"))
    with pytest.raises(AssertionError, match="shape"):
        torch.testing.assert_close(torch.ones(2, device="meta"), torch.ones(3, device="meta"))


def test_random_states_and_orders_stay_on_the_cpu_where_meta_is_the_default() -> None:
    torch.manual_seed(3)
    expected = list(torch.utils.data.RandomSampler(range(10)))
    state = torch.get_rng_state()
    with torch.device("meta"):
        torch.manual_seed(3)
        assert list(torch.utils.data.RandomSampler(range(10))) == expected
        assert torch.get_rng_state().device.type == "cpu" and torch.equal(torch.get_rng_state(), state)
        torch.set_rng_state(state)
        assert torch.Generator().manual_seed(5).get_state().device.type == "cpu"
        with torch.random.fork_rng():
            assert torch.rand(2).is_meta
        assert sorted(torch.utils.data.SubsetRandomSampler([1, 2, 3])) == [1, 2, 3]
        assert len(list(torch.utils.data.WeightedRandomSampler([0.1, 0.9], 3))) == 3
        assert [len(part) for part in torch.utils.data.random_split(range(10), [7, 3])] == [7, 3]
        loader = torch.utils.data.DataLoader([torch.ones(2, device="cpu")] * 4, batch_size=2, shuffle=True)
        assert [batch.shape for batch in loader] == [(2, 2), (2, 2)]
    with pytest.raises(TypeError, match=r"RNG state must be a torch.ByteTensor"):
        torch.set_rng_state(torch.empty(5056, dtype=torch.uint8, device="meta"))


def test_devices_pickle_and_compare() -> None:
    for device in (torch.device("meta"), torch.device("cpu"), torch.device("cuda", 1)):
        assert pickle.loads(pickle.dumps(device)) == device == copy.deepcopy(device)
    assert str(torch.device("meta")) == "meta" and repr(torch.device("meta")) == "device(type='meta')"
    assert torch.empty(1, device="meta").device == torch.device("meta")
