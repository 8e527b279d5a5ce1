"""Dtypes without kernels of their own: 8-bit floats and unsigned integers of more than 8 bits, beside PyTorch and NumPy."""

import io
import pickle

import numpy as np
import pytest
import safetensors.torch
import torch
import vibetensor.safetensors
import vibetensor.torch as vt
from compare import outcome, same

FLOATS = ("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu")
INTEGERS = ("uint16", "uint32", "uint64")
STORED = (*FLOATS, *INTEGERS)
COMPUTED = (
    "bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 complex64 complex128".split()  # noqa: SIM905
)
WHOLE = ("bool", "uint8", "int8", "int16", "int32", "int64", *INTEGERS)
BYTES = {1: "uint8", 2: "int16", 4: "int32", 8: "int64"}


def bits(t, x):
    """The elements of a stored dtype as integers of their size."""
    return x.view(getattr(t, BYTES[x.element_size()])).tolist()


def sample_floats():
    """float32 numbers of every exponent, close to where 8-bit floats round, and random ones; NaN and infinities."""
    random = np.random.default_rng(0).integers(0, 2**32, 200_000, dtype=np.uint64).astype(np.uint32).view(np.float32)
    steps = np.arange(0, 2**32, 2**18, dtype=np.uint64).astype(np.uint32)
    near = np.concatenate([steps + np.uint32(1), steps, steps - np.uint32(1)]).view(np.float32)
    return np.concatenate([random, near, np.array([0.0, -0.0, np.inf, -np.inf, np.nan], np.float32)])


@pytest.mark.parametrize("name", FLOATS)
def test_rounding_from_float32(name):
    values = sample_floats()
    found = [bits(t, t.from_numpy(values).to(getattr(t, name))) for t in (vt, torch)]
    assert len(found[0]) == len(values) > 2e5
    assert found[0] == found[1]


@pytest.mark.parametrize("name", FLOATS)
def test_every_byte_is_the_same_number(name):
    def numbers(t):
        x = t.arange(256, dtype=t.int64).to(t.uint8).view(getattr(t, name))
        return (
            [str(v) for v in x.to(t.float32).tolist()],
            [str(v) for v in x.tolist()],
            [str(x[i].item()) for i in (3, 255)],
        )

    assert numbers(vt) == numbers(torch)


def numbers_for(t, name):
    """A tensor of that dtype with numbers that most dtypes hold, and some that wrap around or round."""
    if name in FLOATS or name in ("float16", "bfloat16", "float32", "float64"):
        # from 0 on: what a negative float is in an unsigned integer C++ does not say
        return t.tensor([0.0, 1.0, 0.5, 3.0, 0.3, 100.0, 2.0]).to(getattr(t, name))
    if name.startswith("complex"):
        return t.tensor([1 + 2j, 3.5 - 1j, 0j, 100 + 0j], dtype=getattr(t, name))
    if name == "bool":
        return t.tensor([True, False, True])
    small = [0, 1, 2, 7, 100]
    extra = {"uint64": [2**64 - 1, 2**63, 2**40 + 1], "uint32": [2**32 - 1], "uint16": [2**16 - 1]}
    negative = [] if name.startswith("u") else [-1, -100]
    return t.tensor(small + extra.get(name, []) + negative, dtype=getattr(t, name))


@pytest.mark.filterwarnings("ignore:Casting complex")
@pytest.mark.parametrize("from_", [*COMPUTED, *STORED])
@pytest.mark.parametrize("to", [*COMPUTED, *STORED])
def test_every_conversion(from_, to):
    if from_ not in STORED and to not in STORED:
        return

    def converted(t):
        x = numbers_for(t, from_)
        y = x.to(getattr(t, to))
        strided = x.repeat(2).view(2, -1).t()[::2]
        back = t.zeros(strided.shape, dtype=getattr(t, to))
        back.t().copy_(strided.t())
        expanded = x[:1].expand(3).to(getattr(t, to))
        words = lambda v: [str(n) for n in np.ravel(v.to(t.complex128).tolist())]  # noqa: E731
        return [str(y.dtype), words(y), words(back), words(expanded)]

    assert converted(vt) == converted(torch)


