"""Short programs of what users write, run on VibeTensor and on PyTorch: both must say the same.

A row is a function of the module; what it returns is compared by value, dtype, shape and type. A row in
RAISING raises on both sides, errors of the same type.
"""

from __future__ import annotations

import collections
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import vibetensor.torch as vt
from compare import outcome, same

Program = Callable[[Any], Any]


def lines(t: Any, run: Callable[[list[Any]], Any]) -> list[Any]:
    """What `run` appends to a list, and its result."""
    seen: list[Any] = []
    seen.append(run(seen))
    return seen


def assigned(x: Any, index: Any, value: Any) -> Any:
    x[index] = value
    return x


def reduced_in_place(x: Any, index: Any) -> Any:
    x[index] -= 2
    return x


def mask(t: Any) -> Any:
    return t.tensor([True, False, True])


def grid(t: Any) -> Any:
    return t.arange(6).view(2, 3)


SUBSCRIPTS: dict[str, Program] = {
    "array of one": lambda t: grid(t)[..., np.array([0])],
    "arrays": lambda t: [grid(t)[np.array([0, 1])], grid(t)[:, np.array(1)], grid(t)[np.array([True, False])]],
    "numpy number": lambda t: grid(t)[np.int64(1)],
    "list of lists": lambda t: grid(t)[[[0, 1], [1, 2]]],
    "list with a slice": lambda t: grid(t)[[slice(0, 1), 1]],
    "list of tensors": lambda t: grid(t)[[t.tensor(0), t.tensor(1)]],
    "one element of a strided slice": lambda t: reduced_in_place(t.arange(3.0), (slice(None, 2, 3), None)),
    "fraction into masked integers": lambda t: assigned(t.zeros(3, dtype=t.int64), mask(t), t.tensor(2.5)),
    "number into masked integers": lambda t: assigned(t.zeros(3, dtype=t.int64), mask(t), 2.5),
    "complex into bool": lambda t: assigned(t.zeros(3, dtype=t.bool), 0, 3j),
    "masked_fill with a fraction": lambda t: t.zeros(3, dtype=t.int64).masked_fill(mask(t), 2.5),
}

DATA: dict[str, Program] = {
    "numpy numbers keep their dtype": lambda t: [
        t.tensor(np.float64(3)),
        t.as_tensor(np.float32(3)),
        t.tensor(np.int16(1)),
    ],
    "in lists too": lambda t: [t.tensor([np.float64(3), 1]), t.tensor([np.int16(3)]), t.tensor([1, np.float32(3)])],
    "arrays in a list": lambda t: t.tensor([np.ones(2), np.zeros(2)]),
    "numpy number times tensor": lambda t: [
        np.float64(2) * t.ones(2),
        t.ones(2) * np.float64(2),
        np.float32(1) + t.ones(1),
    ],
    "legacy constructors": lambda t: [
        t.FloatTensor([1, 2]),
        t.LongTensor([1, 2]),
        t.LongTensor(2, 3).shape,
        t.BoolTensor([1]),
    ],
    "legacy types": lambda t: [isinstance(t.ones(1), t.FloatTensor), isinstance(t.ones(1), t.LongTensor)],
    "type by legacy type": lambda t: t.ones(2).type(t.DoubleTensor),
    "result_type": lambda t: [
        str(t.result_type(t.ones(1), 2.5)),
        str(t.result_type(t.tensor([1]), 2.5)),
        str(t.result_type(t.tensor([1], dtype=t.int8), t.tensor(3))),
        str(t.result_type(t.tensor([True]), 1)),
        str(t.result_type(1, 2.0)),
        str(t.result_type(t.ones(2, dtype=t.bfloat16), t.ones((), dtype=t.float64))),
    ],
    "predicates": lambda t: [
        t.is_nonzero(t.tensor(1)),
        t.is_signed(t.ones(1)),
        t.is_same_size(t.ones(1), t.ones(2)),
        t.is_conj(t.ones(1)),
        t.ones(1).resolve_conj(),
        t.typename(t.ones(1)),
    ],
    "complex()": lambda t: complex(t.tensor(2.5)),
    "reversed()": lambda t: list(reversed(t.arange(3))),
    "where of one argument": lambda t: t.where(t.tensor([[True, False], [True, True]])),
    "where as a method": lambda t: [grid(t).where(grid(t) > 2, t.zeros(1)), grid(t).where(grid(t) > 2, -1)],
    "newaxis": lambda t: t.ones(3)[:, t.newaxis].shape,
    "math functions": lambda t: [math.floor(t.tensor(2.5)), math.ceil(t.tensor(-2.5))],
}


