"""What libraries ask PyTorch's compiler about itself."""

from vibetensor.torch._dynamo import is_compiling

__all__ = ["is_compiling"]
