"""Gradients of and by sparse tensors against PyTorch's, in layers and optimizers too."""

from __future__ import annotations

import pytest
import torch
import vibetensor.torch as vt
from compare import same
from sparse_makers import BOTH, COMPRESSED, csr, dense, merged


def grads(m, make, program):
    """What the program of a sparse tensor and a dense one gives, and both gradients in memory."""
    sparse = make(m, "float64", True)
    x = dense(m, 4, 3).double().requires_grad_()
    out = program(m, sparse, x)
    out.backward(m.ones_like(out) if out.layout is m.strided else None)
    return [out.detach().to_dense(), sparse.grad.to_dense(), x.grad]


GRADIENTS = {
    "sparse.mm": lambda m, s, x: m.sparse.mm(s, x),
    "sum of sparse.mm": lambda m, s, x: (m.sparse.mm(s, x) ** 2).sum(),
    "addmm": lambda m, s, x: m.sparse.addmm(x[:3, :3], s, x, alpha=2).sum(),
    "to_dense": lambda m, s, x: (s.to_dense() * x.t()).sum(),
    "scaled": lambda m, s, x: ((s * 3).to_dense() ** 2 * x.t()).sum(),
    "sum": lambda m, s, x: (m.sparse.sum(s) * x).sum(),
    "sum of a dim": lambda m, s, x: (m.sparse.sum(s, 0).to_dense()[:3] * x[0]).sum(),
}


@pytest.mark.parametrize("name", GRADIENTS)
@pytest.mark.parametrize("make", (merged,), ids=("coo",))
def test_gradients(name, make):
    same(grads(vt, make, GRADIENTS[name]), grads(torch, make, GRADIENTS[name]))


def test_gradients_of_csr_products():
    program = lambda m, s, x: m.sparse.mm(s, x)  # noqa: E731
    same(grads(vt, csr, program), grads(torch, csr, program))


def test_gradients_of_sampled_addmm_and_mm_with_reduce():
    """Those of a CSR tensor and both factors, and of every reduction, as PyTorch has them."""

    def program(m):
        out = []
        for how in ("sum", "mean", "amax", "amin"):
            s, x = csr(m, "float64", True), dense(m, 4, 3).double().requires_grad_()
            (m.sparse.mm(s, x, how) ** 2).sum().backward()
            out += [s.grad.to_dense(), x.grad]
        s, a, b = (
            csr(m, "float64", True),
            dense(m, 3, 2).double().requires_grad_(),
            dense(m, 2, 4).double().requires_grad_(),
        )
        (m.sparse.sampled_addmm(s, a, b, beta=0.5, alpha=2).to_dense() * dense(m, 3, 4)).sum().backward()
        return [*out, s.grad.to_dense(), a.grad, b.grad]

    same(program(vt), program(torch))


@pytest.mark.parametrize("name", COMPRESSED)
def test_gradients_of_compressed_layouts(name):
    make = COMPRESSED[name]
    s = make(vt, "float64", True)
    (s.to_dense() * dense(vt, 3, 4)).sum().backward()
    assert s.grad.layout is s.layout
    held = torch.zeros(3, 4, dtype=torch.float64)  # PyTorch has this gradient of CSR alone
    held.index_put_(tuple(make(torch).to_sparse().coalesce().indices()), torch.ones((), dtype=torch.float64))
    same(s.grad.to_dense(), held * dense(torch, 3, 4))
    check = vt.sparse.as_sparse_gradcheck(vt.autograd.gradcheck)
    for use in (
        lambda s: vt.sparse.mm(s, dense(vt, 4, 2).double()),
        lambda s: s.to_sparse().coalesce() * 2,
        lambda s: s.to_sparse_csc(),
        lambda s: s.to_sparse_bsr((3, 2)),
        lambda s: s.t(),
    ):
        assert check(use, make(vt, "float64", True), masked=True) and check(use, (make(vt, "float64", True),))


