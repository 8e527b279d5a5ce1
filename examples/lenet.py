"""Train LeNet, the convolutional network of 1998, to read handwritten digits: 4000 of MNIST's, tested on another 1000.

python examples/lenet.py                       less than a minute on two CPU cores, above 97 % test accuracy
python examples/lenet.py --framework torch     the same file on PyTorch
"""

from __future__ import annotations

from gpt import nn
from pictures import classify, digits, moved
from training import arguments, begin


def lenet() -> nn.Module:
    """Pictures (B, 1, 28, 28) to logits (B, 10)."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.Tanh(),
        nn.AvgPool2d(2),  # (B, 6, 14, 14)
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),  # (B, 16, 5, 5)
        nn.Flatten(),
        nn.Linear(16 * 5 * 5, 120),
        nn.Tanh(),
        nn.Linear(120, 84),
        nn.Tanh(),
        nn.Linear(84, 10),
    )


def main() -> None:
    args = arguments(__doc__, out="lenet", steps=1500, batch=64, lr=4e-3)
    device = begin(args)
    classify(args, lenet().to(device), digits(args.data), change=lambda pictures: moved(pictures, 2))


if __name__ == "__main__":
    main()
