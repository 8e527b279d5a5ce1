"""The decoder of the benchmarks: RMSNorm, rotary positions, GELU-tanh MLP x4, no biases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Shape:
    dim: int
    heads: int
    layers: int
    context: int  # T
    vocabulary: int


MINIGPT = Shape(dim=256, heads=8, layers=6, context=128, vocabulary=4096)
REVERSAL = Shape(dim=128, heads=4, layers=2, context=64, vocabulary=36)


def build(framework: Any, shape: Shape) -> Any:
    """The model on a framework: tokens (B, T) to logits (B, T, vocabulary)."""
    nn, functional = framework.nn, framework.nn.functional
    dim, heads = shape.dim, shape.heads

    def rotate(x, cos, sin):  # (B, heads, T, D) by an angle per position and pair of halves
        half = x.shape[-1] // 2
        a, b = x[..., :half], x[..., half:]
        return framework.cat([a * cos - b * sin, b * cos + a * sin], -1)

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.RMSNorm(dim), nn.RMSNorm(dim)
            self.qkv, self.out = nn.Linear(dim, 3 * dim, bias=False), nn.Linear(dim, dim, bias=False)
            self.up, self.down = nn.Linear(dim, 4 * dim, bias=False), nn.Linear(4 * dim, dim, bias=False)

        def forward(self, x, cos, sin):
            b, t, c = x.shape
            q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, heads, c // heads).permute(2, 0, 3, 1, 4).unbind(0)
            q, k = rotate(q, cos, sin), rotate(k, cos, sin)
            y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(y.transpose(1, 2).reshape(b, t, c))
            return x + self.down(functional.gelu(self.up(self.norm2(x)), approximate="tanh"))

    class Decoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.token = nn.Embedding(shape.vocabulary, dim)
            self.blocks = nn.ModuleList([Block() for _ in range(shape.layers)])
            self.norm = nn.RMSNorm(dim)
            self.head = nn.Linear(dim, shape.vocabulary, bias=False)
            half = dim // heads // 2
            frequency = 10000.0 ** (-framework.arange(half, dtype=framework.float32) / half)
            angle = framework.arange(shape.context, dtype=framework.float32)[:, None] * frequency
            self.register_buffer("cos", angle.cos())
            self.register_buffer("sin", angle.sin())

        def forward(self, tokens):
            x = self.token(tokens)
            for block in self.blocks:
                x = block(x, self.cos, self.sin)
            return self.head(self.norm(x))

    return Decoder()
