"""tools/check_layers.py: each rule is broken once and has to be named."""

import check_layers
import pytest


@pytest.fixture
def complaints(tmp_path):
    """Writes one file below src/ of an empty checkout and gives what the checker says of it."""

    def check(name, text):
        path = tmp_path / "src" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
        return list(check_layers.complaints_of(path, tmp_path))

    return check


@pytest.mark.parametrize(
    ("name", "include"),
    [
        ("iter/a.cpp", '"core/shape.h"'),
        ("iter/a.cpp", '"iter/b.h"'),
        ("iter/a.cpp", "<vector>"),
        ("ops/x/a.cu", "<cuda_fp16.h>"),
        ("ops/x/a.cu", '"iter/loops.cuh"'),
        ("cuda/a.cpp", "<cuda_runtime.h>"),
        ("fabric/a.cpp", "<cuda.h>"),
        ("bindings/python/a.cpp", '"autograd/engine.h"'),
        ("dispatch/host.h", '"vibetensor/plugin.h"'),
        ("ops/reduce/a.cpp", '"ops/pointwise/b.h"'),
        ("ops/copy/a.cpp", '"ops/typed/reduce.h"'),
        ("ops/copy/a.cpp", '"ops/tensor_operators.h"'),
        ("autograd/a.cpp", '"ops/typed/copy.h"'),
    ],
)
def test_arrows_that_point_down_are_fine(complaints, name, include):
    assert complaints(name, f"#include {include}\n") == []


@pytest.mark.parametrize(
    ("name", "include", "words"),
    [
        ("core/a.h", '"iter/b.h"', "not below it"),
        ("cpu/a.h", '"cuda/b.h"', "not below it"),
        ("autograd/a.h", '"interop/b.h"', "not below it"),
        ("ops/x/a.h", '  "autograd/b.h"', "not below it"),
        ("ops/x/a.cpp", "<cuda_runtime.h>", "belongs in"),
        ("iter/a.h", "<cub/cub.cuh>", "belongs in"),
        ("ops/x/a.cpp", '"iter/loops.cuh"', "only *.cu"),
        ("ops/x/a.cpp", '"sibling.h"', "not written from src/"),
        ("ops/copy/a.cpp", '"ops/factory/b.h"', "not before it"),
        ("ops/unlisted/a.cpp", '"ops/copy/b.h"', "not before it"),
        ("iter/a.cpp", '"ops/typed/copy.h"', "not below it"),
        ("misc/a.cpp", '"core/shape.h"', "no layer"),
    ],
)
def test_a_wrong_include_is_named(complaints, name, include, words):
    (line,) = complaints(name, f"// text\n# include {include}\n")
    assert words in line
    assert name in line


def test_a_file_of_more_than_a_thousand_lines_is_named(complaints):
    (line,) = complaints("core/a.cpp", "\n" * 1001)
    assert "1001 lines" in line


def test_the_checkout_itself_is_clean(capsys):
    assert check_layers.main() == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ("if (t.is_cuda()) return;", True),
        ("return device.is_cpu() ? a : b;", True),
        ("if (call.key != Key::CPU) return false;", True),
        ("case DeviceType::Meta: return 0;", True),
        ("variance.on(Key::Meta, variance_shape);", False),
        ("lstm_step.cpu(lstm_step_cpu).nothing_to_do(Key::Meta);", False),
        ("r.at(name).cuda(gather_cuda);", False),
        ("backend(t.device().type).allocate(bytes, t.device());", False),
    ],
)
def test_questions_for_the_device(tmp_path, line, asks):
    for layer, counts in (("ops/x", asks), ("cuda", False)):
        path = tmp_path / "src" / layer / "a.cpp"
        path.parent.mkdir(parents=True)
        path.write_text(f"// text\n  {line}\n")
        assert check_layers.questions_in(path, tmp_path) == ([f"src/{layer}/a.cpp:2: {line}"] if counts else [])
