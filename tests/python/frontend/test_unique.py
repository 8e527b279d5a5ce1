"""unique, unique_consecutive and nonzero's tuples beside PyTorch's, as functions and as methods."""

from __future__ import annotations

from typing import Any

import pytest
import torch as reference
import vibetensor.torch as ours

OPTIONS: list[dict[str, Any]] = [
    {},
    {"return_inverse": True},
    {"return_counts": True},
    {"return_inverse": True, "return_counts": True},
    {"dim": 0},
    {"dim": 0, "return_counts": True},
]


def lists(result: Any) -> Any:
    return [r.tolist() for r in result] if isinstance(result, tuple) else result.tolist()


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", ["unique", "unique_consecutive"])
def test_distinct(name: str, options: dict[str, Any]) -> None:
    for values in ([3, 1, 3, 3, 2], [[1, 2], [1, 2], [0, 5]]):
        expected = lists(getattr(reference, name)(reference.tensor(values), **options))
        assert lists(getattr(ours, name)(ours.tensor(values), **options)) == expected
        assert lists(getattr(ours.tensor(values), name)(**options)) == expected


def test_nonzero_as_tuple() -> None:
    values = [[1, 0], [0, 2]]
    expected = lists(reference.nonzero(reference.tensor(values), as_tuple=True))
    assert lists(ours.nonzero(ours.tensor(values), as_tuple=True)) == expected
    assert lists(ours.tensor(values).nonzero(as_tuple=True)) == expected
    assert ours.tensor(values).nonzero().tolist() == [[0, 0], [1, 1]]
    for call in (
        lambda: ours.nonzero(ours.tensor(values), as_tuple=3),
        lambda: ours.tensor(values).nonzero(as_tuple=3),
    ):
        with pytest.raises(TypeError, match="'as_tuple' must be bool, not int"):
            call()