@pytest.mark.parametrize("name", [*STORED, "float4_e2m1fn_x2"])
def test_promotion(name):
    for other in [*COMPUTED, *STORED, "float4_e2m1fn_x2"]:
        for a, b in ((name, other), (other, name)):
            ours = outcome(lambda t: str(t.promote_types(getattr(t, a), getattr(t, b))), vt)  # noqa: B023
            theirs = outcome(lambda t: str(t.promote_types(getattr(t, a), getattr(t, b))), torch)  # noqa: B023
            if a != b and {a, b} <= {*WHOLE}:  # PyTorch refuses; these are NumPy's, but where that takes floats
                expected = str(np.promote_types(a, b))
                assert isinstance(ours, Exception) if expected == "float64" else ours == f"torch.{expected}", (a, b)
                continue
            assert type(ours) is type(theirs) and (isinstance(ours, Exception) or ours == theirs), (a, b)
            assert vt.can_cast(getattr(vt, a), getattr(vt, b)) == torch.can_cast(getattr(torch, a), getattr(torch, b))


FACTS = "itemsize is_floating_point is_complex is_signed".split()  # noqa: SIM905


@pytest.mark.parametrize("name", [*STORED, "float4_e2m1fn_x2"])
def test_what_a_dtype_says(name):
    def facts(t):
        dtype = getattr(t, name)
        return [repr(dtype), *(getattr(dtype, fact) for fact in FACTS), t.empty(2, 3, dtype=dtype).type()]

    assert facts(vt) == facts(torch)
    assert pickle.loads(pickle.dumps(getattr(vt, name))) is getattr(vt, name)
    for read in (
        lambda t: [
            getattr(t.finfo(getattr(t, name)), n)
            for n in ["bits", "min", "max", "eps", "smallest_normal", "tiny", "dtype"]
        ],
        lambda t: repr(t.finfo(getattr(t, name))),
        lambda t: [getattr(t.iinfo(getattr(t, name)), n) for n in ("bits", "min", "max", "dtype")],
        lambda t: repr(t.iinfo(getattr(t, name))),
    ):
        ours, theirs = outcome(read, vt), outcome(read, torch)
        if name == "float4_e2m1fn_x2":  # no number; PyTorch has three errors for it
            assert isinstance(ours, Exception) and isinstance(theirs, Exception)
            continue
        assert type(ours) is type(theirs) and (isinstance(ours, Exception) or ours == theirs)


@pytest.mark.parametrize("name", STORED)
def test_making_and_moving(name):
    def program(t):
        dtype = getattr(t, name)
        x = t.tensor([[1, 2, 4], [8, 16, 32]], dtype=dtype)
        seen = [t.zeros(2, dtype=dtype) if name != "float8_e8m0fnu" else t.ones(2, dtype=dtype), t.ones(2, dtype=dtype)]
        seen += [
            t.full((2,), 4, dtype=dtype),
            t.full_like(x, 2),
            t.empty_like(x).copy_(x),
            x.clone(),
            x.t(),
            x.t().contiguous(),
        ]
        seen += [x[0], x[:, 1:], x[..., None], x.reshape(-1), x.unsqueeze(0).expand(2, 2, 3), x.flatten()[::2]]
        seen += [
            t.cat([x, x]),
            t.stack([x, x], 1),
            x.repeat(2, 1),
            x.permute(1, 0),
            x.index_select(1, t.tensor([2, 0])),
        ]
        seen += [x[t.tensor([1, 0])], x.narrow(1, 1, 2), *x.chunk(3, 1)]
        y = x.clone()
        y[0] = x[1]
        y[:, 1].fill_(4)
        seen += [y, t.tensor(2, dtype=dtype), x.new_full((1,), 2), x.detach(), x.data]
        return [(str(v.dtype), v.shape, v.stride(), v.to(t.float64).tolist(), repr(v)) for v in seen]

    ours, theirs = program(vt), program(torch)
    assert len(ours) == len(theirs) > 28
    for ours_, theirs_ in zip(ours, theirs, strict=True):
        assert ours_ == theirs_
    x = vt.tensor([[1, 2, 4], [8, 16, 32]], dtype=getattr(vt, name))
    assert vt.gather(x, 1, vt.tensor([[0], [2]])).to(vt.float64).tolist() == [[1.0], [32.0]]  # PyTorch refuses


