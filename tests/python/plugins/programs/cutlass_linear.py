"""The plugin that wraps a CUTLASS kernel, on a GPU: values beside float32, layouts, errors."""

import sys

import pytest
import torch as reference
import vibetensor
import vibetensor.torch as torch

vibetensor.load_plugin(sys.argv[1])
op = torch.ops.cutlass_linear.linear_gelu

for dtype, tolerance in ((torch.float16, 4e-3), (torch.bfloat16, 3e-2)):
    for m, n, k in ((256, 512, 128), (1, 8, 8), (100, 136, 72), (129, 1024, 4096)):
        reference.manual_seed(m)
        rx, rw, rb = reference.randn(m, k), reference.randn(n, k) / k**0.5, reference.randn(n)
        x, w, b = (torch.tensor(t.numpy(), device="cuda").to(dtype) for t in (rx, rw, rb))
        wide = [reference.tensor(t.float().cpu().numpy()) for t in (x, w, b)]
        wanted = reference.nn.functional.gelu(reference.nn.functional.linear(*wide))
        found = op(x, w, b)
        assert found.dtype == dtype and found.shape == (m, n)
        assert reference.allclose(reference.tensor(found.float().cpu().numpy()), wanted, tolerance, tolerance)
x, w, b = (torch.randn(*s, device="cuda", dtype=torch.float16) for s in ((16, 32), (24, 32), (24,)))
assert torch.equal(op(x.t().contiguous().t(), w, b), op(x, w, b))
assert op(x[:0], w, b).shape == (0, 24)
for call, error, text in [
    (lambda: op(x, w[:, :24], b), ValueError, "weight"),
    (lambda: op(x.float(), w, b), TypeError, "float16"),
    (lambda: op(x[:, :30], w[:, :30], b), NotImplementedError, "multiples of 8"),
    (lambda: op(x, w.cpu(), b), RuntimeError, "same device"),
]:
    with pytest.raises(error, match=text):
        call()
print("done")
