"""Nested dicts and lists of tensors and plain values as safetensors files.

Tensors are stored under their path in the structure ("model.0.weight"), so a saved state dict is a
plain safetensors file to every other reader. What such a file cannot say (nesting, order, numbers,
text, tensors stored once but used twice) is JSON under one key of its metadata. No file can run code.
"""

from __future__ import annotations

import math
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from vibetensor import _C
from vibetensor.safetensors.files import FormatError

Tensor: Any = _C.Tensor
KEY = "vibetensor.structure"
MAX_DEPTH = 200
# What a defaultdict may make, by name.
FACTORIES = {kind.__name__: kind for kind in (list, dict, set, tuple, int, float, str, bool)}
WIDEST = 16  # bytes of the largest element


@dataclass(eq=False)
class Use:
    """One place of a structure where a tensor stands, and what the structure will say of it."""

    number: int  # in the order of the structure
    tensor: Any  # without history, real
    path: tuple[str, ...]
    detail: dict[str, Any]

    @property
    def geometry(self) -> tuple[Any, ...]:
        t = self.tensor
        return t.dtype, tuple(t.shape), t.stride(), t.storage_offset()

    @property
    def elements(self) -> tuple[int, int]:
        """The first element of the storage that is viewed, and the one after the last."""
        t = self.tensor
        last = sum((n - 1) * s for n, s in zip(t.shape, t.stride(), strict=True))
        return t.storage_offset(), t.storage_offset() + last + 1

    @property
    def span(self) -> tuple[int, int]:
        """The same in bytes."""
        begin, end = self.elements
        return begin * self.tensor.element_size(), end * self.tensor.element_size()


def overlapping(uses: list[Use]) -> Iterator[list[Use]]:
    """The uses of one storage in groups whose spans of bytes do not meet."""
    group: list[Use] = []
    reach = 0
    for use in sorted(uses, key=lambda use: use.span):
        begin, end = use.span
        if group and begin >= reach:
            yield group
            group = []
        group.append(use)
        reach = max(reach, end)
    yield group


def repeats_itself(use: Use) -> bool:
    """Whether a dim of the tensor steps no further than the smaller steps reach together."""
    reach = 0
    for stride, size in sorted(zip(use.tensor.stride(), use.tensor.shape, strict=True)):
        if size > 1 and stride <= reach:
            return True
        reach += stride * (size - 1)
    return False


def repeats(uses: list[Use]) -> bool:
    """Whether any element of a storage is viewed twice by these, which all differ."""
    if len({use.tensor.dtype for use in uses}) > 1 or any(map(repeats_itself, uses)):
        return True
    if len(uses) == 1:
        return False
    begin = min(use.elements[0] for use in uses)
    seen = _C.ops.zeros(max(use.elements[1] for use in uses) - begin, dtype=_C.bool, device="cpu")
    for use in uses:
        view = seen.as_strided(use.tensor.shape, use.tensor.stride(), use.tensor.storage_offset() - begin)
        if view.any():
            return True
        view.fill_(True)
    return False


