"""The vision transformer of the benchmarks, for 32 x 32 images: attention in parts, RMSNorm, GELU-tanh MLP x4, no biases."""

from __future__ import annotations

from typing import Any

DIM, HEADS, LAYERS, PATCH, CLASS_TOKENS, CLASSES = 256, 8, 6, 4, 16, 10
SIDE = 32


def build(framework: Any) -> Any:
    """The model on a framework: images (B, 3, 32, 32) to logits (B, 10)."""
    nn, functional = framework.nn, framework.nn.functional
    patches = (SIDE // PATCH) ** 2

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.RMSNorm(DIM), nn.RMSNorm(DIM)
            self.qkv, self.out = nn.Linear(DIM, 3 * DIM, bias=False), nn.Linear(DIM, DIM, bias=False)
            self.up, self.down = nn.Linear(DIM, 4 * DIM, bias=False), nn.Linear(4 * DIM, DIM, bias=False)

        def forward(self, x):  # (B, T, C)
            b, t, c = x.shape
            q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, HEADS, c // HEADS).permute(2, 0, 3, 1, 4).unbind(0)
            weights = ((q * (c // HEADS) ** -0.5) @ k.transpose(-2, -1)).softmax(-1)  # (B, heads, T, T)
            x = x + self.out((weights @ v).transpose(1, 2).reshape(b, t, c))
            return x + self.down(functional.gelu(self.up(self.norm2(x)), approximate="tanh"))

    class VisionTransformer(nn.Module):
        def __init__(self):
            super().__init__()
            self.patch = nn.Linear(3 * PATCH * PATCH, DIM, bias=False)
            self.tokens = nn.Parameter(0.02 * framework.randn(CLASS_TOKENS, DIM))
            self.position = nn.Parameter(0.02 * framework.randn(CLASS_TOKENS + patches, DIM))
            self.blocks = nn.ModuleList([Block() for _ in range(LAYERS)])
            self.norm = nn.RMSNorm(DIM)
            self.head = nn.Linear(DIM, CLASSES, bias=False)

        def forward(self, images):
            b, rows = images.shape[0], SIDE // PATCH
            x = images.view(b, 3, rows, PATCH, rows, PATCH).permute(0, 2, 4, 1, 3, 5)
            x = self.patch(x.reshape(b, patches, 3 * PATCH * PATCH))
            x = framework.cat([self.tokens.expand(b, CLASS_TOKENS, DIM), x], 1) + self.position
            for block in self.blocks:
                x = block(x)
            return self.head(self.norm(x[:, :CLASS_TOKENS]).mean(1))

    return VisionTransformer()
