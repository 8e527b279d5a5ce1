"""Sparse tensors on CUDA: the same as on the CPU, products at sizes that fill the device, indices that are checked."""

from __future__ import annotations

import math

import pytest
import vibetensor.torch as torch

pytestmark = pytest.mark.cuda


def random_coo(rows: int, columns: int, entries: int, *dense: int, dtype=torch.float32):
    generator = torch.Generator().manual_seed(rows + columns + entries)
    indices = torch.stack([torch.randint(n, (entries,), generator=generator) for n in (rows, columns)])
    return torch.sparse_coo_tensor(
        indices, torch.randn(entries, *dense, generator=generator).to(dtype), (rows, columns, *dense)
    )


def close(there, here, scale=1.0):
    assert there.is_cuda and there.layout is here.layout and there.shape == here.shape and there.dtype == here.dtype
    a, b = there.cpu().to_dense(), here.to_dense()
    limit = {torch.float64: 1e-12, torch.float32: 2e-5}.get(a.dtype, 2e-2) * scale
    wide = torch.complex128 if a.is_complex() else torch.float64
    error = (a.to(wide) - b.to(wide)).abs().max().item() if a.numel() else 0.0
    assert error <= limit * max(1.0, b.to(wide).abs().max().item() if b.numel() else 1.0), error


PROGRAMS = {
    "coalesce": lambda s: s.coalesce(),
    "to_dense": lambda s: s.to_dense(),
    "add": lambda s: s + s * 2,
    "mul": lambda s: s.coalesce() * s.coalesce(),
    "add to dense": lambda s: torch.ones(*s.shape, device=s.device).add_(s, alpha=-0.5),
    "to_sparse": lambda s: s.to_dense().to_sparse(),
    "sum": lambda s: torch.sparse.sum(s, 0),
    "transpose": lambda s: s.transpose(0, 1),
    "tanh": lambda s: s.tanh(),
    "sparse_mask": lambda s: torch.ones(*s.shape, device=s.device).sparse_mask(s.coalesce()),
    "cat": lambda s: torch.cat([s, s]),
    "norm": lambda s: s.norm(),
}
MATRICES = {
    "csr": lambda s: s.to_sparse_csr(),
    "softmax": lambda s: torch.sparse.softmax(s, 1),
    "log_softmax": lambda s: torch.sparse.log_softmax(s, 0),
    "sparse product": lambda s: torch.sparse.mm(s, s.t()),
}


@pytest.mark.parametrize("name", [*PROGRAMS, *MATRICES])
def test_programs(name):
    for s in (random_coo(40, 30, 200), random_coo(40, 30, 0), *([] if name in MATRICES else [random_coo(9, 7, 50, 3)])):
        program = {**PROGRAMS, **MATRICES}[name]
        close(program(s.cuda()), program(s))


@pytest.mark.parametrize("dtype", (torch.float32, torch.float64, torch.bfloat16, torch.float16, torch.complex64))
@pytest.mark.parametrize("n", (1, 3, 8, 16, 64, 65, 128, 500))
def test_products(n, dtype):
    s = random_coo(300, 200, 3000, dtype=dtype)
    x = torch.randn(200, n).to(dtype)
    close(torch.sparse.mm(s.cuda(), x.cuda()), torch.sparse.mm(s, x), 4)
    close(s.to_sparse_csr().cuda() @ x.cuda(), s @ x, 4)


@pytest.mark.parametrize("n", (1, 7, 64, 100))
def test_gradients_of_products(n):
    s, x = random_coo(300, 200, 3000, dtype=torch.float64).coalesce(), torch.randn(200, n, dtype=torch.float64)
    grads = []
    for device in ("cuda", "cpu"):
        a, b = s.detach().to(device).requires_grad_(), x.to(device).requires_grad_()
        (torch.sparse.mm(a, b) ** 2).sum().backward()
        grads.append((a.grad, b.grad))
    for there, here in zip(*grads, strict=True):
        close(there, here)


def test_long_and_empty_rows():
    rows = torch.cat([torch.zeros(50_000, dtype=torch.int64), torch.tensor([999])])
    columns = torch.cat([torch.arange(50_000), torch.tensor([3])])
    s = torch.sparse_coo_tensor(torch.stack([rows, columns]), torch.ones(50_001), (1000, 50_000)).cuda()
    for n in (1, 40):
        out = s @ torch.ones(50_000, n, device="cuda")
        assert out[0].tolist() == [50_000.0] * n and out[999].tolist() == [1.0] * n and out[1:999].sum().item() == 0


def test_embeddings_train_as_on_the_cpu():
    results = []
    for device in ("cuda", "cpu"):
        layer = torch.nn.Embedding(50, 8, sparse=True)
        layer.weight.data.copy_((torch.arange(400.0) / 100 - 2).reshape(50, 8))
        layer.to(device)
        optimizer = torch.optim.SparseAdam(layer.parameters(), lr=0.05)
        for step in range(4):
            optimizer.zero_grad()
            (layer(torch.tensor([step, 7, 7, 49], device=device)) ** 2).sum().backward()
            torch.nn.utils.clip_grad_norm_(layer.parameters(), 3.0)
            optimizer.step()
        results.append(layer.weight.detach())
    close(*results)


def test_indices_out_of_range_raise():
    with pytest.raises(RuntimeError, match="inconsistent"):
        torch.sparse_coo_tensor(torch.tensor([[5]]).cuda(), torch.ones(1).cuda(), (3,))
    s = random_coo(30, 20, 50).coalesce().cuda().to_sparse_csr()
    s.col_indices()[3] = 10**12
    with pytest.raises(IndexError):
        (s @ torch.ones(20, 4, device="cuda")).cpu()
    s = random_coo(30, 20, 50).coalesce().cuda().to_sparse_csr()
    s.crow_indices()[3] = -(10**12)
    with pytest.raises(IndexError):
        (s @ torch.ones(20, 4, device="cuda")).cpu()
    assert math.isfinite(torch.ones(3, device="cuda").sum().item())


def test_text_and_files():
    import io

    s = random_coo(4, 4, 3).cuda()
    assert "device='cuda:0'" in repr(s) and "layout=torch.sparse_coo" in repr(s)
    file = io.BytesIO()
    torch.save(s, file)
    file.seek(0)
    close(torch.load(file), s.cpu())
