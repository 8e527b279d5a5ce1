"""Bad input: the exception is of the type that PyTorch raises for the same call, says what was got, and nothing breaks.

A row is (op, what the message must mention besides the op, call). The call gets the module, ours or PyTorch's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch as reference
import vibetensor.torch as ours
from compare import outcome, same

Row = tuple[str, str, Callable[[Any], Any]]
HUGE = 2**62
BEYOND = 2**70


def m(t: Any) -> Any:
    """A 3 x 4 matrix."""
    return t.ones(3, 4)


def v(t: Any, n: int = 3) -> Any:
    return t.ones(n)


def i(t: Any, *values: int) -> Any:
    return t.tensor(list(values), dtype=t.int64)


FACTORIES: list[Row] = [
    ("zeros", "-1", lambda t: t.zeros(-1)),
    ("zeros", "-3", lambda t: t.zeros(2, -3)),
    ("ones", "-1", lambda t: t.ones((4, -1))),
    ("empty", "-5", lambda t: t.empty(-5)),
    ("full", "-2", lambda t: t.full((-2,), 1.0)),
    ("zeros", "str", lambda t: t.zeros("3")),
    ("zeros", "float", lambda t: t.zeros(2.5)),
    ("zeros", "float", lambda t: t.zeros((2, 2.5))),
    ("zeros", "None", lambda t: t.zeros(None)),
    ("zeros", "foo", lambda t: t.zeros(2, foo=1)),
    ("zeros", "str", lambda t: t.zeros(2, dtype="float32")),
    ("zeros", "int", lambda t: t.zeros(2, requires_grad=1)),
    ("zeros", "int64", lambda t: t.zeros(2, dtype=t.int64, requires_grad=True)),
    ("zeros", "bogus", lambda t: t.zeros(2, device="bogus")),
    ("zeros", "cpu:x", lambda t: t.zeros(2, device="cpu:x")),
    ("zeros", "float", lambda t: t.zeros(2, device=1.5)),
    ("empty", "overflow", lambda t: t.empty(HUGE, HUGE)),
    ("empty", "overflow", lambda t: t.empty(2**33, 2**33, 2**33)),
    ("empty", "overflow", lambda t: t.empty(HUGE, dtype=t.float64)),
    ("zeros", "int", lambda t: t.zeros(BEYOND)),
    ("full", "fill_value", lambda t: t.full((2,))),
    ("full", "str", lambda t: t.full((2,), "x")),
    ("arange", "step", lambda t: t.arange(0, 5, 0)),
    ("arange", "bound", lambda t: t.arange(0, 5, -1)),
    ("arange", "bound", lambda t: t.arange(5, 0, 1)),
    ("arange", "nan", lambda t: t.arange(0.0, float("nan"))),
    ("arange", "inf", lambda t: t.arange(0.0, float("inf"))),
    ("arange", "str", lambda t: t.arange("5")),
    ("arange", "", lambda t: t.arange()),
    ("linspace", "-1", lambda t: t.linspace(0, 1, -1)),
    ("linspace", "steps", lambda t: t.linspace(0, 1)),
    ("logspace", "-2", lambda t: t.logspace(0, 1, -2)),
    ("eye", "-1", lambda t: t.eye(-1)),
    ("eye", "-2", lambda t: t.eye(3, -2)),
    ("eye", "float", lambda t: t.eye(2.5)),
    ("rand", "-1", lambda t: t.rand(-1)),
    ("randn", "int64", lambda t: t.randn(2, dtype=t.int64)),
    ("randint", "0", lambda t: t.randint(0, (2,))),
    ("randint", "5", lambda t: t.randint(5, 2, (2,))),
    ("randint", "size", lambda t: t.randint(5)),
    ("randperm", "-1", lambda t: t.randperm(-1)),
    ("randperm", "float", lambda t: t.randperm(2.0)),
    ("empty_strided", "", lambda t: t.empty_strided((2, 3), (1,))),
    ("empty_strided", "-1", lambda t: t.empty_strided((2, 3), (-1, 1))),
    ("empty_strided", "", lambda t: t.empty_strided((2,), (HUGE,))),
    ("zeros_like", "list", lambda t: t.zeros_like([1, 2])),
    ("full_like", "fill_value", lambda t: t.full_like(m(t))),
    ("tril_indices", "-1", lambda t: t.tril_indices(-1, 2)),
]


def numpy_array(values: Any, dtype: str) -> Any:
    import numpy

    return numpy.array(values, dtype=dtype)


DATA: list[Row] = [
    ("", "byte order", lambda t: t.from_numpy(numpy_array([1.0], ">f4"))),
    ("", "byte order", lambda t: t.tensor(numpy_array([1], ">i8"))),
    ("", "byte order", lambda t: t.as_tensor(numpy_array([1j], ">c8"))),
    ("", "byte order", lambda t: t.asarray(numpy_array([[]], ">i2"))),
    ("", "byte order", lambda t: t.from_numpy(numpy_array(1.0, ">f8"))),
    ("", "supported", lambda t: t.from_numpy(numpy_array(["2020-01-01"], "M8[D]"))),
    ("", "supported", lambda t: t.tensor(numpy_array([1], "m8[s]"))),
    ("", "supported", lambda t: t.tensor(numpy_array("2020-01-01", "M8[D]")[()])),
    ("", "supported", lambda t: t.from_numpy(numpy_array([(1, 2)], "i4,f4"))),
    ("", "supported", lambda t: t.from_numpy(numpy_array(["a"], "U1"))),
    ("", "supported", lambda t: t.from_numpy(numpy_array([None], "O"))),
    ("", "negative", lambda t: t.from_numpy(numpy_array([1, 2], "i8")[::-1])),
    ("", "length 2", lambda t: t.tensor([[1, 2], [3]])),
    ("", "", lambda t: t.tensor([1, [2]])),
    ("", "int", lambda t: t.tensor([[1], 2])),
    ("", "str", lambda t: t.tensor("abc")),
    ("", "str", lambda t: t.tensor(["a", "b"])),
    ("", "NoneType", lambda t: t.tensor(None)),
    ("", "NoneType", lambda t: t.tensor([1, None])),
    ("", "object", lambda t: t.tensor(object())),
    ("", "dict", lambda t: t.tensor({"a": 1})),
    ("", "set", lambda t: t.tensor({1, 2})),
    ("", "data", lambda t: t.tensor()),
    ("", "overflow", lambda t: t.tensor(2**40, dtype=t.int32)),
    ("", "overflow", lambda t: t.tensor([300], dtype=t.uint8)),
    ("", "overflow", lambda t: t.tensor([-200], dtype=t.int8)),
    ("", "", lambda t: t.tensor([BEYOND])),
    ("", "complex", lambda t: t.tensor([1j], dtype=t.float32)),
    ("", "str", lambda t: t.tensor([1], dtype="int64")),
    ("", "", lambda t: t.tensor([1], requires_grad=True)),
    ("", "list", lambda t: t.from_numpy([1, 2])),
    ("", "", lambda t: t.frombuffer(b"", dtype=t.float32)),
    ("", "", lambda t: t.frombuffer(bytearray(6), dtype=t.float32)),
    ("", "", lambda t: t.frombuffer(bytearray(8), dtype=t.float32, offset=9)),
    ("", "", lambda t: t.frombuffer(bytearray(8), dtype=t.float32, count=3)),
    ("", "__dlpack__", lambda t: t.from_dlpack(3)),
]

ARGUMENTS: list[Row] = [
    ("add", "list", lambda t: t.add(m(t), [1])),
    ("add", "str", lambda t: t.add("x", m(t))),
    ("add", "other", lambda t: t.add(m(t))),
    ("add", "", lambda t: t.add()),
    ("add", "beta", lambda t: t.add(m(t), m(t), beta=2)),
    ("add", "str", lambda t: t.add(m(t), m(t), alpha="x")),
    ("add", "int64", lambda t: t.add(i(t, 1), i(t, 1), alpha=1.5)),
    ("abs", "int", lambda t: t.abs(3)),
    ("abs", "3", lambda t: t.abs(m(t), m(t), m(t))),
    ("exp", "list", lambda t: t.exp([1.0])),
    ("matmul", "int", lambda t: t.matmul(m(t), 2)),
    ("sum", "str", lambda t: t.sum(m(t), "x")),
    ("sum", "", lambda t: t.sum(m(t), 0, 1)),
    ("sum", "float", lambda t: t.sum(m(t), 0.5)),
    ("mean", "keepdim", lambda t: t.mean(m(t), 0, keepdim="yes")),
    ("softmax", "dim", lambda t: t.softmax(m(t))),
    ("softmax", "float", lambda t: t.softmax(m(t), 0.5)),
    ("cat", "int", lambda t: t.cat([m(t), 3])),
    ("cat", "Tensor", lambda t: t.cat(m(t))),
    ("stack", "int", lambda t: t.stack(3)),
    ("where", "int", lambda t: t.where(3, m(t), m(t))),
    ("clamp", "str", lambda t: t.clamp(m(t), "a", "b")),
    ("relu", "2", lambda t: t.relu(m(t), 2)),
    ("transpose", "dim1", lambda t: t.transpose(m(t), 0)),
    ("permute", "", lambda t: t.permute(m(t))),
    ("reshape", "", lambda t: t.reshape(m(t))),
    ("gather", "", lambda t: t.gather(m(t), 0)),
    ("eq", "list", lambda t: t.eq(m(t), [1])),
    ("eq", "int", lambda t: t.eq(2, m(t))),
    ("tril", "float", lambda t: t.tril(m(t), 0.5)),
    ("add", "str", lambda t: m(t).add("x")),
    ("view", "str", lambda t: m(t).view("x")),
    ("", "str", lambda t: m(t) + "x"),
    ("", "", lambda t: m(t) * [1]),
    ("", "NoneType", lambda t: m(t) * None),
    ("", "str", lambda t: m(t) < "x"),
    ("", "", lambda t: m(t) @ 3),
    ("", "dict", lambda t: m(t) - {}),
]

SHAPES: list[Row] = [
    ("add", "4", lambda t: m(t) + v(t, 3)),
    ("mul", "", lambda t: t.ones(2, 3) * t.ones(3, 2)),
    ("sub", "", lambda t: t.sub(t.ones(2, 3), t.ones(4))),
    ("eq", "", lambda t: t.ones(2) == t.ones(3)),
    ("where", "", lambda t: t.where(t.ones(2) > 0, t.ones(3), t.ones(4))),
    ("add_", "", lambda t: v(t, 3).add_(m(t))),
    ("mul_", "", lambda t: v(t, 4).mul_(m(t))),
    ("matmul", "", lambda t: m(t) @ m(t)),
    ("matmul", "", lambda t: t.matmul(t.tensor(1.0), m(t))),
    ("matmul", "", lambda t: t.matmul(t.ones(2, 3, 4), t.ones(3, 4, 5))),
    ("mm", "", lambda t: t.mm(m(t), m(t))),
    ("mm", "", lambda t: t.mm(v(t), m(t))),
    ("bmm", "", lambda t: t.bmm(m(t), m(t))),
    ("bmm", "", lambda t: t.bmm(t.ones(2, 3, 4), t.ones(3, 4, 5))),
    ("mv", "", lambda t: t.mv(m(t), v(t, 3))),
    ("dot", "", lambda t: t.dot(v(t, 3), v(t, 4))),
    ("addmm", "", lambda t: t.addmm(t.ones(2), m(t), t.ones(4, 3))),
    ("view", "5", lambda t: m(t).view(5)),
    ("view", "", lambda t: m(t).view(-1, -1)),
    ("view", "", lambda t: m(t).view(-1, 5)),
    ("view", "", lambda t: m(t).t().view(12)),
    ("view", "-2", lambda t: m(t).view(-2, 6)),
    ("reshape", "", lambda t: m(t).reshape(5, 5)),
    ("reshape", "", lambda t: t.ones(0, 3).reshape(-1, 0)),
    ("expand", "", lambda t: m(t).expand(3, 5)),
    ("expand", "", lambda t: m(t).expand(4)),
    ("expand", "-1", lambda t: m(t).expand(-1, 3, 4)),
    ("cat", "", lambda t: t.cat([])),
    ("cat", "", lambda t: t.cat([m(t), t.ones(3, 5)])),
    ("cat", "", lambda t: t.cat([m(t), v(t)])),
    ("stack", "", lambda t: t.stack([])),
    ("stack", "", lambda t: t.stack([v(t, 3), v(t, 4)])),
    ("t", "3", lambda t: t.ones(2, 3, 4).t()),
    ("permute", "", lambda t: m(t).permute(0)),
    ("permute", "", lambda t: m(t).permute(0, 0)),
    ("repeat", "", lambda t: m(t).repeat(2)),
    ("split", "", lambda t: m(t).split(-1)),
    ("split_with_sizes", "", lambda t: t.split_with_sizes(m(t), [1, 1])),
    ("chunk", "0", lambda t: m(t).chunk(0)),
    ("unflatten", "", lambda t: m(t).unflatten(1, (3, 3))),
    ("flatten", "", lambda t: t.ones(2, 3, 4).flatten(2, 1)),
    ("diagonal", "", lambda t: m(t).diagonal(0, 1, 1)),
    ("diag", "", lambda t: t.diag(t.ones(2, 2, 2))),
    ("tril", "", lambda t: t.tril(t.tensor(1.0))),
    ("unfold", "", lambda t: m(t).unfold(0, 9, 1)),
    ("unfold", "", lambda t: m(t).unfold(0, 2, 0)),
    ("unfold", "", lambda t: m(t).unfold(0, -1, 1)),
    ("as_strided", "", lambda t: m(t).as_strided((4, 4), (4, 1))),
    ("as_strided", "", lambda t: m(t).as_strided((2,), (-1,))),
    ("as_strided", "", lambda t: m(t).as_strided((2,), (1,), -1)),
    ("as_strided", "", lambda t: m(t).as_strided((2, 2), (1,))),
    ("as_strided", "", lambda t: m(t).as_strided((HUGE,), (HUGE,))),
    ("as_strided", "", lambda t: m(t).as_strided((2,), (1,), HUGE)),
    ("narrow", "", lambda t: m(t).narrow(0, 1, 3)),
    ("narrow", "", lambda t: m(t).narrow(0, 0, -1)),
    ("roll", "", lambda t: t.roll(m(t), (1, 2), (0,))),
    ("masked_fill", "", lambda t: m(t).masked_fill(t.ones(5) > 0, 1.0)),
    ("masked_select", "", lambda t: t.masked_select(m(t), t.ones(5) > 0)),
    ("movedim", "", lambda t: t.movedim(m(t), (0, 1), (0,))),
    ("constant_pad_nd", "", lambda t: t.constant_pad_nd(m(t), (1,))),
    ("constant_pad_nd", "", lambda t: t.constant_pad_nd(m(t), (-3, -3))),
    ("resize_", "-1", lambda t: m(t).resize_(-1)),
    ("view_as_complex", "", lambda t: t.view_as_complex(m(t))),
    ("copy_", "", lambda t: v(t, 3).copy_(m(t))),
]

DIMS: list[Row] = [
    ("sum", "2", lambda t: m(t).sum(2)),
    ("sum", "-3", lambda t: m(t).sum(-3)),
    ("sum", "", lambda t: m(t).sum((0, 0))),
    ("sum", "5", lambda t: m(t).sum((0, 5))),
    ("mean", "2", lambda t: m(t).mean(2)),
    ("prod", "2", lambda t: m(t).prod(2)),
    ("max", "2", lambda t: m(t).max(2)),
    ("min", "-3", lambda t: m(t).min(-3)),
    ("argmax", "2", lambda t: m(t).argmax(2)),
    ("argmin", "7", lambda t: m(t).argmin(7)),
    ("softmax", "2", lambda t: m(t).softmax(2)),
    ("log_softmax", "-3", lambda t: m(t).log_softmax(-3)),
    ("cumsum", "2", lambda t: m(t).cumsum(2)),
    ("sort", "2", lambda t: m(t).sort(2)),
    ("topk", "2", lambda t: m(t).topk(1, 2)),
    ("any", "2", lambda t: m(t).any(2)),
    ("all", "2", lambda t: m(t).all(2)),
    ("var", "2", lambda t: m(t).var(2)),
    ("std", "2", lambda t: m(t).std(2)),
    ("logsumexp", "2", lambda t: m(t).logsumexp(2)),
    ("transpose", "2", lambda t: m(t).transpose(0, 2)),
    ("unsqueeze", "4", lambda t: m(t).unsqueeze(4)),
    ("unsqueeze", "-4", lambda t: m(t).unsqueeze(-4)),
    ("squeeze", "3", lambda t: m(t).squeeze(3)),
    ("select", "2", lambda t: m(t).select(2, 0)),
    ("cat", "2", lambda t: t.cat([m(t), m(t)], 2)),
    ("stack", "3", lambda t: t.stack([m(t), m(t)], 3)),
    ("flip", "2", lambda t: m(t).flip(2)),
    ("flip", "", lambda t: m(t).flip(0, 0)),
    ("unbind", "2", lambda t: m(t).unbind(2)),
    ("permute", "2", lambda t: m(t).permute(0, 2)),
    ("movedim", "3", lambda t: t.movedim(m(t), 3, 0)),
    ("gather", "2", lambda t: m(t).gather(2, t.zeros(1, 1, dtype=t.int64))),
    ("index_select", "2", lambda t: m(t).index_select(2, i(t, 0))),
    ("size", "2", lambda t: m(t).size(2)),
    ("stride", "-3", lambda t: m(t).stride(-3)),
    ("size", "str", lambda t: m(t).size("x")),
    ("squeeze", "float", lambda t: m(t).squeeze(float("nan"))),
    ("sum", "float", lambda t: m(t).sum(float("nan"))),
    ("diagonal", "5", lambda t: m(t).diagonal(0, 0, 5)),
    ("", "3", lambda t: t.nn.functional.glu(t.ones(3))),
]

INDICES: list[Row] = [
    ("", "3", lambda t: m(t)[3]),
    ("", "-4", lambda t: m(t)[-4]),
    ("", "9", lambda t: m(t)[0, 9]),
    ("", "2", lambda t: m(t)[0, 0, 0]),
    ("", "", lambda t: t.tensor(1.0)[0]),
    ("", "str", lambda t: m(t)["x"]),
    ("", "", lambda t: m(t)[1.5]),
    ("", "", lambda t: m(t)[::-1]),
    ("", "", lambda t: m(t)[::0]),
    ("", "5", lambda t: m(t)[i(t, 5)]),
    ("", "-7", lambda t: m(t)[i(t, -7)]),
    ("", "", lambda t: m(t)[t.ones(2) > 0]),
    ("", "", lambda t: m(t)[t.ones(2, 2) > 0]),
    ("", "", lambda t: m(t)[i(t, 0, 1), i(t, 0, 1, 2)]),
    ("", "", lambda t: m(t)[t.ones(2)]),
    ("", "", lambda t: m(t).__setitem__(5, 1.0)),
    ("", "", lambda t: m(t).__setitem__(0, t.ones(5))),
    ("", "", lambda t: m(t).__setitem__(0, "x")),
    ("", "", lambda t: m(t).__setitem__(i(t, 9), 1.0)),
    ("select", "5", lambda t: m(t).select(0, 5)),
    ("gather", "", lambda t: m(t).gather(1, i(t, 9).view(1, 1))),
    ("gather", "", lambda t: m(t).gather(1, i(t, -1).view(1, 1))),
    ("gather", "", lambda t: m(t).gather(1, i(t, 0))),
    ("gather", "float32", lambda t: m(t).gather(1, t.zeros(1, 1))),
    ("scatter", "", lambda t: m(t).scatter(1, i(t, 9).view(1, 1), 1.0)),
    ("scatter", "", lambda t: m(t).scatter(1, i(t, 0), 1.0)),
    ("scatter_add", "", lambda t: m(t).scatter_add(1, i(t, 9).view(1, 1), t.ones(1, 1))),
    ("index_select", "", lambda t: m(t).index_select(0, i(t, 7))),
    ("index_select", "", lambda t: m(t).index_select(0, i(t, 0).view(1, 1))),
    ("index_select", "", lambda t: m(t).index_select(0, t.zeros(1))),
    ("embedding", "", lambda t: t.nn.functional.embedding(i(t, 8), m(t))),
    ("embedding", "", lambda t: t.nn.functional.embedding(i(t, -1), m(t))),
    ("embedding", "", lambda t: t.nn.functional.embedding(t.ones(2), m(t))),
    ("take", "", lambda t: t.take(m(t), i(t, 99))),
    ("index_fill", "", lambda t: m(t).index_fill(0, i(t, 9), 1.0)),
    ("index_add", "", lambda t: m(t).index_add(0, i(t, 9), t.ones(1, 4))),
    ("topk", "9", lambda t: v(t).topk(9)),
    ("topk", "-1", lambda t: v(t).topk(-1)),
    ("kthvalue", "9", lambda t: v(t).kthvalue(9)),
    ("multinomial", "", lambda t: t.multinomial(t.tensor([0.0, 0.0]), 1)),
    ("multinomial", "", lambda t: t.multinomial(t.tensor([-1.0, 2.0]), 1)),
    ("multinomial", "", lambda t: t.multinomial(v(t), 9)),
    ("multinomial", "", lambda t: t.multinomial(v(t), 0)),
]

DTYPES: list[Row] = [
    ("mean", "int64", lambda t: i(t, 1, 2).mean()),
    ("softmax", "int64", lambda t: i(t, 1, 2).softmax(0)),
    ("add_", "", lambda t: i(t, 1).add_(1.5)),
    ("div_", "", lambda t: i(t, 1).div_(2)),
    ("mul_", "", lambda t: i(t, 1).mul_(t.ones(1))),
    ("neg", "bool", lambda t: t.neg(t.tensor([True]))),
    ("sub", "bool", lambda t: t.tensor([True]) - t.tensor([True])),
    ("bitwise_and", "", lambda t: t.bitwise_and(m(t), m(t))),
    ("invert", "float32", lambda t: ~m(t)),
    ("mm", "", lambda t: t.mm(t.ones(2, 2), t.ones(2, 2, dtype=t.float64))),
    ("matmul", "", lambda t: t.ones(2, 2) @ t.ones(2, 2, dtype=t.int64)),
    ("masked_fill", "", lambda t: m(t).masked_fill(m(t), 1.0)),
    ("where", "", lambda t: t.where(m(t), m(t), m(t))),
    ("bernoulli", "", lambda t: t.bernoulli(t.tensor([2.0]))),
    ("bernoulli_", "", lambda t: v(t).bernoulli_(1.5)),
    ("normal_", "", lambda t: v(t).normal_(0, -1)),
    ("uniform_", "", lambda t: v(t).uniform_(2, 1)),
    ("exponential_", "", lambda t: v(t).exponential_(-1)),
    ("random_", "", lambda t: v(t).random_(5, 2)),
    ("dropout", "", lambda t: t.nn.functional.dropout(v(t), 1.5)),
    ("cross_entropy", "", lambda t: t.nn.functional.cross_entropy(m(t), i(t, 0))),
    ("cross_entropy", "9", lambda t: t.nn.functional.cross_entropy(m(t), i(t, 0, 1, 9))),
    ("layer_norm", "", lambda t: t.nn.functional.layer_norm(m(t), (3,))),
    ("layer_norm", "", lambda t: t.nn.functional.layer_norm(m(t), (4,), t.ones(5))),
    ("linear", "", lambda t: t.nn.functional.linear(m(t), t.ones(2, 5))),
    ("one_hot", "", lambda t: t.nn.functional.one_hot(i(t, -1))),
    ("one_hot", "", lambda t: t.nn.functional.one_hot(i(t, 5), 3)),
    ("clamp", "", lambda t: t.clamp(m(t))),
    ("complex", "", lambda t: t.complex(t.ones(2), t.ones(2, dtype=t.float64))),
    ("view_as_real", "", lambda t: t.view_as_real(m(t))),
    ("argmax", "", lambda t: t.argmax(t.ones(0))),
    ("max", "", lambda t: t.max(t.ones(0))),
    ("min", "", lambda t: t.ones(0, 3).min(0)),
]

GRADIENTS: list[Row] = [
    ("", "", lambda t: m(t).sum().backward()),
    ("", "", lambda t: t.ones(3, requires_grad=True).backward()),
    ("", "", lambda t: (t.ones(3, requires_grad=True) * 2).backward(t.ones(4))),
    ("", "", lambda t: twice(t)),
    ("", "", lambda t: t.ones(3, requires_grad=True).add_(1)),
    ("", "", lambda t: overwritten(t)),
    ("", "", lambda t: i(t, 1).requires_grad_()),
    ("", "", lambda t: setattr(t.ones(2, requires_grad=True) * 2, "requires_grad", False)),
    ("", "", lambda t: setattr(t.ones(2), "grad", 3)),
    ("", "", lambda t: setattr(t.ones(2), "grad", t.ones(3))),
    ("", "", lambda t: t.ones(2).register_hook(print)),
    ("", "", lambda t: t.ones(2).retain_grad()),
    ("", "", lambda t: t.autograd.grad(t.ones(1, requires_grad=True).sum(), t.ones(1))),
    ("", "", lambda t: t.autograd.grad(t.ones(1, requires_grad=True).sum(), t.ones(1, requires_grad=True))),
    ("", "", lambda t: t.ones(3, requires_grad=True).numpy()),
    ("", "", lambda t: t.ones(2, requires_grad=True).unbind()[0].add_(1)),
]


def bce(t: Any, p: float, target: float, dtype: str = "float32", **options: Any) -> Any:
    p, target = (t.tensor([0.5, v], dtype=getattr(t, dtype)) for v in (p, target))
    return t.nn.functional.binary_cross_entropy(p, target, **options)


VALUES: list[Row] = [
    ("binary_cross_entropy", "between 0 and 1", lambda t: bce(t, 2.0, 0.0)),
    ("binary_cross_entropy", "between 0 and 1", lambda t: bce(t, -0.1, 0.0, reduction="none")),
    ("binary_cross_entropy", "between 0 and 1", lambda t: bce(t, float("nan"), 0.0, reduction="sum")),
    ("binary_cross_entropy", "input", lambda t: bce(t, 1.0000001, 1.0)),
    ("binary_cross_entropy", "target", lambda t: bce(t, 0.5, 1.5)),
    ("binary_cross_entropy", "target", lambda t: bce(t, 0.5, -0.5, weight=t.ones(2))),
    ("binary_cross_entropy", "input", lambda t: bce(t, 2.0, 0.0, "float16")),
    ("binary_cross_entropy", "int64", lambda t: t.nn.functional.binary_cross_entropy(v(t, 1), i(t, 1))),
    ("take_along_dim", "out of bounds", lambda t: t.take_along_dim(i(t, 1, 2), i(t, 2))),
    ("take_along_dim", "out of bounds", lambda t: t.take_along_dim(i(t, 1, 2), i(t, -1))),
    ("meshgrid", "non-empty", lambda t: t.meshgrid()),
    ("meshgrid", "non-empty", lambda t: t.meshgrid([])),
    ("", "3", lambda t: bool(v(t))),
    ("", "", lambda t: bool(t.ones(0))),
    ("", "3", lambda t: v(t).item()),
    ("", "", lambda t: int(v(t))),
    ("", "", lambda t: float(v(t))),
    ("", "", lambda t: int(t.tensor(float("nan")))),
    ("", "", lambda t: int(t.tensor(float("inf")))),
    ("", "", lambda t: [1, 2][t.tensor(1.0)]),
    ("", "", lambda t: len(t.tensor(1.0))),
    ("", "", lambda t: list(t.tensor(1.0))),
    ("", "", lambda t: t.device("gpu")),
    ("", "", lambda t: t.device("cpu", -5)),
    ("", "", lambda t: t.Generator().manual_seed("x")),
    ("", "", lambda t: t.Generator().manual_seed(BEYOND)),
    ("", "", lambda t: t.Generator().set_state(t.ones(3))),
    ("", "", lambda t: t.Generator().set_state(t.zeros(3, dtype=t.uint8))),
    ("", "", lambda t: t.finfo(t.int64)),
    ("", "", lambda t: t.iinfo(t.float32)),
    ("", "", lambda t: t.set_default_dtype(t.int64)),
    ("", "", lambda t: t.Size([1.5])),
    ("", "", lambda t: m(t).to("nowhere")),
    ("", "", lambda t: m(t).to([1])),
    ("", "", lambda t: m(t).T.numpy().__setitem__((9, 9), 0)),
]


def twice(t: Any) -> None:
    y = (t.ones(3, requires_grad=True) ** 2).sum()
    y.backward()
    y.backward()


def overwritten(t: Any) -> None:
    x = t.ones(3, requires_grad=True)
    y = x * 1
    z = (y * y).sum()
    y.add_(1)
    z.backward()


TABLES = {
    "factory": FACTORIES,
    "data": DATA,
    "argument": ARGUMENTS,
    "shape": SHAPES,
    "dim": DIMS,
    "index": INDICES,
    "dtype": DTYPES,
    "gradient": GRADIENTS,
    "value": VALUES,
}
ROWS = [(f"{table}-{n}-{row[0] or 'python'}", row) for table, rows in TABLES.items() for n, row in enumerate(rows)]


def test_there_are_enough_rows() -> None:
    assert len(ROWS) >= 200


@pytest.mark.parametrize("row", [r for _, r in ROWS], ids=[n for n, _ in ROWS])
def test_bad_input(row: Row) -> None:
    op, mentions, call = row
    expected = outcome(call, reference)
    assert isinstance(expected, Exception), "PyTorch accepts this call: the row is wrong"
    found = outcome(call, ours)
    same(found, expected)
    text = str(found)
    assert "internal error" not in text, text
    assert op in text, f"the message does not name {op}: {text}"
    assert mentions in text, f"the message does not mention {mentions!r}: {text}"
    # And everything goes on working.
    assert ours.ones(2).clone().tolist() == [1.0, 1.0]
