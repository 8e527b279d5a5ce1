"""vmap itself: dims, nesting, randomness, chunks, in-place, and what it refuses."""

from __future__ import annotations

import warnings

import pytest
import vibetensor.torch as vt
from both_sides import agree, fails_on_both, values


@pytest.mark.parametrize("in_dims", [0, 1, (0, 1), (-1, 0), (0, None), (None, 1)])
@pytest.mark.parametrize("out_dims", [0, 1, -1])
def test_dims(in_dims, out_dims):
    x, y = values((3, 3, 3), (3, 3, 3))
    agree(lambda t, x, y: t.vmap(lambda a, b: a @ b.t() + a, in_dims=in_dims, out_dims=out_dims)(x, y), x, y)


def test_containers_go_in_and_out():
    x, y = values((4, 2), (2, 4))

    def program(t, x, y):
        def f(arguments, scale):
            return {"sum": arguments["x"] + arguments["y"][0], "twice": (arguments["x"] * scale,)}

        return t.vmap(f, in_dims=({"x": 0, "y": (1,)}, None))({"x": x, "y": (y,)}, 2.0)

    agree(program, x, y)


def test_all_examples_get_what_is_passed_by_keyword():
    agree(lambda t, x, y: t.vmap(lambda a, *, b: a * b)(x, b=y), *values((3, 2), (2,)))


def test_out_dims_none_and_constants():
    agree(lambda t, x: t.vmap(lambda a: (a, 3), out_dims=(0, None))(x), *values((2, 2)))
    agree(lambda t, x: t.vmap(lambda a: t.ones(2))(x), *values((3, 2)))


def test_nested():
    x, y = values((2, 3, 4), (5, 4))

    def program(t, x, y):
        outer = t.vmap(lambda rows: t.vmap(lambda row: t.vmap(t.dot, (None, 0))(row, y))(rows))
        return outer(x), t.vmap(t.vmap(lambda a: a.cumsum(0).flip(0)), in_dims=1, out_dims=1)(x)

    agree(program, x, y)


def test_views_and_writes_through_them():
    def program(t, x):
        def f(a):
            b = a.clone()
            b[0] = a[1] * 2
            b.t()[1, 1:].add_(a[0, 1:])
            b.view(-1)[2] = 7.0
            return b, a.unfold(1, 2, 1), a.diagonal(), a.expand(2, 3, 4), a.as_strided((2, 2), (1, 2))

        return t.vmap(f)(x)

    agree(program, *values((5, 3, 4)))


def test_a_mapped_tensor_is_written_to():
    def program(t, x):
        t.vmap(lambda a: a.mul_(2))(x)
        return x

    agree(program, *values((3, 2)))


def test_writing_to_what_all_share_is_refused():
    def program(t, x, y):
        return t.vmap(lambda a: y.add_(a))(x)

    assert "in place" in fails_on_both(program, *values((3, 2), (2,)))


@pytest.mark.parametrize("call", [vt.add, vt.renorm, vt.logsumexp])
def test_a_tensor_given_for_a_result_is_left_alone_where_it_is_refused(call):
    given, rest = vt.zeros(1), {vt.add: lambda a: (a,), vt.renorm: lambda a: (2, 0, 1.0), vt.logsumexp: lambda a: (0,)}
    with pytest.raises(NotImplementedError, match="out= inside vmap"):
        vt.vmap(lambda a: call(a, *rest[call](a), out=given))(vt.ones(2, 3, 4))
    assert given.tolist() == [0.0]


@pytest.mark.parametrize(
    "f",
    [
        lambda t, a: a.item(),
        lambda t, a: a if a.sum() > 0 else -a,
        lambda t, a: a[a > 0],
        lambda t, a: t.nonzero(a),
        lambda t, a: 3,
    ],
)
def test_what_differs_from_example_to_example_is_refused(f):
    fails_on_both(lambda t, x: t.vmap(lambda a: f(t, a))(x), *values((3, 2)))


@pytest.mark.parametrize(
    "call",
    [
        lambda t, x: t.vmap(t.sin, in_dims=2)(x),
        lambda t, x: t.vmap(t.sin, in_dims=None)(x),
        lambda t, x: t.vmap(t.sin, in_dims=(0, 0))(x),
        lambda t, x: t.vmap(t.sin, in_dims="a")(x),
        lambda t, x: t.vmap(t.sin)(),
        lambda t, x: t.vmap(t.sin)(2.0),
        lambda t, x: t.vmap(t.add)(x, x[:2]),
        lambda t, x: t.vmap(t.sin, out_dims=(0, 0))(x),
        lambda t, x: t.vmap(t.sin, out_dims=None)(x),
        lambda t, x: t.vmap(t.sin, randomness="often")(x),
        lambda t, x: t.vmap(t.sin, chunk_size=0)(x),
    ],
)
def test_bad_calls(call):
    fails_on_both(call, *values((3, 2)))


@pytest.mark.parametrize("chunk_size", [1, 2, 3, 7])
def test_chunks(chunk_size):
    def program(t, x, y):
        return t.vmap(lambda a, b: (a @ b, a.sum()), in_dims=(0, 1), out_dims=(1, 0), chunk_size=chunk_size)(x, y)

    agree(program, *values((7, 2, 3), (3, 7, 2)))


