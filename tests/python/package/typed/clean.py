"""A program without mistakes."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import vibetensor.torch as torch
import vibetensor.torch.nn as nn
import vibetensor.torch.nn.functional as F
from vibetensor.torch import Tensor, optim
from vibetensor.torch.optim.lr_scheduler import CosineAnnealingLR
from vibetensor.torch.utils.data import DataLoader, Dataset, TensorDataset


class Squares(Dataset[tuple[Tensor, Tensor]]):
    def __len__(self) -> int:
        return 10

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        x = torch.tensor([float(i)])
        return x, x**2


class Net(nn.Module):
    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.first = nn.Linear(1, width)
        self.norm = nn.LayerNorm(width)
        self.rest = nn.Sequential(nn.ReLU(), nn.Dropout(0.1), nn.Linear(width, 1))
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer("count", torch.zeros(1, dtype=torch.long))

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() == 1:
            return self.first(x)
        h = F.gelu(self.norm(self.first(x)))
        out: Tensor = self.rest(h)
        return out * self.scale


@torch.no_grad()
def evaluate(model: nn.Module, batches: Iterator[Any]) -> float:
    losses = [F.mse_loss(model(x), y).item() for x, y in batches]
    return float(np.mean(losses))


def main() -> None:
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = Net().to(device)
    optimizer = optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=3)
    loader = DataLoader(Squares(), batch_size=4, shuffle=True)
    scaler = torch.amp.GradScaler("cuda", enabled=False)
    for _ in range(3):
        for x, y in loader:
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=False):
                loss = F.mse_loss(model(x), y, reduction="mean")
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        scheduler.step()
    values, indices = torch.topk(torch.randn(5), 2)
    best = torch.randn(3, 4).max(dim=1)
    print(best.values.shape, best.indices.tolist(), values.sum().item(), indices[0])
    y = torch.cat([torch.zeros(2, 3), torch.ones(2, 3)], dim=0).view(-1, 3).transpose(0, 1)
    z = torch.einsum("ij,kj->ik", y, y) + torch.arange(3)[:, None]
    mask = (z > 0) & ~torch.isnan(z)
    q: Tensor = torch.where(mask, z, torch.zeros_like(z)).softmax(-1).mean()
    a, b = y.split(2, dim=1)
    state = model.state_dict()
    torch.save(state, "x.pt")
    model.load_state_dict(torch.load("x.pt", map_location="cpu", weights_only=True))
    data = TensorDataset(torch.zeros(3), torch.zeros(3))
    print(len(data), q.numpy().dtype, a.shape[0], b.size(1), evaluate(model, iter(loader)), scaler)
    sizes: torch.Size = y.shape
    w = torch.from_numpy(np.zeros(3)).to(torch.float32).requires_grad_(True)
    (g,) = torch.autograd.grad(w.sum(), [w])
    n: int = y.dim() + y.numel()
    print(sizes, g, n, torch.finfo(torch.float32).eps, torch.__version__, torch.pi)
    with torch.inference_mode():
        print(torch.nn.init.xavier_uniform_(torch.empty(2, 2)))
    torch.set_default_dtype(torch.float64)
    print(torch.backends.cudnn.benchmark, torch.get_default_dtype())
    print(
        torch.linalg.vector_norm(y),
        y.norm(),
        y.norm(2, dim=1, keepdim=True),
        y.type(torch.long),
        y.to("cpu", torch.half),
    )
    print(
        torch.unique(y),
        y.nonzero(),
        y.t().contiguous().flatten(),
        torch.stack((y, y)),
        y[0, :2],
        y[..., None],
        y[mask[0, 0]],
    )
    print(nn.functional.cross_entropy(torch.randn(2, 3), torch.tensor([0, 1]), label_smoothing=0.1))


if __name__ == "__main__":
    main()
