"""Random programs of random ops: whatever is drawn before, what is drawn next is PyTorch's."""

import random

import pytest
from same_stream import FLOATING, INTEGRAL, REAL, dtype, run_both


def random_view(choose, torch, kind):
    """A tensor to fill: dense, transposed, stepped or a window, of 0 to 3 dims."""
    shape = [choose.randint(0, 12) for _ in range(choose.randint(0, 3))]
    x = torch.zeros(shape, dtype=dtype(torch, kind))
    for _ in range(choose.randint(0, 2)):
        if x.dim() >= 2 and choose.random() < 0.5:
            x = x.transpose(*choose.sample(range(x.dim()), 2))
        elif x.dim() >= 1:
            dim = choose.randrange(x.dim())
            x = (
                x.narrow(dim, 0, choose.randint(0, x.shape[dim]))
                if choose.random() < 0.5
                else x[:: choose.randint(1, 3)]
            )
    return x


STEPS = {
    "uniform_": lambda c, t: random_view(c, t, c.choice(FLOATING)).uniform_(-c.random(), c.random()),
    "normal_": lambda c, t: random_view(c, t, c.choice(FLOATING)).normal_(c.random(), c.random()),
    "log_normal_": lambda c, t: random_view(c, t, c.choice(FLOATING)).log_normal_(c.random(), c.random() + 0.1),
    "exponential_": lambda c, t: random_view(c, t, c.choice(FLOATING)).exponential_(c.random() + 0.1),
    "cauchy_": lambda c, t: random_view(c, t, c.choice(FLOATING)).cauchy_(c.random(), c.random() + 0.1),
    "geometric_": lambda c, t: random_view(c, t, c.choice(INTEGRAL + FLOATING)).geometric_(c.uniform(0.01, 0.99)),
    "bernoulli_": lambda c, t: random_view(c, t, c.choice(REAL)).bernoulli_(c.random()),
    "random_": lambda c, t: random_view(c, t, c.choice(REAL)).random_(),
    "random_to": lambda c, t: random_view(c, t, c.choice(INTEGRAL + FLOATING)).random_(c.randint(1, 100)),
    "randn": lambda c, t: t.randn(c.randint(0, 700)),
    "randint": lambda c, t: t.randint(-c.randint(0, 2**40), c.randint(1, 2**40), (c.randint(0, 700),)),
    "randperm": lambda c, t: t.randperm(c.randint(0, 700)),
    "multinomial": lambda c, t: t.multinomial(t.rand(c.randint(1, 4), 9), c.randint(1, 9), c.random() < 0.5),
    "dropout": lambda c, t: t.nn.functional.dropout(random_view(c, t, c.choice(FLOATING)).normal_(), c.random()),
    "kaiming": lambda c, t: t.nn.init.kaiming_uniform_(t.zeros(c.randint(1, 40), c.randint(1, 40))),
    "poisson": lambda c, t: t.poisson(t.rand(c.randint(0, 50)) * c.choice([2, 30])),
}


@pytest.mark.parametrize("seed", range(60))
def test_program(seed):
    def program(torch):
        choose = random.Random(seed)
        return [STEPS[choose.choice(sorted(STEPS))](choose, torch) for _ in range(25)]

    run_both(program, seed)
