"""Makes the types of a plugin's ops, for Python and for TypeScript, from what it registers.

plugin_stubs.py gain.so --python gain_ops.pyi --typescript gain_ops.d.ts

Python:      gain = cast("type[GainOps]", torch.ops.gain), with GainOps imported from gain_ops if TYPE_CHECKING
TypeScript:  const gain = plugins.gain as unknown as GainOps;
"""

from __future__ import annotations

import argparse
from pathlib import Path

import gen_stubs
import stub_typescript
from op_schema import Schema

PYTHON_NAMES = (
    "DeviceLike, Generator, Number, Tensor, _bool, _dtype, _device, _float, _int, _layout, _memory_format, _str"
)


def schemas_of(namespace: str) -> dict[str, list[Schema]]:
    """The ops of a plugin that is loaded, by their names without namespace and overload."""
    from vibetensor import _C

    rows = [row for row in _C.registry() if row["name"].startswith(f"{namespace}::")]
    return gen_stubs.by_name({**row, "name": row["name"].partition("::")[2]} for row in rows)


def class_name(namespace: str) -> str:
    return "".join(part.capitalize() for part in namespace.split("_")) + "Ops"


def python_text(namespace: str, schemas: dict[str, list[Schema]]) -> str:
    """The text of the .pyi file."""
    lines = [line for found in schemas.values() for line in gen_stubs.definitions(found, False, "    ")]
    return "\n".join(
        [
            f"# torch.ops.{namespace}, made by tools/plugin_stubs.py; do not edit.",
            "from collections.abc import Sequence",
            "from typing import overload",
            "",
            f"from vibetensor._C import {PYTHON_NAMES}",
            "",
            f"class {class_name(namespace)}:",
            *lines,
            "",
        ]
    )


def typescript_text(namespace: str, schemas: dict[str, list[Schema]]) -> str:
    """The text of the .d.ts file."""
    return "\n".join(
        [
            f"// plugins.{namespace}, made by tools/plugin_stubs.py; do not edit.",
            'import type { Abortable, DType, Generator, MemoryFormat, Scalar, Tensor, TensorLike } from "vibetensor";',
            "",
            *stub_typescript.interface(class_name(namespace), schemas, False, {}),
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plugin", type=Path)
    parser.add_argument("--python", type=Path, metavar="FILE")
    parser.add_argument("--typescript", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    import vibetensor

    namespace = vibetensor.load_plugin(arguments.plugin).name
    schemas = schemas_of(namespace)
    for path, text in ((arguments.python, python_text), (arguments.typescript, typescript_text)):
        if path is not None:
            path.write_text(text(namespace, schemas))
    if arguments.python is None and arguments.typescript is None:
        print(python_text(namespace, schemas) + "\n" + typescript_text(namespace, schemas), end="")


if __name__ == "__main__":
    main()
