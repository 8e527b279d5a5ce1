"""torch.jit.trace, and files of what it gives."""

import copy
import io
import os
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch
import vibetensor.torch as vt

BOTH = pytest.mark.parametrize("t", [vt, torch], ids=["vibetensor", "torch"])


def model(t):
    class Net(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = t.nn.Embedding(10, 8)
            self.rnn = t.nn.GRU(8, 8, batch_first=True)
            self.norm = t.nn.BatchNorm1d(8)
            self.attend = t.nn.MultiheadAttention(8, 2, batch_first=True)
            self.out = t.nn.Linear(8, 3)
            self.register_buffer("scale", t.tensor(2.0))
            self.offset = t.arange(8.0)

        def forward(self, tokens):
            x = self.embedding(tokens)
            batch, length, width = x.shape
            h, _ = self.rnn(x)
            h = self.norm(h.reshape(batch * length, width)).view(batch, length, -1) * self.scale + self.offset
            a, _ = self.attend(h, h, h, need_weights=False)
            a[:, 0] = 1.0
            total = t.zeros(batch, length, width)
            total += a
            return t.nn.functional.log_softmax(self.out(total.transpose(1, 2).flatten(1)[:, :width]), dim=-1), total[
                ..., -1
            ]

    t.manual_seed(0)
    return Net().eval()


def test_a_traced_module_takes_other_sizes():
    def program(t):
        net = model(t)
        traced = t.jit.trace(net, t.tensor([[1, 2, 3], [4, 5, 6]]), check_trace=t is vt)
        other = t.tensor([[1, 2, 3, 4], [4, 5, 6, 7], [7, 8, 9, 0]])
        assert isinstance(traced, t.jit.ScriptModule) and list(traced.state_dict()) == list(net.state_dict())
        for a, b in zip(traced(other), net(other), strict=True):
            np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-5, atol=1e-6)
        return [part.detach().numpy() for part in traced(other)]

    for a, b in zip(program(vt), program(torch), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@BOTH
def test_files(t, tmp_path):
    net, tokens = model(t), t.tensor([[1, 2, 3], [4, 5, 6]])
    traced = t.jit.trace(net, tokens, check_trace=t is vt)
    traced.save(str(tmp_path / "net.pt"))
    file = io.BytesIO()
    t.jit.save(traced, file)
    file.seek(0)
    for loaded in (t.jit.load(str(tmp_path / "net.pt")), t.jit.load(file, map_location="cpu")):
        assert t.equal(loaded(tokens)[0], net(tokens)[0]) and not loaded.training
        assert loaded.original_name == "Net" and list(loaded.state_dict()) == list(net.state_dict())
        loaded(tokens)[0].sum().backward()
        assert loaded.out.weight.grad is not None
        loaded.load_state_dict(net.state_dict())
    again = copy.deepcopy(loaded)
    assert t.equal(again(tokens)[0], net(tokens)[0]) and again.out.weight is not loaded.out.weight
    assert t.jit.optimize_for_inference(t.jit.freeze(traced))(tokens)[0].shape == (2, 3)


def test_a_program_without_the_class_runs_the_file(tmp_path):
    net, tokens = model(vt), vt.tensor([[1, 2, 3], [4, 5, 6]])
    vt.jit.save(vt.jit.trace(net, tokens), str(tmp_path / "net.pt"))
    code = f"""
import vibetensor.torch as torch
print(torch.jit.load({str(tmp_path / "net.pt")!r})(torch.tensor([[1, 2, 3], [4, 5, 6]]))[0].tolist())
"""
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    np.testing.assert_allclose(eval(printed.stdout), net(tokens)[0].tolist(), rtol=1e-6)
    assert vt.equal(pickle.loads(pickle.dumps(vt.jit.trace(net, tokens)))(tokens)[0], net(tokens)[0])


@BOTH
def test_functions_and_choices(t):
    def chosen(x, y):
        if x.sum() > 0:
            return x + y
        return x - y

    with pytest.warns(t.jit.TracerWarning, match="Python boolean"):
        traced = t.jit.trace(chosen, (t.ones(2), t.ones(2)))
    assert traced(-t.ones(2), t.ones(2)).tolist() == [0.0, 0.0]  # the sum, as it was
    seen = []

    def asks(x):
        seen.append(t.jit.is_tracing())
        return x * 2

    t.jit.trace(asks, t.ones(1), check_trace=False)
    assert seen == [True] and not t.jit.is_tracing()


@BOTH
def test_dropout_draws_again(t):
    layer = t.nn.Sequential(t.nn.Linear(4, 4), t.nn.Dropout(0.5)).train()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = t.jit.trace(layer, t.ones(2, 4), check_trace=False)
    results = []
    for run in (layer, traced):
        t.manual_seed(3)
        results.append(run(t.ones(5, 4)))
    assert t.equal(*results)


def test_tied_parameters_stay_tied():
    class Tied(vt.nn.Module):
        def __init__(self):
            super().__init__()
            self.a = vt.nn.Embedding(5, 4)
            self.b = vt.nn.Linear(4, 5, bias=False)
            self.b.weight = self.a.weight

        def forward(self, x):
            return self.b(self.a(x))

    file = io.BytesIO()
    net = Tied()
    vt.jit.save(vt.jit.trace(net, vt.tensor([1, 2])), file)
    file.seek(0)
    loaded = vt.jit.load(file)
    assert loaded.a.weight is loaded.b.weight and vt.equal(loaded(vt.tensor([3])), net(vt.tensor([3])))


def test_what_is_refused(tmp_path):
    with pytest.raises(NotImplementedError, match=r"only what torch\.jit\.trace gives can be stored"):
        vt.jit.save(vt.nn.Linear(1, 1), io.BytesIO())
    torch.jit.script(torch.nn.Linear(1, 1)).save(str(tmp_path / "script.pt"))
    with pytest.raises(NotImplementedError, match=r"torch\.jit"):
        vt.jit.load(str(tmp_path / "script.pt"))
    vt.save({"x": vt.ones(1)}, tmp_path / "plain.pt")
    with pytest.raises(RuntimeError, match="no traced module"):
        vt.jit.load(tmp_path / "plain.pt")
    with pytest.raises(RuntimeError, match="Only Tensors and"):
        vt.jit.trace(lambda x: "text", vt.ones(1))


@pytest.mark.parametrize(
    "call",
    [
        ["call_function", "f", "torch.save", [], {"dict": []}],
        ["call_function", "f", "torch.hub.load", [], {"dict": []}],
        ["call_function", "f", "os.system", ["true"], {"dict": []}],
        ["call_function", "f", "torch._C.ops", [], {"dict": []}],
        ["call_function", "f", "getattr", [{"node": "x"}, "__class__"], {"dict": []}],
        ["call_function", "f", "getattr", [{"node": "x"}, "_base"], {"dict": []}],
        ["call_method", "f", "__reduce_ex__", [{"node": "x"}, 2], {"dict": []}],
        ["call_method", "f", "__init_subclass__", [{"node": "x"}], {"dict": []}],
        ["call_method", "f", "no_such", [{"node": "x"}], {"dict": []}],
        ["call_function", "f", "operator.attrgetter", ["a"], {"dict": []}],
    ],
)
def test_files_call_nothing_but_torch(call):
    traced = vt.jit.trace(lambda x: x + 1, vt.ones(1))
    file = io.BytesIO()
    vt.jit.save(traced, file)
    file.seek(0)
    data = vt.load(file)
    data["calls"].insert(1, call)
    bad = io.BytesIO()
    vt.save(data, bad)
    bad.seek(0)
    with pytest.raises(ValueError, match="the file"):
        vt.jit.load(bad)
