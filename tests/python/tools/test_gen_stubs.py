"""tools/gen_stubs.py on a registry of a few rows, and the checkout's generated files against the real one."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import gen_stubs
import pytest
import stub_typescript
from schema_text import parse

ROOT = Path(__file__).resolve().parents[3]

ADD = "add(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor"
SUM = "sum(Tensor self, *, ScalarType? dtype=None) -> Tensor"
SUM_DIM = "sum.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor"
RANDOM_FROM = "random_.from(Tensor(a!) self, int from, int? to, *, Generator? generator=None) -> Tensor(a!)"

REGISTRY = [
    {"name": "add", "schema": ADD, "tags": ["functional", "function", "method", "op", "differentiable"]},
    {
        "name": "add_",
        "schema": "add_(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)",
        "tags": ["inplace", "method", "op"],
    },
    {"name": "sum", "schema": SUM, "tags": ["functional", "method", "op", "differentiable"]},
    {"name": "sum.dim", "schema": SUM_DIM, "tags": ["functional", "method", "op", "differentiable"]},
]


@pytest.mark.parametrize(
    ("schema", "method", "expected"),
    [
        (ADD, True, "(self, other: Tensor, *, alpha: Number = 1) -> Tensor"),
        (ADD, False, "(input: Tensor, other: Tensor, *, alpha: Number = 1) -> Tensor"),
        (
            SUM_DIM,
            True,
            "(self, dim: _int | Sequence[_int] | None, keepdim: _bool = False, *, dtype: _dtype | None = None)"
            " -> Tensor",
        ),
        (
            RANDOM_FROM,
            True,
            "(self, from_: _int, to: _int | None, *, generator: Generator | None = None) -> Tensor",
        ),
        ("f(Tensor[] tensors, float[] w=[1.0, 2.0]) -> Tensor[]", False, None),
        ("f(Tensor self) -> (Tensor values, Tensor indices)", True, "(self) -> tuple[Tensor, Tensor]"),
    ],
)
def test_signatures(schema, method, expected):
    if expected is None:
        expected = "(tensors: Sequence[Tensor], w: Sequence[_float] = (1.0, 2.0,)) -> tuple[Tensor, ...]"
    assert gen_stubs.signature(parse(schema), method) == expected


def test_overloads_and_what_the_template_declares():
    template = (
        "class Tensor:\n    def add(self, other: int) -> Tensor: ...\n    # @methods@\nclass ops:\n    # @functions@\n"
    )
    text = gen_stubs.stub(REGISTRY, template)
    methods, functions = text.split("class ops:")
    assert methods.count("def add(") == 1
    assert methods.count("@overload\n    def sum(") == 2
    assert "def add_(self, other: Tensor" in methods
    assert "@staticmethod\n    def add(input: Tensor, other: Tensor" in functions


def test_table_names_forms_and_derivatives():
    text = gen_stubs.table(REGISTRY)
    assert f"| add | f m `_` | differentiable | `{ADD}` |" in text
    assert f"| sum.dim | m | differentiable | `{SUM_DIM}` |" in text
    assert text.endswith("\n3 ops.\n")


def test_typescript_signatures():
    assert stub_typescript.signature(parse(ADD), True) == "(other: TensorLike, named?: { alpha?: Scalar }): Tensor"
    forms = stub_typescript.signature(parse(SUM_DIM), False).split("\n")
    assert forms[0].startswith(
        "(self: TensorLike, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean,"
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
