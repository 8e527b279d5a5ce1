"""The examples that train on pictures and text, a few steps of each: PyTorch's losses, and what they write."""

import gzip
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("tqdm")

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
TEXT = "\n\n".join(f"ROMEO.\nTo be, or not to be: that is the question, asked {n} times.\n" for n in range(400))
# program: how few steps
PROGRAMS = {
    "lenet.py": ["--batch", 32, "--steps", 40],
    "resnet.py": ["--batch", 16, "--steps", 12],
    "vit.py": ["--batch", 32, "--steps", 25, "--lr", 3e-3],
    "lstm.py": ["--batch", 8, "--steps", 20],
    "diffusion.py": ["--batch", 4, "--steps", 16],
}


def pictures(count):
    """Pixels and classes of made-up pictures: a bright bar whose place is the class, in noise."""
    chance = random.Random(5)
    for i in range(count):
        kind = i % 10
        rows = (255 if 4 + 2 * kind <= row < 7 + 2 * kind else 0 for row in range(28) for _ in range(28))
        yield [min(255, value + chance.randrange(60)) for value in rows], kind


def idx(shape, numbers):
    head = bytes([0, 0, 8, len(shape)]) + b"".join(size.to_bytes(4, "big") for size in shape)
    return gzip.compress(head + bytes(numbers), 1)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """The folder of the data, as the examples leave it, with little in it."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "shakespeare.txt").write_text(TEXT)
    with gzip.open(folder / "mnist_5k.csv.gz", "wt") as file:
        file.writelines(",".join(map(str, [*pixels, kind])) + "\n" for pixels, kind in pictures(300))
    (folder / "fashion-mnist").mkdir()
    for part, count in (("train", 200), ("t10k", 60)):
        rows = list(pictures(count))
        images = idx((count, 28, 28), [value for pixels, _ in rows for value in pixels])
        (folder / "fashion-mnist" / f"{part}-images-idx3-ubyte.gz").write_bytes(images)
        (folder / "fashion-mnist" / f"{part}-labels-idx1-ubyte.gz").write_bytes(idx((count,), [k for _, k in rows]))
    return folder


def run(program, data, out, framework):
    arguments = [
        "--data",
        data,
        "--out",
        out,
        "--framework",
        framework,
        "--device",
        "cpu",
        "--quiet",
        *PROGRAMS[program],
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, str(EXAMPLES / program), "--measure-every", "10", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads((out / "record.json").read_text())


@pytest.mark.parametrize("program", PROGRAMS)
def test_losses_are_pytorchs_and_fall(program, data, tmp_path):
    ours = run(program, data, tmp_path / "ours", "vibetensor")
    theirs = run(program, data, tmp_path / "theirs", "torch")
    losses = ours["losses"]
    assert ours["parameters"] == theirs["parameters"] and len(losses) == ours["steps"]
    assert losses[0] == pytest.approx(theirs["losses"][0], rel=1e-5)
    assert losses[:8] == pytest.approx(theirs["losses"][:8], rel=2e-3)
    assert sum(losses[-4:]) < 0.9 * sum(losses[:4])
    assert [step for step, _ in ours["held_out"]] == sorted({*range(10, ours["steps"] + 1, 10), ours["steps"]})
    for name in ("curves.png", "model.pt", *(["digits.png"] if program == "diffusion.py" else [])):
        assert (tmp_path / "ours" / name).stat().st_size > 0


def test_pictures_move_and_are_mirrored(monkeypatch):
    import importlib

    monkeypatch.setattr(sys, "argv", ["pictures.py"])
    monkeypatch.syspath_prepend(str(EXAMPLES))
    module = importlib.import_module("pictures")
    torch = module.torch
    picture = torch.zeros(64, 1, 28, 28)
    picture[:, :, 10, 20] = 1
    for moved, places in ((module.moved(picture, 2), range(8, 13)), (module.mirrored(picture), {10})):
        assert moved.shape == picture.shape and moved.sum().item() == 64
        rows = {place for _, _, place, _ in moved.nonzero().tolist()}
        assert rows <= set(places) and len(rows) > len(places) // 2
    columns = {place for *_, place in module.mirrored(picture).nonzero().tolist()}
    assert columns == {20, 7}
