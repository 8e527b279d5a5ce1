"""Train a small MLP to tell the two arms of a spiral apart.

python examples/mlp.py                       a few seconds on one CPU core
python examples/mlp.py --framework torch     the same file on PyTorch
"""

from __future__ import annotations

import argparse
import math


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--framework", choices=["vibetensor", "torch"], default="vibetensor")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


args = parse()
if args.framework == "vibetensor":
    import vibetensor.torch as torch
else:
    import torch

nn = torch.nn


def spiral(points: int):
    """Coordinates (points, 2) on two spiral arms with noise, and the arm of each (points,) as int64."""
    arm = torch.arange(points) % 2
    angle = torch.rand(points) * 3 * math.pi
    radius = angle / (3 * math.pi) + 0.02 * torch.randn(points)
    turned = angle + arm * math.pi
    return torch.stack([radius * torch.cos(turned), radius * torch.sin(turned)], dim=1), arm


def main() -> None:
    torch.manual_seed(args.seed)
    train_set = torch.utils.data.TensorDataset(*spiral(2000))
    test_points, test_arms = (t.to(args.device) for t in spiral(500))
    loader = torch.utils.data.DataLoader(train_set, batch_size=50, shuffle=True)

    model = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2)).to(args.device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(1, args.epochs + 1):
        total = 0.0
        for points, arms in loader:
            loss = criterion(model(points.to(args.device)), arms.to(args.device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        if epoch % 10 == 0 or epoch == args.epochs:
            with torch.no_grad():
                right = (model(test_points).argmax(dim=1) == test_arms).float().mean().item()
            print(f"epoch {epoch:3d}  loss {total / len(loader):.4f}  test accuracy {right:.1%}")


if __name__ == "__main__":
    main()
