"""Interned Python stacks: what the allocator's history knows of who asked. No GPU is needed for them."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import vibetensor.torch as torch
from vibetensor import _C


@pytest.fixture(autouse=True)
def short_stacks() -> Iterator[None]:
    _C.set_python_stack_kind("short")
    yield
    _C.set_python_stack_kind("short")


def frames() -> list[dict[str, Any]]:
    return _C.python_stack_frames(_C.python_stack())


def python_frames() -> list[tuple[str, int, str]]:
    """The same by sys._getframe, without this function's own frame."""
    found = []
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        found.append((code.co_filename, frame.f_lineno, getattr(code, "co_qualname", code.co_name)))
        frame = frame.f_back  # type: ignore[assignment]
    return found


def as_tuples(stack: list[dict[str, Any]]) -> list[tuple[str, int, str]]:
    return [(f["filename"], f["line"], f["name"]) for f in stack]


def both() -> tuple[list[tuple[str, int, str]], list[tuple[str, int, str]]]:
    return as_tuples(_C.python_stack_frames(_C.python_stack())), python_frames()


def test_frames_are_the_interpreters() -> None:
    ours, python = both()
    assert ours == python[: len(ours)]
    assert len(ours) == 12
    _C.set_python_stack_kind("full")
    ours, python = both()
    assert ours == python[:128] and len(ours) > 12


@pytest.mark.parametrize("depth", [1, 5, 60, 200])
def test_depth_is_bounded(depth: int) -> None:
    def down(n: int) -> list[dict[str, Any]]:
        return frames() if n == 0 else down(n - 1)

    assert len(down(depth)) == 12
    _C.set_python_stack_kind("full")
    stack = down(depth)
    assert len(stack) <= 128
    assert [f["name"].endswith("down") for f in stack[1 : min(depth, 100)]] == [True] * (min(depth, 100) - 1)


@pytest.mark.parametrize("kind", ["short", "full"])
def test_the_public_functions_tell_the_same(kind: str) -> None:
    # what versions of CPython use whose frames we do not know
    _C.set_python_stack_kind(kind)
    stacks = []
    for public in (False, True):
        _C.use_python_frame_objects(public)
        try:
            stacks.append(both())
        finally:
            _C.use_python_frame_objects(False)
    (fast, python), (public_frames, _) = stacks
    assert public_frames == python[: len(public_frames)]
    assert fast[: len(public_frames)] == public_frames
    assert len(public_frames) == (len(fast) if kind == "full" or sys.version_info < (3, 11) else 1)


def test_generators_lambdas_comprehensions_and_methods() -> None:
    def generator() -> Iterator[Any]:
        yield frames()

    class Holder:
        def method(self) -> list[dict[str, Any]]:
            return frames()

    def innermost(stack: list[dict[str, Any]]) -> str:
        return stack[1]["name"]

    assert innermost(next(generator())).endswith("generator")
    assert innermost(Holder().method()).endswith("method")
    assert innermost((lambda: frames())()).endswith("<lambda>")
    (inside,) = [frames() for _ in range(1)]
    assert innermost(inside).endswith(("<listcomp>", "methods"))
    assert innermost(next(map(lambda _: frames(), [0]))).endswith("<lambda>")  # noqa: C417, called from C


class Finalized:
    def __init__(self, found: list[Any]):
        self.found = found

    def __del__(self) -> None:
        self.found.append(both())


def odd_places() -> list[tuple[list[Any], list[Any]]]:
    """Both views of the stack from where the interpreter's frames are least ordinary."""
    found: list[Any] = []
    asyncio.run(coroutine(found))
    sorted([2, 1], key=lambda x: found.append(both()) or x)
    Finalized(found)
    cycle = [Finalized(found)]
    cycle.append(cycle)  # type: ignore[arg-type]
    del cycle
    gc.collect()
    exec("class Body:\n    found.append(both())", {"found": found, "both": both})
    try:
        raise ValueError
    except ValueError:
        found.append(both())
    finally:
        found.append(both())
    sys.settrace(lambda frame, event, argument: None)
    found.append(both())
    sys.settrace(None)
    sys.setprofile(lambda frame, event, argument: None)
    found.append(both())
    sys.setprofile(None)
    found.append(next(delegating()))
    with contextlib.suppress(StopIteration):
        generator = delegating()
        next(generator)
        found.append(generator.throw(KeyError))
    found.append(functools.reduce(lambda a, b: both(), [1, 2]))
    return found