def hook_calls(t: Any, seen: list[Any]) -> Any:
    module = t.nn.modules.module
    handles = [
        module.register_module_forward_hook(lambda m, args, out: seen.append(type(m).__name__)),
        module.register_module_forward_pre_hook(lambda m, args: seen.append("pre " + type(m).__name__)),
        module.register_module_full_backward_hook(lambda m, gi, go: seen.append("back " + type(m).__name__)),
        module.register_module_full_backward_pre_hook(lambda m, go: seen.append("before " + type(m).__name__)),
    ]
    net = t.nn.Sequential(t.nn.Linear(2, 2), t.nn.GELU())
    net(t.ones(1, 2, requires_grad=True)).sum().backward()
    for h in handles:
        h.remove()
    net(t.ones(1, 2)).sum().backward()
    return len(seen)


def always_called(t: Any, seen: list[Any]) -> Any:
    hook = t.nn.modules.module.register_module_forward_hook(
        lambda m, args, out: seen.append((type(m).__name__, out is None)), always_call=True
    )
    try:
        t.nn.Linear(2, 3)(t.ones(1, 5))
    except RuntimeError as error:
        seen.append(type(error).__name__)
    hook.remove()
    return None


def swapped(t: Any) -> Any:
    net = t.nn.Sequential(t.nn.Linear(2, 2), t.nn.Sequential(t.nn.ReLU()))
    net.set_submodule("1.0", t.nn.Tanh())
    return repr(net)


def max_norm(t: Any) -> Any:
    t.manual_seed(0)
    table = t.nn.Embedding(5, 3, max_norm=1.0, norm_type=1.5)
    rows = table(t.tensor([0, 3, 3]))
    rows.sum().backward()
    return [rows, table.weight.detach(), table.weight.grad]


MODULES: dict[str, Program] = {
    "hooks of every module": lambda t: lines(t, lambda seen: hook_calls(t, seen)),
    "hooks that are always called": lambda t: lines(t, lambda seen: always_called(t, seen)),
    "set_submodule": swapped,
    "embedding with max_norm": max_norm,
    "incompatible keys": lambda t: repr(
        t.nn.Linear(1, 1).load_state_dict({"weight": t.ones(1, 1), "x": t.ones(1)}, False)
    ),
    "dropout2d of three dims": lambda t: (t.manual_seed(3), t.nn.functional.dropout2d(t.ones(4, 3, 2)))[1],
    "prelu of a number": lambda t: t.nn.functional.prelu(t.tensor(-2.0), t.tensor([0.25])),
    "cosine_similarity broadcasts": lambda t: t.nn.functional.cosine_similarity(
        t.arange(6.0).view(1, 2, 3), t.arange(6.0).view(2, 1, 3) + 1, dim=-2
    ),
    "cosine_embedding_loss": lambda t: t.nn.functional.cosine_embedding_loss(
        t.arange(6).view(2, 3), t.arange(6).view(2, 3) * 2 - 5, t.tensor([1, -1]), margin=0.1, reduction="none"
    ),
    "in-place activations": lambda t: [
        t.nn.functional.relu_(t.arange(-2.0, 2)),
        t.nn.functional.elu_(t.arange(-2.0, 2)),
    ],
    "attention's layout": lambda t: [
        t.nn.functional.scaled_dot_product_attention(*[t.ones(*shape)] * 3).stride()
        for shape in ((2, 4, 5, 8), (2, 4, 8), (3, 2, 4, 5, 8))
    ],
    "attention's layout of cut rows": lambda t: t.nn.functional.scaled_dot_product_attention(
        *[t.ones(2, 5, 4, 8).transpose(1, 2)] * 3
    ).stride(),
}


def drawn(t: Any) -> type:
    return type(t.ones(2, requires_grad=True).mul(2).sum().grad_fn)


