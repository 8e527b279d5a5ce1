"""The plugins of plugins/, compiled out of the tree and used from Python."""

import pytest

import build

pytestmark = pytest.mark.skipif(not build.has_compilers(), reason="no C and C++ compiler")


@pytest.mark.parametrize("name", ["gain", "curves"])
def test_reference_plugin(name):
    assert build.run_program(f"{name}.py", build.reference(name)).endswith("done\n")


def test_a_plugin_op_trains_a_model():
    assert build.run_program("train.py", build.reference("curves")).endswith("done\n")


def test_an_entry_point_is_loaded_at_first_use(tmp_path):
    library = build.reference("gain")
    info = tmp_path / "site" / "gain_plugin-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gain-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[vibetensor.plugins]\ngain = gain_plugin:library\nother = gain_plugin:PATH\n"
    )
    (info.parent / "gain_plugin.py").write_text(f"PATH = {str(library)!r}\n\n\ndef library():\n    return PATH\n")
    assert build.run_program("entry_point.py", info.parent).endswith("done\n")
