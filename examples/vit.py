"""Train a small vision transformer to tell clothes apart: Fashion-MNIST, 60 000 pictures, tested on another 10 000.

python examples/vit.py                         a few minutes on two CPU cores, above 85 % test accuracy
python examples/vit.py --framework torch       the same file on PyTorch
"""

from __future__ import annotations

from gpt import nn, torch
from pictures import classify, clothes, mirrored
from training import arguments, begin


class ViT(nn.Module):
    """Pictures (B, 1, 28, 28), cut into pieces of 4 by 4 pixels that look at each other, to logits (B, 10)."""

    def __init__(self, dim: int, heads: int, layers: int):
        super().__init__()
        self.pieces = nn.Conv2d(1, dim, 4, stride=4)
        self.summary = nn.Parameter(torch.zeros(1, 1, dim))  # the place where what was seen is gathered
        self.places = nn.Parameter(0.02 * torch.randn(1, 1 + 7 * 7, dim))
        layer = nn.TransformerEncoderLayer(
            dim, heads, 2 * dim, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, 10)

    def forward(self, pictures):
        x = self.pieces(pictures).flatten(2).transpose(1, 2)  # (B, 49, dim)
        x = torch.cat([self.summary.expand(len(x), -1, -1), x], dim=1) + self.places
        return self.head(self.norm(self.encoder(x)[:, 0]))


def main() -> None:
    args = arguments(__doc__, out="vit", steps=1410, batch=128, lr=2e-3)  # three passes
    device = begin(args)
    classify(args, ViT(dim=64, heads=4, layers=4).to(device), clothes(args.data), change=mirrored)


if __name__ == "__main__":
    main()
