"""Train a small ResNet to tell clothes apart: Fashion-MNIST, 60 000 pictures, tested on another 10 000.

python examples/resnet.py                      a few minutes on two CPU cores, above 91 % test accuracy
python examples/resnet.py --framework torch    the same file on PyTorch
"""

from __future__ import annotations

from gpt import F, nn
from pictures import classify, clothes, mirrored
from training import arguments, begin


class Residual(nn.Module):
    """Two convolutions (B, C, H, W) beside a way around them; a stride of 2 halves H and W."""

    def __init__(self, channels: int, out: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out)
        self.around = nn.Identity()
        if stride != 1 or channels != out:
            self.around = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.norm2(self.conv2(y)) + self.around(x))


def resnet(width: int) -> nn.Module:
    """Pictures (B, 1, 28, 28) to logits (B, 10)."""
    return nn.Sequential(
        nn.Conv2d(1, width, 3, padding=1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.MaxPool2d(2),
        Residual(width, width, 1),  # (B, width, 14, 14)
        Residual(width, 2 * width, 2),  # (B, 2 width, 7, 7)
        Residual(2 * width, 4 * width, 2),  # (B, 4 width, 4, 4)
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4 * width, 10),
    )


def main() -> None:
    args = arguments(__doc__, out="resnet", steps=1410, batch=128, lr=1e-2)  # three passes
    device = begin(args)
    classify(args, resnet(32).to(device), clothes(args.data), change=mirrored)


if __name__ == "__main__":
    main()
