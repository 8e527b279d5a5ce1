"""tools/gen_stubs.py on a registry of a few rows, and the checkout's generated files against the real one."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import gen_stubs
import pytest
import stub_typescript
from op_schema import Schema
from vibetensor import _C

ROOT = Path(__file__).resolve().parents[3]

ROWS = {row["name"]: row for row in _C.registry()}
FEW = [ROWS[name] for name in ("add.Tensor", "add_.Tensor", "sum", "sum.dim_IntList")]


@pytest.mark.parametrize(
    ("name", "method", "expected"),
    [
        ("add.Tensor", True, "(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor"),
        ("add.Tensor", False, "(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1) -> Tensor"),
        (
            "sum.dim_IntList",
            True,
            "(self, dim: _int | Sequence[_int] | None, keepdim: _bool = False, *, dtype: _dtype | None = None)"
            " -> Tensor",
        ),
        (
            "random_.from",
            True,
            "(self, from_: _int, to: _int | None, *, generator: Generator | None = None) -> Tensor",
        ),
        ("stack", False, "(tensors: Sequence[Tensor], dim: _int = 0) -> Tensor"),
        ("index.Tensor", True, "(self, indices: Sequence[Tensor | None]) -> Tensor"),
        ("unbind.int", True, "(self, dim: _int = 0) -> tuple[Tensor, ...]"),
        ("rot90", True, "(self, k: _int = 1, dims: _int | Sequence[_int] = (0, 1)) -> Tensor"),
        ("contiguous", True, "(self, *, memory_format: _memory_format = ...) -> Tensor"),
        ("mode", True, "(self, dim: _int = -1, keepdim: _bool = False) -> tuple[Tensor, Tensor]"),
    ],
)
def test_signatures(name, method, expected):
    assert gen_stubs.signature(Schema.of(ROWS[name]), method) == expected


def test_no_parameter_in_typescript_has_a_reserved_name():
    forms = stub_typescript.signature(Schema.of(ROWS["gaussian_nll_loss"]), method=False, is_async=False)
    assert forms[0].startswith("(input: Tensor, target: Tensor, var_: Tensor, ")


def test_overloads_and_what_the_template_declares():
    template = (
        "class Tensor:\n    def add(self, other: int) -> Tensor: ...\n    # @methods@\nclass ops:\n    # @functions@\n"
    )
    text = gen_stubs.stub(FEW, template)
    methods, functions = text.split("class ops:")
    assert methods.count("def add(") == 1
    assert methods.count("@overload\n    def sum(") == 2
    assert "def add_(self, other: Tensor" in methods
    assert "@staticmethod\n    def add(input: Tensor | Number, other: Tensor" in functions


def test_table_names_forms_and_derivatives():
    text = gen_stubs.table(FEW)
    schema = ROWS["add.Tensor"]["schema"].replace("|", "\\|")
    assert f"| add.Tensor | torch, Tensor | `_` | differentiable | `{schema}` |" in text
    assert f"| sum.dim_IntList | torch, Tensor |  | differentiable | `{ROWS['sum.dim_IntList']['schema']}` |" in text
    assert text.endswith("\n3 ops.\n")


def test_typescript_signatures():
    add, total = Schema.of(ROWS["add.Tensor"]), Schema.of(ROWS["sum.dim_IntList"])
    (sync,) = stub_typescript.signature(add, method=True, is_async=False)
    assert sync == "(other: TensorLike, named?: { alpha?: Scalar }): Tensor"
    (promised,) = stub_typescript.signature(add, method=True, is_async=True)
    assert promised == "(other: TensorLike, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>"
    forms = stub_typescript.signature(total, method=False, is_async=False)
    assert forms[0].startswith(
        "(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean,"
    )
    assert len(forms) == 2


def test_the_generated_files_are_what_the_registry_says():
    command = [sys.executable, ROOT / "tools" / "gen_stubs.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def names_in(body):
    """Names that a stub's statements declare."""
    for node in body:
        if isinstance(node, ast.AnnAssign):
            yield node.target.id
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name


# In a process of its own: vibetensor.torch attaches further methods to Tensor.
LIST_NAMES = "import json; from vibetensor import _C; print(json.dumps([dir(_C), list(vars(_C.Tensor))]))"


def test_the_stub_names_everything_that_the_extension_has():
    done = subprocess.run([sys.executable, "-c", LIST_NAMES], capture_output=True, text=True, check=True)
    module, methods = ({name for name in names if not name.startswith("_")} for names in json.loads(done.stdout))
    tree = ast.parse(gen_stubs.STUB.read_text())
    assert module - set(names_in(tree.body)) == set()
    (tensor,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Tensor")
    assert methods - set(names_in(tensor.body)) == set()
