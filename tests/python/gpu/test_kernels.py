"""The structured kernels on sizes that reach every variant of each."""

from __future__ import annotations

from typing import Any

import pytest

from .side import identical, near, ours, random, reference, theirs, torch

pytestmark = pytest.mark.cuda
F, R = torch.nn.functional, reference.nn.functional
WIDTHS = [1, 5, 64, 65, 768, 1000, 4096, 16384, 50304, 50257]


def gradients(function: Any, *inputs: Any, grad: Any) -> tuple[Any, list[Any]]:
    """The value of `function` and its gradients for tensors of either library."""
    leaves = [x.detach().requires_grad_(True) for x in inputs]
    out = function(*leaves)
    out.backward(grad)
    return out, [leaf.grad for leaf in leaves]


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float64"])
@pytest.mark.parametrize("n", WIDTHS)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax(name: str, n: int, dtype: str) -> None:
    a, g = random(37, n, dtype=dtype) * 4, random(37, n, dtype=dtype, seed=1)
    out, (dx,) = gradients(lambda x: getattr(F, name)(x, dim=-1), ours(a), grad=ours(g))
    expected, (dy,) = gradients(lambda x: getattr(R, name)(x, dim=-1), a.double(), grad=g.double())
    near(out, expected, scale=2)
    near(dx, dy, scale=8)


def test_softmax_over_an_inner_dim_and_infinities() -> None:
    a = random(5, 70, 33)
    near(F.softmax(ours(a), dim=1), R.softmax(a, dim=1))
    near(F.log_softmax(ours(a), dim=0), R.log_softmax(a, dim=0))
    a[0, :, 0] = float("-inf")
    a[1, 3, 1] = float("inf")
    near(F.softmax(ours(a), dim=1), R.softmax(a, dim=1))
    near(F.softmax(ours(a), dim=2), R.softmax(a, dim=2))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float64"])
@pytest.mark.parametrize("n", WIDTHS)
@pytest.mark.parametrize("rows", [3, 1500])
def test_layer_norm(n: int, rows: int, dtype: str) -> None:
    if rows * n > 1 << 24:
        rows = 100
    a, w, b = random(rows, n, dtype=dtype), random(n, dtype=dtype, seed=1), random(n, dtype=dtype, seed=2)
    g = random(rows, n, dtype=dtype, seed=3)
    out, got = gradients(lambda x, w, b: F.layer_norm(x, (n,), w, b), ours(a), ours(w), ours(b), grad=ours(g))
    expected, wanted = gradients(
        lambda x, w, b: R.layer_norm(x, (n,), w, b), a.double(), w.double(), b.double(), grad=g.double()
    )
    near(out, expected, scale=2)
    for mine, right in zip(got, wanted, strict=True):
        if n > 1:  # of one element per row the gradient is rounding
            near(mine, right, scale=8)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("n", WIDTHS)
def test_rms_norm(n: int, dtype: str) -> None:
    a, w, g = random(70, n, dtype=dtype), random(n, dtype=dtype, seed=1), random(70, n, dtype=dtype, seed=2)
    out, got = gradients(lambda x, w: F.rms_norm(x, (n,), w, 1e-6), ours(a), ours(w), grad=ours(g))
    expected, wanted = gradients(lambda x, w: R.rms_norm(x, (n,), w, 1e-6), a.double(), w.double(), grad=g.double())
    near(out, expected, scale=2)
    for mine, right in zip(got, wanted, strict=True):
        near(mine, right, scale=8)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weighted", [False, True])
def test_cross_entropy(reduction: str, weighted: bool) -> None:
    a, t = random(1000, 65), reference.randint(0, 65, (1000,))
    t[::7] = -100
    w = random(65, seed=1).abs() if weighted else None
    g = random(1000, seed=2) if reduction == "none" else reference.tensor(1.0)
    arguments = {"reduction": reduction, "label_smoothing": 0.1}
    out, (dx,) = gradients(
        lambda x: F.cross_entropy(x, ours(t), ours(w) if weighted else None, **arguments), ours(a), grad=ours(g)
    )
    expected, (dy,) = gradients(lambda x: R.cross_entropy(x, t, w, **arguments), a, grad=g)
    near(out, expected)
    near(dx, dy)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16", "float64"])
