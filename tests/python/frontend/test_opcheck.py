"""torch.library.opcheck finds what PyTorch's finds."""

import itertools

import pytest
import torch as reference
import vibetensor.torch as vt

TESTS = ("test_schema", "test_autograd_registration", "test_faketensor")
numbers = itertools.count()


def make(t, body, fake=True, backward=True, mutates=()):
    def function(x: t.Tensor, y: t.Tensor) -> t.Tensor:
        return body(t, x, y)

    op = t.library.custom_op(f"opcheck::op{next(numbers)}", function, mutates_args=mutates)
    if fake:
        op.register_fake(fake if callable(fake) else lambda x, y: t.empty_like(x))
    if backward:
        op.register_autograd(lambda ctx, grad: (grad * 2, None))
    return op


def write_y(t, x, y):
    y.add_(1)
    return x * 2


CASES = {
    "good": ({"body": lambda t, x, y: x * 2}, set()),
    "writes in silence": ({"body": write_y}, {"test_schema"}),
    "gives its argument": ({"body": lambda t, x, y: x}, {"test_schema"}),
    "another shape": ({"body": lambda t, x, y: x[:1] * 2}, {"test_faketensor"}),
    "another dtype": ({"body": lambda t, x, y: (x * 2).double()}, {"test_faketensor"}),
    "other strides": ({"body": lambda t, x, y: (x * 2).t().contiguous().t()}, {"test_faketensor"}),
}


@pytest.mark.parametrize("case", CASES)
def test_finds_what_pytorch_finds(case):
    given, wrong = CASES[case]
    for t in (vt, reference):
        op = make(t, **given)
        args = (t.ones(3, 2), t.ones(3, 2))
        found = t.library.opcheck(op, args, test_utils=("test_schema", "test_faketensor"), raise_exception=False)
        failed = {name for name, result in found.items() if result != "SUCCESS"}
        # PyTorch refuses some of these when they are called, whatever is tested
        assert failed == wrong or (t is reference and wrong and failed >= wrong), (t.__name__, found)


def test_a_derivative_is_looked_for():
    op = make(vt, lambda t, x, y: x * 2)
    args = (vt.ones(3, requires_grad=True), vt.ones(3))
    assert vt.library.opcheck(op, args) == dict.fromkeys(TESTS, "SUCCESS")
    assert args[0].grad is None and args[1].tolist() == [1.0] * 3
    without = make(vt, lambda t, x, y: x * 2, backward=False)
    with pytest.raises(Exception, match=r"test_autograd_registration failed with .*no autograd formula was registered"):
        vt.library.opcheck(without, args)
    # a name stands for the op, one test may be asked for, and what is marked may be written to
    assert vt.library.opcheck(op._qualname, args, test_utils="test_schema") == {"test_schema": "SUCCESS"}
    marked = make(vt, write_y, mutates=("y",))
    assert vt.library.opcheck(marked, args, test_utils="test_schema") == {"test_schema": "SUCCESS"}


def test_what_is_not_there_is_refused():
    op = make(vt, lambda t, x, y: x * 2)
    args = (vt.ones(1), vt.ones(1))
    with pytest.raises(NotImplementedError, match="nothing is traced"):
        vt.library.opcheck(op, args, test_utils="test_aot_dispatch_dynamic")
    with pytest.raises(NotImplementedError, match="atol and rtol"):
        vt.library.opcheck(op, args, atol=1e-3)
    with pytest.raises(ValueError, match="expected tests of"):
        vt.library.opcheck(op, args, test_utils="test_nothing")
