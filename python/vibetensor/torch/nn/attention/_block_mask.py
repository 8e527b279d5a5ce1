"""Which blocks of attention's scores are wanted: BlockMask, and what makes one out of a function of indices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import vibetensor.torch as torch

DEFAULT_BLOCK = 128  # rows, and columns

Mod = Callable[..., Any]


def noop_mask(batch: Any, head: Any, token_q: Any, token_kv: Any) -> Any:
    """A mask_mod that wants every score: True, as a 0-dim bool tensor."""
    return batch.new_ones(size=(), dtype=torch.bool, device=batch.device)


def and_masks(*mask_mods: Mod) -> Mod:
    """A mask_mod that wants what all of `mask_mods` want; everything without one."""
    return combined(mask_mods, lambda a, b: a & b, True)


def or_masks(*mask_mods: Mod) -> Mod:
    """A mask_mod that wants what one of `mask_mods` wants; nothing without one."""
    return combined(mask_mods, lambda a, b: a | b, False)


def combined(mask_mods: tuple[Mod, ...], join: Callable[[Any, Any], Any], neutral: bool) -> Mod:
    for mod in mask_mods:
        if not callable(mod):
            raise RuntimeError(f"all masks have to be functions of (batch, head, q_idx, kv_idx), got {mod!r}")

    def mask_mod(b: Any, h: Any, q_idx: Any, kv_idx: Any) -> Any:
        result = b.new_full((), neutral, dtype=torch.bool)
        for mod in mask_mods:
            result = join(result, mod(b, h, q_idx, kv_idx))
        return result

    return mask_mod


def over_indices(mod: Mod, with_score: bool) -> Mod:
    """`mod` of scalars as a function of whole indices: (B,), (H,), (Q,), (K,), with a score (B, H, Q, K) in front."""
    for place in (3, 2, 1, 0):  # keys are innermost
        dims: list[int | None] = [None] * 4
        dims[place] = 0
        mod = torch.vmap(mod, in_dims=(*((0,) if with_score else ()), *dims), out_dims=0)
    return mod


def indices(count: int, device: Any, start: int = 0) -> Any:
    return torch.arange(start, start + count, dtype=torch.int32, device=device)


def takes_score(mod: Mod) -> bool:
    """Whether a function is a score_mod, of five arguments, and no mask_mod, of four."""
    import inspect

    parameters = inspect.signature(mod).parameters.values()
    required = sum(p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)
    if required not in (4, 5):
        raise ValueError(f"expected a mask_mod of 4 arguments or a score_mod of 5, got a function of {required}")
    return required == 5


def create_mask(mod_fn: Mod, B: int | None, H: int | None, Q_LEN: int, KV_LEN: int, device: Any = None) -> Any:
    """Which scores a function of indices wants, (B, H, Q_LEN, KV_LEN), bool; a score_mod those that it does not make -inf.

    `B` and `H` None are 1. `device`: the default device if None. ValueError for a function that is neither.
    """
    batches, heads = B or 1, H or 1
    device = torch.get_default_device() if device is None else device
    where = (indices(batches, device), indices(heads, device), indices(Q_LEN, device), indices(KV_LEN, device))
    if takes_score(mod_fn):
        scores = torch.zeros(batches, heads, Q_LEN, KV_LEN, device=device)
        return ~torch.isneginf(over_indices(mod_fn, True)(scores, *where))
    return over_indices(mod_fn, False)(*where)


def both(size: int | Sequence[int]) -> tuple[int, int]:
    rows, columns = (size, size) if isinstance(size, int) else size
    return rows, columns


def ordered(dense: Any) -> tuple[Any, Any]:
    """Of a bool tensor (..., rows, columns): how many columns of each row are set, and all columns, those first."""
    return dense.sum(-1).to(torch.int32), torch.argsort(dense.to(torch.int32), dim=-1, descending=True, stable=True).to(
        torch.int32
    )


def dense_of(counts: Any, columns: Any, width: int) -> Any:
    """The bool tensor that `ordered` was made from."""
    wanted = torch.arange(columns.shape[-1], device=columns.device) < counts.unsqueeze(-1)
    dense = torch.zeros(*columns.shape[:-1], width + 1, dtype=torch.bool, device=columns.device)
    places = torch.where(wanted, columns.long(), width)
    return dense.scatter(-1, places, True)[..., :width]


def create_block_mask(
    mask_mod: Mod,
    B: int | None,
    H: int | None,
    Q_LEN: int,
    KV_LEN: int,
    device: Any = None,
    BLOCK_SIZE: int | tuple[int, int] = DEFAULT_BLOCK,
    _compile: bool = False,
    separate_full_blocks: bool = True,
    compute_dq_write_order: bool = False,
    dq_kv_order: bool = True,
) -> BlockMask:
    """The blocks in which `mask_mod` wants a score, and, apart from them, those in which it wants all.

    `mask_mod`: a function of (batch, head, q_idx, kv_idx), 0-dim int32 tensors, that gives a 0-dim bool tensor. `B`, `H`: None
    for a mask that is the same for all. `BLOCK_SIZE`: rows and columns of a block. `_compile` is taken, and gives the same mask.
    NotImplementedError for an order in which gradients are written.
    """
    if compute_dq_write_order:
        raise NotImplementedError("create_block_mask: an order in which gradients are written is not there")
    if takes_score(mask_mod):
        raise ValueError("create_block_mask: expected a mask_mod of 4 arguments, got a score_mod of 5")
    rows, columns = both(BLOCK_SIZE)
    mask = create_mask(mask_mod, B, H, Q_LEN, KV_LEN, device)
    if mask.dtype != torch.bool:
        raise AssertionError(f"create_block_mask: expected a mask_mod that gives torch.bool, got {mask.dtype}")
    over = -Q_LEN % rows, -KV_LEN % columns
    mask = torch.nn.functional.pad(mask, (0, over[1], 0, over[0]))
    blocks = mask.unflatten(-1, (-1, columns)).unflatten(-3, (-1, rows))  # (B, H, q blocks, rows, kv blocks, columns)
    counts = blocks.sum((-3, -1))
    full = counts == rows * columns if separate_full_blocks else torch.zeros_like(counts, dtype=torch.bool)
    partial = (counts > 0) & ~full
    counts, names = ordered(partial)
    full_counts, full_names = ordered(full) if separate_full_blocks else (None, None)
    return BlockMask.from_kv_blocks(counts, names, full_counts, full_names, (rows, columns), mask_mod, (Q_LEN, KV_LEN))


class BlockMask:
    """Which blocks of the scores (B, H, queries, keys) are wanted whole, which in part, by a mask_mod, and which not.

    `kv_num_blocks` (B, H, q blocks) counts the blocks of keys that a block of queries wants in part, `kv_indices`
    (B, H, q blocks, kv blocks) names them, those that count first; `full_*` are of those that are wanted whole, `q_*` the same
    seen from the keys. Made by `create_block_mask` or `BlockMask.from_kv_blocks`.
    """

    TENSORS = (
        "kv_num_blocks",
        "kv_indices",
        "full_kv_num_blocks",
        "full_kv_indices",
        "q_num_blocks",
        "q_indices",
        "full_q_num_blocks",
        "full_q_indices",
    )

    def __init__(
        self,
        seq_lengths: tuple[int, int],
        kv_num_blocks: Any,
        kv_indices: Any,
        full_kv_num_blocks: Any,
        full_kv_indices: Any,
        q_num_blocks: Any,
        q_indices: Any,
        full_q_num_blocks: Any,
        full_q_indices: Any,
        BLOCK_SIZE: tuple[int, int] = (DEFAULT_BLOCK, DEFAULT_BLOCK),
        mask_mod: Mod = noop_mask,
        *,
        dq_write_order: Any = None,
        dq_write_order_full: Any = None,
        dq_kv_order: Any = None,
        dq_kv_order_spt: bool | None = None,
    ):
        if any(order is not None for order in (dq_write_order, dq_write_order_full, dq_kv_order, dq_kv_order_spt)):
            raise NotImplementedError("BlockMask: an order in which gradients are written is not there")
        if kv_indices.dim() < 2:
            raise RuntimeError("BlockMask must have at least 2 dimensions")
        if (full_kv_num_blocks is None) != (full_kv_indices is None):
            raise AssertionError("full_kv_num_blocks and full_kv_indices must be both provided or omitted")
        if (full_q_num_blocks is None) != (full_q_indices is None):
            raise AssertionError("full_q_num_blocks and full_q_indices must be both provided or omitted")
        self.seq_lengths, self.BLOCK_SIZE, self.mask_mod = both(seq_lengths), both(BLOCK_SIZE), mask_mod
        self.kv_num_blocks, self.kv_indices = kv_num_blocks, kv_indices
        self.full_kv_num_blocks, self.full_kv_indices = full_kv_num_blocks, full_kv_indices
        self.q_num_blocks, self.q_indices = q_num_blocks, q_indices
        self.full_q_num_blocks, self.full_q_indices = full_q_num_blocks, full_q_indices
        self._spans: list[tuple[int, int]] | None = None

    @classmethod
    def from_kv_blocks(
        cls,
        kv_num_blocks: Any,
        kv_indices: Any,
        full_kv_num_blocks: Any = None,
        full_kv_indices: Any = None,
        BLOCK_SIZE: int | tuple[int, int] = DEFAULT_BLOCK,
        mask_mod: Mod | None = None,
        seq_lengths: tuple[int, int] | None = None,
        compute_q_blocks: bool = True,
        *,
        dq_write_order: Any = None,
        dq_write_order_full: Any = None,
        dq_kv_order: Any = None,
    ) -> BlockMask:
        """A BlockMask of what a caller knows; `seq_lengths` are whole blocks if None. RuntimeError for tensors of other ranks."""
        if kv_indices.dim() < 2:
            raise RuntimeError("BlockMask must have at least 2 dimensions")
        if (full_kv_num_blocks is None) != (full_kv_indices is None):
            raise AssertionError("full_kv_num_blocks and full_kv_indices must be both provided or omitted")
        rows, columns = both(BLOCK_SIZE)
        if seq_lengths is None:
            seq_lengths = kv_indices.shape[-2] * rows, kv_indices.shape[-1] * columns
        partial: tuple[Any, Any] = (None, None)
        full: tuple[Any, Any] = (None, None)
        if compute_q_blocks:
            width = kv_indices.shape[-1]
            partial = ordered(dense_of(kv_num_blocks, kv_indices, width).mT)
            if full_kv_indices is not None:
                full = ordered(dense_of(full_kv_num_blocks, full_kv_indices, width).mT)
        return cls(
            seq_lengths,
            kv_num_blocks,
            kv_indices,
            full_kv_num_blocks,
            full_kv_indices,
            *partial,
            *full,
            (rows, columns),
            noop_mask if mask_mod is None else mask_mod,
            dq_write_order=dq_write_order,
            dq_write_order_full=dq_write_order_full,
            dq_kv_order=dq_kv_order,
        )

    def as_tuple(self, flatten: bool = True) -> tuple[Any, ...]:
        """Lengths, tensors, block size and mask_mod; lengths and block size one number each if `flatten`."""
        tensors = tuple(getattr(self, name) for name in self.TENSORS)
        if flatten:
            return (*self.seq_lengths, *tensors, *self.BLOCK_SIZE, self.mask_mod)
        return (self.seq_lengths, *tensors, self.BLOCK_SIZE, self.mask_mod)

    @property
    def shape(self) -> tuple[int, ...]:
        return (*self.kv_indices.shape[:-2], *self.seq_lengths)

    def numel(self) -> int:
        """How many scores there are, wanted or not."""
        count = 1
        for size in self.shape:
            count *= size
        return count

    def sparsity(self) -> float:
        """The share of scores, in percent, that lie in blocks which nobody wants."""
        wanted = self.kv_num_blocks.sum().item()
        if self.full_kv_num_blocks is not None:
            wanted += self.full_kv_num_blocks.sum().item()
        return 100 * (1 - wanted * self.BLOCK_SIZE[0] * self.BLOCK_SIZE[1] / self.numel())

    def partial_blocks(self) -> Any:
        """Of each block (B, H, q blocks, kv blocks) whether the mask_mod decides in it."""
        return dense_of(self.kv_num_blocks, self.kv_indices, self.kv_indices.shape[-1])

    def full_blocks(self) -> Any:
        """Of each block whether all of it is wanted."""
        if self.full_kv_indices is None:
            return torch.zeros_like(self.kv_indices, dtype=torch.bool)
        return dense_of(self.full_kv_num_blocks, self.full_kv_indices, self.full_kv_indices.shape[-1])

    def to_dense(self) -> Any:
        """1 for each block, (B, H, q blocks, kv blocks), in which something is wanted, else 0: int32."""
        return (self.partial_blocks() | self.full_blocks()).to(torch.int32)

    def spans(self) -> list[tuple[int, int]]:
        """For each block of queries the first block of keys that some batch and head wants, and the end behind the last."""
        if self._spans is None:  # read once: on CUDA it waits
            wanted = self.to_dense().flatten(0, -3).amax(0) > 0
            rows = wanted.cpu().tolist()
            self._spans = [(row.index(True), len(row) - row[::-1].index(True)) if any(row) else (0, 0) for row in rows]
        return self._spans

    def to(self, device: Any) -> BlockMask:
        """The mask with its tensors on `device`; the mask_mod is the same."""
        tensors = {name: None if (t := getattr(self, name)) is None else t.to(device) for name in self.TENSORS}
        return BlockMask(self.seq_lengths, BLOCK_SIZE=self.BLOCK_SIZE, mask_mod=self.mask_mod, **tensors)

    def __getitem__(self, index: Any) -> BlockMask:
        """The blocks of some batches, heads and blocks of queries, without a mask_mod; dims stay, and so do the lengths."""
        parts = index if isinstance(index, tuple) else (index,)
        if Ellipsis in parts:
            at = parts.index(Ellipsis)
            parts = (*parts[:at], *[slice(None)] * (3 - len(parts) + 1), *parts[at + 1 :])
        parts = tuple(slice(i, i + 1 or None) if isinstance(i, int) else i for i in parts)
        of_queries = {name: None if (t := getattr(self, name)) is None else t[parts] for name in self.TENSORS[:4]}
        return BlockMask.from_kv_blocks(
            BLOCK_SIZE=self.BLOCK_SIZE,
            seq_lengths=self.seq_lengths,
            compute_q_blocks=self.q_indices is not None,
            **of_queries,
        )

    def _adjust(self, new_q_len: int, new_kv_len: int) -> BlockMask:
        """The mask for other lengths: as many blocks as they need, of those that are there."""
        rows, columns = (
            -(-length // size) for length, size in zip((new_q_len, new_kv_len), self.BLOCK_SIZE, strict=True)
        )

        def cut(counts: Any, names: Any) -> tuple[Any, Any]:
            if names is None:
                return None, None
            dense = dense_of(counts, names, names.shape[-1])[..., :rows, :columns]
            return ordered(dense)

        return BlockMask.from_kv_blocks(
            *cut(self.kv_num_blocks, self.kv_indices),
            *cut(self.full_kv_num_blocks, self.full_kv_indices),
            self.BLOCK_SIZE,
            self.mask_mod,
            (new_q_len, new_kv_len),
        )

    def to_string(self, grid_size: int | tuple[int, int] = (20, 20), limit: int = 4) -> str:
        """A picture of the blocks of the first `limit` heads, at most `grid_size` signs: █ whole, ░ in part."""
        dense, full = self.to_dense().flatten(0, -3).cpu(), self.full_blocks().flatten(0, -3).cpu()
        most = both(grid_size) if grid_size != -1 else dense.shape[-2:]
        pictures = []
        for blocks, whole in zip(dense[:limit], full[:limit], strict=True):
            steps = [max(1, -(-size // signs)) for size, signs in zip(blocks.shape, most, strict=True)]
            lines = []
            for i in range(0, blocks.shape[0], steps[0]):
                line = ""
                for j in range(0, blocks.shape[1], steps[1]):
                    part = slice(i, i + steps[0]), slice(j, j + steps[1])
                    line += "██" if whole[part].all() else "░░" if blocks[part].any() else "  "
                lines.append(line)
            pictures.append("\n".join(lines))
        more = f"\n... and {len(dense) - limit} more" if len(dense) > limit else ""
        return "\n\n".join(pictures) + more

    def __str__(self) -> str:
        return f"BlockMask(shape={self.shape}, sparsity={self.sparsity():.2f}%, \n{self.to_string()}\n)"

    def __repr__(self) -> str:
        tensors = "".join(
            f"    {name}={None if (t := getattr(self, name)) is None else tuple(t.shape)},\n" for name in self.TENSORS
        )
        name = getattr(self.mask_mod, "__name__", repr(self.mask_mod))
        return (
            f"BlockMask(\n{tensors}    BLOCK_SIZE={self.BLOCK_SIZE},\n    shape={self.shape},\n    mask_mod={name},\n)"
        )
