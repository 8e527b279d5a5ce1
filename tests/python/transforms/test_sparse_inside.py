"""Sparse tensors inside torch.func: their values may differ from example to example, and be differentiated."""

from __future__ import annotations

import pytest
import torch
import vibetensor.torch as vt
from both_sides import agree, values
from compare import as_ours, same

AT = [[1, 0, 1], [2, 0, 0]]


def coo(m, values=(1.0, -2.0, 3.0)):
    given = values if isinstance(values, m.Tensor) else m.tensor(values, dtype=m.float64)
    return m.sparse_coo_tensor(m.tensor(AT), given, (2, 3))


def bsr(m, values):
    return m.sparse_bsr_tensor(m.tensor([0, 1, 1]), m.tensor([1]), values.reshape(1, 1, 3), (2, 6))


# of one example: x (3, 4) and v (3)
PROGRAMS = {
    "product": lambda m, x, v: m.sparse.mm(coo(m), x),
    "product of csr": lambda m, x, v: coo(m).to_sparse_csr() @ x,
    "product of csc": lambda m, x, v: m.mm(coo(m).to_sparse_csc(), x),
    "product from the right": lambda m, x, v: x.t() @ coo(m).t(),
    "vector": lambda m, x, v: coo(m) @ v,
    "addmm": lambda m, x, v: m.sparse.addmm(x[:2], coo(m), x, beta=2, alpha=0.5),
    "values": lambda m, x, v: coo(m, v) @ m.ones(3, 2, dtype=m.float64),
    "values and x": lambda m, x, v: m.sparse.mm(coo(m, v), x),
    "values of csr": lambda m, x, v: coo(m, v).to_sparse_csr() @ x,
    "values of blocks": lambda m, x, v: bsr(m, v).to_dense(),
    "to_dense": lambda m, x, v: (coo(m, v) * 2).to_dense(),
    "scaled": lambda m, x, v: (coo(m) * x.sum()).to_dense(),
    "by dense": lambda m, x, v: (coo(m, v).coalesce() * x[:2, :3]).to_dense(),
    "added to dense": lambda m, x, v: x[:2, :3] + coo(m, v),
    "added": lambda m, x, v: (coo(m, v) + coo(m)).to_dense(),
    "dense unbatched": lambda m, x, v: m.ones(2, 3, dtype=m.float64) + coo(m, v),
    "coalesce": lambda m, x, v: coo(m, v).coalesce().values(),
    "transposed": lambda m, x, v: coo(m, v).t().to_dense(),
    "mask": lambda m, x, v: x[:2, :3].sparse_mask(coo(m).coalesce()).to_dense(),
    "softmax": lambda m, x, v: m.sparse.softmax(coo(m, v), 1).to_dense(),
    "sum": lambda m, x, v: m.sparse.sum(coo(m, v), 0).to_dense(),
    "sin": lambda m, x, v: coo(m, v).sin().to_dense(),
    "sampled_addmm": lambda m, x, v: m.sparse.sampled_addmm(
        coo(m, v).to_sparse_csr(), x[:2], x.t(), beta=2.0
    ).to_dense(),
    "message passing": lambda m, x, v: m.sparse.mm(coo(m, v), m.sparse.mm(coo(m).t(), x[:2]).tanh()),
}


@pytest.mark.parametrize("dims", ((0, 0), (0, None), (None, 0)))
@pytest.mark.parametrize("name", PROGRAMS)
def test_vmap(name, dims):
    """As one example after the other, and so are the gradients, of levels inside and outside."""
    program = PROGRAMS[name]

    def loss(x, v):
        return (program(vt, x, v) ** 3).sum()

    def close(ours, wanted):
        assert ours.shape == wanted.shape and (ours - wanted).abs().max() < 1e-9

    given = [t if d == 0 else t[0] for t, d in zip(as_ours(values((4, 3, 4), (4, 3))), dims, strict=True)]
    examples = [tuple(t[i] if d == 0 else t for t, d in zip(given, dims, strict=True)) for i in range(4)]
    close(vt.vmap(lambda x, v: program(vt, x, v), in_dims=dims)(*given), vt.stack([program(vt, *e) for e in examples]))
    both = vt.func.grad(loss, argnums=(0, 1))
    apart = [vt.stack(of_examples) for of_examples in zip(*(both(*e) for e in examples), strict=True)]
    inside = vt.vmap(both, in_dims=dims)(*given)
    outside = vt.func.grad(lambda x, v: vt.vmap(loss, in_dims=dims)(x, v).sum(), argnums=(0, 1))(*given)
    for of_inside, of_outside, d, wanted in zip(inside, outside, dims, apart, strict=True):
        close(of_inside, wanted)
        close(of_outside, wanted if d == 0 else wanted.sum(0))


