"""What a running plugin does wrong is an exception with a reason, and nothing of it stays."""

import sys

import pytest
import vibetensor
import vibetensor.torch as torch
from vibetensor import _C

vibetensor.load_plugin(sys.argv[1])
ops = torch.ops.rogue
x = torch.arange(3.0)
assert ops.wrong(x, 0).tolist() == [1.0, 1.0]
rows = len(_C.registry())

WRONG = {
    1: (RuntimeError, "set no result 0"),
    2: (RuntimeError, "failed with status 77 and without a message"),
    3: (RuntimeError, "failed with status -5"),
    4: (RuntimeError, "let a C.. exception out: a C.. exception"),
    5: (RuntimeError, "let an exception out"),
    6: (RuntimeError, "shares the memory of argument 'x'"),
    7: (TypeError, "expected a tensor, got null"),
    8: (IndexError, "one of 1 results, got 3"),
    9: (RuntimeError, "set_shape is for shape functions"),
    10: (TypeError, "gives no number"),
    11: (RuntimeError, "expected the call that is running"),
    13: (TypeError, "argument 'alpha': expected Scalar"),
    14: (TypeError, "argument 'dim' is missing"),
    15: (TypeError, "argument 'other': expected Tensor"),
    16: (AttributeError, "no op named 'absent'"),
    17: (TypeError, "expected up to 1 arguments, got 3"),
    18: (ValueError, "room for 2 results, got 1"),
    19: (TypeError, "room for its results, got null"),
    20: (RuntimeError, "pop_scope without a push_scope"),
    21: (ValueError, "expected a tensor that was retained"),
    22: (ValueError, "cpu has no streams"),
    23: (TypeError, "expected vt_iter_plan, got null"),
    24: (ValueError, "expected 1 to 7 inputs, got 9"),
    25: (ValueError, "struct_size"),
    26: (RuntimeError, "overflow|too large|bytes"),
    27: (TypeError, "expected a dtype, got code 9 with 3 bits in 2 lanes"),
    28: (ValueError, "device type VT_CPU, VT_CUDA or VT_META, got 55"),
    29: (ValueError, "up to 64 dims, got -1"),
    30: (ValueError, "in the loop"),
    31: (RuntimeError, "the loop of the plugin let a C.. exception out: from the loop"),
    32: (IndexError, "in the reduction"),
    33: (ValueError, "a state of 1 to 256 bytes, got 1000"),
    34: (RuntimeError, "registered by a plugin's init"),
    35: (RuntimeError, "failed with status 4"),
    36: (TypeError, "gives no Tensor"),
    37: (TypeError, "expected a tensor, got null"),
    38: (RuntimeError, "no message"),
    39: (RuntimeError, "let a C.. exception out: a C.. exception"),
    40: (TypeError, "argument 'shape': expected int"),
    41: (TypeError, "got a value with tag 200"),
    46: (TypeError, "expected an iterator, got null"),
    47: (ValueError, "used by no stream"),
    99: (NotImplementedError, "no such case"),
}
for how, (error, says) in WRONG.items():
    for t in (x, x.clone().requires_grad_(), torch.ones(100_000)):
        with pytest.raises(error, match=says) as caught:
            ops.wrong(t, how)
        assert "rogue::wrong" in str(caught.value), str(caught.value)
    assert ops.wrong(x, 0).tolist() == [1.0, 1.0]
assert ops.wrong(x, 44).tolist() == [1.0, 1.0]  # a failure that the plugin got over
assert torch.allclose(ops.wrong(x, 45), x * 1001)
ops.wrong(x, 42)
assert _C.live_counters()["plugin_handles"] == 1
del x
ops.wrong(torch.ones(1), 43)
assert _C.live_counters()["plugin_handles"] == 0
x = torch.arange(3.0)

assert ops.shaped(x, 0).tolist() == [1.0] * 3
for how, (error, says) in {
    1: (RuntimeError, "set no shape for result 0"),
    2: (RuntimeError, "negative|-1"),
    3: (IndexError, "one of 1 results, got 1"),
    4: (ValueError, "up to 64 dims, got 65"),
    5: (RuntimeError, "for kernels of ops without a shape function"),
    6: (RuntimeError, "the shape function of the plugin let a C.. exception out"),
    7: (ValueError, "up to 64 dims"),
}.items():
    for t in (x, x.to("meta")):
        with pytest.raises(error, match=says):
            ops.shaped(t, how)

for how, (error, says) in {
    0: (TypeError, "argument 'how' is no tensor"),
    1: (IndexError, "one of 3 arguments, got 7"),
    2: (RuntimeError, "does not keep argument 0"),
    3: (RuntimeError, "does not keep result 0"),
    4: (RuntimeError, "the derivative of the plugin let a C.. exception out"),
    5: (TypeError, "expected a gradient, got null"),
    6: (RuntimeError, "shape|size"),
    8: (RuntimeError, "expected the derivative that is running"),
    9: (IndexError, "an element of 'x' below 1, got 4"),
}.items():
    leaf = torch.ones(2, requires_grad=True)
    with pytest.raises(error, match=says):
        ops.derived(leaf, how).sum().backward()
    assert leaf.grad is None
leaf = torch.ones(2, requires_grad=True)
ops.derived(leaf, 7).sum().backward()
assert leaf.grad is None
with pytest.raises(NotImplementedError, match="derivative for rogue::shaped is not implemented"):
    ops.shaped(leaf, 0).sum().backward()
ops.derived(leaf, 10).sum().backward()
assert leaf.grad.tolist() == [1.0, 1.0]
assert len(_C.registry()) == rows
print("done")
