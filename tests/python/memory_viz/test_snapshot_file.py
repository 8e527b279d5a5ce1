"""Reading snapshot files: what is a snapshot is read, what may hold code is not."""

from __future__ import annotations

import collections
import gzip
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from vibetensor.memory_viz import SnapshotError, load, loads

from .synthetic import training


class Evil:
    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def test_code_in_a_pickle_is_refused_before_it_runs(tmp_path: Path) -> None:
    victim = tmp_path / "made"
    data = pickle.dumps({"segments": [], "device_traces": [], "extra": Evil(victim)})
    with pytest.raises(SnapshotError, match=r"asks for (posix|os)\.mkdir"):
        loads(data)
    assert not victim.exists()
    pickle.loads(data)  # the plain unpickler would have run it
    assert victim.exists()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_class_is_refused_in_every_protocol(protocol: int) -> None:
    for value in (collections.OrderedDict(a=1), pytest.raises, len):
        with pytest.raises(SnapshotError, match="asks for"):
            loads(pickle.dumps(value, protocol))


def test_plain_and_gzipped_files_are_the_same(tmp_path: Path) -> None:
    snapshot = training(steps=1, layers=2)
    data = pickle.dumps(snapshot)
    (tmp_path / "a.pickle").write_bytes(data)
    (tmp_path / "a.pickle.gz").write_bytes(gzip.compress(data))
    assert load(tmp_path / "a.pickle") == load(tmp_path / "a.pickle.gz") == snapshot


def test_a_list_of_segments_is_a_snapshot() -> None:
    segments = training(steps=1, layers=1)["segments"]
    assert loads(pickle.dumps(segments)) == {"segments": segments, "device_traces": []}


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"\x80\x04",
        b"\x1f\x8bdamaged",
        pickle.dumps(3),
        pickle.dumps({"device_traces": []}),
        pickle.dumps({"segments": [{"total_size": 1}]}),
        pickle.dumps({"segments": [{"total_size": 1, "stream": 0, "blocks": [{"size": "1", "state": "inactive"}]}]}),
        pickle.dumps({"segments": [{"total_size": 1, "stream": 0, "blocks": [{"size": 1}]}]}),
        pickle.dumps({"segments": [], "device_traces": [[{"action": "alloc"}]]}),
        pickle.dumps({"segments": [], "device_traces": [[{"action": "alloc", "size": 1, "frames": "x"}]]}),
        pickle.dumps({"segments": [], "device_traces": {}}),
    ],
)
def test_anything_else_is_an_error_that_says_so(wrong: bytes) -> None:
    with pytest.raises(SnapshotError):
        loads(wrong)
