"""The examples as programs: the same losses on both frameworks, and checkpoints that can be trusted."""

import importlib.util
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


def small_gpt(monkeypatch, tmp_path, text, *arguments):
    """examples/gpt.py as a module, and a trainer of its demo with a small batch; no step is taken."""
    monkeypatch.setattr(sys, "argv", ["gpt.py"])
    spec = importlib.util.spec_from_file_location("gpt_example", EXAMPLES / "gpt.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "gpt_example", module)
    spec.loader.exec_module(module)
    args = module.parse(["--out", str(tmp_path), "--data", str(text), "--quiet", *map(str, arguments)])
    config = module.replace(module.PRESETS["demo"], batch=2, context=16, dim=16, layers=1)
    return module, module.Trainer(config, args, module.torch.device("cpu"))


@pytest.mark.parametrize(
    ("seconds", "step_seconds", "steps"),
    [(118.0, 0.02, 5700), (118.0, 0.002, 56200), (118.0, 0.4, 300), (118.0, 30.0, 100), (-1.0, 0.02, 100)],
)
def test_gpt_chooses_as_many_steps_as_fit(monkeypatch, tmp_path, text, seconds, step_seconds, steps):
    _, trainer = small_gpt(monkeypatch, tmp_path, text)
    assert not trainer.finished and trainer.lr_factor(60) == 1.0
    trainer.step = 50
    trainer.step_seconds = [1.0] * 25 + [step_seconds] * 25  # the first ones are slow
    trainer.choose_steps(seconds)
    assert trainer.config.steps == steps and trainer.config.minutes == 0
    assert trainer.lr_factor(49) == trainer.lr_factor(50) == 1.0
    assert trainer.lr_factor(steps) == pytest.approx(0.1)
    assert trainer.lr_factor((steps + 50) // 2) == pytest.approx(0.55, abs=0.02)


def test_gpt_trains_to_the_step_that_it_chose_and_resumes_towards_it(tmp_path, text):
    out, log = tmp_path / "timed", tmp_path / "timed.json"
    common = [
        "--out",
        out,
        "--data",
        text,
        "--log-json",
        log,
        "--device",
        "cpu",
        "--quiet",
        "--batch",
        4,
        "--sample",
        0,
    ]
    output = run("gpt.py", "--minutes", 0.03, *common)
    record = json.loads(log.read_text())
    steps = record["config"]["steps"]
    assert len(record["train_losses"]) == steps and steps >= 100 and steps % 100 == 0
    assert f"going on to step {steps:,}" in output
    assert record["val_losses"][-1][0] == steps
    assert "all its steps are done" in run("gpt.py", "--resume", *common)

    # An interrupted run of so many steps is the same run: the schedule had this number.
    again = gpt(tmp_path / "counted", text, steps=steps)
    assert again["train_losses"] == pytest.approx(record["train_losses"], rel=1e-4)
    more = gpt(out, text, "--resume", steps=steps + 10)
    assert len(more["train_losses"]) == steps + 10


def test_gpt_interrupted_before_it_chose_times_its_steps_again(monkeypatch, tmp_path, text):
    module, trainer = small_gpt(monkeypatch, tmp_path, text)
    trainer.train_step()
    trainer.save(tmp_path / module.CHECKPOINT)
    _, resumed = small_gpt(monkeypatch, tmp_path, text)
    resumed.load(tmp_path / module.CHECKPOINT)
    assert resumed.step == 1 and resumed.config.minutes == 2 and not resumed.finished
    _, explicit = small_gpt(monkeypatch, tmp_path, text, "--steps", 7)
    explicit.config = module.replace(explicit.config, steps=7, minutes=0.0)
    explicit.load(tmp_path / module.CHECKPOINT)
    assert explicit.config.steps == 7 and explicit.config.minutes == 0
    trainer.step_seconds = [0.01]
    trainer.choose_steps(100.0)
    trainer.save(tmp_path / module.CHECKPOINT)
    _, resumed = small_gpt(monkeypatch, tmp_path, text)
    resumed.load(tmp_path / module.CHECKPOINT)
    assert resumed.config.minutes == 0 and resumed.config.steps == trainer.config.steps
    with pytest.raises(SystemExit):
        module.parse(["--steps", "5", "--minutes", "1"])
    with pytest.raises(SystemExit):
        module.parse(["--minutes", "0"])


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
