"""Warnings that stand where the program is, however deep in here they are found."""

from __future__ import annotations

import sys
import warnings
from os.path import dirname

PACKAGE = dirname(dirname(__file__))


def warn_user(text: str, category: type[Warning] = UserWarning) -> None:
    """Returns None; warns at the innermost line that is not the package's own. The core's warnings come here too."""
    frame, level = sys._getframe(1), 2
    while frame.f_code.co_filename.startswith(PACKAGE) and frame.f_back is not None:
        level += "importlib._bootstrap" not in frame.f_code.co_filename  # which warnings.warn does not count
        frame = frame.f_back
    warnings.warn(text, category, stacklevel=level)


said: set[str] = set()


def warn_user_once(text: str) -> None:
    """Returns None; warn_user() at the first call with this text in a process, whatever the filters."""
    if text not in said:
        said.add(text)
        warn_user(text)
