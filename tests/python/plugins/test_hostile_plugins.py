"""Plugins that are wrong: each is refused with its reason, the registry stays as it was, and the process goes on."""

import json
from concurrent.futures import ThreadPoolExecutor

import compiling
import pytest

pytestmark = pytest.mark.skipif(not compiling.has_compilers(), reason="no C and C++ compiler")

# What is wrong with hostile.cpp compiled with CASE: the exception, and what its message says.
REFUSED = {
    0: ("RuntimeError", r"does not export vibetensor_plugin\(\)"),
    1: ("RuntimeError", "vibetensor_plugin gives null"),
    2: ("RuntimeError", r"made for version 2\.0 of the plugin ABI; this VibeTensor has version 1\.0"),
    3: ("RuntimeError", r"made for version 1\.1 of the plugin ABI, which is newer than the 1\.0"),
    4: ("RuntimeError", r"made for version 0\.0 of the plugin ABI"),
    5: ("RuntimeError", "its statement has the size 0"),
    6: ("RuntimeError", "its statement has the size 18446744073709551615"),
    7: ("RuntimeError", "expected a name of letters, digits and _, got ''"),
    8: ("RuntimeError", "got 'two words'"),
    9: ("RuntimeError", "the namespace 'aten' is not a plugin's to use"),
    10: ("RuntimeError", "got ''"),
    11: ("RuntimeError", "no init function"),
    12: ("RuntimeError", "it registers no op"),
    13: ("RuntimeError", "init of the plugin failed with status 99 and without a message"),
    14: ("OSError", "no licence found"),
    15: ("ValueError", "half-way"),
    16: ("ValueError", "malformed schema.*expected ,"),
    17: ("TypeError", "expected the schema of an op, got null"),
    18: ("ValueError", "expected its struct_size to be at least"),
    19: ("NotImplementedError", "vt_op sets a field that this version of VibeTensor does not know"),
    20: ("ValueError", "a flag that is not known"),
    21: ("ValueError", "an op needs a kernel"),
    22: ("RuntimeError", "it registers hostile::first twice"),
    23: ("RuntimeError", "there already is an op named gain::gain"),
    24: ("RuntimeError", "it registers hostile::first_ twice"),
    25: ("ValueError", "an argument that it does not have"),
    26: ("ValueError", "an argument that is no tensor"),
    27: ("ValueError", "has a derivative and is not differentiable"),
    28: ("ValueError", "only an op that gives tensors has a shape function"),
    29: ("NotImplementedError", "one argument at most may be written to"),
    30: ("ValueError", "views are for the ops of VibeTensor"),
    31: ("TypeError", "expected vt_op, got null"),
    32: ("RuntimeError", "registered by a plugin's init, with the registration that it got"),
    33: ("RuntimeError", "negative|-3"),
    34: ("ValueError", "an in-place form needs `Tensor self` first"),
    35: ("ValueError", "too many arguments"),
    36: ("RuntimeError", "init of the plugin let a C.. exception out: out of init"),
    37: ("RuntimeError", "init of the plugin let an exception out"),
    38: ("ValueError", "a flag that is not known"),
    39: ("ValueError", "keeps tensors for a derivative that it lacks"),
    40: ("ValueError", "results are tensors, one"),
    41: ("ValueError", "more than 6 results"),
    42: ("ValueError", "malformed schema.*another name"),
    43: ("ValueError", "malformed schema"),
    44: ("ValueError", "malformed schema"),
    45: ("ValueError", "malformed schema.*a type"),
    46: ("ValueError", "malformed schema.*an integer"),
    47: ("ValueError", "malformed schema"),
    48: ("ValueError", "malformed schema"),
    49: ("ValueError", "forms are made of an op with a shape function"),
    50: ("ValueError", "expected its struct_size to be at least"),
    51: ("RuntimeError", "vibetensor_plugin of the plugin let a C.. exception out"),
    52: ("OSError", "undefined symbol: defined_nowhere"),
}


def damaged_files(folder, whole):
    """Files that are no plugins, by path: the exception, and what its message says."""
    data = whole.read_bytes()
    contents = {
        "empty": (b"", "no shared library"),
        "text": (b"not a library\n" * 100, "no shared library"),
        "header": (data[:64], "cut short"),
        "half": (data[: len(data) // 2], "cut short"),
        "page": (data[:4096], "cut short"),
        "machine": (data[:18] + b"\xb7\x00" + data[20:], "made for another kind of machine"),
        "class": (data[:4] + b"\x01" + data[5:], "made for another kind of machine"),
        "object": (data[:16] + b"\x01\x00" + data[18:], "no shared library"),
        "segments": (data[:56] + b"\x00\x00" + data[58:], "damaged"),
        "far": (data[:32] + b"\xff" * 8 + data[40:], "cut short"),
    }
    found = {}
    for name, (content, says) in contents.items():
        path = folder / f"{name}.so"
        path.write_bytes(content)
        found[str(path)] = ("OSError", says)
    found[str(folder)] = ("OSError", "no regular file")
    found[str(folder / "absent.so")] = ("OSError", "No such file")
    dangling = folder / "dangling.so"
    dangling.symlink_to(folder / "nowhere")
    found[str(dangling)] = ("OSError", "No such file")
    return found


def test_every_hostile_plugin_is_refused_and_leaves_no_trace(tmp_path):
    def make(case):
        folder = tmp_path / f"case{case}"
        folder.mkdir()
        return compiling.compiled(
            compiling.HERE / "hostile.cpp", folder / "hostile.so", f"-DCASE={case}", "-O0", "-Wno-unused-function"
        )

    with ThreadPoolExecutor(2) as pool:
        libraries = dict(zip(REFUSED, pool.map(make, REFUSED)))
    cases = {str(path): REFUSED[case] for case, path in libraries.items()}
    files = tmp_path / "files"
    files.mkdir()
    cases |= damaged_files(files, libraries[12])
    assert len(cases) >= 60
    listed = tmp_path / "cases.json"
    listed.write_text(json.dumps(cases))
    assert compiling.run_program("hostile.py", compiling.reference("gain"), listed).endswith("done\n")


def test_what_a_plugin_does_wrong_while_it_runs_is_an_error(tmp_path):
    rogue = compiling.compiled(compiling.HERE / "rogue.cpp", tmp_path / "rogue.so")
    assert compiling.run_program("rogue.py", rogue).endswith("done\n")
