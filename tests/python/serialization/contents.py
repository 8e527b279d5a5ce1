"""What checkpoints hold, made by PyTorch or by VibeTensor alike, and a comparison that looks at all of it."""

from __future__ import annotations

import datetime
import decimal
import fractions
import pathlib
import uuid
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from enum import Enum
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
import vibetensor.torch as vt

Point = namedtuple("Point", "x y")


class Color(Enum):
    RED = 1
    BLUE = 2


@dataclass
class Settings:
    lr: float = 0.1
    betas: tuple[float, float] = (0.9, 0.99)
    names: list[str] = field(default_factory=lambda: ["a"])


class Slotted:
    __slots__ = ("left", "right")

    def __init__(self, left: Any, right: Any):
        self.left, self.right = left, right


class Counted(dict):  # type: ignore[type-arg]
    """A dict with attributes of its own."""


class Reduced:
    def __init__(self, value: Any):
        self.value = value

    def __reduce__(self) -> Any:
        return Reduced, (self.value,)


def trained(m: Any) -> Any:
    """A model and an optimizer after a step, of the same numbers in both frameworks."""
    model = m.nn.Sequential(m.nn.Linear(3, 4), m.nn.LayerNorm(4), m.nn.Linear(4, 2))
    with m.no_grad():
        for i, p in enumerate(model.parameters()):
            p.copy_((m.arange(float(p.numel())) / 7 - i).view(p.shape))
    optimizer = m.optim.AdamW(model.parameters(), lr=0.1)
    model(m.ones(2, 3)).sum().backward()
    optimizer.step()
    return model, optimizer


def attributed(m: Any) -> Any:
    tensor, parameter = m.ones(2), m.nn.Parameter(m.ones(2))
    tensor.tag, parameter.tag = {"kind": "data"}, "bias"
    return [tensor, parameter]


def shared(m: Any) -> Any:
    base = m.arange(24.0).view(4, 6)
    return {"whole": base, "row": base[1], "columns": base[:, 2:4], "t": base.t(), "flat": base.view(-1)[5:]}


def several_dtypes(m: Any) -> Any:
    bits = m.arange(8, dtype=m.int32)
    return [bits, m.view_as_complex(m.arange(8.0).view(4, 2))]


def cyclic(m: Any) -> Any:
    items: list[Any] = [m.ones(1)]
    items.append(items)
    return items


def tied(m: Any) -> Any:
    weight = m.nn.Parameter(m.arange(6.0).view(2, 3))
    return OrderedDict(embed=weight, head=weight, copy=weight.detach())


def with_metadata(m: Any) -> Any:
    state = trained(m)[0].state_dict()
    state._metadata["extra"] = {"version": 3}
    return state


DTYPES = [
    "bool",
    "uint8",
    "int8",
    "int16",
    "int32",
    "int64",
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "complex64",
    "complex128",
]

