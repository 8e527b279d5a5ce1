"""NumPy's functions called with our tensors give what they give with PyTorch's."""

import inspect

import pytest
import torch
import vibetensor.torch as vt
from vibetensor.torch._not_there import AbsentMethod, refusal

np = pytest.importorskip("numpy")

CALLS = {
    "sin": lambda t, x, i: np.sin(x),
    "isnan": lambda t, x, i: np.isnan(x),
    "array and tensor": lambda t, x, i: np.add(x, np.ones(2)),
    "two tensors": lambda t, x, i: np.add(x, x),
    "no dims": lambda t, x, i: np.sin(t.tensor(1.0)),
    "reduce": lambda t, x, i: np.add.reduce(i),
    "two results": lambda t, x, i: np.modf(x),
    "times array": lambda t, x, i: x * np.ones(2, np.float32),
    "array times": lambda t, x, i: np.ones(2, np.float32) * x,
    "integers": lambda t, x, i: np.sqrt(i),
    "number": lambda t, x, i: np.maximum(x, 0.7),
    "clip": lambda t, x, i: np.clip(x, 0, 0.7),
    "transpose": lambda t, x, i: np.transpose(i),
    "reshape": lambda t, x, i: np.reshape(i, (4,)),
    "less": lambda t, x, i: np.less(x, 0.7),
    "out": lambda t, x, i: np.exp(x, out=np.zeros(2, np.float32)),
    "requires grad": lambda t, x, i: np.sin(t.ones(2, requires_grad=True)),
    "bool": lambda t, x, i: np.logical_not(t.tensor([True])),
    "bfloat16": lambda t, x, i: np.sin(x.bfloat16()),
    "round": lambda t, x, i: np.round(x),
    "cumsum": lambda t, x, i: np.cumsum(i, 0),
    "squeeze": lambda t, x, i: np.squeeze(i[:1]),
    "argmax": lambda t, x, i: np.argmax(i),
    "concatenate": lambda t, x, i: np.concatenate([x, x]),
    "half": lambda t, x, i: np.exp(x.half()),
    "numpy scalar": lambda t, x, i: np.float32(2) * x,
}


def told(call, t):
    try:
        result = call(t, t.tensor([0.5, 1.0]), t.tensor([[1, 2], [3, 4]]))
    except Exception as error:
        return type(error)
    return [
        (type(part).__name__, str(part.dtype).removeprefix("torch."), part.tolist())
        for part in (result if isinstance(result, tuple) else (result,))
    ]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CALLS)
def test_results_are_pytorchs(name):
    assert told(CALLS[name], vt) == told(CALLS[name], torch)


def test_what_comes_back_is_a_tensor_over_numpys_memory(recwarn):
    result = np.sin(vt.ones(3))
    assert isinstance(result, vt.Tensor) and vt.allclose(result, vt.ones(3).sin())
    result += 1
    assert not recwarn.list


def test_dir_offers_what_is_there():
    x = vt.ones(2, 2)
    assert "apply_" not in dir(x) or hasattr(x, "apply_")
    for name in dir(x):
        assert not isinstance(inspect.getattr_static(x, name), AbsentMethod), name
    assert {"sin", "backward", "share_memory_", "shape"} <= set(dir(x))
    for module, there in (
        (vt, "linalg multiprocessing compile nn softmax"),
        (vt.nn, "Linear functional"),
        (vt.utils, "data"),
    ):
        assert set(there.split()) <= set(dir(module))
    for module in (vt, vt.nn, vt.nn.functional, vt.utils.data, vt.optim):
        for name in dir(module):
            assert refusal(getattr(module, name)) is None, name
