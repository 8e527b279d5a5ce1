"""Tries to load every plugin of a list in one process; afterwards a good one works."""

import builtins
import json
import re
import sys
from pathlib import Path

import vibetensor
import vibetensor.torch as torch
from vibetensor import _C, plugins

good, listed = sys.argv[1:]
vibetensor.load_plugin(good)
x = torch.ones(3)


def state():
    return (
        [row["schema"] for row in _C.registry()],
        sorted(vars(_C.ops)),
        plugins.loaded(),
        _C.live_counters(),
        dir(torch.ops.hostile),
    )


before = state()
for path, (kind, says) in json.loads(Path(listed).read_text()).items():
    for _ in range(2):  # a second try meets a library that is mapped already
        try:
            vibetensor.load_plugin(path)
        except Exception as e:
            assert isinstance(e, getattr(builtins, kind)), (path, repr(e))
            assert re.search(says, str(e)), (path, says, str(e))
            assert str(e).startswith(f"plugin {path}: "), str(e)
        else:
            raise AssertionError(f"{path} was loaded; expected {kind}: {says}")
        assert state() == before, path
    assert torch.ops.gain.gain(x, 2.0).tolist() == [2.0] * 3
print("done")