def test_the_packed_dtype_is_moved_only():
    def program(t):
        x = t.arange(6, dtype=t.uint8).view(t.float4_e2m1fn_x2).view(2, 3)
        y = t.cat([x.t().contiguous(), x.t()])
        return [repr(x), str(y.dtype), y.view(t.uint8).tolist()]

    assert program(vt) == program(torch)
    x = vt.zeros(2, dtype=vt.uint8).view(vt.float4_e2m1fn_x2)
    for call in (lambda: x.to(vt.float32), lambda: vt.ones(2).to(x.dtype), lambda: x.tolist(), lambda: x + x):
        with pytest.raises(NotImplementedError):
            call()


REFUSED = {
    "add": lambda t, x: x + x,
    "mul by a number": lambda t, x: x * 2,
    "matmul": lambda t, x: x @ x.t(),
    "softmax": lambda t, x: x.softmax(-1),
    "relu": lambda t, x: t.relu(x),
    "sort": lambda t, x: x.sort(),
    "max": lambda t, x: x.max(),
    "argmax": lambda t, x: x.argmax(1),
    "comparison": lambda t, x: x < x,
    "in place": lambda t, x: x.add_(1),
    "linear": lambda t, x: t.nn.functional.linear(x, x),
    "layer norm": lambda t, x: t.nn.functional.layer_norm(x, (3,)),
    "an output": lambda t, x: t.add(t.ones(2, 3), 1, out=x),
    "an output of a sum": lambda t, x: t.sum(t.ones(2, 3), dtype=x.dtype),
    "random": lambda t, x: t.randn(2, dtype=x.dtype),
    "uniform": lambda t, x: x.uniform_(),
    "embedding": lambda t, x: t.nn.functional.embedding(x, x),
    "fused": lambda t, x: t.addmm(x, x, x.t()),
    "einsum": lambda t, x: t.einsum("ij,kj->ik", x, x),
    "unique": lambda t, x: x.unique(),
    "histc": lambda t, x: x.histc(),
    "where": lambda t, x: t.where(x, x, x),
    "mean": lambda t, x: x.mean(),
    "var": lambda t, x: x.var(),
    "norm": lambda t, x: x.norm(),
    "conv": lambda t, x: t.nn.functional.conv1d(x[None], x[None]),
    "pool": lambda t, x: t.nn.functional.max_pool1d(x[None], 2),
    "cross entropy": lambda t, x: t.nn.functional.cross_entropy(x, t.tensor([0, 1])),
    "topk": lambda t, x: x.topk(1),
    "clamp": lambda t, x: x.clamp(0, 1),
    "inverse": lambda t, x: t.linalg.inv(x[:, :2]),
    "a mixed sum": lambda t, x: x + t.ones(2, 3, dtype=t.int32),
}


REFUSED_OF_FLOATS = {
    "sum": lambda t, x: x.sum(),
    "exp": lambda t, x: x.exp(),
    "cumsum": lambda t, x: x.cumsum(0),
}


@pytest.mark.parametrize("what", sorted(REFUSED_OF_FLOATS))
@pytest.mark.parametrize("name", [*FLOATS, "float4_e2m1fn_x2"])
def test_what_is_refused_of_floats(name, what):
    with pytest.raises((NotImplementedError, RuntimeError)):
        REFUSED_OF_FLOATS[what](vt, vt.ones(2, 3, dtype=vt.uint8).view(getattr(vt, name)))


