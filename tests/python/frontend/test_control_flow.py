"""cond, while_loop and associative_scan run what they are given, and gradients flow through it."""

import pytest
import vibetensor.torch as vt
from vibetensor.torch._higher_order_ops.associative_scan import associative_scan


@pytest.mark.parametrize("pred", [True, vt.tensor(True), vt.tensor([[True]])])
def test_cond(pred):
    x = vt.tensor([1.0, 2.0], requires_grad=True)
    chosen = vt.cond(pred, lambda a: a * 3, lambda a: a * 5, (x,))
    chosen.sum().backward()
    assert chosen.tolist() == [3, 6] and x.grad.tolist() == [3, 3]
    other = vt.cond(vt.logical_not(pred) if isinstance(pred, vt.Tensor) else not pred, vt.sin, lambda a: a * 5, [x])
    assert other.tolist() == [5, 10]


@pytest.mark.parametrize("pred", [1, vt.tensor(1), vt.ones(2, dtype=vt.bool), None])
def test_cond_of_no_condition(pred):
    with pytest.raises(RuntimeError, match="must be a bool or a tensor of one bool"):
        vt.cond(pred, vt.sin, vt.cos, (vt.zeros(1),))


def test_while_loop():
    i, x = vt.while_loop(lambda i, x: i < 4, lambda i, x: (i + 1, x * 2), (vt.tensor(0), vt.ones(2)))
    assert i.item() == 4 and x.tolist() == [16, 16]
    with pytest.raises(RuntimeError, match="tuple of 1 values"):
        vt.while_loop(lambda i: i < 4, lambda i: i + 1, (vt.tensor(0),))


@pytest.mark.parametrize("mode", ["pointwise", "generic"])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_scan_of_sums(mode, reverse, dim):
    vt.manual_seed(0)
    x = vt.randn(3, 7, 5, dtype=vt.float64)
    got = associative_scan(lambda a, b: a + b, x, dim, reverse=reverse, combine_mode=mode)
    expected = x.flip(dim).cumsum(dim).flip(dim) if reverse else x.cumsum(dim)
    assert vt.allclose(got, expected)


@pytest.mark.parametrize("mode", ["pointwise", "generic"])
def test_scan_of_a_recurrence(mode):
    vt.manual_seed(0)
    a, b = (vt.randn(2, 6, dtype=vt.float64, requires_grad=True) for _ in range(2))

    def combine(x, y):  # h -> a h + b, one after the other
        return {"a": y["a"] * x["a"], "b": y["a"] * x["b"] + y["b"]}

    def scan(a, b):
        return associative_scan(combine, {"a": a, "b": b}, 1, combine_mode=mode)["b"]

    h, expected = vt.zeros(2, dtype=vt.float64), []
    for i in range(6):
        h = a[:, i] * h + b[:, i]
        expected.append(h)
    assert vt.allclose(scan(a, b), vt.stack(expected, 1)) and vt.autograd.gradcheck(scan, (a, b))


def test_scan_by_functions_of_whole_places():
    vt.manual_seed(0)
    m = vt.randn(5, 3, 3, dtype=vt.float64)
    got = associative_scan(lambda a, b: b @ a, m, 0, combine_mode="generic")
    assert vt.allclose(got[4], m[4] @ m[3] @ m[2] @ m[1] @ m[0])


def test_scans_of_what_cannot_be():
    for xs, dim, match in (((), 0, "at least one"), (vt.ones(2), 1, "same length"), (vt.ones(0), 0, "at least 1")):
        with pytest.raises(ValueError, match=match):
            associative_scan(lambda a, b: a + b, xs, dim)
    with pytest.raises(ValueError, match="Combine_mode"):
        associative_scan(lambda a, b: a + b, vt.ones(2), 0, combine_mode="fast")
    with pytest.raises(RuntimeError, match="what it takes"):
        associative_scan(lambda a, b: a.sum(), vt.ones(4), 0)