# what weights_only=True reads, here and in PyTorch
SAFE = {
    **{dtype: lambda m, dtype=dtype: m.ones(2, 3, dtype=getattr(m, dtype)) for dtype in DTYPES},
    "scalar": lambda m: m.tensor(3.5),
    "empty": lambda m: [m.zeros(0), m.zeros(3, 0, 2), m.zeros(0, dtype=m.int64)],
    "numbers": lambda m: [0, 1, -1, 255, 256, 65535, 65536, -(2**31), 2**31, 2**63, -(2**100), 1.5, float("inf")],
    "nan": lambda m: [float("nan"), m.tensor([float("nan"), 1.0])],
    "text": lambda m: ["", "ascii", "ünï", "日本", "a" * 300, "lone \udc80", "line\nbreak"],
    "bytes": lambda m: [b"abc", bytes(range(256)), b"x" * 300, bytearray(b"abc")],
    "none and flags": lambda m: [None, True, False],
    "complex numbers": lambda m: [1 + 2j, complex(0, -0.0)],
    "tuples": lambda m: [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((), ((),))],
    "sets": lambda m: [set(), {1, 2}, {"a", (1, 2)}],
    "dicts": lambda m: {1: 2, "a": {"b": {}}, (1, 2): 3, 1.5: None, None: 1, False: 0},
    "an ordered dict": lambda m: OrderedDict(b=1, a=OrderedDict()),
    "a counter": lambda m: Counter("hello"),
    "long lists": lambda m: [list(range(5000)), [0.5] * 3000, ["x"] * 2500, list(range(2**40, 2**40 + 20))],
    "a list of flags": lambda m: [True, False] * 20,
    "many keys": lambda m: {f"layer.{i}": i for i in range(3000)},
    "many tensors": lambda m: {f"w{i}": m.full((2,), float(i)) for i in range(300)},
    "deep": lambda m: nested(40),
    "a list within itself": cyclic,
    "sizes": lambda m: [m.ones(2, 3).shape, m.Size([]), m.Size([5])],
    "dtypes": lambda m: [getattr(m, dtype) for dtype in DTYPES],
    "dtypes that are stored only": lambda m: [m.uint16, m.float8_e4m3fn, m.float4_e2m1fn_x2],
    "an absent dtype": lambda m: [m.complex32],
    "devices": lambda m: [m.device("cpu"), m.device("cuda", 3), m.device("meta")],
    "a layout": lambda m: m.strided,
    "views": shared,
    "the same tensor twice": lambda m: (lambda t: [t, t, {"again": t}])(m.ones(3)),
    "expanded": lambda m: m.ones(1).expand(1000, 1000),
    "transposed": lambda m: m.arange(24).view(2, 3, 4).permute(2, 0, 1),
    "channels last": lambda m: m.ones(2, 3, 4, 5).to(memory_format=m.channels_last),
    "a piece of a storage": lambda m: m.arange(100)[40:50:3],
    "requires grad": lambda m: [m.ones(2, requires_grad=True), m.ones(2)],
    "parameters": lambda m: [m.nn.Parameter(m.ones(2)), m.nn.Parameter(m.ones(2), requires_grad=False)],
    "attributes of tensors": attributed,
    "buffers": lambda m: [m.nn.Buffer(m.ones(2)), m.nn.Buffer(m.ones(2), persistent=False)],
    "tied parameters": tied,
    "meta tensors": lambda m: [m.empty(2, 3, device="meta"), m.empty(10**9, device="meta").expand(2, 10**9)],
    "a state dict": lambda m: trained(m)[0].state_dict(),
    "a state dict with metadata": with_metadata,
    "an optimizer's state": lambda m: trained(m)[1].state_dict(),
    "a checkpoint": lambda m: {
        "model": trained(m)[0].state_dict(),
        "optimizer": trained(m)[1].state_dict(),
        "epoch": 3,
        "best": 0.5,
        "rng": m.Generator().get_state(),
        "args": {"lr": 1e-3, "layers": [1, 2], "name": None},
    },
    "a scheduler's state": lambda m: m.optim.lr_scheduler.StepLR(trained(m)[1], 2).state_dict(),
    "an old file's key": lambda m: {b"weights": m.ones(2), 0: [b"x"]},
    "a storage": lambda m: [m.arange(6.0).storage(), m.arange(6).storage()],
    "nothing": lambda m: None,
    "one number": lambda m: 3,
    "a large tensor": lambda m: m.arange(300_000.0),
}
# what they need weights_only=False for; the first five are read here without it
UNSAFE = {
    "a default dict": lambda m: defaultdict(list, a=[m.ones(1)]),
    "no bytes": lambda m: [b"", bytearray()],
    "a frozen set": lambda m: frozenset({1, "a"}),
    "a generator": lambda m: m.Generator().manual_seed(7),
    "two dtypes of one storage": several_dtypes,
    "an array": lambda m: {"a": np.arange(6.0).reshape(2, 3), "f": np.asfortranarray(np.ones((2, 3), np.int16))},
    "numpy's scalars": lambda m: [np.float32(1.5), np.int64(3), np.bool_(True), np.dtype("float16")],
    "objects in an array": lambda m: np.array([1, "a", None], dtype=object),
    "a random state": lambda m: np.random.RandomState(3).get_state(),
    "a namespace": lambda m: SimpleNamespace(a=1, b=m.ones(2)),
    "a dataclass": lambda m: Settings(names=["x", "y"]),
    "slots": lambda m: Slotted(m.ones(1), "b"),
    "a named tuple": lambda m: Point(1, m.ones(2)),
    "an enum": lambda m: [Color.RED, Color.BLUE],
    "a subclass of dict": lambda m: Counted(a=1),
    "an object that reduces itself": lambda m: Reduced(m.ones(2)),
    "paths and dates": lambda m: [pathlib.PurePosixPath("a/b"), datetime.datetime(2020, 1, 2), datetime.timedelta(3)],
    "exact numbers": lambda m: [decimal.Decimal("1.5"), fractions.Fraction(1, 3), uuid.UUID(int=5)],
    "a queue": lambda m: deque([1, m.ones(1)], maxlen=5),
    "ranges and slices": lambda m: [range(3), slice(1, None, 2)],
    "functions and classes": lambda m: [len, np.mean, dict, Settings, trained, Color],
    "a module": lambda m: trained(m)[0],
    "a module and its optimizer": trained,
    "functions of torch": lambda m: [m.nn.functional.relu, m.nn.functional.gelu, m.nn.init.ones_],
    "classes of torch": lambda m: [m.nn.Linear, m.optim.AdamW, m.optim.lr_scheduler.StepLR, m.nn.Parameter, m.Tensor],
    "a loss": lambda m: m.nn.CrossEntropyLoss(label_smoothing=0.1),
    "a scheduler": lambda m: m.optim.lr_scheduler.CosineAnnealingLR(trained(m)[1], 10),
    "a data set": lambda m: m.utils.data.TensorDataset(m.arange(4.0)),
    "a distribution": lambda m: m.distributions.Normal(m.zeros(2), m.ones(2)),
    "a transform": lambda m: m.distributions.transforms.AffineTransform(1.0, 2.0),
}  # fmt: skip


