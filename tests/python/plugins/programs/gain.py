"""The plugin in C: argument types, results of every kind, forms, errors, autograd, meta, vmap."""

import pickle
import sys
from threading import Thread

import pytest
import vibetensor
import vibetensor.torch as torch
from vibetensor import _C, plugins

path = sys.argv[1]
before = len(_C.registry())
plugin = vibetensor.load_plugin(path)
assert plugin.name == "gain" and plugin.version == "1.0" and plugin.path == path
assert set(plugin.ops) >= {"gain::gain", "gain::gain_", "gain::gain.out", "gain::extremes", "gain::steps"}
assert len(_C.registry()) == before + len(plugin.ops)
assert vibetensor.load_plugin(path) == plugin and plugins.loaded() == [plugin]
assert not hasattr(torch, "gain") and not hasattr(torch.Tensor, "gain")  # a namespace of its own
ops = torch.ops.gain
assert dir(ops) == ["count_above", "extremes", "fill", "gain", "gain_", "steps"]
assert "times a number" in ops.gain.__doc__

# ---- calls
x = torch.arange(6.0).reshape(2, 3)
assert ops.gain(x).tolist() == (x * 2).tolist()
assert ops.gain(x, 3).tolist() == (x * 3).tolist() == ops.gain(input=x, factor=3.0).tolist()
assert ops.gain.default(x.t(), 0.5).tolist() == (x.t() * 0.5).tolist()
assert ops.gain(torch.empty(0, 3)).shape == (0, 3) and ops.gain(torch.tensor(4.0)).item() == 8
y = x.clone()
assert ops.gain_(y, 2.0) is y and y.tolist() == (x * 2).tolist()
out = torch.empty(0)
assert ops.gain(x, out=out) is out and out.tolist() == (x * 2).tolist()
low, high = ops.extremes(x - 2)
assert (low.item(), high.item()) == (-2.0, 3.0)
assert ops.count_above(x, 2.5) == 3 and type(ops.count_above(x, 2.5)) is int
assert ops.steps(3).tolist() == [0.0, 1.0, 2.0] and ops.steps(2, device="cpu").device.type == "cpu"
version = x._version
assert ops.fill(x, 7.0) is x and x.eq(7).all() and x._version == version + 1
assert _C.ops.__dict__["gain::gain"] is pickle.loads(pickle.dumps(_C.ops.__dict__["gain::gain"]))

# ---- errors: the plugin's own, of what it calls, and of the host
for call, error, text in [
    (lambda: ops.gain(torch.ones(2, dtype=torch.float64)), TypeError, "gain::gain.*expected a tensor of float32"),
    (lambda: ops.extremes(torch.empty(0)), ValueError, "expected a tensor with elements"),
    (lambda: ops.steps(-1), ValueError, "at least 0"),
    (lambda: ops.gain("x"), TypeError, "gain"),
    (lambda: ops.gain(torch.ones(1), factor="x"), TypeError, "factor"),
    (lambda: ops.count_above(torch.ones(1)), TypeError, "limit"),
    (lambda: ops.fill(torch.ones(1).expand(3), 1.0), RuntimeError, "single memory location"),
    (lambda: ops.steps(3, device="meta"), NotImplementedError, "no shape function"),
    (lambda: ops.count_above(torch.ones(1, device="meta"), 1.0), NotImplementedError, "depends on values"),
    (lambda: ops.gain(torch.ones(2), out=torch.ones(2, dtype=torch.int64)), RuntimeError, "can't be cast"),
]:
    with pytest.raises(error, match=text):
        call()

# ---- autograd
x = torch.tensor([1.0, -2.0], requires_grad=True)
z = ops.gain(x, 3.0)
assert z.grad_fn.name() == "GainBackward0"
(g,) = torch.autograd.grad((z * z).sum(), x, create_graph=True)
assert g.tolist() == [18.0, -36.0]
assert torch.autograd.grad(g.sum(), x)[0].tolist() == [18.0, 18.0]
assert not ops.extremes(x)[0].requires_grad
with torch.no_grad():
    assert not ops.gain(x).requires_grad
w = x * 1
ops.gain_(w, 5.0)
assert torch.autograd.grad(w.sum(), x)[0].tolist() == [5.0, 5.0]
with pytest.raises(RuntimeError, match="leaf"):
    ops.gain_(x)
assert torch.func.grad(lambda t: ops.gain(t, 4.0).sum())(torch.ones(2)).tolist() == [4.0, 4.0]
assert torch.func.vmap(lambda t: ops.gain(t, 2.0))(torch.ones(3, 2)).tolist() == [[2.0, 2.0]] * 3
_, tangent = torch.func.jvp(lambda t: ops.gain(t, 2.0), (torch.ones(2),), (torch.tensor([1.0, 3.0]),))
assert tangent.tolist() == [2.0, 6.0]

# ---- meta, threads
m = ops.gain(torch.empty(2, 3, device="meta"))
assert m.shape == (2, 3) and m.device.type == "meta"
assert [t.shape for t in ops.extremes(torch.empty(5, device="meta"))] == [(), ()]
wrong = []


def many():
    t = torch.ones(1000)
    for _ in range(200):
        if ops.gain(t, 2.0).sum().item() != 2000.0 or ops.count_above(t, 0.5) != 1000:
            wrong.append(1)
        try:
            ops.steps(-1)
        except ValueError as e:
            if "at least 0" not in str(e):
                wrong.append(str(e))


threads = [Thread(target=many) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert not wrong


def calls():
    for _ in range(100):
        ops.gain(torch.ones(4).reshape(2, 2).t(), 2.0)
        ops.steps(4)
        with pytest.raises(ValueError):
            ops.steps(-1)


calls()
live = _C.live_counters()
calls()
assert (_C.live_counters(), live["plugin_handles"]) == (live, 0), (_C.live_counters(), live)

# ---- torch.library.opcheck knows them
checked = torch.library.opcheck(ops.gain, (torch.ones(2, 3, requires_grad=True), 2.0))
assert checked == dict.fromkeys(("test_schema", "test_autograd_registration", "test_faketensor"), "SUCCESS")
assert torch.library.opcheck(ops.fill, (torch.ones(2), 2.0), test_utils="test_schema") == {"test_schema": "SUCCESS"}

# ---- a profile names them as they are called
with torch.profiler.profile() as profile:
    ops.gain(torch.ones(2), 2.0)
assert {e.name for e in profile.events()} >= {"gain::gain", "aten::ones"}
print("done")