class Encoder:
    """Turns a structure into JSON values, gathering its tensors by path.

    Plain JSON values stand for themselves; everything else is an object with one key that names its kind. A tensor is
    stored as it looks, so that every reader of safetensors finds it under its path. Tensors that share elements are
    stored once: as the one that holds them all, or as a piece of their storage, and the structure says how each views it.
    """

    def __init__(self) -> None:
        self.tensors: dict[str, Any] = {}
        self.storages: dict[int, list[Use]] = {}
        self.seen: dict[int, int] = {}  # the number of each tensor object
        self.kept: list[Any] = []  # in that order, so that no other comes to have its id

    def tensor(self, value: Any, path: tuple[str, ...]) -> dict[str, Any]:
        if id(value) in self.seen:
            return {"again": self.seen[id(value)]}
        self.seen[id(value)] = len(self.kept)
        self.kept.append(value)
        detail: dict[str, Any] = {"tensor": ""}
        stored = value.detach()
        if value.device.type == "meta":
            detail = {"meta": geometry_of(stored)}
        elif value.device.type != "cpu":
            detail["device"] = str(value.device)
        if value.requires_grad:
            detail["requires_grad"] = True
        if type(value).__name__ == "Parameter":
            detail["parameter"] = True
        if value.device.type == "meta":
            return detail
        if stored.dtype.is_complex:
            stored = _C.ops.view_as_real(stored)
            detail["complex"] = True
        use = Use(self.seen[id(value)], stored, path, detail)
        if stored.numel() == 0:
            detail["tensor"] = self.add(stored, path)
        else:
            self.storages.setdefault(stored._storage_key(), []).append(use)
        return detail

    def add(self, tensor: Any, path: tuple[str, ...], suffix: str = "") -> str:
        """The name under which `tensor` will be in the file."""
        name = (".".join(path) or "tensor") + suffix
        # what the format cannot hold in a name: the structure has the key itself
        name = name.replace("\0", "_").encode("utf-8", "replace").decode()
        while name in self.tensors or name == "__metadata__":
            name += "_"
        self.tensors[name] = tensor
        return name

    def store(self) -> None:
        """Decide how each tensor is stored, once all are known."""
        for uses in self.storages.values():
            for group in overlapping(uses):
                alike: dict[Any, list[Use]] = {}
                for use in sorted(group, key=lambda use: use.number):
                    alike.setdefault(use.geometry, []).append(use)
                firsts = [same[0] for same in alike.values()]
                if repeats(firsts):
                    self.store_shared(group, firsts)
                    continue
                for same in alike.values():
                    self.store_as_it_looks(same)

    def store_as_it_looks(self, same: list[Use]) -> None:
        tensor = same[0].tensor
        begin, end = same[0].elements
        name = self.add(tensor, same[0].path)
        for use in same:
            use.detail["tensor"] = name
            if end - begin == tensor.numel() and not tensor.is_contiguous():
                use.detail["stride"] = list(tensor.stride())

    def store_shared(self, group: list[Use], firsts: list[Use]) -> None:
        begin, end = min(use.span[0] for use in group), max(use.span[1] for use in group)
        aligned = all(begin % use.tensor.element_size() == 0 for use in group)
        covers = (u for u in firsts if aligned and u.span == (begin, end) and u.tensor.is_contiguous())
        whole = next(covers, None)
        if whole is not None:
            name = self.add(whole.tensor, whole.path)
        else:
            begin -= begin % WIDEST  # so that every dtype counts from there in whole elements
            same_dtype = len({use.tensor.dtype for use in group}) == 1
            dtype = group[0].tensor.dtype if same_dtype else _C.uint8
            size = dtype.itemsize
            piece = group[0].tensor._over_storage(dtype, ((end - begin) // size,), (1,), begin // size)
            name = self.add(piece, firsts[0].path, ".storage")
        for use in group:
            use.detail["tensor"] = name
            if whole is None or use.geometry != whole.geometry:
                offset = use.tensor.storage_offset() - begin // use.tensor.element_size()
                use.detail["view"] = [*geometry_of(use.tensor), offset]

    def encode(self, value: Any, path: tuple[str, ...] = ()) -> Any:
        if len(path) > MAX_DEPTH:
            raise ValueError(f"save: expected at most {MAX_DEPTH} levels of nesting")
        if value is None or (isinstance(value, bool | int | str) and type(value) in (bool, int, str)):
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {"float": str(value)}
        if isinstance(value, Tensor):
            return self.tensor(value, path)
        if isinstance(value, _C.Size):
            return {"size": list(value)}
        if type(value) in (list, tuple, set):
            return {type(value).__name__: [self.encode(v, (*path, str(i))) for i, v in enumerate(value)]}
        if isinstance(value, dict):
            if type(value) is defaultdict:
                return {"defaultdict": [self.factory(value, path), self.encode(dict(value), path)]}
            kind = {OrderedDict: "ordered", dict: "dict"}.get(type(value))
            if kind is not None:
                return {kind: [[self.encode(k), self.encode(v, (*path, str(k)))] for k, v in value.items()]}
        if isinstance(value, _C.dtype | _C.device):
            return {type(value).__name__: str(value).removeprefix("torch.")}
        if type(value) is bytes:
            return {"bytes": value.hex()}
        if type(value) is complex:
            return {"complex": [value.real, value.imag]}
        raise NotImplementedError(
            f"save: {'.'.join(path) or 'the object'} is a {type_text(value)}; "
            "tensors, numbers, text, and dicts, lists, tuples and sets of them can be saved. "
            "Of a module or an optimizer, save its state_dict()."
        )

    def factory(self, value: defaultdict[Any, Any], path: tuple[str, ...]) -> str | None:
        made = value.default_factory
        name = None if made is None else next((name for name, kind in FACTORIES.items() if kind is made), "")
        if name == "":
            raise NotImplementedError(
                f"save: {'.'.join(path) or 'the object'} is a defaultdict of {made!r}; "
                f"those of {', '.join(FACTORIES)} can be saved"
            )
        return name


def type_text(value: Any) -> str:
    name = _C.type_name(value)
    kind = type(value)
    return f"{kind.__module__}.{kind.__qualname__}" if name == kind.__name__ else name


def geometry_of(tensor: Any) -> list[Any]:
    return [str(tensor.dtype).removeprefix("torch."), list(tensor.shape), list(tensor.stride())]


class Decoder:
    """Turns the JSON values back into a structure; raises FormatError on anything an Encoder does not write."""

    def __init__(self, tensors: dict[str, Any], place: Callable[[Any, str], Any]):
        self.tensors, self.place = tensors, place
        self.placed: dict[tuple[str, str, str], Any] = {}
        self.made: list[Any] = []

    def tensor(self, detail: dict[str, Any]) -> Any:
        result = self.meta(detail["meta"]) if "meta" in detail else self.stored(detail)
        if detail.get("parameter"):
            from vibetensor.torch.nn import Parameter

            result = Parameter(result, requires_grad=bool(detail.get("requires_grad")))
        else:
            # a tensor of its own for each use, over the same memory
            result = result.detach()
            if detail.get("requires_grad"):
                result.requires_grad_()
        self.made.append(result)
        return result

    def stored(self, detail: dict[str, Any]) -> Any:
        name, device, stride = detail["tensor"], detail.get("device", "cpu"), detail.get("stride")
        if name not in self.tensors:
            raise FormatError(f"load: the structure names {name!r}, which the file does not hold")
        key = (name, device, str(stride))
        if key not in self.placed:
            tensor = self.tensors[name]
            self.placed[key] = self.place(tensor if stride is None else laid_out(tensor, stride), device)
        result = self.placed[key]
        if "view" in detail:
            dtype, shape, view_stride, offset = detail["view"]
            if not result.is_contiguous() or result.storage_offset():
                result = self.placed[key] = result.clone(memory_format=_C.contiguous_format)
            result = result._over_storage(dtype_named(dtype), tuple(shape), tuple(view_stride), offset)
        return _C.ops.view_as_complex(result) if detail.get("complex") else result

    def meta(self, geometry: Any) -> Any:
        dtype, shape, stride = geometry
        return _C.ops.empty_strided(shape, stride, dtype=dtype_named(dtype), device="meta")

    def again(self, number: Any) -> Any:
        if not isinstance(number, int) or not 0 <= number < len(self.made):
            raise FormatError(f"load: tensor {number!r} is named before it comes")
        return self.made[number]

    def decode(self, value: Any) -> Any:
        if not isinstance(value, dict):
            if isinstance(value, list):
                raise FormatError("load: a bare list in the structure")
            return value
        if "tensor" in value or "meta" in value:
            return self.tensor(value)
        if len(value) != 1:
            raise FormatError(f"load: expected one kind, got {sorted(value)}")
        ((kind, content),) = value.items()
        if kind not in KINDS:
            raise FormatError(f"load: unknown kind {kind!r} in the structure")
        return KINDS[kind](self, content)

    def items(self, content: Any) -> list[Any]:
        return [self.decode(v) for v in content]

    def pairs(self, content: Any) -> list[tuple[Any, Any]]:
        return [(self.decode(k), self.decode(v)) for k, v in content]


def laid_out(tensor: Any, stride: list[int]) -> Any:
    """`tensor` with its elements in another order in memory, without gaps."""
    last = sum((n - 1) * s for n, s in zip(tensor.shape, stride, strict=True))
    if last + 1 != tensor.numel() or any(s < 0 for s in stride):
        raise FormatError(f"load: strides {stride} do not lay {tuple(tensor.shape)} out without gaps")
    return _C.ops.empty_strided(tensor.shape, stride, dtype=tensor.dtype, device="cpu").copy_(tensor)


def dtype_named(name: str) -> Any:
    dtype = getattr(_C, name, None)
    if not isinstance(dtype, _C.dtype):
        raise FormatError(f"load: unknown dtype {name!r}")
    return dtype


def factory_named(name: str | None) -> Any:
    if name is not None and name not in FACTORIES:
        raise FormatError(f"load: a defaultdict of {name!r}")
    return None if name is None else FACTORIES[name]


KINDS: dict[str, Callable[[Decoder, Any], Any]] = {
    "again": lambda d, c: d.again(c),
    "float": lambda d, c: float(c),
    "list": lambda d, c: d.items(c),
    "tuple": lambda d, c: tuple(d.items(c)),
    "set": lambda d, c: set(d.items(c)),
    "dict": lambda d, c: dict(d.pairs(c)),
    "ordered": lambda d, c: OrderedDict(d.pairs(c)),
    "defaultdict": lambda d, c: defaultdict(factory_named(c[0]), d.decode(c[1])),
    "size": lambda d, c: _C.Size(c),
    "bytes": lambda d, c: bytes.fromhex(c),
    "complex": lambda d, c: complex(*c),
    "dtype": lambda d, c: dtype_named(c),
    "device": lambda d, c: _C.device(c),
}
