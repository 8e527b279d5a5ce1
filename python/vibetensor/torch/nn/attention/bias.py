"""Causal masks by name: which corner of the scores the diagonal starts from."""

from __future__ import annotations

from vibetensor.torch._not_there import Refused, RefusedType

__all__ = ["CausalBias", "causal_lower_right", "causal_upper_left"]

WAY_ROUND = (
    "give scaled_dot_product_attention is_causal=True, or torch.ones(L, S, dtype=torch.bool).tril(S - L) as its mask"
)

causal_upper_left = Refused("torch.nn.attention.bias.causal_upper_left", WAY_ROUND)
causal_lower_right = Refused("torch.nn.attention.bias.causal_lower_right", WAY_ROUND)


class CausalBias(RefusedType, why=WAY_ROUND):
    """A causal mask as a tensor of its own kind."""