@pytest.mark.parametrize("randomness", ["error", "same", "different"])
@pytest.mark.parametrize(
    "draw",
    [
        lambda t, a: t.randn(2, dtype=a.dtype),
        lambda t, a: t.rand_like(a),
        lambda t, a: t.nn.functional.dropout(a, 0.5),
        lambda t, a: t.randperm(5),
        lambda t, a: a + t.normal(t.zeros(3, dtype=a.dtype), 1.0),
        lambda t, a: a.clone().uniform_(),
        lambda t, a: t.randint(0, 9, (3,)),
    ],
)
def test_randomness(randomness, draw):
    """Drawn as asked for: an error, one draw that all share, or draws that differ."""
    (x,) = values((64, 3))

    def program(t, x):
        t.manual_seed(3)
        drawn = t.vmap(lambda a: draw(t, a.expand(3)), in_dims=0, randomness=randomness)(x * 0 + 0.3)
        return bool((drawn == drawn[0]).all())

    agree(program, x)


def test_draws_by_values_of_each_example_may_be_the_same():
    """PyTorch refuses it; here every example is drawn as if it were the only one."""
    p = vt.tensor([[0.2, 0.9], [0.9, 0.2]]).expand(2, 2)
    drawn = vt.vmap(lambda p: vt.bernoulli(p.expand(64, 2)), randomness="same")(p)
    assert drawn[0, :, 0].sum() < 32 < drawn[1, :, 0].sum()
    assert (drawn[0] <= drawn[1])[:, 0].all()  # one stream of numbers against two probabilities


def test_same_randomness_is_that_of_one_call():
    vt.manual_seed(5)
    wanted = vt.nn.functional.dropout(vt.ones(4), 0.5)
    vt.manual_seed(5)
    found = vt.vmap(lambda a: vt.nn.functional.dropout(a, 0.5), randomness="same")(vt.ones(3, 4))
    assert (found == wanted).all()


def test_a_loop_warns_once():
    def f():
        return vt.vmap(lambda a, m, s: a.masked_scatter(m, s))(vt.zeros(2, 3), vt.ones(2, 3).bool(), vt.ones(2, 3))

    with warnings.catch_warnings(record=True) as first:
        warnings.simplefilter("always")
        f()
    with warnings.catch_warnings(record=True) as second:
        warnings.simplefilter("always")
        assert f().tolist() == [[1.0] * 3] * 2
    assert len(first) <= 1 and not second
    assert all("performance drop" in str(w.message) for w in first)


def test_a_tensor_does_not_outlive_its_vmap():
    kept = []
    vt.vmap(lambda a: kept.append(a) or a)(vt.ones(2, 3))
    with pytest.raises(RuntimeError, match="used after the function"):
        kept[0].sin()
    with pytest.raises(RuntimeError, match="used after the function"):
        vt.vmap(lambda a: a + kept[0])(vt.ones(2, 3))


def test_levels_are_left_when_the_function_raises():
    def fail(a):
        raise KeyError("x")

    for _ in range(3):
        with pytest.raises(KeyError):
            vt.vmap(lambda a: vt.vmap(fail)(a))(vt.ones(2, 3))
    assert vt.rand(2).shape == (2,)  # no vmap is running
    assert vt.is_grad_enabled()


def test_it_prints_what_is_inside():
    texts = []
    vt.vmap(lambda a: texts.append(repr(a)) or a)(vt.ones(2))
    assert texts == ["BatchedTensor(lvl=1, bdim=0, value=\n    tensor([1., 1.])\n)"]


def test_ops_of_several_dtypes_promote_as_for_one_example():
    def program(t, x, n):
        def f(a, k):
            return a.sum() * t.ones(2, dtype=t.float32), k + a.float(), k * 2.5, t.where(k > 1, a.sum(), 0)

        return t.vmap(f)(x, n)

    x, n = values((3, 2), (3,))
    agree(program, x, (n * 3).long())


def test_modules_and_autocast():
    import torch

    theirs = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.LayerNorm(8), torch.nn.GELU(), torch.nn.Linear(8, 2))
    ours = vt.nn.Sequential(vt.nn.Linear(4, 8), vt.nn.LayerNorm(8), vt.nn.GELU(), vt.nn.Linear(8, 2))
    ours.load_state_dict({k: vt.tensor(v.tolist()) for k, v in theirs.state_dict().items()})
    (x,) = values((5, 3, 4), dtype=torch.float32)
    with vt.autocast("cpu", dtype=vt.bfloat16):
        assert vt.vmap(ours)(vt.tensor(x.tolist())).dtype == vt.bfloat16
    found = vt.vmap(ours)(vt.tensor(x.tolist()))
    wanted = torch.vmap(theirs)(x)
    assert (vt.tensor(wanted.tolist()) - found).abs().max() < 1e-5


@pytest.mark.parametrize("read", [lambda x: x.item(), float, lambda x: x.tolist(), lambda x: x if x > 0 else -x])
def test_reading_a_value_says_that_vmap_forbids_it(read):
    with pytest.raises(RuntimeError, match="vmap: a value cannot be read inside vmap"):
        vt.vmap(read)(vt.ones(3))
