"""Programs in Python processes of their own, for what a process can choose or break only once."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap


def output_of(program: str, *arguments: str, **environment: str) -> str:
    """What the program prints; it begins after `import vibetensor.torch as torch` and has to exit with 0."""
    text = "import vibetensor.torch as torch\n" + textwrap.dedent(program)
    done = subprocess.run(
        [sys.executable, "-c", text, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