@pytest.mark.parametrize("n", [*WIDTHS, 7, 8, 9, 4095, 4104, 33000])
@pytest.mark.parametrize("skip", [0, 1])
def test_cross_entropy_of_numbered_classes(n: int, skip: int, dtype: str) -> None:
    """One pass over rows that start anywhere: after a 16-byte boundary, and the gradient's not as the logits'."""
    rows = 33
    a = random(rows + skip, n, dtype=dtype) * 4
    a[-1, : n // 2] = float("-inf")
    t = reference.randint(n // 2, n, (rows,), generator=reference.Generator().manual_seed(n))
    t[::7] = -100
    x = ours(a).requires_grad_()
    loss = F.cross_entropy(x[skip:], ours(t))
    (loss * 3).backward()
    y = a.double().requires_grad_()
    expected = R.cross_entropy(y[skip:], t)
    (expected * 3).backward()
    near(loss, expected, scale=2)
    near(x.grad, y.grad, scale=4)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float64"])
@pytest.mark.parametrize("n", [4, 4096, 40000])
@pytest.mark.parametrize("level", [-1e30, 3e38])
@pytest.mark.parametrize("factor", [1, 3])
def test_cross_entropy_of_equal_huge_logits(factor: int, level: float, n: int, dtype: str) -> None:
    """Beside them even float64 has no digits for the log of the sum; all but some classes are as likely."""
    a = reference.full((3, n), level, dtype=reference.float64)
    a[1, n // 2 :] = -3.3e38
    x = ours(a.to(getattr(reference, dtype))).requires_grad_()
    loss = F.cross_entropy(x, ours(reference.tensor([0, 1, -100])))
    (loss * factor).backward()
    y = a.clone().requires_grad_()
    expected = R.cross_entropy(y, reference.tensor([0, 1, -100]))
    (expected * factor).backward()
    near(loss, expected, scale=2)
    near(x.grad, y.grad, scale=4)


def loss_of(x: Any, t: Any) -> tuple[Any, int]:
    """The loss, and the bytes that the forward pass keeps."""
    before = torch.cuda.memory_allocated()
    loss = F.cross_entropy(x, t)
    return loss, torch.cuda.memory_allocated() - before


def form_the_habit() -> None:
    F.cross_entropy(torch.ones(2, 3, device="cuda", requires_grad=True), torch.tensor([0, 1], device="cuda")).backward()


@pytest.mark.parametrize(
    ("n", "dtype"), [(64, "float32"), (5000, "float32"), (64, "bfloat16"), (5000, "bfloat16"), (50257, "bfloat16")]
)
def test_a_ready_gradient_is_the_same_and_given_once(n: int, dtype: str) -> None:
    """Where backward() is called on the loss itself, as it was before, the forward pass makes the gradient."""
    x, t = ours(random(300, n, dtype=dtype)).requires_grad_(), ours(reference.randint(0, n, (300,)))
    size = x.numel() * x.element_size()
    loss_of(x, t)  # ends the habit that tests before have left

    loss, kept = loss_of(x, t)
    loss.backward(torch.ones((), device="cuda"))  # a gradient of the caller's: not known to be 1
    plain, plain_loss = x.grad, loss
    x.grad = None
    assert kept < size
    loss, kept = loss_of(x, t)
    assert kept < size, "nothing said that 1 would come"
    loss.backward()
    identical(x.grad, plain)
    x.grad = None

    loss, kept = loss_of(x, t)
    assert kept >= size
    identical(loss, plain_loss)
    loss.backward(retain_graph=True)
    identical(x.grad, plain)
    x.grad.zero_()
    loss.backward()
    identical(x.grad, plain)
    x.grad = None

    loss, kept = loss_of(x, t)
    assert kept >= size
    (loss * 3).backward()
    near(x.grad, theirs(plain).double() * 3)
    x.grad = None
    assert loss_of(x, t)[1] < size, "a loss that was scaled ends the habit"


def test_a_ready_gradient_is_not_made_for_nothing() -> None:
    x, t = ours(random(300, 1000)).requires_grad_(), ours(reference.randint(0, 1000, (300,)))
    size = x.numel() * x.element_size()
    form_the_habit()
    with torch.no_grad():
        assert loss_of(x, t)[1] < size
    form_the_habit()
    first, second = loss_of(x, t), loss_of(x, t)
    assert first[1] >= size > second[1], "made for one loss that nobody differentiated, not for two"


def test_a_ready_gradient_and_logits_that_were_written_to() -> None:
    leaf, t = ours(random(30, 100)).requires_grad_(), ours(reference.randint(0, 100, (30,)))
    for habit in (False, True):
        if habit:
            form_the_habit()
        x = leaf * 1
        loss = F.cross_entropy(x, t)
        x.add_(1)
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            loss.backward()


def test_a_ready_gradient_is_differentiable_again() -> None:
    a, t = random(30, 100, dtype="float64"), reference.randint(0, 100, (30,))
    form_the_habit()
    results = []
    for library, x, target in ((torch, ours(a.float()), ours(t)), (reference, a, t)):
        x = x.requires_grad_()
        (dx,) = library.autograd.grad(library.nn.functional.cross_entropy(x, target), x, create_graph=True)
        results.append(library.autograd.grad((dx * dx).sum(), x)[0])
    near(results[0], results[1])


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("n", [5, 64, 50257])
@pytest.mark.parametrize("place", [0, -1, 3])
def test_cross_entropy_of_no_numbers(n: int, place: int, dtype: str) -> None:
    for value in ("inf", "nan", "-inf"):
        a, t = random(4, n, dtype=dtype), reference.tensor([1, 2, 0, 1])
        a[2, place] = float(value)
        if value == "-inf":
            a[3] = float(value)
        near(F.cross_entropy(ours(a)[:3], ours(t)[:3]), R.cross_entropy(a[:3].float(), t[:3]).to(a.dtype))
        near(F.cross_entropy(ours(a), ours(t)), R.cross_entropy(a.float(), t).to(a.dtype))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize(
    ("rows", "width", "n"),
    [
        (65, 384, 5000),
        (50304, 768, 2000),
        (10, 33, 7),
        (1000, 64, 30_000),
        (300, 1500, 2500),
        (700, 260, 5600),
        (1, 2052, 50),
    ],
)
def test_embedding(rows: int, width: int, n: int, dtype: str) -> None:
    table, index = random(rows, width, dtype=dtype), reference.randint(0, rows, (n // 5, 5))
    g = random(n // 5, 5, width, dtype=dtype, seed=1)
    out, (dx,) = gradients(lambda w: F.embedding(ours(index), w), ours(table), grad=ours(g))
    expected, (dy,) = gradients(lambda w: R.embedding(index, w), table.double(), grad=g.double())
    near(out, expected)
    near(dx, dy, scale=2)
    again = gradients(lambda w: F.embedding(ours(index), w), ours(table), grad=ours(g))[1][0]
    assert reference.equal(theirs(dx), theirs(again)), "the gradient has other bits the second time"


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "int64", "int32", "uint8", "bool"])
@pytest.mark.parametrize("shape", [(1,), (100,), (2048,), (2049,), (300_000,), (50, 65), (7, 5000), (40, 3, 9)])
@pytest.mark.parametrize("descending", [False, True])
def test_sort(dtype: str, shape: tuple[int, ...], descending: bool) -> None:
    a = random(*shape, dtype=dtype)
    for dim in range(len(shape)):
        values, places = torch.sort(ours(a), dim=dim, descending=descending)
        expected = reference.sort(a, dim=dim, descending=descending, stable=True)
        near(values, expected.values)
        assert reference.equal(theirs(places), expected.indices)


def test_sort_puts_nan_last() -> None:
    a = random(5000)
    a[::11] = float("nan")
    a[5] = -float("nan")
    near(torch.sort(ours(a))[0], reference.sort(a).values)
    near(torch.sort(ours(a[:500]), descending=True)[0], reference.sort(a[:500], descending=True).values)


@pytest.mark.parametrize("shape", [(65,), (4, 50304), (30, 100)])
def test_topk(shape: tuple[int, ...]) -> None:
    a = random(*shape)
    values, places = torch.topk(ours(a), 10)
    expected = reference.topk(a, 10)
    near(values, expected.values)
    assert reference.equal(theirs(places), expected.indices)
    near(torch.topk(ours(a), 3, largest=False)[0], reference.topk(a, 3, largest=False).values)


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "float16"])
@pytest.mark.parametrize(("m", "n", "k"), [(1, 1, 1), (33, 65, 17), (256, 512, 128), (1, 1000, 300), (1000, 1, 64)])
def test_matrix_products(dtype: str, m: int, n: int, k: int) -> None:
    a, b = random(m, k, dtype=dtype), random(k, n, dtype=dtype, seed=1)
    right = a.double() @ b.double()
    near(ours(a) @ ours(b), right)
    near(ours(a.t().contiguous()).t() @ ours(b), right)
    near(ours(a) @ ours(b.t().contiguous()).t(), right)
    bias = random(n, dtype=dtype, seed=2)
    near(F.linear(ours(a), ours(b.t().contiguous()), ours(bias)), right + bias.double())
    batch = random(5, m, k, dtype=dtype, seed=3)
    near(torch.matmul(ours(batch), ours(b)), batch.double() @ b.double())
    near(torch.bmm(ours(batch), ours(batch).transpose(1, 2)), batch.double() @ batch.double().transpose(1, 2))


def test_float32_products_are_float32() -> None:
    a, b = random(512, 512), random(512, 512, seed=1)
    right = a.double() @ b.double()
    error = (theirs(ours(a) @ ours(b)).double() - right).norm() / right.norm()
    assert error < 2e-6, "the product was made in a narrower format"


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
@pytest.mark.parametrize("fused", [True, False])
def test_optimizers(name: str, fused: bool) -> None:
    options = {"lr": 0.01, "weight_decay": 0.1} | ({"momentum": 0.9} if name == "SGD" else {})
    sizes = [(3,), (1000, 33), (65, 384), (1,), (100_001,)]
    start = [random(*s) for s in sizes]
    mine = [ours(p).requires_grad_(True) for p in start]
    right = [p.clone().requires_grad_(True) for p in start]
    a = getattr(torch.optim, name)(mine, fused=fused, **options)
    b = getattr(reference.optim, name)(right, **options)
    for step in range(5):
        for x, y in zip(mine, right, strict=True):
            y.grad = random(*y.shape, seed=step)
            x.grad = ours(y.grad)
        a.step()
        b.step()
    for x, y in zip(mine, right, strict=True):
        near(x, y.detach())


@pytest.mark.parametrize("dtype", ["uint8", "bfloat16", "float32", "complex128"])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 1, 3), (3, 1, 0, 2)], ids=str)
@pytest.mark.parametrize("lengths", [(16, 16), (4, 3, 1), (8, 24, 8, 8), tuple(range(1, 10))], ids=str)
def test_cat_and_stack(lengths: tuple[int, ...], order: tuple[int, ...], dtype: str) -> None:
    for dim in range(4):
        parts = []
        for i, length in enumerate(lengths):
            sizes = [3, 5, 6, 8]
            sizes[dim] = length
            laid = random(*(sizes[d] for d in order), dtype="float32", seed=i)
            laid = (laid * 9).to(getattr(reference, dtype))
            parts.append((laid, [order.index(d) for d in range(4)]))
        theirs_ = [p.permute(o) for p, o in parts]
        ours_ = [ours(p).permute(o) for p, o in parts]
        assert reference.equal(theirs(torch.cat(ours_, dim)), reference.cat(theirs_, dim))
        same = [0, *(i for i in range(1, len(lengths)) if lengths[i] == lengths[0])]
        for at in range(5):
            stacked = torch.stack([ours_[i] for i in same], at)
            assert reference.equal(theirs(stacked), reference.stack([theirs_[i] for i in same], at))


def test_cat_of_parts_that_start_anywhere() -> None:
    base = random(100_000, dtype="float32")
    for starts in ((0, 1, 2), (4, 8, 16), (1, 1, 1)):
        pieces = [base[s : s + 20_001] for s in starts]
        assert reference.equal(theirs(torch.cat([ours(base)[s : s + 20_001] for s in starts])), reference.cat(pieces))
    assert reference.equal(theirs(torch.cat([ours(base)] * 3)), reference.cat([base] * 3))
