"""The plugin that iterates: values against PyTorch's, over layouts, dtypes and dims; gradients; on every device."""

import sys
from itertools import product

import numpy as np
import pytest
import torch as reference
import vibetensor
import vibetensor.torch as torch

vibetensor.load_plugin(sys.argv[1])
device = sys.argv[2] if len(sys.argv) > 2 else "cpu"
ops = torch.ops.curves
draws = np.random.default_rng(0)


def pair(array):
    return torch.tensor(array, device=device), reference.tensor(array)


def normal(*shape, dtype=np.float32):
    return draws.standard_normal(shape).astype(dtype)


def close(mine, theirs, tolerance=1e-6):
    assert mine.dtype == getattr(torch, str(theirs.dtype).partition(".")[2]), (mine.dtype, theirs.dtype)
    assert tuple(mine.shape) == tuple(theirs.shape), (mine.shape, theirs.shape)
    np.testing.assert_allclose(mine.cpu().numpy(), theirs.numpy(), rtol=tolerance, atol=tolerance)


def softclip(x, limit):
    return limit * reference.tanh(x / limit)


# ---- elementwise: broadcasting, promotion, strides
x, rx = pair(normal(5, 7))
limit, rlimit = pair(np.abs(normal(7)) + 1)
close(ops.softclip(x, limit), softclip(rx, rlimit))
close(ops.softclip(x, 2), softclip(rx, 2))
close(ops.softclip(x, 0.5), softclip(rx, 0.5))
close(ops.softclip(x.t(), limit[:, None]), softclip(rx.t(), rlimit[:, None]))
close(ops.softclip(x[:, ::2], limit[::2]), softclip(rx[:, ::2], rlimit[::2]))
close(ops.softclip(x.double(), limit), softclip(rx.double(), rlimit), 1e-12)
ints, rints = pair(np.arange(-3, 4))
close(ops.softclip(ints, 2), softclip(rints, 2))
close(ops.softclip(ints, limit), softclip(rints, rlimit))
close(ops.softclip(x, torch.tensor(1.5)), softclip(rx, reference.tensor(1.5)))  # a number on the CPU joins
close(ops.softclip(torch.empty(0, 7, device=device), limit), reference.empty(0, 7))
close(ops.softclip(torch.tensor(3.0, device=device), 1.0), softclip(reference.tensor(3.0), 1.0))
deep, rdeep = pair(normal(2, 3, 2, 3, 2, 3, 2, 3, 2, 3))
back = list(range(9, -1, -1))
close(ops.softclip(deep.permute(*back), 1.0), softclip(rdeep.permute(*back), 1.0))
close(ops.softclip(deep.permute(*back)[::2, :, ::2], deep.permute(*back)[1:, :, ::2].abs() + 1),
      softclip(rdeep.permute(*back)[::2, :, ::2], rdeep.permute(*back)[1:, :, ::2].abs() + 1))  # fmt: skip
large, rlarge = pair(normal(257, 1031))
close(ops.softclip(large, 1.0), softclip(rlarge, 1.0))
close(ops.softclip(large.t(), large.t().abs() + 1), softclip(rlarge.t(), rlarge.t().abs() + 1))
channels = torch.tensor(normal(2, 3, 4, 4), device=device).to(memory_format=torch.channels_last)
assert ops.softclip(channels, 1.0).is_contiguous(memory_format=torch.channels_last)
y = x.clone()
assert ops.softclip_(y, 1.0) is y
close(y, softclip(rx, 1.0))
out = torch.empty(5, 7, device=device, dtype=torch.float64)
ops.softclip(x, 1.0, out=out)
close(out, softclip(rx, 1.0).double())
y = x.double()
ops.softclip_(y, limit)
close(y, softclip(rx.double(), rlimit))
with pytest.raises(RuntimeError, match=r"size of tensor|must match|broadcast"):
    ops.softclip(x, torch.ones(6, device=device))
with pytest.raises(TypeError, match="no loop for this dtype"):
    ops.softclip(x.half(), x.half())
m = ops.softclip(torch.empty(4, 1, device="meta"), torch.empty(3, device="meta", dtype=torch.float64))
assert m.shape == (4, 3) and m.dtype == torch.float64 and m.device.type == "meta"

