"""Where PyTorch reads the schema of an op off a function's annotations."""

from vibetensor.torch.library import infer_schema

__all__ = ["infer_schema"]
