"""The examples as programs: the same losses on both frameworks, and checkpoints that can be trusted."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("tqdm")

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
TEXT = "\n\n".join(f"HAMLET.\nTo be, or not to be: that is the question, asked {n} times.\n" for n in range(400))


def command(script, *arguments):
    return [sys.executable, str(EXAMPLES / script), *map(str, arguments)]


def environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


def run(script, *arguments):
    done = subprocess.run(command(script, *arguments), capture_output=True, text=True, env=environment(), timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def text(tmp_path):
    file = tmp_path / "text.txt"
    file.write_text(TEXT)
    return file


def gpt(out, text, *arguments, steps=12):
    log = out.with_suffix(".json")
    common = ["--device", "cpu", "--quiet", "--batch", 4, "--sample", 20, "--val-every", 6, "--checkpoint-every", 4]
    run("gpt.py", "--out", out, "--data", text, "--steps", steps, "--log-json", log, *common, *arguments)
    return json.loads(log.read_text())


def test_gpt_losses_are_pytorchs(tmp_path, text):
    ours = gpt(tmp_path / "ours", text)
    theirs = gpt(tmp_path / "theirs", text, "--framework", "torch")
    assert ours["parameters"] == theirs["parameters"] and len(ours["train_losses"]) == 12
    assert ours["train_losses"][0] == pytest.approx(theirs["train_losses"][0], rel=1e-5)
    assert ours["train_losses"] == pytest.approx(theirs["train_losses"], rel=1e-3)
    assert [v for _, v in ours["val_losses"]] == pytest.approx([v for _, v in theirs["val_losses"]], rel=1e-3)
    assert ours["train_losses"][-1] < ours["train_losses"][0]
    for name in ("loss.png", "checkpoint.safetensors"):
        assert (tmp_path / "ours" / name).stat().st_size > 0


def test_gpt_trains_in_bfloat16(tmp_path, text):
    losses = gpt(tmp_path / "half", text, "--dtype", "bfloat16")["train_losses"]
    assert losses[-1] < losses[0]


def test_gpt_interrupted_and_resumed_is_one_run(tmp_path, text):
    whole = gpt(tmp_path / "whole", text, steps=60)
    out = tmp_path / "parts"
    arguments = ["--out", out, "--data", text, "--steps", 60, "--device", "cpu", "--quiet", "--batch", 4, "--sample", 0]
    process = subprocess.Popen(
        command("gpt.py", *arguments, "--val-every", 6, "--checkpoint-every", 1),
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    deadline = time.monotonic() + 120
    while not (out / "checkpoint.safetensors").exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 130 and "--resume" in output
    rest = gpt(out, text, "--resume", steps=60)
    assert len(rest["step_seconds"]) < 60
    assert rest["train_losses"] == pytest.approx(whole["train_losses"], rel=1e-4)


def test_gpt_says_when_there_is_nothing_to_resume(tmp_path, text):
    done = subprocess.run(
        command("gpt.py", "--out", tmp_path / "none", "--data", text, "--resume", "--quiet"),
        capture_output=True,
        text=True,
        env=environment(),
        timeout=120,
    )
    assert done.returncode == 1 and "nothing to resume" in done.stderr


@pytest.mark.parametrize("framework", ["vibetensor", "torch"])
def test_mlp_learns(framework):
    output = run("mlp.py", "--framework", framework, "--epochs", 25)
    assert float(output.split()[-1].rstrip("%")) > 90.0