AUTOGRAD: dict[str, Program] = {
    "a node's type has its name": lambda t: [drawn(t).__name__, drawn(t) is drawn(t)],
    "a leaf's node": lambda t: type((t.ones(2, requires_grad=True) * 2).grad_fn.next_functions[0][0]).__name__,
    "ravel copies": lambda t: t.ones(6)[::2].ravel().stride(),
    "detach_": lambda t: t.detach_(t.ones(2, requires_grad=True).clone()).requires_grad,
}

FUNCTIONS: dict[str, Program] = {
    "einsum of sublists": lambda t: [
        t.einsum(t.ones(2, 3), [0, 1], t.ones(3, 4), [1, 2], [0, 2]),
        t.einsum(t.ones(2, 3), [..., 1], t.ones(3), [1]),
        t.einsum(t.arange(6.0).view(2, 3), [27, 0]),
    ],
    "tensordot broadcasts": lambda t: [
        t.tensordot(t.ones(1, 1, 1, dtype=d), t.ones(2, 1, 2, dtype=d), dims=([0, 1], [2, 0]))
        for d in (t.float32, t.int32)
    ],
    "tensordot into a tensor": lambda t: t.tensordot(t.ones(2, 3), t.ones(3, 4), 1, out=t.empty(0)),
    "tensordot by a tensor of dims": lambda t: t.tensordot(t.ones(2, 3), t.ones(3, 2), t.tensor([[0, 1], [1, 0]])),
    "kl_div with a reduction's number": lambda t: t.kl_div(t.zeros(3), t.arange(3.0), 2),
    "normalize into a tensor": lambda t: t.nn.functional.normalize(t.arange(6.0).view(2, 3), out=t.empty(0)),
    "in-place dropout1d without a batch": lambda t: (
        t.manual_seed(3),
        t.nn.functional.dropout1d(x := t.ones(4, 3), inplace=True),
        x,
    )[1:],
}


def attended(t: Any, **options: Any) -> Any:
    return t.nn.MultiheadAttention(4, 2)(t.ones(5, 2, 4), t.ones(7, 2, 4), t.ones(7, 2, 4), **options)[0].shape


