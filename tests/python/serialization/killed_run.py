"""A training run that saves itself after every step, begun again as often as it is killed.

Called with a file, the number of steps, of workers, and a device.
"""

import os
import random
import sys

import numpy as np
import vibetensor
import vibetensor.torch as torch
from vibetensor.torch import nn


class Samples(torch.utils.data.Dataset):
    """37 of them; drawn anew each time from every generator that a dataset may use, where `drawn` says so."""

    def __init__(self, drawn):
        self.drawn = drawn

    def __len__(self):
        return 37

    def __getitem__(self, i):
        x = torch.arange(12.0) * (i + 1) % 7
        if self.drawn:
            x = x + torch.rand(12) + random.random() + float(np.random.rand())
        return x.reshape(1, 3, 4), i % 3


def main(path, steps, workers, device):
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(5)
    random.seed(6)
    np.random.seed(7)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 2), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.3), nn.Flatten(), nn.Linear(24, 3)
    )
    model.to(device)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-2)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=steps + 1)
    scaler = torch.amp.GradScaler(device)
    own = torch.Generator().manual_seed(9)
    # workers begin a pass with their seeds: what they draw is no part of where a loader is
    loader = torch.utils.data.DataLoader(Samples(workers == 0), 5, shuffle=True, num_workers=workers)
    parts = {
        "model": model,
        "optimizer": optimizer,
        "scheduler": scheduler,
        "scaler": scaler,
        "own": own,
        "loader": loader,
    }
    losses = []
    if os.path.exists(path):
        losses = vibetensor.load_run(path, **parts)["losses"]
    while len(losses) < steps:
        for x, y in loader:
            x = x.to(device) + random.random() * torch.rand(1, generator=own).item() + float(np.random.rand())
            with torch.autocast(device, torch.bfloat16):
                loss = nn.functional.cross_entropy(model(x), y.to(device), label_smoothing=0.1)
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            scheduler.step()
            losses.append(loss.item())
            vibetensor.save_run(path, losses=losses, **parts)
            if len(losses) == steps:
                break
    print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