async def coroutine(found: list[Any]) -> None:
    await asyncio.sleep(0)
    found.append(both())
    found.extend([both() async for _ in asynchronous()])


async def asynchronous() -> AsyncIterator[int]:
    yield 1


def delegating() -> Iterator[Any]:
    try:
        yield from (both() for _ in range(2))
    except KeyError:
        yield both()


def test_frames_are_right_in_odd_places() -> None:
    _C.set_python_stack_kind("full")
    found = odd_places()
    assert len(found) == 14
    for ours, python in found:
        assert ours == python[: len(ours)] and len(ours) == min(128, len(python))


def test_a_place_has_one_number_and_one_list() -> None:
    numbers = {_C.python_stack() for _ in range(100)}
    assert len(numbers) == 1
    (number,) = numbers
    assert number > 0
    assert _C.python_stack_frames(number) is _C.python_stack_frames(number)
    assert _C.python_stack() != number  # another line


def test_no_stack_when_none_is_wanted() -> None:
    _C.set_python_stack_kind("none")
    assert _C.python_stack() == 0
    assert _C.python_stack_frames(0) == []
    assert _C.describe_python_stack(0) == ""
    with pytest.raises(ValueError, match="short"):
        _C.set_python_stack_kind("long")


def test_code_that_is_gone_is_still_named() -> None:
    scope: dict[str, Any] = {"_C": _C}
    exec(compile("def vanishing():\n\n    return _C.python_stack()", "gone.py", "exec"), scope)
    number = scope.pop("vanishing")()
    scope.clear()
    gc.collect()
    assert as_tuples(_C.python_stack_frames(number))[0] == ("gone.py", 3, "vanishing")
    assert _C.describe_python_stack(number) == "gone.py:3 in vanishing"


def test_references_to_code_do_not_grow() -> None:
    def take() -> int:
        return _C.python_stack()

    counts = []
    for _ in range(3):
        for _ in range(1000):
            take()
        counts.append(sys.getrefcount(take.__code__))
    assert counts[2] == counts[1], counts


def test_the_origin_is_the_first_frame_outside_the_package() -> None:
    seen: list[str] = []

    class Probe(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            seen.append(_C.describe_python_stack(_C.python_stack()))
            return x

    model = torch.nn.Sequential(Probe())
    model(torch.ones(1))
    assert seen[0].startswith("test_python_stack.py:") and "forward" in seen[0]


def test_a_thread_without_the_gil_has_the_stack_of_before() -> None:
    # backward runs without the GIL; a hook takes it again and stands on top of the frames that called backward
    taken: list[list[dict[str, Any]]] = []
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y.register_hook(lambda gradient: taken.append(frames()))
    y.sum().backward()
    names = [f["name"] for f in taken[0]]
    assert names[1].endswith("<lambda>")
    assert any(name.endswith("test_a_thread_without_the_gil_has_the_stack_of_before") for name in names)


def test_many_threads() -> None:
    failures: list[BaseException] = []

    def work(function: Callable[[], int]) -> None:
        try:
            numbers = {function() for _ in range(2000)}
            assert len(numbers) == 1, numbers
            assert as_tuples(_C.python_stack_frames(numbers.pop()))[0][2].endswith("<lambda>")
        except BaseException as error:
            failures.append(error)

    functions = [eval(f"{chr(10) * i}lambda: take()", {"take": _C.python_stack}) for i in range(8)]
    threads = [threading.Thread(target=work, args=(f,)) for f in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_the_table_is_bounded() -> None:
    # in a process of its own: a full table stays full
    program = """
from vibetensor import _C
scope = {"take": _C.python_stack}
lines = ["def spread(n):"]
for i in range(3000):
    if i % 50 == 0:
        lines.append(f"  if n < {i + 50}:")
    lines.append(f"    if n == {i}: return take()")
exec("\\n".join(lines), scope)
seen = set()
for outer in range(60):
    caller = eval("\\n" * outer + "lambda n: spread(n)", scope)
    for n in range(3000):
        seen.add(caller(n))
size = _C.python_stack_table()
assert size["stacks"] <= 1 << 17, size
assert size["refused"] > 0 and 0 in seen, size
assert _C.python_stack_frames(max(seen))[0]["name"] == "spread"
print("bounded")
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout.strip() == "bounded", ran.stderr


def test_errors_on_their_way_survive_a_description() -> None:
    number = _C.python_stack()
    try:
        raise KeyError("mine")
    except KeyError as error:
        assert _C.describe_python_stack(number).startswith("test_python_stack.py:")
        assert error.args == ("mine",)
