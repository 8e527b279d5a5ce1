"""out= tensors that the op reads too: the result is of what they held, whatever shape they take."""

import pytest
import torch
import vibetensor.torch as vt

CALLS = {
    "sum": lambda t, x, **out: t.sum(x, 1, **out),
    "amax": lambda t, x, **out: t.amax(x, 1, **out),
    "mv": lambda t, x, **out: t.mv(x, t.arange(5.0), **out),
    "mm": lambda t, x, **out: t.mm(x, t.arange(10.0).reshape(5, 2), **out),
    "cat": lambda t, x, **out: t.cat([x, x], **out),
    "cumsum": lambda t, x, **out: t.cumsum(x, 1, **out),
}


@pytest.mark.filterwarnings("ignore:An output with one or more elements was resized")
@pytest.mark.parametrize("name", CALLS)
def test_the_result_is_of_what_was_there(name):
    x = vt.arange(20.0).reshape(4, 5)
    wanted = CALLS[name](torch, torch.arange(20.0).reshape(4, 5))
    assert CALLS[name](vt, x, out=x) is x
    assert x.tolist() == wanted.tolist()
