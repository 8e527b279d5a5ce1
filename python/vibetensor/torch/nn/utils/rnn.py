"""Batches of sequences of different lengths: padded to the longest, or packed without padding."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable
from typing import Any

from vibetensor import _C

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]
ops = _C.ops
Tensor: Any = _C.Tensor

PackedSequence_ = namedtuple("PackedSequence_", ["data", "batch_sizes", "sorted_indices", "unsorted_indices"])
PackedSequence_.__annotations__ = dict.fromkeys(PackedSequence_._fields, Tensor)


def bind(optional: Any, fn: Any) -> Any:
    """fn(optional), None for None."""
    return None if optional is None else fn(optional)


def invert_permutation(permutation: Any) -> Any:
    """The permutation that undoes this one, a vector; None for None."""
    if permutation is None:
        return None
    places = ops.arange(permutation.numel(), dtype=permutation.dtype, device=permutation.device)
    return ops.scatter(ops.empty_like(permutation), 0, permutation, places)


class PackedSequence(PackedSequence_):
    """Sequences without padding: step 0 of all, then step 1 of those that have one, and so on; the longest come first.

    data (steps in all, *); batch_sizes, on the CPU: how many sequences have each step; sorted_indices: which sequence of
    the batch each is, unsorted_indices the other way round, None for both where the batch was sorted. pack_sequence and
    pack_padded_sequence make them.
    """

    def __new__(
        cls, data: Any, batch_sizes: Any = None, sorted_indices: Any = None, unsorted_indices: Any = None
    ) -> PackedSequence:
        if batch_sizes is None:  # PackedSequence((data, batch_sizes)), as it once was
            if not isinstance(data, list | tuple) or len(data) != 2:
                raise AssertionError("PackedSequence: expected batch_sizes, or a pair (data, batch_sizes)")
            data, batch_sizes = data
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        if batch_sizes.device.type != "cpu":
            raise ValueError(
                "batch_sizes should always be on CPU. Instances of PackedSequence should never be created manually. They "
                "should be instantiated by functions like pack_sequence and pack_padded_sequence in nn.utils.rnn."
            )
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The sequence with its data converted as by Tensor.to; batch_sizes stay on the CPU."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        kwargs = {name: value for name, value in kwargs.items() if name not in ("device", "dtype")}
        indices = [bind(t, lambda t: t.to(data.device, **kwargs)) for t in (self.sorted_indices, self.unsorted_indices)]
        return type(self)(data, self.batch_sizes, *indices)

    def pin_memory(self) -> PackedSequence:
        """The sequence in page-locked memory."""
        indices = [bind(t, lambda t: t.pin_memory()) for t in (self.sorted_indices, self.unsorted_indices)]
        return type(self)(self.data.pin_memory(), self.batch_sizes, *indices)

    def is_pinned(self) -> bool:
        """Whether the data is in page-locked memory."""
        return self.data.is_pinned()

    @property
    def is_cuda(self) -> bool:
        return self.data.is_cuda

    def cuda(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The sequence on a GPU."""
        if self.is_cuda and not args and "device" not in kwargs:
            return self.to(*args, **kwargs)
        kwargs.setdefault("device", args[0] if args else "cuda")
        return self.to(*args[1:], **kwargs)

    def cpu(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The sequence on the CPU."""
        return self.to(*args, device="cpu", **kwargs)

    def _to_dtype(self, dtype: Any) -> PackedSequence:
        return self.to(dtype=dtype)

    def double(self) -> PackedSequence:
        """The sequence in float64."""
        return self._to_dtype(_C.float64)

    def float(self) -> PackedSequence:
        """The sequence in float32."""
        return self._to_dtype(_C.float32)

    def half(self) -> PackedSequence:
        """The sequence in float16."""
        return self._to_dtype(_C.float16)

    def long(self) -> PackedSequence:
        """The sequence in int64."""
        return self._to_dtype(_C.int64)

    def int(self) -> PackedSequence:
        """The sequence in int32."""
        return self._to_dtype(_C.int32)

    def short(self) -> PackedSequence:
        """The sequence in int16."""
        return self._to_dtype(_C.int16)

    def char(self) -> PackedSequence:
        """The sequence in int8."""
        return self._to_dtype(_C.int8)

    def byte(self) -> PackedSequence:
        """The sequence in uint8."""
        return self._to_dtype(_C.uint8)


def pack_padded_sequence(
    input: Any, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """The first `lengths[b]` steps of every sequence b of `input` (steps, batch, *), packed.

    batch_first: input is (batch, steps, *). lengths: a list, or a tensor on the CPU; with `enforce_sorted` they must not
    grow, a RuntimeError, without it the batch is sorted.
    """
    if not isinstance(lengths, Tensor):
        lengths = _C.tensor(list(lengths), dtype=_C.int64)
    elif lengths.device.type != "cpu":
        raise RuntimeError(
            "'lengths' argument should be a 1D CPU int64 tensor, but got "
            f"{lengths.dim()}D {lengths.device} {lengths.dtype} tensor"
        )
    else:
        lengths = lengths.to(_C.int64)
    sorted_indices = None
    if not enforce_sorted:
        lengths, sorted_indices = ops.sort(lengths, descending=True)
        sorted_indices = sorted_indices.to(input.device)
        input = input.index_select(0 if batch_first else 1, sorted_indices)
    data, batch_sizes = ops._pack_padded_sequence(input, lengths, batch_first)
    return PackedSequence(data, batch_sizes, sorted_indices)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Any, Any]:
    """(the sequences padded (steps, batch, *), their lengths): pack_padded_sequence undone.

    batch_first: (batch, steps, *). total_length: so many steps, at least those of the longest, else ValueError.
    """
    steps = sequence.batch_sizes.size(0)
    if total_length is not None and total_length < steps:
        raise ValueError(
            "Expected total_length to be at least the length of the longest sequence in input, but got "
            f"total_length={total_length} and max sequence length being {steps}"
        )
    padded, lengths = ops._pad_packed_sequence(
        sequence.data, sequence.batch_sizes, batch_first, padding_value, steps if total_length is None else total_length
    )
    order = sequence.unsorted_indices
    if order is None:
        return padded, lengths
    return padded.index_select(0 if batch_first else 1, order), lengths[order.cpu()]


def pad_sequence(
    sequences: Any, batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Any:
    """Sequences (steps, *) as one tensor (longest, batch, *), padded at the `padding_side`.

    batch_first: (batch, longest, *).
    """
    if isinstance(sequences, Tensor):
        sequences = sequences.unbind(0)
    elif not isinstance(sequences, Iterable):
        raise RuntimeError(
            f"pad_sequence: Expected iterable for input sequences, but got arg of type: {_C.type_name(sequences)}"
        )
    return ops.pad_sequence(tuple(sequences), batch_first, padding_value, padding_side)


def unpad_sequence(padded_sequences: Any, lengths: Any, batch_first: bool = False) -> list[Any]:
    """The first `lengths[b]` steps of every sequence b of (steps, batch, *): pad_sequence undone."""
    if not batch_first:
        padded_sequences = padded_sequences.transpose(0, 1)
    return [s[:length] for s, length in zip(padded_sequences, lengths.tolist(), strict=True)]


def pack_sequence(sequences: Any, enforce_sorted: bool = True) -> PackedSequence:
    """Sequences (steps, *) packed; with `enforce_sorted` the longest must come first."""
    lengths = _C.tensor([s.size(0) for s in sequences], dtype=_C.int64)
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Any]:
    """The sequences of a packed one, each (steps, *): pack_sequence undone."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