def test_gradcheck_of_a_wrong_derivative_fails():
    class Wrong(vt.autograd.Function):
        @staticmethod
        def forward(ctx, values):
            return values * 2

        @staticmethod
        def backward(ctx, grad):
            return grad * 3

    check = vt.sparse.as_sparse_gradcheck(vt.autograd.gradcheck)
    with pytest.raises(RuntimeError):
        check(lambda s: Wrong.apply(s.to_dense()), merged(vt, "float64", True))


def test_message_passing():
    """A graph network's layers: weights of edges by COO and CSR, attention by softmax over each row, degrees by sum."""

    def program(m, layout):
        edges = m.tensor([[0, 1, 2, 0, 1], [1, 2, 0, 2, 0]])
        weight = (m.arange(5.0).double() / 3 + 0.5).requires_grad_()
        x, w = dense(m, 3, 4).double().requires_grad_(), (dense(m, 4, 2).double() / 5).requires_grad_()
        a = m.sparse_coo_tensor(edges, weight, (3, 3))
        degree = m.sparse.sum(a, 1).to_dense()
        adjacency = a.coalesce() if layout == "coo" else a.coalesce().to_sparse_csr()
        h = (m.sparse.mm(adjacency, x @ w) / degree.unsqueeze(1)).relu()
        if layout == "coo":
            h = m.sparse.mm(m.sparse.softmax(a.coalesce(), 1), h)
        loss = (h**2).sum()
        loss.backward()
        return [loss.detach(), weight.grad, x.grad, w.grad]

    for layout in ("coo", "csr"):
        same(program(vt, layout), program(torch, layout))


def test_gradients_of_values():
    def program(m):
        values = m.tensor([1.0, -2.0, 3.0, 0.5], dtype=m.float64, requires_grad=True)
        s = m.sparse_coo_tensor([[1, 0, 1, 2], [2, 0, 2, 3]], values, (3, 4))
        (m.sparse.mm(s, dense(m, 4, 2).double()) ** 2).sum().backward()
        return values.grad

    same(program(vt), program(torch))


def test_gradient_of_softmax():
    def program(m):
        s = merged(m, "float64", True)
        (m.sparse.log_softmax(s, 1).to_dense() * dense(m, 3, 4)).sum().backward()
        return s.grad.to_dense()

    same(program(vt), program(torch))


def test_second_gradients():
    def program(values, x):
        s = vt.sparse_coo_tensor([[1, 0, 2], [2, 0, 3]], values, (3, 4))
        return vt.sparse.mm(vt.sparse.softmax(s * 2, 0), x)

    values = vt.tensor([1.0, -2.0, 3.0], dtype=vt.float64, requires_grad=True)
    x = dense(vt, 4, 2).double().requires_grad_()
    assert vt.autograd.gradcheck(program, (values, x))
    assert vt.autograd.gradgradcheck(program, (values, x))


def test_gradients_add_up_in_every_order():
    def program(m):
        out = []
        table = dense(m, 5, 2)
        for terms in ("s", "ss", "sd", "ds", "sds"):
            w = table.clone().requires_grad_()
            loss = 0
            for i, kind in enumerate(terms):
                index = m.tensor([i, 3, 3])
                rows = m.nn.functional.embedding(index, w, sparse=True) if kind == "s" else w[index]
                loss = loss + (rows * (i + 1)).sum()
            loss.backward()
            out += [w.grad.is_sparse, w.grad.to_dense()]
            for kind in terms:
                index = m.tensor([0, 4])
                rows = m.nn.functional.embedding(index, w, sparse=True) if kind == "s" else w[index]
                rows.sum().backward()
                out += [w.grad.is_sparse, w.grad.to_dense()]
        return out

    same(program(vt), program(torch))


@pytest.mark.parametrize("padding", (None, 2))
@pytest.mark.parametrize("shape", ((4,), (2, 3), (0,)))
def test_embedding(padding, shape):
    def program(m):
        layer = m.nn.Embedding(6, 3, padding_idx=padding, sparse=True)
        layer.weight.data.copy_(dense(m, 6, 3))
        count = 1
        for n in shape:
            count *= n
        index = (m.arange(count) * 2 % 5).reshape(shape)
        (layer(index) ** 2).sum().backward()
        grad = layer.weight.grad
        return [
            grad.is_sparse,
            grad.is_coalesced(),
            tuple(grad.shape),
            grad._indices(),
            grad._values(),
            grad.to_dense(),
        ]

    same(program(vt), program(torch))


