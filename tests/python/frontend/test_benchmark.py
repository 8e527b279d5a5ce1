"""utils.benchmark measures, and utils.tensorboard writes or says what it needs."""

import subprocess
import sys

import pytest
import vibetensor.torch as vt
from vibetensor.torch.utils import benchmark


def test_timer_times_what_it_is_given():
    timer = benchmark.Timer(
        "time.sleep(seconds)", "import time", globals={"seconds": 0.002}, label="naps", num_threads=1
    )
    once = timer.timeit(5)
    assert once.number_per_run == 5 and len(once.times) == 1 and 0.002 <= once.median < 0.05
    measured = timer.blocked_autorange(min_run_time=0.05)
    assert sum(measured.raw_times) >= 0.05 and measured.median >= 0.002 and measured.label == "naps"
    heard = []
    adaptive = timer.adaptive_autorange(0.5, max_run_time=1, callback=lambda number, seconds: heard.append(seconds))
    assert heard == adaptive.raw_times and len(heard) > 3


def test_threads_are_set_and_given_back():
    before = vt.get_num_threads()
    seen = []
    benchmark.Timer("seen.append(torch.get_num_threads())", globals={"seen": seen}, num_threads=1).timeit(1)
    assert set(seen) == {1} and vt.get_num_threads() == before


def made(times, **words):
    spec = benchmark.TaskSpec("x", "pass", **words)
    return benchmark.Measurement(2, [t * 2 for t in times], spec)


def test_statistics_are_pytorchs():
    from torch.utils import benchmark as theirs

    for times in ([1e-3, 2e-3, 3e-3, 10e-3], [5e-6], [1.0, 1.01, 1.02, 0.99, 1.0]):
        ours = made(times)
        other = theirs.Measurement(2, [t * 2 for t in times], theirs.TaskSpec("x", "pass"))
        for name in ("median", "mean", "iqr"):
            assert getattr(ours, name) == pytest.approx(getattr(other, name))
        assert ours.times == pytest.approx(other.times)
        assert benchmark.select_unit(ours.median) == theirs.select_unit(ours.median)
    for x, n in ((123456.0, 3), (0.00123456, 2)):
        assert benchmark.trim_sigfig(x, n) == pytest.approx(theirs.utils.common.trim_sigfig(x, n))
    merged = benchmark.Measurement.merge([made([1.0]), made([3.0]), made([2.0], label="other")])
    assert sorted(len(m.times) for m in merged) == [1, 2]


def test_tables_have_all_numbers():
    results = [
        made([t * f], label="matmul", sub_label=size, description=kind, num_threads=n)
        for n, f in ((1, 1.0), (2, 0.5))
        for size, t in (("8x8", 4e-6), ("64x64", 12e-6))
        for kind, t in (("ours", t), ("theirs", t * 2))
    ]
    table = benchmark.Compare(results)
    text = str(table)
    for part in (
        "matmul",
        "8x8",
        "64x64",
        "ours",
        "theirs",
        "1 threads",
        "2 threads",
        "microseconds (us)",
        "24.0",
        "6.0",
    ):
        assert part in text
    assert "Median" not in repr(results[0]) and "4 us" in repr(results[0])
    with pytest.raises(ValueError, match="Measurement"):
        table.extend_results([3])
    with pytest.raises(NotImplementedError, match="plain text"):
        table.colorize()
    with pytest.raises(NotImplementedError, match="no c\\+\\+ here"):
        benchmark.Timer("x;", language="c++")


def test_tensorboard_that_is_not_installed_is_named():
    program = (
        "import sys; sys.modules['tensorboard'] = None\nfrom vibetensor.torch.utils.tensorboard import SummaryWriter"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "ModuleNotFoundError" in done.stderr and "pip install tensorboard" in done.stderr


def test_what_is_logged_can_be_read(tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from vibetensor.torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(tmp_path)) as writer:
        for step in range(3):
            writer.add_scalar("loss", vt.tensor(1.0, requires_grad=True) / (step + 1), step)
        writer.add_scalars("both", {"a": 1.0, "b": 2}, 0)
        writer.add_histogram("weights", vt.arange(10.0), 1)
        writer.add_text("note", "words", 0)
        writer.add_hparams({"lr": 0.1, "name": "x", "on": True}, {"accuracy": 0.9}, run_name="hp")
        writer.add_graph(vt.nn.Sequential(vt.nn.Linear(4, 3), vt.nn.ReLU()), vt.ones(2, 4))
        writer.add_pr_curve("curve", vt.tensor([0, 1, 1, 0]), vt.tensor([0.1, 0.8, 0.4, 0.6]), 3, num_thresholds=5)
        writer.add_embedding(vt.eye(3), ["a", "b", "c"], vt.rand(3, 3, 4, 4), tag="points")
        with pytest.raises(NotImplementedError, match="add_mesh is not there yet"):
            writer.add_mesh("mesh")
    events = EventAccumulator(str(tmp_path)).Reload()
    assert [(e.step, e.value) for e in events.Scalars("loss")][:2] == [(0, 1.0), (1, 0.5)]
    found = events.Histograms("weights")[0].histogram_value
    assert found.num == 10 and found.sum == 45 and sum(found.bucket) == 10
    assert {p.name for p in tmp_path.iterdir() if p.is_dir()} == {"00000", "both_a", "both_b", "hp"}
    from google.protobuf import text_format
    from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig
    from tensorboard.util.tensor_util import make_ndarray

    names = {node.name: (node.op, list(node.input)) for node in events.Graph().node}
    assert names["input_1"][0] == "IO Node" and names["0/_0_weight"][0] == "Parameter"
    assert names["linear"][1][:2] == ["input_1", "0/_0_weight"] and names["output"] == ("IO Node", ["relu"])
    curve = make_ndarray(events.Tensors("curve")[0].tensor_proto)
    assert curve.shape == (6, 5) and curve[0].tolist() == [2, 2, 1, 1, 0] and curve[1].tolist() == [2, 1, 1, 0, 0]
    config = text_format.Parse((tmp_path / "projector_config.pbtxt").read_text(), ProjectorConfig())
    (points,) = config.embeddings
    assert (tmp_path / points.tensor_path).read_text().splitlines()[0] == "1.0\t0.0\t0.0"
    assert (tmp_path / points.metadata_path).read_text() == "a\nb\nc\n"
    assert list(points.sprite.single_image_dim) == [4, 4] and (tmp_path / points.sprite.image_path).exists()
