"""Older forms of ops, with numbers before the tensors that they scale, beside PyTorch's."""

import pytest
import torch
import vibetensor.torch as vt
from compare import outcome, same

CALLS = {
    "add": lambda t, m, v: t.add(m, 2, m),
    "add_": lambda t, m, v: m.clone().add_(0.5, m),
    "sub": lambda t, m, v: m.sub(2, m),
    "addcmul": lambda t, m, v: t.addcmul(m, 0.5, m, m),
    "addcmul_": lambda t, m, v: m.clone().addcmul_(0.5, m, m),
    "addcdiv_": lambda t, m, v: m.clone().addcdiv_(-0.1, m, m + 2),
    "addmm": lambda t, m, v: t.addmm(2, m, 3, m, m),
    "addmm of two numbers": lambda t, m, v: t.addmm(2, m, m, m),
    "addmm_": lambda t, m, v: m.clone().addmm_(2, 3, m, m),
    "addmv": lambda t, m, v: v.addmv(2, 3, m, v),
    "addr": lambda t, m, v: t.addr(2, m, 3, v, v),
    "baddbmm": lambda t, m, v: t.baddbmm(2, m[None], m[None], m[None]),
    "no form": lambda t, m, v: t.add(m, m, m),
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", CALLS)
def test_calls(name):
    def program(t):
        return CALLS[name](t, t.linspace(0, 1, 9).view(3, 3), t.arange(3.0))

    same(outcome(program, vt), outcome(program, torch))


def test_the_warning_says_what_to_write():
    with pytest.warns(UserWarning, match=r"overload of addcdiv is deprecated[\s\S]*addcdiv\(Tensor tensor1"):
        vt.addcdiv(vt.ones(1), 0.25, vt.ones(1), vt.ones(1))
