"""The page in a real browser: headless Chromium lays it out, runs its scripts and shows what the snapshot holds."""

from __future__ import annotations

import pickle
import re
import shutil
import subprocess
import sys
import time
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from vibetensor.memory_viz import load, render
from vibetensor.memory_viz.__main__ import main

from .synthetic import training

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1400,1500"]
REAL = Path(__file__).with_name("gpt2_snapshot.pickle.gz")  # examples/memory_snapshot.py on an H200

needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium here: apt-get install chromium")


def browse(page: str, folder: Path, *arguments: str) -> str:
    """What the browser prints for the page; an error in a script of it fails the test."""
    (folder / "page.html").write_text(page, encoding="utf-8")
    command = [
        str(BROWSER),
        *FLAGS,
        f"--user-data-dir={folder / 'profile'}",
        "--enable-logging=stderr",
        "--virtual-time-budget=20000",
        *arguments,
        (folder / "page.html").as_uri(),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert ran.returncode == 0, ran.stderr
    assert "CONSOLE" not in ran.stderr or "Uncaught" not in ran.stderr, ran.stderr
    return ran.stdout


def text_of(dom: str, element: str) -> str:
    """The text of the element with that id, up to the next id."""
    found = re.search(rf'id="{element}".*?>(.*?)(?=<[a-z]+[^>]* id="|</main>)', dom, re.DOTALL)
    assert found, f"no element {element}"
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", found[1])))


def mebibytes(size: int) -> str:
    return f"{size / 2**20:.0f} MiB" if size >= 100 << 20 else f"{size / 2**20:.1f} MiB"


def shown(snapshot: dict[str, Any], folder: Path) -> str:
    dom = browse(render(snapshot, title="a snapshot"), folder, "--dump-dom")
    assert 'data-ready="yes"' in dom, "the scripts did not run to the end"
    return dom


@needs_browser
def test_the_page_shows_the_totals_and_who_made_what(tmp_path: Path) -> None:
    snapshot = training()
    snapshot["segments"][0]["blocks"][0]["tensor"] = "bfloat16[7, 1024, 512]"
    dom = shown(snapshot, tmp_path)
    blocks = [b for s in snapshot["segments"] for b in s["blocks"]]
    tiles = text_of(dom, "tiles")
    assert f"Allocated {mebibytes(sum(b['size'] for b in blocks if b['state'] == 'active_allocated'))}" in tiles
    assert f"Reserved {mebibytes(sum(s['total_size'] for s in snapshot['segments']))}" in tiles
    assert f"{len(snapshot['segments'])} segments" in tiles
    assert f"Events {len(snapshot['device_traces'][0])}" in tiles
    assert "model.py:12 Block.__init__ 84.0 MiB" in text_of(dom, "origins")
    assert "allocated" in text_of(dom, "events")
    assert "model.py:57 MLP.forward" in text_of(dom, "legend")
    assert "7.0 MiB bfloat16[7, 1024, 512] model.py:12 Block.__init__" in text_of(dom, "detail")


@needs_browser
def test_the_pictures_are_drawn(tmp_path: Path) -> None:
    page = render(training())
    probe = """
    const ink = (id) => {
      const canvas = byId(id);
      const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
      return new Set(pixels).size;
    };
    const colors = { bytes: ink("timeline"), segments: ink("segments") };
    byId("timeline-view").lastChild.click();
    colors.addresses = ink("timeline");
    byId("origins").querySelector("tbody tr").click();
    document.documentElement.dataset.colors = JSON.stringify(colors);
    """
    dom = browse(page.replace('dataset.ready = "yes";', f'dataset.ready = "yes";{probe}'), tmp_path, "--dump-dom")
    found = re.search(r'data-colors="([^"]*)"', dom)
    assert found, "the probe did not run"
    colors = {name: int(n) for name, n in re.findall(r'"(\w+)":(\d+)', unescape(found[1]))}
    assert colors["bytes"] > 8 and colors["addresses"] > 8 and colors["segments"] > 5, colors
    assert "Block.__init__ me/model.py:12" in text_of(dom, "detail")  # the stack of the row that was clicked


@needs_browser
def test_a_hundred_thousand_events_are_quick(tmp_path: Path) -> None:
    snapshot = training(steps=700)
    assert len(snapshot["device_traces"][0]) > 75_000
    begin = time.perf_counter()
    page = render(snapshot)
    rendered = time.perf_counter() - begin
    timed = page.replace(
        "start();", "const began = performance.now(); start(); const took = performance.now() - began;", 1
    )
    timed = timed.replace(
        'dataset.ready = "yes";', 'dataset.ready = "yes"; document.documentElement.dataset.took = took;'
    )
    dom = browse(timed, tmp_path, "--dump-dom")
    took = re.search(r'data-took="([\d.]+)"', dom)
    assert took, "the page did not start"
    assert rendered < 30 and float(took[1]) < 5_000, (rendered, took[1])


@needs_browser
def test_edge_cases_are_shown(tmp_path: Path) -> None:
    assert "The snapshot is empty" in text_of(shown({"segments": [], "device_traces": [[]]}, tmp_path), "tiles")
    only_segments = {"segments": training(steps=1)["segments"], "device_traces": []}
    assert "Block.__init__" in text_of(shown(only_segments, tmp_path), "origins")


@needs_browser
def test_a_real_snapshot_is_shown(tmp_path: Path) -> None:
    snapshot = load(REAL)
    dom = shown(snapshot, tmp_path)
    tiles = text_of(dom, "tiles")
    assert f"{len(snapshot['segments']):,} segments" in tiles
    assert f"Events {len(snapshot['device_traces'][0]):,}" in tiles
    assert "Attention.forward" in text_of(dom, "origins") and "GPT.forward" in text_of(dom, "legend")
    assert "float32[50304, 768]" in text_of(dom, "detail")  # the token embedding


def test_the_command_writes_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.pickle").write_bytes(pickle.dumps(training(steps=1)))
    assert main([str(tmp_path / "s.pickle")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "s.html")
    assert "<title>s.pickle · GPU memory</title>" in (tmp_path / "s.html").read_text(encoding="utf-8")
    assert main([str(tmp_path / "s.pickle"), "-o", str(tmp_path / "o.html"), "--title", "mine"]) == 0
    assert "<title>mine · GPU memory</title>" in (tmp_path / "o.html").read_text(encoding="utf-8")


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"no pickle")
    command = [sys.executable, "-m", "vibetensor.memory_viz", str(tmp_path / "bad"), "-o", str(tmp_path / "o.html")]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 1 and ran.stderr.startswith("memory_viz: not a pickle"), ran.stderr
    assert not (tmp_path / "o.html").exists()
