"""Attention with a function of one's own on the scores: the names; calling it raises."""

from typing import NamedTuple

from vibetensor.torch._not_there import Refused, RefusedType

__all__ = ["BlockMask", "create_block_mask", "create_mask", "flex_attention"]

WAY_ROUND = "give scaled_dot_product_attention the bias or the mask as a tensor"

flex_attention = Refused("torch.nn.attention.flex_attention.flex_attention", WAY_ROUND)
create_block_mask = Refused("torch.nn.attention.flex_attention.create_block_mask", WAY_ROUND)
create_mask = Refused("torch.nn.attention.flex_attention.create_mask", WAY_ROUND)
and_masks = Refused("torch.nn.attention.flex_attention.and_masks", WAY_ROUND)
or_masks = Refused("torch.nn.attention.flex_attention.or_masks", WAY_ROUND)
noop_mask = Refused("torch.nn.attention.flex_attention.noop_mask", WAY_ROUND)

_DEFAULT_SPARSE_BLOCK_SIZE = 128  # libraries round lengths up to it


class AuxRequest(NamedTuple):
    """What else flex_attention shall give."""

    lse: bool = False
    max_scores: bool = False


class BlockMask(RefusedType, why=WAY_ROUND):
    """Which blocks of the scores are wanted."""
