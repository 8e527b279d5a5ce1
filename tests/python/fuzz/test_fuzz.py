"""A few hundred random programs give what PyTorch's give; `make fuzz COUNT=1000000` judges as many as are asked for.

FUZZ_SEED sets the first program of the run.
"""

import os

import pytest

from fuzz.judge import explained, judge, shortened, try_seed
from fuzz.programs import Line, draw_program

FIRST = int(os.environ.get("FUZZ_SEED", "50000"))


@pytest.mark.parametrize("first", range(FIRST, FIRST + 250, 50))
def test_random_programs(first):
    found = [text for seed in range(first, first + 50) if (text := try_seed(seed)) is not None]
    assert not found, "\n\n".join(found)


@pytest.mark.cuda
def test_random_programs_on_cuda():
    found = [text for seed in range(FIRST, FIRST + 100) if (text := try_seed(seed, "cuda")) is not None]
    assert not found, "\n\n".join(found)


def test_programs_are_not_trivial():
    programs = [draw_program(seed) for seed in range(100)]
    lines = [line for program in programs for line in program]
    made = [line for line in lines if line.result or line.tolerances]
    assert len(lines) > 1200 and len(made) > len(lines) * 0.7  # the others raise, which is compared too
    assert sum(program[-1].text == "loss.backward()" for program in programs) > 50


def test_a_difference_is_found_and_made_short(monkeypatch):
    """The judge itself, on a side whose `mul` adds."""
    import vibetensor.torch as vt

    monkeypatch.setattr(vt, "mul", vt.add)
    lines = [Line("torch.tensor([1.0, 5.0])", "v0", tolerances={"v0": 0.0})]
    lines += [Line(f"torch.neg(v{i})", f"v{i + 1}", tolerances={f"v{i + 1}": 0.0}) for i in range(4)]
    lines += [Line("torch.mul(v0, v0)", "v9", tolerances={"v9": 0.0})]
    difference = judge(lines)
    assert difference is not None and difference.kind == "another value" and not explained(difference, lines)
    short, again = shortened(lines, difference, "cpu")
    assert [line.text for line in short] == [
        "torch.tensor([1.0, 5.0])",
        "torch.mul(v0, v0)",
    ] and again.kind == difference.kind
