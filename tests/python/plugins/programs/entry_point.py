import sys

import pytest
import vibetensor.torch as torch
from vibetensor import plugins

sys.path.insert(0, sys.argv[1])
assert plugins.loaded() == []
assert torch.ops.gain.gain(torch.ones(2), 3.0).tolist() == [3.0, 3.0]
assert [p.name for p in plugins.loaded()] == ["gain"]
with pytest.raises(RuntimeError, match="the entry point 'other' leads to the plugin 'gain'"):
    _ = torch.ops.other.gain
with pytest.raises(AttributeError, match="has no attribute"):
    _ = torch.ops.gain.absent
print("done")
