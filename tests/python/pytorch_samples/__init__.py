"""PyTorch's own samples of its ops, layers and optimizers, run here beside PyTorch.

`python -m pytorch_samples`, or `make opinfo`, runs them all and writes docs/opinfo.md; see __main__.py.
"""

import sys
import types
import unittest

# PyTorch's samples import a package of its own test suite, of which they use nothing but this name
sys.modules.setdefault("expecttest", types.ModuleType("expecttest")).TestCase = unittest.TestCase
