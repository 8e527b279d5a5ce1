"""Memory that NumPy or a DLPack consumer uses stays where it is, whatever becomes of the tensor."""

import numpy as np
import pytest
import vibetensor.torch as vt

LOANS = {"numpy": lambda t: t.numpy(), "asarray": np.asarray, "from_dlpack": np.from_dlpack}
MOVES = {
    "resize_": lambda t: t.resize_(10**6),
    "out": lambda t: vt.add(vt.ones(5000), 1, out=t),
    "share_memory_": lambda t: t.share_memory_(),
}


@pytest.mark.filterwarnings("ignore:An output with one or more elements was resized")
@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("loan", LOANS)
def test_lent_memory_is_not_replaced(loan, move):
    tensor = vt.ones(1000)
    array = LOANS[loan](tensor)
    with pytest.raises(RuntimeError, match="not resizable"):
        MOVES[move](tensor)
    assert tensor.shape == (1000,) and (array == 1).all()
    tensor.resize_(10).resize_(1000)  # what fits needs no new memory
    del array
    MOVES[move](tensor)


@pytest.mark.parametrize("loan", LOANS)
def test_lent_memory_outlives_its_place_in_the_tensor(loan):
    tensor = vt.ones(1000)
    array = LOANS[loan](tensor)
    tensor.set_(vt.zeros(3))
    others = [vt.full((1000,), 7.0) for _ in range(50)]
    assert (array == 1).all() and len(others) == 50
    tensor.resize_(10**5)  # its memory now is lent to nobody