RAISING: dict[str, Program] = {
    "fill of masked bytes": lambda t: assigned(t.zeros(3, dtype=t.uint8), mask(t), 300),
    "complex into integers": lambda t: assigned(t.zeros(3, dtype=t.int64), t.tensor([0]), 3j),
    "masked_fill beyond float16": lambda t: t.zeros(3, dtype=t.float16).masked_fill(mask(t), -1e9),
    "masked_fill beyond int32": lambda t: t.zeros(3, dtype=t.int32).masked_fill(mask(t), 2**40),
    "out= that overlaps itself": lambda t: t.gather(t.ones(3), 0, t.tensor([0, 1, 2]), out=t.ones(1).expand(3)),
    "cat into an expanded tensor": lambda t: t.cat([t.ones(2, 2)] * 2, out=t.ones(1, 2).expand(4, 2)),
    "amax of nothing": lambda t: t.ones(0, 3).amax(),
    "aminmax of nothing": lambda t: t.ones(0, 3).aminmax(),
    "prelu by a matrix": lambda t: t.nn.functional.prelu(t.ones(2, 8, 3), t.ones(2, 4)),
    "triplets without a margin": lambda t: t.nn.functional.triplet_margin_loss(*[t.ones(1, 2)] * 3, margin=-1.0),
    "hook that changes the dtype": lambda t: lines(t, lambda seen: dtype_hook(t)),
    "version of an inference tensor": lambda t: inference_tensor(t)._version,
    "is_nonzero of two": lambda t: t.is_nonzero(t.ones(2)),
    "batch_size of a loader": lambda t: setattr(t.utils.data.DataLoader(range(4)), "batch_size", 2),
    "set_submodule of nothing": lambda t: t.nn.Linear(1, 1).set_submodule("", t.nn.ReLU()),
    "tensordot of unlike sizes": lambda t: t.tensordot(t.ones(2, 3), t.ones(2, 3), dims=1),
    "tensordot of too many dims": lambda t: t.tensordot(t.ones(2, 3), t.ones(2, 3), dims=3),
    "tensordot of a dim twice": lambda t: t.tensordot(t.ones(3, 3), t.ones(3, 3), ([0, 0], [0, 1])),
    "einsum of nothing": lambda t: t.einsum("i"),
    "einsum of a number out of range": lambda t: t.einsum(t.ones(2), [52]),
    "bilinear of unlike batches": lambda t: t.bilinear(t.ones(2, 3), t.ones(3, 4), t.ones(5, 3, 4)),
    "cartesian_prod of a matrix": lambda t: t.cartesian_prod(t.ones(2, 2)),
    "glu of an odd size": lambda t: t.nn.functional.glu(t.ones(3)),
    "kl_div of integers": lambda t: t.kl_div(t.ones(2, dtype=t.int64), t.ones(2)),
    "a weight of another size": lambda t: t.nn.functional.mse_loss(t.ones(2), t.ones(2), weight=t.ones(1)),
    "nll_loss of unlike sizes": lambda t: t.nn.functional.nll_loss(t.ones(2, 3, 4), t.ones(2, 3, dtype=t.int64)),
    "cosine_similarity of integers": lambda t: t.cosine_similarity(*[t.ones(2, 2, dtype=t.int64)] * 2),
    "triplets of unlike dims": lambda t: t.triplet_margin_loss(t.ones(2, 2), t.ones(2), t.ones(2, 2)),
    "attention by a turned mask": lambda t: attended(t, attn_mask=t.zeros(7, 5)),
    "attention by a mask of another batch": lambda t: attended(t, attn_mask=t.zeros(3, 5, 7)),
    "attention with a causal hint alone": lambda t: attended(t, is_causal=True),
    "attention of unlike batches": lambda t: t.nn.MultiheadAttention(4, 2)(*[t.ones(n, n, 4) for n in (2, 3, 3)]),
    "probabilities with a class to ignore": lambda t: t.nn.functional.cross_entropy(
        t.ones(2, 3), t.ones(2, 3) / 3, ignore_index=1
    ),
    "ranking of unlike dims": lambda t: t.nn.functional.margin_ranking_loss(t.ones(2), t.ones(2), t.ones(2, 2)),
    "integral of a number": lambda t: t.cumulative_trapezoid(t.tensor(2.0), dim=0),
    "unique slices of a number": lambda t: t.unique(t.tensor(1.0), dim=0),
    "addmv of another size, not read": lambda t: t.addmv(t.ones(3), t.ones(2, 3), t.ones(3), beta=0),
    "batch_norm without an eps": lambda t: t.nn.functional.batch_norm(t.ones(2, 3), None, None, training=True, eps=0.0),
    "dropout1d of four dims": lambda t: t.nn.functional.dropout1d(t.ones(1, 2, 3, 4)),
}


def dtype_hook(t: Any) -> Any:
    y = t.ones(3, requires_grad=True) * 2
    y.register_hook(lambda g: g.double())
    y.sum().backward()


def inference_tensor(t: Any) -> Any:
    with t.inference_mode():
        return t.ones(2)


SAME = {
    f"{table}-{name}": program
    for table, programs in {
        "subscripts": SUBSCRIPTS,
        "data": DATA,
        "modules": MODULES,
        "autograd": AUTOGRAD,
        "functions": FUNCTIONS,
    }.items()
    for name, program in programs.items()
}


DEPRECATED = "non-tuple sequence|list of numpy.ndarrays|a list as a subscript|dropout2d"


def plain(value: Any) -> Any:
    """`value` with sizes and named tuples as plain sequences."""
    if isinstance(value, collections.abc.Sequence) and not isinstance(value, str):
        return [plain(v) for v in value]
    return value


@pytest.mark.filterwarnings(f"ignore:.*({DEPRECATED})")
@pytest.mark.parametrize("name", SAME)
def test_same(name: str) -> None:
    ours, theirs = plain(SAME[name](vt)), plain(SAME[name](torch))
    assert type(ours) is type(theirs) or isinstance(theirs, torch.Tensor), f"{ours!r} against {theirs!r}"
    same(ours, theirs)


@pytest.mark.parametrize("name", RAISING)
def test_raises(name: str) -> None:
    theirs = outcome(RAISING[name], torch)
    assert isinstance(theirs, Exception), f"PyTorch accepts it: {theirs!r}"
    same(outcome(RAISING[name], vt), theirs)
