"""A small model whose activation is a plugin's op: its loss falls as with PyTorch's ops in that place."""

import sys

import torch as reference
import vibetensor
import vibetensor.torch as torch

vibetensor.load_plugin(sys.argv[1])
device = sys.argv[2] if len(sys.argv) > 2 else "cpu"


def losses(t, softclip, **where):
    t.manual_seed(0)
    x = t.randn(64, 8)
    target = (x[:, :1] * x[:, 1:2]).sin()
    first, second = t.nn.Linear(8, 32), t.nn.Linear(32, 1)
    limit = t.nn.Parameter(t.tensor(1.0))
    x, target = x.to(**where), target.to(**where)
    first.to(**where), second.to(**where)
    limit = t.nn.Parameter(limit.detach().to(**where))
    optimizer = t.optim.Adam([*first.parameters(), *second.parameters(), limit], lr=0.02)
    out = []
    for _ in range(60):
        optimizer.zero_grad()
        loss = t.nn.functional.mse_loss(second(softclip(first(x), limit)), target)
        loss.backward()
        optimizer.step()
        out.append(loss.item())
    return out, limit.item()


mine, my_limit = losses(torch, torch.ops.curves.softclip, device=device)
theirs, their_limit = losses(reference, lambda x, limit: limit * reference.tanh(x / limit), device="cpu")
assert mine[-1] < 0.1 * mine[0], mine
for a, b in zip(mine, theirs, strict=True):
    assert abs(a - b) <= 1e-3 * abs(b) + 1e-5, (a, b)
assert abs(my_limit - their_limit) < 1e-3 and my_limit != 1.0
print("done")