@pytest.mark.parametrize("mode", ("sum", "mean"))
def test_embedding_bag(mode):
    def program(m):
        layer = m.nn.EmbeddingBag(6, 3, mode=mode, sparse=True)
        layer.weight.data.copy_(dense(m, 6, 3))
        (layer(m.tensor([0, 4, 4, 1, 2]), m.tensor([0, 2, 2])) ** 2).sum().backward()
        return [layer.weight.grad.is_sparse, layer.weight.grad.to_dense()]

    same(program(vt), program(torch))


OPTIMIZERS = {
    "SGD": [
        {"lr": 0.1},
        {"lr": 0.1, "momentum": 0.9},
        {"lr": 0.1, "momentum": 0.9, "nesterov": True, "maximize": True},
    ],
    "Adagrad": [{"lr": 0.1}, {"lr": 0.1, "lr_decay": 0.1, "eps": 1e-3, "maximize": True}],
    "SparseAdam": [{"lr": 0.1}, {"lr": 0.1, "betas": (0.5, 0.8), "maximize": True}],
}


@pytest.mark.parametrize("name, options", [(name, o) for name, list_ in OPTIMIZERS.items() for o in list_])
def test_optimizers(name, options):
    def program(m):
        layer = m.nn.Embedding(6, 3, sparse=True)
        layer.weight.data.copy_(dense(m, 6, 3))
        optimizer = getattr(m.optim, name)(layer.parameters(), **options)
        for step in range(5):
            optimizer.zero_grad(set_to_none=step % 2 == 0)
            (layer(m.tensor([step, 3, 3, 0])) ** 2).sum().backward()
            optimizer.step()
        state = {k: v for k, v in optimizer.state_dict()["state"].get(0, {}).items() if v is not None}
        plain = {k: v.to_dense() if isinstance(v, m.Tensor) else v for k, v in state.items()}
        return [layer.weight.detach(), plain]

    same(program(vt), program(torch), rtol=1e-5, atol=1e-6)


def test_clipping_is_that_of_the_gradient_in_memory():
    sparse, plain = (vt.nn.Embedding(6, 3, sparse=sparse) for sparse in (True, False))
    for layer in (sparse, plain):
        layer.weight.data.copy_(dense(vt, 6, 3))
        (layer(vt.tensor([1, 4, 4])) ** 2).sum().backward()
    norms = [vt.nn.utils.clip_grad_norm_(layer.parameters(), 0.5) for layer in (sparse, plain)]
    assert abs(norms[0].item() - norms[1].item()) < 1e-5 and sparse.weight.grad.is_sparse
    assert (sparse.weight.grad.to_dense() - plain.weight.grad).abs().max() < 1e-6


def test_optimizers_that_take_no_sparse_gradients():
    for name in ("Adam", "AdamW", "RMSprop", "Adadelta", "Adamax", "NAdam", "RAdam", "ASGD", "Rprop"):

        def program(m, name=name):
            layer = m.nn.Embedding(3, 2, sparse=True)
            layer(m.tensor([1])).sum().backward()
            getattr(m.optim, name)(layer.parameters()).step()

        for m in BOTH:
            with pytest.raises(RuntimeError, match="does not support sparse gradients"):
                program(m)
    for m in BOTH:
        p = m.nn.Parameter(m.ones(2))
        p.grad = m.ones(2)
        with pytest.raises(RuntimeError, match="does not support dense gradients"):
            m.optim.SparseAdam([p]).step()
        with pytest.raises(ValueError, match="learning rate"):
            m.optim.SparseAdam([p], lr=0)
        with pytest.raises(ValueError, match="dense parameter"):
            m.optim.SparseAdam([merged(m, grad=True)])