# ---- gradients, to the second order and through broadcasting
a = torch.tensor(normal(3, 4, dtype=np.float64), device=device, requires_grad=True)
b = torch.tensor(np.abs(normal(4, dtype=np.float64)) + 1, device=device, requires_grad=True)
assert torch.autograd.gradcheck(ops.softclip, (a, b))
assert torch.autograd.gradgradcheck(ops.softclip, (a, b))


# ---- reduction: any dims, keepdim, two outputs
def peak(x, dims, keepdim):
    if dims is None or len(dims) == 0:
        dims = list(range(x.dim()))
    dims = sorted(d % x.dim() for d in dims)
    kept = [d for d in range(x.dim()) if d not in dims]
    flat = x.permute(*kept, *dims).reshape([x.shape[d] for d in kept] + [-1])
    index = flat.abs().argmax(-1)
    shape = [1 if d in dims else x.shape[d] for d in range(x.dim())] if keepdim else [x.shape[d] for d in kept]
    return flat.gather(-1, index[..., None])[..., 0].reshape(shape), index.reshape(shape)


def check_peak(mine, theirs, dims):
    for keepdim in (False, True):
        value, index = ops.peak(mine, dims, keepdim)
        wanted, at = peak(theirs, dims, keepdim)
        close(value, wanted)
        close(index, at)


x, rx = pair(normal(4, 5, 6))
for dims in (None, [0], [1], [-1], [0, 1], [0, 2], [2, 1], [0, 1, 2]):
    check_peak(x, rx, dims)
    check_peak(x.permute(2, 0, 1), rx.permute(2, 0, 1), dims)
    check_peak(x[:, ::2], rx[:, ::2], dims)
assert ops.peak(x, 1)[0].shape == (4, 6)
for shape, dims in product([(3, 40000), (40000, 3), (1, 200001), (70, 3000), (3000, 70), (1200, 1)], ([0], [1], None)):
    big, rbig = pair(normal(*shape))
    check_peak(big, rbig, dims)
    check_peak(big.t(), rbig.t(), dims)
check_peak(deep, rdeep, [1, 4, 7])
ties, rties = pair(np.array([[1.0, -3.0, 3.0], [2.0, 2.0, -2.0]], dtype=np.float32))
check_peak(ties, rties, [1])
value, index = ops.peak(torch.tensor([1.0, float("nan"), 5.0, float("nan")], device=device))
assert value.isnan().item() and index.item() == 1
expanded = x[:, :1].expand(4, 9, 6)
check_peak(expanded, rx[:, :1].expand(4, 9, 6), [0, 2])
close(ops.peak(torch.tensor([3, -7, 2], device=device))[0], reference.tensor(-7.0))
assert ops.peak(torch.empty(2, 0, device=device), 1)[1].tolist() == [-1, -1]
assert ops.peak(torch.empty(0, 2, device=device), 1)[0].shape == (0,)
assert ops.peak(torch.tensor(2.0, device=device))[1].item() == 0
for dims, error, text in [([5], IndexError, "range"), ([1, -2], RuntimeError, "multiple times")]:
    with pytest.raises(error, match=text):
        ops.peak(x, dims)
threads = torch.get_num_threads()
total = torch.tensor(normal(1_000_003), device=device)
found = []
for n in (1, 2, 4):
    torch.set_num_threads(n)
    found.append(tuple(t.item() for t in ops.peak(total)))
torch.set_num_threads(threads)
assert len(set(found)) == 1
# ---- vmap calls once per example, and says so
batch, rbatch = pair(normal(3, 4, 5))
with pytest.warns(UserWarning, match="curves::peak"):
    value, index = torch.vmap(lambda t: ops.peak(t, [0]))(batch)
for rexample, *found in zip(rbatch, value, index, strict=True):
    for mine, theirs in zip(found, peak(rexample, [0], False), strict=True):
        assert reference.equal(reference.tensor(mine.cpu().numpy()), theirs)
close(torch.vmap(ops.softclip, (0, None))(batch, 1.0), softclip(rbatch, 1.0))
print("done")