def nested(depth: int) -> Any:
    value: Any = "bottom"
    for i in range(depth):
        value = [{"i": i, "value": value}]
    return value


TENSORS = (torch.Tensor, vt.Tensor)
STORAGES = (torch.UntypedStorage, torch.storage.TypedStorage, vt.UntypedStorage, vt.TypedStorage)
COUNTERPARTS = ("torch.", "vibetensor.torch.")


def type_name(value: Any) -> str:
    name = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("vibetensor.")
    # packages of ours are modules in PyTorch
    return name.rpartition(".")[2] if name.startswith("torch") else name


def same_tensor(a: Any, b: Any, seen: dict[Any, Any]) -> None:
    for what in ("requires_grad", "is_leaf"):
        assert getattr(a, what) == getattr(b, what)
    assert str(a.dtype) == str(b.dtype) and tuple(a.shape) == tuple(b.shape) and a.stride() == b.stride()
    assert a.storage_offset() == b.storage_offset() and str(a.device) == str(b.device)
    same_content(vars_of(a), vars_of(b), seen)
    if a.device.type == "meta":
        return
    assert a.untyped_storage().nbytes() == b.untyped_storage().nbytes()
    if not a.untyped_storage().nbytes():
        return
    # tensors share memory here if and only if they do there
    assert seen.setdefault(("memory", a.untyped_storage().data_ptr()), b.untyped_storage().data_ptr()) == (
        b.untyped_storage().data_ptr()
    )
    x, y = (t.detach().as_strided(t.shape, t.stride()) for t in (a, b))
    if x.numel() > 10**5:
        x, y = x.reshape(-1)[:100], y.reshape(-1)[:100]
    assert repr(x.tolist()) == repr(y.tolist())


def vars_of(value: Any) -> dict[str, Any]:
    return dict(getattr(value, "__dict__", {}))


def same_content(a: Any, b: Any, seen: dict[Any, Any] | None = None) -> None:
    """Asserts that two objects, of either framework, have the same types, values and sharing."""
    seen = {} if seen is None else seen
    if id(a) in seen:
        assert seen[id(a)][0] is b, "one object here, two there"
        return
    if isinstance(a, list | dict | SimpleNamespace) or hasattr(a, "__dict__"):
        seen[id(a)] = b, a
    if isinstance(a, type) or (callable(a) and hasattr(a, "__name__")):
        assert a.__name__ == b.__name__
        return
    if repr(a).startswith("torch."):
        assert repr(a) == repr(b)  # dtypes, layouts
        return
    assert type_name(a) == type_name(b), (type(a), type(b))
    if isinstance(a, TENSORS):
        same_tensor(a, b, seen)
    elif isinstance(a, STORAGES):
        assert list(a) == list(b)
    elif isinstance(a, np.ndarray):
        np.testing.assert_array_equal(a, b)
        assert a.dtype == b.dtype and a.strides == b.strides
    elif isinstance(a, dict):
        assert len(a) == len(b)
        for (key, value), (other_key, other) in zip(a.items(), b.items(), strict=True):
            same_content(key, other_key, seen)
            same_content(value, other, seen)
        if isinstance(a, defaultdict):
            assert a.default_factory is b.default_factory
        if vars_of(a) or vars_of(b):
            same_content(vars_of(a), vars_of(b), seen)
    elif isinstance(a, list | tuple | deque):
        assert len(a) == len(b) and getattr(a, "maxlen", None) == getattr(b, "maxlen", None)
        for one, other in zip(a, b, strict=True):
            same_content(one, other, seen)
    elif isinstance(a, torch.Generator | vt.Generator):
        assert a.get_state().tolist() == b.get_state().tolist() and a.initial_seed() == b.initial_seed()
    elif isinstance(a, Slotted):
        same_content([a.left, a.right], [b.left, b.right], seen)
    elif isinstance(a, set | frozenset):
        assert a == b
    elif type_name(a) != f"{type(a).__module__}.{type(a).__qualname__}" or type(a).__module__.startswith("torch"):
        same_object(a, b, seen)
    elif isinstance(a, SimpleNamespace | Settings | Reduced):
        same_content(vars(a), vars(b), seen)
    else:
        assert repr(a) == repr(b)


def same_object(a: Any, b: Any, seen: dict[Any, Any]) -> None:
    """Of modules, optimizers and the like: what both have."""
    if not hasattr(a, "__dict__") or not vars(a):
        assert str(a) == str(b)
        return
    for name in vars(a).keys() & vars(b).keys():
        if name != "_opt_called":  # which optimizers do not keep
            same_content(vars(a)[name], vars(b)[name], seen)
