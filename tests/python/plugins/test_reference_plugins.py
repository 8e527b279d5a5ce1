"""The plugins of plugins/, compiled out of the tree and used from Python."""

import os
import subprocess
import sys

import compiling
import pytest

pytestmark = pytest.mark.skipif(not compiling.has_compilers(), reason="no C and C++ compiler")


@pytest.mark.parametrize("name", ["gain", "curves"])
def test_reference_plugin(name):
    assert compiling.run_program(f"{name}.py", compiling.reference(name)).endswith("done\n")


def test_a_plugin_op_trains_a_model():
    assert compiling.run_program("train.py", compiling.reference("curves")).endswith("done\n")


def test_an_entry_point_is_loaded_at_first_use(tmp_path):
    library = compiling.reference("gain")
    info = tmp_path / "site" / "gain_plugin-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gain-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[vibetensor.plugins]\ngain = gain_plugin:library\nother = gain_plugin:PATH\n"
    )
    (info.parent / "gain_plugin.py").write_text(f"PATH = {str(library)!r}\n\n\ndef library():\n    return PATH\n")
    assert compiling.run_program("entry_point.py", info.parent).endswith("done\n")


def test_the_plugin_of_the_documentation_works(tmp_path):
    text = (compiling.ROOT / "docs" / "plugin_abi.md").read_text()
    source = tmp_path / "written" / "demo.c"
    source.parent.mkdir()
    source.write_text(text.partition("```c\n")[2].partition("```")[0])
    library = compiling.compiled(source, tmp_path / "demo.so")
    assert compiling.run_program("demo.py", library) == "[2.0, 2.0, 2.0]\ndone\n"


def test_stubs_of_a_plugin(tmp_path):
    python, typescript = tmp_path / "curves_ops.pyi", tmp_path / "curves_ops.d.ts"
    command = [sys.executable, compiling.ROOT / "tools" / "plugin_stubs.py", compiling.reference("curves")]
    subprocess.run([*command, "--python", python, "--typescript", typescript], check=True)
    program = tmp_path / "program.py"
    program.write_text(
        "from typing import TYPE_CHECKING, cast\n"
        "import vibetensor.torch as torch\n"
        "if TYPE_CHECKING:\n"
        "    from curves_ops import CurvesOps\n"
        "curves = cast('type[CurvesOps]', torch.ops.curves)\n"
        "value, index = curves.peak(torch.ones(3), dim=[0], keepdim=True)\n"
        "reveal_type(curves.softclip_(value, 2.0))\n"
        "curves.peak('x')\n"
    )
    mypy = [sys.executable, "-m", "mypy", "--config-file", "", "--cache-dir", tmp_path / "cache", program]
    found = subprocess.run(mypy, capture_output=True, text=True, env={**os.environ, "MYPYPATH": f"{tmp_path}"}).stdout
    assert 'Revealed type is "vibetensor._C.Tensor"' in found, found
    assert "[arg-type]" in found and "Found 1 error" in found, found
    assert "  softclip_Sync(self: Tensor, limit: TensorLike): Tensor;" in typescript.read_text()
    assert "keepdim?: boolean" in typescript.read_text()


@pytest.mark.parametrize("standard", ["c11", "c17", "c++17", "c++20"])
def test_the_header_needs_nothing_and_warns_of_nothing(standard, tmp_path):
    is_c = not standard.startswith("c++")
    source = tmp_path / ("header.c" if is_c else "header.cpp")
    source.write_text(f"#include <vibetensor/plugin{'.h' if is_c else '_iter.cuh'}>\nint main(void) {{ return 0; }}\n")
    command = ["cc" if is_c else "c++", f"-std={standard}", "-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
    done = subprocess.run([*command, "-I", compiling.ROOT / "include", source], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
