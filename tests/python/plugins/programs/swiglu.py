"""The plugin in CUDA C++ on a GPU: values, gradients, streams, graphs, memory, errors."""

import sys

import pytest
import torch as reference
import vibetensor
import vibetensor.torch as torch
from vibetensor import _C

vibetensor.load_plugin(sys.argv[1])
ops = torch.ops.swiglu
swiglu = ops.swiglu

for name, tolerance in (("float32", 1e-5), ("float16", 2e-3), ("bfloat16", 2e-2)):
    for shape in ((1000,), (33, 65), (0, 4), (), (128, 4096)):
        rg = reference.randn(shape, dtype=getattr(reference, name))
        ru = reference.randn(shape, dtype=getattr(reference, name))
        g = torch.tensor(rg.float().numpy(), device="cuda").to(getattr(torch, name))
        u = torch.tensor(ru.float().numpy(), device="cuda").to(getattr(torch, name))
        for t in (rg, ru, g, u):
            t.requires_grad_()
        wanted = reference.nn.functional.silu(rg.float()) * ru.float()
        mine = swiglu(g, u)
        assert mine.dtype == g.dtype and mine.shape == shape
        assert reference.allclose(reference.tensor(mine.detach().float().cpu().numpy()), wanted, tolerance, tolerance)
        wanted.sum().backward()
        mine.sum().backward()
        for a, b in ((g, rg), (u, ru)):
            found = reference.tensor(a.grad.float().cpu().numpy())
            assert reference.allclose(found, b.grad.float(), 4 * tolerance, 4 * tolerance)

x, y = torch.randn(64, 32, device="cuda"), torch.randn(32, 64, device="cuda")
assert torch.allclose(swiglu(x, y.t()), torch.nn.functional.silu(x) * y.t(), rtol=1e-5, atol=1e-5)
odd = torch.randn(1001, device="cuda")
assert torch.allclose(swiglu(odd[1:], odd[:-1]), torch.nn.functional.silu(odd[1:]) * odd[:-1], rtol=1e-5, atol=1e-5)

# ---- errors
for call, error, text in [
    (lambda: swiglu(x.cpu(), x.cpu()), NotImplementedError, "no kernel for cpu tensors"),
    (lambda: swiglu(x, x.cpu()), RuntimeError, "same device"),
    (lambda: swiglu(x, x[1:]), ValueError, "one shape and dtype"),
    (lambda: swiglu(x.double(), x.double()), TypeError, "expected float32"),
]:
    with pytest.raises(error, match=text):
        call()
with pytest.raises(NotImplementedError, match="swiglu_backward is not implemented"):
    a = x.clone().requires_grad_()
    (first,) = torch.autograd.grad(swiglu(a, x).sum(), a, create_graph=True)
    first.sum().backward()
assert swiglu(x.to("meta"), x.to("meta")).shape == x.shape

# ---- streams: the plugin follows the current one
side = torch.cuda.Stream()
big = torch.randn(1 << 22, device="cuda")
side.wait_stream(torch.cuda.current_stream())
with torch.cuda.stream(side):
    for _ in range(20):
        big.mul_(1.0)
    big.fill_(2.0)
    late = swiglu(big, big)
side.synchronize()
assert torch.allclose(late, torch.full_like(late, 2 * 2 / (1 + 2.718281828459045**-2)), rtol=1e-4)

# ---- graphs: captured, its inputs kept alive, replayed with new values
gate, up = torch.randn(512, device="cuda"), torch.randn(512, device="cuda")
graph = torch.cuda.CUDAGraph()
with torch.cuda.graph(graph):
    out = swiglu(gate * 2, up)
for factor in (1.0, 3.0):
    gate.fill_(factor)
    up.fill_(factor)
    graph.replay()
    torch.cuda.synchronize()
    assert torch.allclose(out, torch.nn.functional.silu(gate * 2) * up, rtol=1e-4)

# ---- memory
a = torch.randn(1000, device="cuda", requires_grad=True)


def step():
    swiglu(a, a).sum().backward()
    a.grad = None


step()
torch.cuda.synchronize()
before = torch.cuda.memory_allocated(), _C.live_counters()
for _ in range(50):
    step()
torch.cuda.synchronize()
assert (torch.cuda.memory_allocated(), _C.live_counters()) == before
print("done")
