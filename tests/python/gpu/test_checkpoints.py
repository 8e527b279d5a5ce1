"""Tensors of a GPU in files: through the host in pieces, back to their device, and to PyTorch."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import vibetensor.torch as vt
from vibetensor.torch import storage

pytestmark = pytest.mark.cuda


def written(value: Any, **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    vt.save(value, file, **options)
    file.seek(0)
    return file


@pytest.mark.parametrize("form", [{}, {"_use_new_zipfile_serialization": False}], ids=["zip", "legacy"])
@pytest.mark.parametrize("count", [0, 1, storage.PIECE // 4, storage.PIECE // 4 + 1, storage.PIECE // 2 + 12345])
def test_there_and_back(count: int, form: dict[str, Any]) -> None:
    tensor = vt.arange(float(count), device="cuda")
    content = {"a": tensor, "view": tensor[count // 2 :], "host": vt.ones(2)}
    loaded = vt.load(written(content, **form))
    assert loaded["a"].device == tensor.device and loaded["host"].device.type == "cpu"
    assert vt.equal(loaded["a"], tensor) and vt.equal(loaded["view"], content["view"])
    assert loaded["view"].untyped_storage() is loaded["a"].untyped_storage()
    on_host = vt.load(written(content, **form), map_location="cpu")
    assert on_host["a"].device.type == "cpu" and vt.equal(on_host["a"], tensor.cpu())


@pytest.mark.parametrize(
    "where", ["cuda", "cuda:0", vt.device("cuda"), {"cpu": "cuda:0"}, lambda s, saved_on: s.cuda(0)], ids=str
)
def test_from_the_host_to_the_device(where: Any, tmp_path: Path) -> None:
    content = [vt.arange(1000.0), vt.nn.Parameter(vt.ones(3, dtype=vt.bfloat16))]
    vt.save(content, tmp_path / "c.pt")
    for options in ({}, {"mmap": True}):
        loaded = vt.load(tmp_path / "c.pt", map_location=where, **options)
        assert all(t.device == vt.device("cuda:0") for t in loaded) and loaded[0].cpu().tolist() == content[0].tolist()
        assert isinstance(loaded[1], vt.nn.Parameter)


def test_a_device_that_is_not_there() -> None:
    with pytest.raises(RuntimeError, match=r"CUDA device 99 but torch\.cuda\.device_count\(\)"):
        vt.load(written(vt.ones(2, device="cuda")), map_location="cuda:99")


def test_generators_go_on() -> None:
    generator = vt.Generator("cuda").manual_seed(5)
    vt.rand(7, device="cuda", generator=generator)
    loaded = vt.load(written(generator))
    expected = vt.rand(100, device="cuda", generator=generator)
    assert vt.equal(vt.rand(100, device="cuda", generator=loaded), expected)


def test_training_goes_on_from_a_file() -> None:
    model = vt.nn.Linear(4, 4).cuda()
    optimizer = vt.optim.AdamW(model.parameters(), lr=0.1)

    def step(m: Any, o: Any) -> None:
        o.zero_grad()
        (m(vt.ones(2, 4, device="cuda")) ** 2).sum().backward()
        o.step()

    step(model, optimizer)
    other, other_optimizer = vt.load(written((model, optimizer)), weights_only=False)
    for _ in range(3):
        step(model, optimizer)
        step(other, other_optimizer)
    assert vt.equal(other.weight, model.weight)


def test_pytorch_reads_them(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    vt.save({"a": vt.arange(5.0, device="cuda")}, tmp_path / "c.pt")
    code = "import sys, torch; print(torch.load(sys.argv[1], map_location='cpu')['a'].tolist())"
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "c.pt"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[0.0, 1.0, 2.0, 3.0, 4.0]"
