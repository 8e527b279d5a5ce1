"""Runs a PyTorch program unedited: `import torch` in it gives vibetensor.torch.

    python -m vibetensor.run script.py args...      (or a folder or an archive with a __main__.py)
    python -m vibetensor.run -m module args...
    python -m vibetensor.run -c code args...
    python -m vibetensor.run - args...              (the program comes from the standard input)

-u before these writes what the program prints at once, as python's own -u does. The program sees what python itself would
give it: sys.argv, sys.path, __main__, its own tracebacks and exit status. Libraries that import torch get ours too, and so
do the processes that multiprocessing starts.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from importlib.machinery import BuiltinImporter, ModuleSpec, SourceFileLoader
from importlib.util import find_spec
from types import ModuleType
from typing import Any, NoReturn

from vibetensor.as_torch import enable_torch

USAGE = "usage: python -m vibetensor.run [-u] (script.py | -m module | -c code | -) [args...]"

Code = Callable[[], Any]  # compiled only when the program's own errors are being watched for


def fail(message: str, status: int = 1) -> NoReturn:
    print(message, file=sys.stderr)
    raise SystemExit(status)


def set_first_path(entry: str) -> None:
    """Returns None; the program's entry of sys.path takes the place of the one that python chose for us."""
    if not getattr(sys.flags, "safe_path", sys.flags.isolated):
        sys.path[0] = entry


def new_main(**attributes: Any) -> ModuleType:
    """An empty module `__main__` that multiprocessing, pickle and the program itself find."""
    main = ModuleType("__main__")
    main.__dict__.update({"__builtins__": sys.modules["builtins"], "__annotations__": {}, **attributes})
    sys.modules["__main__"] = main
    return main


def script(path: str) -> tuple[ModuleType, Code]:
    """The main module and the code of the file at `path`; of a folder or an archive, those of its `__main__`."""
    from pkgutil import get_importer

    full = os.path.join(os.getcwd(), path)
    importer = get_importer(full)
    if importer is not None:
        set_first_path(full)
        spec = importer.find_spec("__main__")
        if spec is None:
            fail(f"{sys.executable}: can't find '__main__' module in {full!r}")
        return loaded(spec)
    try:
        with open(full, "rb") as file:
            source = file.read()
    except OSError as error:
        fail(f"{sys.executable}: can't open file {full!r}: [Errno {error.errno}] {error.strerror}", 2)
    set_first_path(os.path.dirname(os.path.realpath(full)))
    main = new_main(__file__=full, __cached__=None, __loader__=SourceFileLoader("__main__", full))
    return main, lambda: compile(source, full, "exec", dont_inherit=True)


def module(name: str) -> tuple[ModuleType, Code]:
    """The main module and the code of module `name`, or of the `__main__` of a package."""
    set_first_path(os.getcwd())
    try:
        spec = find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            name += ".__main__"
            spec = find_spec(name)
    except (ImportError, AttributeError, ValueError) as error:
        fail(
            f"{sys.executable}: Error while finding module specification for {name!r} ({type(error).__name__}: {error})"
        )
    if spec is None or spec.loader is None:
        fail(f"{sys.executable}: No module named {name}")
    sys.argv[0] = spec.origin or name
    return loaded(spec)


def loaded(spec: ModuleSpec) -> tuple[ModuleType, Code]:
    main = new_main(
        __file__=spec.origin,
        __cached__=spec.cached,
        __loader__=spec.loader,
        __package__=spec.parent,
        __spec__=spec,
    )
    return main, lambda: spec.loader.get_code(spec.name)  # type: ignore[union-attr]


def text(source: str) -> tuple[ModuleType, Code]:
    """The main module and the code of a string."""
    set_first_path("")
    return new_main(__loader__=BuiltinImporter), lambda: compile(source, "<string>", "exec", dont_inherit=True)


def standard_input() -> tuple[ModuleType, Code]:
    """The main module and the code that the standard input holds."""
    source = sys.stdin.buffer.read()
    set_first_path("")
    main = new_main(__file__="<stdin>", __cached__=None, __loader__=BuiltinImporter)
    return main, lambda: compile(source, "<stdin>", "exec", dont_inherit=True)


def unbuffer() -> None:
    """Returns None; what is printed from here on is written at once. Python processes started from here do the same."""
    os.environ["PYTHONUNBUFFERED"] = "1"
    for name in ("stdout", "stderr"):
        old = getattr(sys, name)
        if old is None:  # closed
            continue
        old.flush()
        raw = io.FileIO(old.fileno(), "wb", closefd=False)
        new = io.TextIOWrapper(raw, old.encoding, old.errors, write_through=True)  # type: ignore[arg-type]
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)


def run(main: ModuleType, code: Code) -> None:
    """Returns None; runs `code` in `main`. An exception leaves as from python itself: printed without our frames."""
    try:
        exec(code(), main.__dict__)
    except SystemExit:
        raise
    except BaseException as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_globals is globals():
            trace = trace.tb_next
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        sys.excepthook = lambda *printed: None  # it is python's to end the process, with the right status
        raise


def main() -> None:
    given = sys.argv[1:]
    if given[:1] == ["-u"]:
        given = given[1:]
        unbuffer()
    if not given or given[0] in ("-h", "--help"):
        print(f"{USAGE}\n\n{__doc__}" if given else USAGE, file=sys.stdout if given else sys.stderr)
        raise SystemExit(0 if given else 2)
    try:
        enable_torch()
    except RuntimeError as error:
        fail(f"vibetensor.run: {error}")
    own_main = sys.modules["__main__"]  # kept: this code runs in it
    if given[0] in ("-m", "-c"):
        if len(given) == 1:
            fail(f"argument expected for the {given[0]} option\n{USAGE}", 2)
        sys.argv = [given[0], *given[2:]]
        run(*(module if given[0] == "-m" else text)(given[1]))
    elif given[0] == "-":
        sys.argv = given
        run(*standard_input())
    elif given[0].startswith("-"):
        fail(f"unknown option {given[0]}\n{USAGE}", 2)
    else:
        sys.argv = given
        run(*script(given[0]))
    del own_main


if __name__ == "__main__":
    main()
