"""PyTorch's home of Tracer, and what libraries ask of tracing."""

from vibetensor.torch.fx import Tracer, symbolic_trace, wrap

__all__ = ["Tracer", "is_fx_symbolic_tracing", "is_fx_tracing", "symbolic_trace", "wrap"]


def is_fx_tracing() -> bool:
    """False: nothing is traced."""
    return False


def is_fx_symbolic_tracing() -> bool:
    """False: nothing is traced."""
    return False
