"""python -m vibetensor.convert: from .pt to .safetensors and back, and what it refuses."""

import subprocess
import sys

import pytest
import torch
import vibetensor.torch as vt
from vibetensor import safetensors
from vibetensor.convert import convert

from serialization.contents import SAFE


def run(*args):
    return subprocess.run(
        [sys.executable, "-m", "vibetensor.convert", *map(str, args)], capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("name", ["a checkpoint", "a state dict", "views", "tied parameters", "meta tensors"])
def test_there_and_back(tmp_path, name):
    a, b, c = (tmp_path / n for n in ("a.pt", "b.safetensors", "c.pt"))
    content = SAFE[name](vt)
    vt.save(content, a)
    convert(a, b)
    convert(b, c)
    back = torch.load(c, weights_only=True)
    assert str(back) == str(torch.load(a, weights_only=True))
    assert str(safetensors.load(b)) == str(content)


def test_the_command(tmp_path):
    package = pytest.importorskip("safetensors.torch")
    torch.save(torch.nn.Linear(2, 3).state_dict(), tmp_path / "a.pt")
    assert run(tmp_path / "a.pt", tmp_path / "b.safetensors").returncode == 0
    loaded = package.load_file(tmp_path / "b.safetensors")
    assert {k: v.tolist() for k, v in torch.load(tmp_path / "a.pt").items()} == {
        k: v.tolist() for k, v in loaded.items()
    }


def test_from_shards_by_the_name_that_they_have_together(tmp_path):
    content = {f"t{i}": vt.arange(i * 100.0) for i in range(6)}
    safetensors.save_file(content, tmp_path / "m.safetensors", max_shard_size="1KB")
    for source, target in (("m.safetensors", "a.pt"), ("m.safetensors.index.json", "b.pt")):
        convert(tmp_path / source, tmp_path / target)
        assert {k: v.tolist() for k, v in vt.load(tmp_path / target).items()} == {
            k: v.tolist() for k, v in content.items()
        }


def test_what_it_refuses(tmp_path):
    torch.save(torch.nn.Linear(2, 3), tmp_path / "module.pt")
    (tmp_path / "text.pt").write_text("hello")
    for source, target in (
        ("module.pt", "a.safetensors"),
        ("text.pt", "a.safetensors"),
        ("none.pt", "a.pt"),
        ("module.pt", "a.txt"),
    ):
        done = run(tmp_path / source, tmp_path / target)
        assert (
            done.returncode == 1 and done.stderr.startswith("vibetensor.convert: ") and "Traceback" not in done.stderr
        )
        assert not (tmp_path / target).exists()
