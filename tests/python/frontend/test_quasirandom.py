"""Sobol's sequences beside PyTorch's: the same bits."""

import pytest
import torch
import torch.quasirandom
import vibetensor.torch as vt
from compare import same

pytest.importorskip("scipy", reason="the direction numbers are SciPy's")


@pytest.mark.parametrize("dimension", [1, 2, 40])
@pytest.mark.parametrize("options", [{}, {"scramble": True, "seed": 3}, {"scramble": True}], ids=str)
def test_points(dimension, options):
    def program(t):
        t.manual_seed(5)
        engine = t.quasirandom.SobolEngine(dimension, **options)
        points = [engine.draw(), engine.draw(6), engine.fast_forward(3).draw(2, dtype=t.float64)]
        return [*points, engine.reset().draw_base2(3), engine.num_generated, repr(engine)]

    same(program(vt), program(torch))


@pytest.mark.parametrize("t", [vt, torch], ids=["vibetensor", "torch"])
def test_refusals(t):
    with pytest.raises(ValueError, match=r"\[1, 21201\]"):
        t.quasirandom.SobolEngine(0)
    engine = t.quasirandom.SobolEngine(2)
    engine.draw(3)
    with pytest.raises(ValueError, match="power of 2"):
        engine.draw_base2(2)
