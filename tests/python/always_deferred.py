"""A pytest plugin under which every test is a compiled function: `pytest -p always_deferred`."""

from collections.abc import Generator

import pytest
from vibetensor import _C


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    before = _C.program_exchange_fewest_elements(2)
    _C.program_enter()
    try:
        yield
    finally:
        _C.program_leave()
        _C.program_exchange_fewest_elements(before)