@pytest.mark.parametrize("name", INTEGERS)
def test_what_goes_through_another_dtype(name):
    """As in PyTorch: results are int64 or floats, and two tensors are equal if their bits are."""

    def program(t):
        x = t.tensor([[1, 2, 3], [4, 5, 6]], dtype=getattr(t, name))
        y = x.clone()
        y[0, 0] = 7
        results = [x.sum(), x.sum(0), x.cumsum(0), x.cumsum(1), x.exp(), x.sqrt(), x + t.ones(3), x.prod()]
        results += [x.sum(dtype=t.float32), x.to(t.float32).mean()]
        return [(str(r.dtype), r.tolist()) for r in results], [t.equal(x, x.clone()), t.equal(x, y), t.equal(x, x[:1])]

    (ours, equal), (theirs, equal_theirs) = program(vt), program(torch)
    assert equal == equal_theirs == [True, False, False] and len(ours) == len(theirs)
    for (dtype, values), (dtype_, values_) in zip(ours, theirs, strict=True):
        assert dtype == dtype_ and np.allclose(values, values_, rtol=1e-6)


# of unsigned integers too
STILL_REFUSED = """softmax, layer norm, an output, random, embedding, histc, mean, var, norm, conv, pool, cross entropy,
inverse"""


@pytest.mark.parametrize("what", [what.strip() for what in STILL_REFUSED.split(",")])
@pytest.mark.parametrize("name", INTEGERS)
def test_what_is_refused_of_integers(name, what):
    with pytest.raises((NotImplementedError, RuntimeError, TypeError, ValueError, IndexError)) as raised:
        REFUSED[what](vt, vt.ones(2, 3, dtype=getattr(vt, name)))
    assert raised.type is not SystemError and len(str(raised.value)) > 10


@pytest.mark.parametrize("what", sorted(REFUSED))
@pytest.mark.parametrize("name", [*FLOATS, "float4_e2m1fn_x2"])
def test_arithmetic_is_refused(name, what):
    x = vt.ones(2, 3, dtype=vt.uint8).repeat(1, getattr(vt, name).itemsize).view(getattr(vt, name))
    with pytest.raises((NotImplementedError, RuntimeError, TypeError, ValueError, IndexError)) as raised:
        REFUSED[what](vt, x)
    assert raised.type is not SystemError and len(str(raised.value)) > 10


@pytest.mark.parametrize("name", STORED)
def test_files(name, tmp_path):
    def made(t):
        x = t.tensor([[1, 2, 4], [8, 16, 32]], dtype=getattr(t, name))
        return {"x": x, "view": x[:, 1:], "t": x.t(), "parameter": t.nn.Parameter(x.clone(), requires_grad=False)}

    for source, target in ((vt, torch), (torch, vt), (vt, vt)):
        # in its old format PyTorch writes such tensors and does not read them
        for legacy in (False, True) if target is vt else (False,):
            file = io.BytesIO()
            source.save(made(source), file, _use_new_zipfile_serialization=not legacy)
            file.seek(0)
            loaded, expected = target.load(file), made(target)
            for key, value in loaded.items():
                assert value.dtype == expected[key].dtype and value.stride() == expected[key].stride()
                assert bits(target, value.contiguous()) == bits(target, expected[key].contiguous())
            assert loaded["x"].untyped_storage().data_ptr() == loaded["view"].untyped_storage().data_ptr()
    if name.endswith("fnuz"):
        return
    path = str(tmp_path / "x.safetensors")
    ours, theirs = made(vt)["x"], made(torch)["x"]
    vibetensor.safetensors.save({"x": ours}, path)
    loaded = safetensors.torch.load_file(path)["x"]
    assert loaded.dtype == theirs.dtype and bits(torch, loaded) == bits(torch, theirs)
    safetensors.torch.save_file({"x": theirs}, path)
    loaded = vibetensor.safetensors.load(path)["x"]
    assert loaded.dtype == ours.dtype and bits(vt, loaded) == bits(vt, ours)