@pytest.mark.parametrize("name", ("product", "values and x", "values of csr", "softmax", "by dense", "sampled_addmm"))
def test_jacobians(name):
    program = PROGRAMS[name]
    x, v = as_ours(values((3, 4), (3,)))

    def dense(m, x, v):
        """The same with PyTorch's tensors in memory."""
        a = m.zeros(2, 3, dtype=m.float64).index_put(tuple(m.tensor(AT)), v)
        c = m.zeros(2, 3, dtype=m.float64).index_put(tuple(m.tensor(AT)), m.tensor([1.0, -2.0, 3.0], dtype=m.float64))
        mask = c != 0
        if name == "product":
            return c @ x
        if name == "softmax":
            return m.softmax(a.masked_fill(~mask, -m.inf), 1).masked_fill(~mask, 0)
        if name == "by dense":
            return a * x[:2, :3]
        if name == "sampled_addmm":
            return m.where(mask, 2 * a + (x[:2] @ x.t()), 0)
        return a @ x

    theirs = values((3, 4), (3,))
    for way in ("jacrev", "jacfwd"):
        ours = getattr(vt.func, way)(lambda x, v: program(vt, x, v), argnums=(0, 1))(x, v)
        wanted = getattr(torch.func, way)(lambda x, v: dense(torch, x, v), argnums=(0, 1))(*theirs)
        same(ours, wanted, rtol=1e-9, atol=1e-10)
    ours = vt.func.hessian(lambda x, v: (program(vt, x, v) ** 3).sum(), argnums=(0, 1))(x, v)
    wanted = torch.func.hessian(lambda x, v: (dense(torch, x, v) ** 3).sum(), argnums=(0, 1))(*theirs)
    same(ours, wanted, rtol=1e-9, atol=1e-9)
    tangents = values((3, 4), (3,), seed=1)
    ours = vt.func.jvp(lambda x, v: program(vt, x, v), (x, v), tuple(as_ours(tangents)))
    same(ours, torch.func.jvp(lambda x, v: dense(torch, x, v), tuple(theirs), tuple(tangents)), rtol=1e-9, atol=1e-10)


def test_gradient_by_a_sparse_tensor():
    def program(m, x):
        a = coo(m).coalesce()
        return m.func.grad(lambda a: (m.sparse.mm(a, x) ** 2).sum())(a).to_dense() * (a.to_dense() != 0)

    agree(program, *values((3, 4)))


def test_what_cannot_be():
    x = vt.ones(4, 2, 3)
    with pytest.raises(NotImplementedError, match="gives a sparse tensor"):
        vt.vmap(lambda x: coo(vt).to_sparse_csr())(x)
    with pytest.raises(RuntimeError, match="shape that depends on values"):
        vt.vmap(lambda x: x.to_sparse().to_dense())(x)
    shared = coo(vt).coalesce()
    with pytest.raises(RuntimeError, match="same for all"):
        vt.vmap(lambda x: shared.mul_(x.sum()).to_dense())(x.double())
    assert shared.values().tolist() == [-2.0, 3.0, 1.0]
    kept = []
    vt.vmap(lambda x: kept.append(coo(vt, x[0].double())) or x)(x)
    with pytest.raises(RuntimeError, match="used after"):
        kept[0].to_dense()
