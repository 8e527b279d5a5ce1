"""Bad input raises what PyTorch raises, in words that name the op, and leaves the process working.

Every case is an expression over `t` (PyTorch, then ours) and the tensors of `operands`. PyTorch says which exception type
is right, so a case is one line; a case that PyTorch accepts is a mistake in this file and fails.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch as reference
import vibetensor.torch as ours

SHAPES = """
x.view(4, 4) | x.view(-1, 4) | x.view(-1, -1) | x.view(-2, 3) | x.t().view(6) | x.reshape(5) | x.reshape(-1, 0)
x.reshape(-2, 3) | x.expand(4, 3) | x.expand(3) | x.expand(-1, 2, 3) | x.expand(2, -2) | x.permute(0) | x.permute(0, 0)
x.permute(0, 2) | x.transpose(0, 2) | x.transpose(-3, 0) | c.t() | x.swapaxes(0, 4) | x.movedim(0, 5) | x.movedim((0, 1), (0,))
x.movedim((0, 0), (0, 1)) | x.squeeze(3) | x.squeeze((0, 0)) | x.unsqueeze(4) | x.unsqueeze(-4) | x.flatten(1, 0)
x.flatten(0, 5) | x.unflatten(0, (3, -1)) | x.unflatten(5, (1, 2)) | x.unflatten(0, ()) | x.select(0, 9) | x.select(0, -3)
x.select(2, 0) | s.select(0, 0) | x.narrow(0, 1, 5) | x.narrow(0, 5, 1) | x.narrow(0, 0, -1) | s.narrow(0, 0, 1) | x.split(-1)
x.split(0) | x.split([1, 2]) | x.split([3, -1]) | x.split(1, 7) | s.split(1) | x.chunk(0) | x.chunk(-1) | s.chunk(2)
x.tensor_split(0) | s.tensor_split(2) | x.unbind(5) | s.unbind() | x.unfold(0, 5, 1) | x.unfold(0, 1, 0) | x.unfold(0, -1, 1)
x.unfold(4, 1, 1) | x.diagonal(0, 0, 0) | x.diagonal(0, 0, 7) | v.diagonal() | x.as_strided((9, 9), (1, 1))
x.as_strided((2,), (-1,)) | x.as_strided((2,), (1,), -1) | x.as_strided((2, 2), (1,)) | x.as_strided((-1,), (1,)) | x.repeat(2)
x.repeat(-1, 2) | x.tile((-1, 1)) | x.flip(0, 0) | x.flip(4) | x.roll((1, 2), (0,)) | x.roll(1, 5) | x.rot90(1, (0,))
x.rot90(1, (0, 0)) | x.view_as(c) | x.expand_as(v2) | t.broadcast_to(x, (2, 4)) | t.broadcast_tensors(x, v2) | t.view_as_complex(x)
t.view_as_real(x) | x.imag | t.view_as_complex(s) | t.diag(c) | t.diag_embed(x, 0, 1, 1) | t.diag_embed(s)
t.repeat_interleave(x, -1) | t.repeat_interleave(x, t.tensor([1, -1]), 0) | t.repeat_interleave(x, t.tensor([1, 1, 2]), 0)
x.fliplr().fliplr(1) | v.fliplr() | s.flipud() | x.hsplit(2) | s.hsplit(1) | v.vsplit(1) | x.dsplit(1) | x.resize_(-1) | c.mT.view(1)
"""

FACTORIES = """
t.empty(-1) | t.zeros(2, -3) | t.ones((-1,)) | t.zeros(2**62, 2**62) | t.empty(2**62, 4) | t.full((-2,), 1.0)
t.full((2,), 300, dtype=t.uint8) | t.full((2,), 1e300, dtype=t.float32) | t.full((2,), 1 + 2j, dtype=t.float32) | t.eye(-1)
t.eye(2, -1) | t.arange(0, 5, -1) | t.arange(0, float("nan")) | t.arange(0, 5, 0) | t.arange(0, float("inf"))
t.arange(5, dtype=t.bool) | t.linspace(0, 1, -1) | t.logspace(0, 1, -2) | t.tril(v) | t.triu(s) | t.tril_indices(-1, 2)
t.triu_indices(2, -1) | t.empty_strided((2, 2), (1,)) | t.empty_strided((2,), (-1,)) | x.new_zeros(-1) | x.new_full((-1,), 0)
t.complex(x, x.double()) | t.complex(i, i) | t.meshgrid(x, indexing="ij") | t.meshgrid(v, indexing="ab") | x.fill_(v)
x.clone().fill_("a") | t.zeros(2).copy_(t.zeros(3)) | t.zeros(2, 3).copy_(c) | x[:1].expand(2, 3).copy_(x)
x.expand(4, 2, 3).fill_(1).copy_(c).view(3) | x.item() | t.zeros(0).item() | t.tensor([[1, 2], [3]]) | t.tensor("a") | t.zeros("a")
t.zeros(2, dtype="float32") | t.zeros(2, device="nowhere") | x.to("nowhere") | bool(x) | int(x) | float(x)
len(s) | x.type_as(3) | t.scalar_tensor("a") | t.zeros_like(3) | x.contiguous(memory_format=t.channels_last)
"""

INDEXING = """
x[5] | x[-3] | x[0, 0, 0] | x["a"] | x[1.5] | x[::-1] | x[::0] | s[0] | s[:] | x[t.tensor([5])] | x[t.tensor([-3])] | x[t.tensor([0.5])]
x[t.tensor([True])] | x[t.tensor([[True]])] | x[t.tensor([0, 1]), t.tensor([0, 1, 2])] | x[:, :, 0] | x[:, t.tensor([3])]
x[c > 0] | x[None, 0, 0, 0] | x.__setitem__(5, 1) | x.__setitem__(0, t.zeros(4)) | x.__setitem__(t.tensor([0, 5]), 1.0)
x.__setitem__(t.tensor([0, 1]), t.zeros(3, 3)) | x.__setitem__(t.tensor([0]), t.zeros(1, 3, dtype=t.int64)) | x.__setitem__(0, "a")
x.index_select(0, t.tensor([5])) | x.index_select(0, t.tensor([-1])) | x.index_select(0, t.tensor([[0]]))
x.index_select(0, t.tensor([0.0])) | x.index_select(3, t.tensor([0])) | x.index_add(0, t.tensor([5]), t.zeros(1, 3))
x.index_add(0, t.tensor([0]), t.zeros(1, 2)) | x.index_add(0, t.tensor([0, 1]), t.zeros(1, 3))
x.index_add(0, t.tensor([0]), t.zeros(1, 3, dtype=t.float64)) | x.index_copy(0, t.tensor([5]), t.zeros(1, 3))
x.index_copy(0, t.tensor([0, 1]), t.zeros(1, 3)) | x.index_copy(0, t.tensor([0]), t.zeros(1, 2)) | x.index_fill(0, t.tensor([5]), 1.0)
x.index_fill(0, t.tensor([0.0]), 1.0) | x.index_fill(5, t.tensor([0]), 1.0) | t.gather(x, 0, t.zeros(2, 3))
t.gather(x, 0, t.full((2, 3), 7)) | t.gather(x, 0, t.full((2, 3), -1)) | t.gather(x, 0, t.zeros(5, 4, dtype=t.int64))
t.gather(x, 0, t.zeros(3, dtype=t.int64)) | t.gather(x, 2, t.zeros(2, 3, dtype=t.int64)) | x.scatter(0, t.full((2, 3), 7), 1.0)
x.scatter(0, t.zeros(2, 3, dtype=t.int64), t.zeros(1, 1)) | x.scatter(0, t.zeros(2, 3), 1.0)
x.scatter(0, t.zeros(2, 3, dtype=t.int64), t.zeros(2, 3, dtype=t.float64)) | x.scatter(0, t.zeros(2, 3, dtype=t.int64), 1.0, reduce="foo")
x.scatter_add(0, t.full((2, 3), 9), x) | x.scatter_add(0, t.zeros(2, 4, dtype=t.int64), t.zeros(2, 4))
x.scatter_reduce(0, t.zeros(2, 3, dtype=t.int64), x, "foo") | x.scatter_reduce(0, t.full((2, 3), 9), x, "sum")
t.take(x, t.tensor([9])) | t.take(x, t.tensor([9.0])) | t.take(t.zeros(0), t.tensor([0])) | x.clone().put_(t.tensor([9]), t.tensor([1.0]))
x.clone().put_(t.tensor([0, 1]), t.tensor([1.0])) | t.take_along_dim(x, t.zeros(2, 1, 1, dtype=t.int64), 0)
x.masked_select(t.zeros(2, 3)) | x.masked_select(t.zeros(4, dtype=t.bool)) | x.masked_scatter(t.ones(2, 3, dtype=t.bool), t.zeros(2))
x.masked_fill(t.zeros(2, 3), 1.0) | t.bincount(t.tensor([-1])) | t.bincount(t.tensor([[1]])) | t.bincount(t.tensor([1]), minlength=-1)
t.nn.functional.embedding(t.tensor([7]), x) | t.nn.functional.embedding(t.tensor([-1]), x) | t.nn.functional.embedding(t.tensor([0.0]), x)
t.nn.functional.embedding(t.tensor([0]), v) | t.nn.functional.one_hot(t.tensor([-1])) | t.nn.functional.one_hot(t.tensor([3]), 2)
t.nn.functional.one_hot(t.tensor([3.0])) | x.index_put_((t.tensor([0, 5]),), t.tensor(1.0)) | x.index_put_((t.tensor([0]),), t.tensor(1))
x.index_put_((t.tensor([0]), t.tensor([0]), t.tensor([0])), t.tensor(1.0)) | t.searchsorted(s, x) | t.bucketize(x, x)
"""

JOINING = """
t.cat([]) | t.cat([x, s]) | t.cat([s, s]) | t.cat([x, t.zeros(4)]) | t.cat([x, t.zeros(4, 2)]) | t.cat([x, x], 5) | t.cat([x, 3]) | t.cat(3)
t.stack([]) | t.stack([x, v]) | t.stack([x, x], 4) | t.hstack([]) | t.vstack([x, v2]) | t.dstack([x, v2]) | t.column_stack([x, v])
t.nn.functional.pad(x, (1,)) | t.nn.functional.pad(x, (1, 1, 1, 1, 1, 1)) | t.nn.functional.pad(x, (-5, 1))
t.nn.functional.pad(x, (1, 1), mode="foo") | t.nn.functional.pad(x, (3, 1), mode="reflect") | t.sort(x, 7)
t.sort(t.zeros(2, dtype=t.complex64)) | x.topk(9) | x.topk(-1) | x.topk(1, 5) | x.kthvalue(9) | x.kthvalue(0) | x.median(4)
t.topk(t.zeros(2, dtype=t.complex64), 1) | t.argsort(x, 3) | t.unique(x, dim=5)
"""

ARITHMETIC = """
x + v2 | x + t.zeros(5) | x @ x | x @ t.zeros(4, 4) | t.mm(v, v) | t.bmm(x, x) | x.add_(c) | i.add_(1.5) | i.div_(2) | t.ones(2, dtype=t.bool) - t.ones(2, dtype=t.bool)
-t.ones(2, dtype=t.bool) | x.sum(5) | x.sum((0, 0)) | x.mean(-4) | i.mean() | t.zeros(0).max() | t.zeros(0, 3).max(0) | t.zeros(0).argmax()
x.max(4) | x.cumsum(3) | x.softmax(2) | t.where(x, x, x) | t.where(x > 0, x, v2) | x.clamp() | x.std(7) | x.var(dim=9) | x.argmin(3)
x.pow("a") | t.add(x, "a") | t.matmul(s, x) | t.dot(v, t.zeros(5)) | t.dot(x, x) | t.outer(x, x) | x.norm(dim=5) | x.all(4) | x.prod(9)
x.logsumexp(4) | i.bitwise_and(x) | ~x | x << 1.5 | t.addmm(x, x, x) | t.baddbmm(x, x, x) | t.nn.functional.linear(x, t.zeros(4, 4))
t.nn.functional.layer_norm(x, (4,)) | t.nn.functional.cross_entropy(x, t.tensor([0, 9])) | t.nn.functional.cross_entropy(x, t.tensor([0]))
t.nn.functional.nll_loss(x, t.tensor([0.0, 1.0])) | t.nn.functional.dropout(x, 1.5) | t.nn.functional.dropout(x, -0.1)
t.nn.functional.gelu(x, approximate="foo") | t.nn.functional.softmax(x, 4) | t.nn.functional.mse_loss(x, v2)
t.multinomial(x, 1) | t.multinomial(t.ones(3), 5) | t.multinomial(t.ones(3), 0) | t.multinomial(-t.ones(3), 1) | t.bernoulli(t.full((2,), 2.0))
t.randint(3, 3, (2,)) | t.randint(5, 2, (2,)) | t.randperm(-1) | t.rand(-1) | t.normal(0.0, -1.0, (2,)) | x.uniform_(2, 1) | x.normal_(0, -1)
x.exponential_(-1) | x.random_(5, 3) | t.randn(2, dtype=t.int64)
"""

AUTOGRAD = """
x.backward() | t.zeros(2, requires_grad=True).backward() | t.zeros(2, dtype=t.int64, requires_grad=True) | i.requires_grad_()
t.zeros(2, requires_grad=True).add_(1) | t.zeros(2, requires_grad=True).zero_() | t.zeros(2, requires_grad=True).numpy()
t.autograd.grad(x.sum(), x) | t.autograd.grad(g.sum(), x) | (g * 2).sum().backward(t.ones(2)) | g.exp().mul_(2).sum().backward()
g.unbind()[0].add_(1) | g.resize_(9) | twice((g * g).sum())
"""


def operands(t: Any) -> dict[str, Any]:
    def twice(loss: Any) -> None:
        loss.backward()
        loss.backward()

    return {
        "t": t,
        "x": t.zeros(2, 3),
        "c": t.zeros(2, 3, 4),
        "v": t.zeros(3),
        "v2": t.zeros(2),
        "s": t.tensor(1.0),
        "i": t.tensor([1, 2, 3]),
        "g": t.ones(3, requires_grad=True),
        "twice": twice,
    }


CASES = [
    case.strip()
    for family in (SHAPES, FACTORIES, INDEXING, JOINING, ARITHMETIC, AUTOGRAD)
    for line in family.strip().splitlines()
    for case in line.split(" | ")
]


def error_of(t: Any, case: str) -> BaseException | None:
    try:
        eval(case, operands(t))  # noqa: S307
    except Exception as error:
        return error
    return None


@pytest.mark.parametrize("case", CASES)
def test_same_exception(case: str) -> None:
    expected = error_of(reference, case)
    assert expected is not None, f"PyTorch accepts {case}"
    got = error_of(ours, case)
    assert got is not None, f"{case}: expected {type(expected).__name__} ({expected}), got a result"
    kinds = [
        k for k in (ValueError, TypeError, IndexError, NotImplementedError, RuntimeError) if isinstance(expected, k)
    ]
    assert isinstance(got, kinds[0]), f"{case}: expected {type(expected).__name__} ({expected}), got {got!r}"
    assert str(got), f"{case}: the error says nothing"
    assert "internal error" not in str(got), f"{case}: {got}"
    # The process goes on.
    assert ours.ones(2).sum().item() == 2.0


def test_there_are_enough_cases() -> None:
    assert len(set(CASES)) >= 200