def numbers_of(name):
    """Small numbers and the ends of the dtype, (3, 4)."""
    most = np.iinfo(name).max
    return np.array([[3, 0, most, 7], [most // 2 + 1, 5, most - 1, 1], [2, most, 9, 4]], dtype=name)


# by what: what ours gives, and what NumPy gives
COMPUTED_WITH = {
    "relu": (lambda t, x: t.relu(x), lambda x: x),
    "negative": (lambda t, x: -x, lambda x: -x),
    "power": (lambda t, x: x**2, lambda x: x**2),
    "where": (lambda t, x: t.where(x > 3, x, x * 2), lambda x: np.where(x > 3, x, x * 2)),
    "median": (lambda t, x: x.median(1)[0], lambda x: np.sort(x, 1)[:, 1]),
    "topk": (lambda t, x: x.topk(2)[0], lambda x: np.sort(x, 1)[:, :1:-1]),
    "kthvalue": (lambda t, x: x.kthvalue(3, 0)[0], lambda x: np.sort(x, 0)[2]),
    "cummax": (lambda t, x: x.cummax(1)[0], lambda x: np.maximum.accumulate(x, 1)),
    "cumsum": (lambda t, x: x.cumsum(0, dtype=x.dtype), lambda x: np.cumsum(x, 0, dtype=x.dtype)),
    "argmax": (lambda t, x: x.argmax(0), lambda x: x.argmax(0)),
    "max along": (lambda t, x: t.max(x, 1)[0], lambda x: x.max(1)),
    "min along": (lambda t, x: t.min(x.t(), 1)[0], lambda x: x.min(0)),
    "sort": (lambda t, x: x.sort(descending=True)[0], lambda x: np.sort(x)[:, ::-1]),
    "unique": (lambda t, x: x.unique(), np.unique),
    "product": (lambda t, x: x @ x.t(), lambda x: x @ x.T),
    "batched product": (lambda t, x: x[None] @ x.t()[None], lambda x: x[None] @ x.T[None]),
    "put": (
        lambda t, x: x.clone().index_add_(0, t.tensor([0, 0]), x[:2]),
        lambda x: np.stack([x[0] + x[0] + x[1], *x[1:]]),
    ),
    "scattered": (lambda t, x: x.scatter_add(1, t.zeros(3, 4, dtype=t.int64), x), None),
    "triangle": (lambda t, x: x.tril(), np.tril),
    "nonzero": (lambda t, x: x.nonzero(), np.argwhere),
    "masked": (lambda t, x: x[x >= 5], lambda x: x[x >= 5]),
    "in place": (lambda t, x: x.clone().mul_(3).sub_(1).bitwise_xor_(6), lambda x: (x * 3 - 1) ^ 6),
    "transposed": (lambda t, x: x.t() * x[0, :3], lambda x: x.T * x[0, :3]),
    "output": (lambda t, x: t.add(x, x, out=t.empty(0, dtype=x.dtype)), lambda x: x + x),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("what", COMPUTED_WITH)
@pytest.mark.parametrize("name", INTEGERS)
def test_what_integers_are_computed_with(name, what):
    ours, theirs = COMPUTED_WITH[what]
    x = numbers_of(name)
    result = ours(vt, vt.from_numpy(x.copy()))
    if theirs is None:
        added = x.copy()
        added[:, 0] += x.sum(1, dtype=name)
        assert result.tolist() == added.tolist() and result.dtype == getattr(vt, name)
        return
    with np.errstate(all="ignore"):
        expected = theirs(x)
    assert result.tolist() == expected.tolist() and str(result.dtype) == f"torch.{expected.dtype}"


@pytest.mark.parametrize("name", INTEGERS)
def test_integers_of_two_dtypes(name):
    x = vt.from_numpy(numbers_of(name))
    for other in WHOLE[1:6]:
        if name == "uint64" and not other.startswith("u"):
            with pytest.raises(RuntimeError, match="uint64"):
                x + vt.ones(4, dtype=getattr(vt, other))
            continue
        y = vt.tensor([1, 2, 3, 4], dtype=getattr(vt, other))
        expected = numbers_of(name) * np.array([1, 2, 3, 4], other)
        assert (x * y).tolist() == expected.tolist() and str((y * x).dtype) == f"torch.{expected.dtype}"
        assert (x > y).tolist() == (numbers_of(name) > np.array([1, 2, 3, 4], other)).tolist()


@pytest.mark.parametrize("name", INTEGERS)
def test_meta_and_gradients_know_unsigned_integers(name):
    x = vt.ones(2, 3, dtype=getattr(vt, name), device="meta")
    for result in (x + x, x.sort()[0], x.max(1)[0], x @ x.t(), vt.maximum(x, x)):
        assert result.device.type == "meta" and result.dtype == x.dtype
    w = vt.ones(3, requires_grad=True)
    (w * vt.tensor([1, 2, 3], dtype=getattr(vt, name))).sum().backward()
    assert w.grad.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("name", INTEGERS)
def test_numpy_and_dlpack(name):
    array = np.array([[1, 2], [3, np.iinfo(name).max]], dtype=name)
    x = vt.from_numpy(array)
    assert x.dtype == getattr(vt, name) and x.tolist() == array.tolist() and x.numpy().dtype == array.dtype
    x[0, 0] = 7
    assert array[0, 0] == 7 and np.from_dlpack(x).tolist() == array.tolist()
    assert vt.tensor(array[1, 0]).item() == 3
    assert torch.from_dlpack(x).dtype == getattr(torch, name)
    assert vt.from_dlpack(torch.from_numpy(array)).tolist() == array.tolist()


@pytest.mark.parametrize("name", FLOATS)
def test_no_array_of_an_8_bit_float(name):
    for t in (vt, torch):
        with pytest.raises(TypeError, match="Got unsupported ScalarType"):
            t.ones(2, dtype=getattr(t, name)).numpy()
    x = torch.ones(2, dtype=getattr(torch, name))
    exchanged = outcome(lambda t: t.from_dlpack(x), vt)
    assert isinstance(exchanged, Exception) or bits(vt, exchanged) == bits(torch, x)


def test_numbers_of_64_bits():
    def program(t):
        x = t.tensor([0, 2**63, 2**64 - 1], dtype=t.uint64)
        return [
            x.tolist(),
            x[2].item(),
            repr(x),
            x.to(t.float64).tolist(),
            x.to(t.int64).tolist(),
            x.to(t.bool).tolist(),
        ]

    assert program(vt) == program(torch)
    for value in (-(2**64), 2**64):
        with pytest.raises((RuntimeError, ValueError, TypeError)):
            vt.tensor([value], dtype=vt.uint64)


@pytest.mark.parametrize("value", [70000, -70000, 2**33, 1000.0, 500.0, -1.0, float("inf"), float("nan"), 1e10])
@pytest.mark.parametrize("name", STORED)
def test_numbers_that_do_not_fit(name, value):
    def program(t):
        x = t.full((2,), value, dtype=getattr(t, name))
        return [str(v) for v in x.to(t.float64).tolist()]

    ours, theirs = outcome(program, vt), outcome(program, torch)
    assert type(ours) is type(theirs) and (isinstance(ours, Exception) or ours == theirs)


def test_weights_that_are_kept_in_8_bits():
    """What such programs do: weights stored narrow, with a scale, and computed with after a cast that has a gradient."""

    def program(t):
        t.manual_seed(0)
        layer = t.nn.Linear(8, 4)
        scale = layer.weight.abs().max() / 448
        narrow = (layer.weight / scale).to(t.float8_e4m3fn)
        x = t.randn(3, 8, requires_grad=True)
        out = t.nn.functional.linear(x, narrow.to(t.float32) * scale, layer.bias)
        out.sum().backward()
        return [out.tolist(), x.grad.tolist(), layer.weight.grad.tolist(), narrow.requires_grad]

    for ours, theirs in zip(program(vt), program(torch), strict=True):
        assert np.allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_modules_in_8_bits():
    def program(t):
        t.manual_seed(0)
        model = t.nn.Sequential(t.nn.Linear(4, 4), t.nn.LayerNorm(4)).to(t.float8_e5m2)
        state = model.state_dict()
        wide = t.nn.Sequential(t.nn.Linear(4, 4), t.nn.LayerNorm(4))
        wide.load_state_dict(state)
        return [{key: str(value.dtype) for key, value in state.items()}, wide[0].weight.tolist()]

    assert program(vt) == program(torch)


SCALES = {
    "one for all": lambda t: (t.tensor(0.5), t.tensor(2.0)),
    "rows and columns": lambda t: (t.arange(1.0, 17)[:, None] / 8, t.arange(1.0, 33)[None] / 16),
}


@pytest.mark.parametrize("scales", SCALES)
@pytest.mark.parametrize("out_dtype", ["bfloat16", "float32"])
def test_products_with_scales(scales, out_dtype):
    def program(t):
        t.manual_seed(0)
        a, b = t.randn(16, 32).to(t.float8_e4m3fn), t.randn(32, 32).to(t.float8_e5m2).t()
        scale_a, scale_b = SCALES[scales](t)
        dtype = getattr(t, out_dtype)
        results = [t._scaled_mm(a, b, scale_a, scale_b, out_dtype=dtype)]
        results.append(t._scaled_mm(a, b, scale_a, scale_b, bias=t.ones(32, dtype=t.bfloat16), out_dtype=dtype))
        return [(str(r.dtype), r.tolist()) for r in results]

    for (dtype, ours), (dtype_, theirs) in zip(program(vt), program(torch), strict=True):
        assert dtype == dtype_ and np.allclose(ours, theirs, rtol=1e-2 if out_dtype == "bfloat16" else 1e-5, atol=1e-3)


def test_products_with_scales_that_are_refused():
    a, one = vt.ones(2, 3, dtype=vt.float8_e4m3fn), vt.ones(())
    assert vt._scaled_mm(a, a.t(), one, one).dtype == vt.float8_e4m3fn
    for call in (
        lambda: vt._scaled_mm(a, a, one, one),
        lambda: vt._scaled_mm(a.to(vt.float32), a.t(), one, one),
        lambda: vt._scaled_mm(a, a.t(), one, vt.ones(2)),
        lambda: vt._scaled_mm(a, a.t(), one.to(vt.float64), one),
        lambda: vt._scaled_mm(a, a.t(), one, one, bias=vt.ones(3)),
        lambda: vt._scaled_mm(a, a.t(), one, one, None, vt.ones(2)),
    ):
        with pytest.raises((RuntimeError, ValueError), match="_scaled_mm"):
            call()


COMPARED = {
    "eq": lambda t, x, y: x == y,
    "ne": lambda t, x, y: x != y,
    "a number": lambda t, x, y: [x == 1, x != 2.0, x == 1.04, x.eq(t.tensor(1.0))],
    "isnan": lambda t, x, y: [x.isnan(), (x == x).all()],
    "equal": lambda t, x, y: [t.equal(x, y), t.equal(x, x.clone())],
    "strided": lambda t, x, y: x[::2] == y[::2],
    "broadcast": lambda t, x, y: x[:, None] == y,
}


@pytest.mark.parametrize("what", COMPARED)
@pytest.mark.parametrize("name", STORED)
def test_comparisons(name, what):
    def program(t):
        x = t.tensor([1.0, 2.0, 4.0, 0.5, float("nan")][: 4 if name in INTEGERS else 5]).to(getattr(t, name))
        y = t.tensor([1.0, 4.0, 4.0, 0.5, float("nan")][: len(x)]).to(getattr(t, name))
        return COMPARED[what](t, x, y)

    assert same(program(vt), program(torch))


@pytest.mark.parametrize("name", FLOATS)
def test_numbers_out_of_range(name):
    def program(t):
        numbers = [1000.0, -1000.0, 1e6, 1e300, float("inf"), float("nan"), 448, 464.0, 480]
        made = t.tensor(numbers, dtype=getattr(t, name))
        return bits(t, made), [bits(t, t.tensor(n, dtype=getattr(t, name)).view(1)) for n in (1000, 460.0)]

    assert program(vt) == program(torch)
