"""How F.linear_cross_entropy works in chunks."""

from __future__ import annotations

from typing import Any

from vibetensor import _C

POLICIES = ("accurate", "balanced", "compact", "auto")


class LinearCrossEntropyOptions:
    """Takes rows some at a time, so that the logits (N, classes) are never there all at once.

    batch_chunk_size: rows at a time; None: as chunking_method says. chunking_method: "auto", a number at which products
    still run at their rate; "aspect_ratio", as many rows as make logits of the input's size, or "aspect_ratio:k", of 1/k
    of it; None, all rows unless batch_chunk_size says fewer. Sums over chunks are kept in float32 at least, which is what
    acc_policy "balanced" means and "auto" takes. allow_retain_graph: always so; gradients are not used up by backward.
    """

    def __init__(
        self,
        allow_retain_graph: bool = False,
        batch_chunk_size: int | None = None,
        chunking_method: str | None = "auto",
        acc_policy: str = "auto",
        acc_dtype: Any = None,
    ) -> None:
        self.allow_retain_graph = allow_retain_graph
        self.batch_chunk_size = batch_chunk_size
        self.chunking_method = chunking_method
        self.acc_policy = acc_policy
        self.acc_dtype = acc_dtype
        if self.acc_policy not in POLICIES:
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}")
        if self.chunking_method not in (None, "auto"):
            name, colon, factor = self.chunking_method.partition(":")
            if name != "aspect_ratio" or not (factor.isdigit() and int(factor) > 0 if colon else not factor):
                raise ValueError(f"invalid chunking_method: {self.chunking_method!r}")
        size = self.batch_chunk_size
        if size is not None and not (isinstance(size, int) and size > 0):
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size!r}")
        if self.acc_dtype not in (None, _C.float16, _C.bfloat16, _C.float32, _C.float64):
            raise ValueError(f"acc_dtype must be None, float16, bfloat16, float32 or float64, got {self.acc_dtype!r}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LinearCrossEntropyOptions) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))

    def chunk_size(self, rows: int, features: int, classes: int, dtype: Any) -> int:
        """Rows at a time for a call of these sizes; 0 for what the op thinks best."""
        sums = _C.float32 if dtype in (_C.float16, _C.bfloat16) else dtype
        if self.acc_policy in ("accurate", "compact") and dtype is not sums:
            raise NotImplementedError(
                f'linear_cross_entropy: acc_policy {self.acc_policy!r} of {dtype}; "balanced" is what there is'
            )
        if self.acc_dtype not in (None, sums):
            raise NotImplementedError(f"linear_cross_entropy: acc_dtype {self.acc_dtype} of {dtype}; it is {sums}")
        method = self.chunking_method
        if method == "auto":
            return 0 if self.batch_chunk_size is None else min(self.batch_chunk_size, max(rows, 1))
        given = rows if self.batch_chunk_size is None else min(self.batch_chunk_size, rows)
        if method is None:
            return max(given, 1)
        wanted = -(-rows // -(-classes // features))
        size = min((1 << (wanted - 1).bit_length()) // int(method.partition(":")[2] or 1), rows)
        if self.batch_chunk_size not in (None, size):
            raise ValueError(
                f"batch_chunk_size (={self.batch_chunk_size}) and chunking_method ({method!r}) give different chunk sizes "
                f"({self.batch_chunk_size} vs {size}); pass only one."
            )
        return max(size, 1)
