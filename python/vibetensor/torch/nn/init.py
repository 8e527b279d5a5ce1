"""Starting values for parameters, written in place; with the same seed they are PyTorch's.

Each function returns the tensor it was given and records no gradient. `generator` draws in place of the device's
default one.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.autograd.grad_mode import no_grad

Tensor: Any = _C.Tensor

__all__ = [
    "calculate_gain",
    "constant",
    "constant_",
    "dirac",
    "dirac_",
    "eye",
    "eye_",
    "kaiming_normal",
    "kaiming_normal_",
    "kaiming_uniform",
    "kaiming_uniform_",
    "normal",
    "normal_",
    "ones_",
    "orthogonal",
    "orthogonal_",
    "sparse",
    "sparse_",
    "trunc_normal_",
    "uniform",
    "uniform_",
    "xavier_normal",
    "xavier_normal_",
    "xavier_uniform",
    "xavier_uniform_",
    "zeros_",
]

GAINS: dict[str, float] = {
    "linear": 1,
    "conv1d": 1,
    "conv2d": 1,
    "conv3d": 1,
    "conv_transpose1d": 1,
    "conv_transpose2d": 1,
    "conv_transpose3d": 1,
    "sigmoid": 1,
    "tanh": 5 / 3,
    "relu": math.sqrt(2.0),
    "selu": 3 / 4,
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor by which a nonlinearity's layer widens its weights' standard deviation.

    `param`: the negative slope of "leaky_relu" (0.01). ValueError for an unknown name or a slope that is no number.
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity not in GAINS:
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}")
    return GAINS[nonlinearity]


def uniform_(tensor: Any, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Any:
    """The tensor, filled with uniform numbers of [a, b)."""
    with no_grad():
        return tensor.uniform_(a, b, generator=generator)


def normal_(tensor: Any, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Any:
    """The tensor, filled with normal numbers."""
    with no_grad():
        return tensor.normal_(mean, std, generator=generator)


def normal_below(x: float) -> float:
    """The probability that a standard normal number is below x."""
    return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0


def redraw_outside(tensor: Any, mean: float, std: float, a: float, b: float, generator: Any) -> None:
    """Fills with normal numbers, drawing those outside [a, b] again until none is left."""
    low, high = (_C.tensor(bound, dtype=tensor.dtype, device="cpu").item() for bound in (a, b))
    result = tensor.normal_(mean, std, generator=generator)
    while True:
        outside = (result < low) | (result > high)
        if not outside.any():
            break
        fresh = _C.ops.empty_like(result).normal_(mean, std, generator=generator)
        result = _C.ops.where(outside, fresh, result)
    if result is not tensor:
        tensor.copy_(result)


def reject_unlikely(tensor: Any, mean: float, std: float, a: float, b: float, generator: Any) -> None:
    """Fills with uniform numbers of [a, b), keeping each with the normal density's share of its peak."""
    mode = max(a, min(mean, b))
    log_peak = -0.5 * ((mode - mean) / std) ** 2
    candidates = _C.ops.empty_like(tensor)
    acceptance = _C.ops.empty_like(tensor)

    def rejected() -> Any:
        candidates.sub_(mean).div_(std).pow_(2).mul_(-0.5).sub_(log_peak)
        return acceptance.uniform_(generator=generator).log_().gt(candidates)

    result = tensor.uniform_(a, b, generator=generator)
    candidates.copy_(tensor)
    pending = rejected()
    while pending.any():
        candidates.uniform_(a, b, generator=generator)
        result = _C.ops.where(pending, candidates, result)
        pending = _C.ops.where(pending, rejected(), pending)
    if result is not tensor:
        tensor.copy_(result)


def trunc_normal_(
    tensor: Any, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, generator: Any = None
) -> Any:
    """The tensor, filled with normal numbers conditioned on [a, b]."""
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. "
            "The distribution of values may be incorrect.",
            stacklevel=2,
        )
    if tensor.device.type == "meta":
        return tensor  # no numbers to be drawn again
    inside = normal_below((b - mean) / std) - normal_below((a - mean) / std)
    fill = redraw_outside if inside > 0.3 else reject_unlikely
    with no_grad():
        fill(tensor, mean, std, a, b, generator)
    return tensor


def constant_(tensor: Any, val: float) -> Any:
    """The tensor, filled with one value."""
    with no_grad():
        return tensor.fill_(val)


def ones_(tensor: Any) -> Any:
    """The tensor, filled with ones."""
    with no_grad():
        return tensor.fill_(1.0)


def zeros_(tensor: Any) -> Any:
    """The tensor, filled with zeros."""
    with no_grad():
        return tensor.zero_()


def eye_(tensor: Any) -> Any:
    """The tensor (rows, columns), made the identity. ValueError unless it has two dimensions."""
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    with no_grad():
        return tensor.copy_(_C.ops.eye(rows, columns, dtype=tensor.dtype, device=tensor.device))


def dirac_(tensor: Any, groups: int = 1) -> Any:
    """The convolution weight (out, in, *kernel), made to pass its input channels on, group by group.

    ValueError unless it has 3 to 5 dimensions and `groups` divides the first.
    """
    if tensor.ndim not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    sizes = tuple(tensor.shape)
    if sizes[0] % groups != 0:
        raise ValueError("dim 0 must be divisible by groups")
    per_group = sizes[0] // groups
    middle = tuple(size // 2 for size in sizes[2:])
    with no_grad():
        tensor.zero_()
        for group in range(groups):
            for channel in range(min(per_group, sizes[1])):
                centre = (group * per_group + channel, channel, *middle)
                tensor[centre] = 1
    return tensor


def _calculate_fan_in_and_fan_out(tensor: Any) -> tuple[int, int]:
    """Inputs per output and outputs per input of a weight (out, in, *kernel). ValueError below two dimensions."""
    if tensor.ndim < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    outputs, inputs, *kernel = tensor.shape
    field = math.prod(kernel)
    return inputs * field, outputs * field


def _calculate_correct_fan(tensor: Any, mode: str) -> int:
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    return _calculate_fan_in_and_fan_out(tensor)[mode == "fan_out"]


def xavier_std(tensor: Any, gain: float) -> float:
    return gain * math.sqrt(2.0 / float(sum(_calculate_fan_in_and_fan_out(tensor))))


def xavier_uniform_(tensor: Any, gain: float = 1.0, generator: Any = None) -> Any:
    """The weight (out, in, *kernel), filled uniformly so that its variance is 2 gain**2 / (fan in + fan out).

    ValueError below two dimensions.
    """
    bound = math.sqrt(3.0) * xavier_std(tensor, gain)
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Any, gain: float = 1.0, generator: Any = None) -> Any:
    """The weight (out, in, *kernel), filled with normal numbers of variance 2 gain**2 / (fan in + fan out).

    ValueError below two dimensions.
    """
    return normal_(tensor, 0.0, xavier_std(tensor, gain), generator)


def is_empty(tensor: Any) -> bool:
    if 0 not in tuple(tensor.shape):
        return False
    warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
    return True


def kaiming_std(tensor: Any, a: float, mode: str, nonlinearity: str) -> float:
    fan = _calculate_correct_fan(tensor, mode)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def kaiming_uniform_(
    tensor: Any, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Any:
    """The weight (out, in, *kernel), filled uniformly so that its variance is gain**2 / fan.

    `a`: the negative slope of "leaky_relu"; `mode`: "fan_in" keeps the scale forward, "fan_out" backward. ValueError
    below two dimensions and for unknown names.
    """
    if is_empty(tensor):
        return tensor
    bound = math.sqrt(3.0) * kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Any, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Any:
    """The weight (out, in, *kernel), filled with normal numbers of variance gain**2 / fan; as `kaiming_uniform_`."""
    if is_empty(tensor):
        return tensor
    return normal_(tensor, 0, kaiming_std(tensor, a, mode, nonlinearity), generator)


def orthogonal_(tensor: Any, gain: float = 1, generator: Any = None) -> Any:
    """The tensor, seen as (first dimension, the others), with orthonormal rows or columns, whichever are fewer, times gain.

    Drawn from a normal distribution. ValueError below two dimensions; an empty tensor is returned as it is.
    """
    if tensor.ndim < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    rows = tensor.size(0)
    with no_grad():
        drawn = tensor.new_empty((rows, tensor.numel() // rows)).normal_(0, 1, generator=generator)
        wide = rows < drawn.size(1)
        vectors = orthonormalized(drawn if wide else drawn.t())
        tensor.copy_((vectors if wide else vectors.t()).reshape(tensor.shape)).mul_(gain)
    return tensor


def orthonormalized(rows: Any) -> Any:
    """The rows (n, m), n <= m, made orthonormal from the first to the last, in float64.

    This is Q of the QR decomposition whose R has a positive diagonal: Gram-Schmidt, each projection done twice,
    which is as exact as reflections are; by blocks, so that most of it is matrix products.
    """
    rows = rows.double().contiguous()
    for start in range(0, rows.size(0), 32):
        done, block = rows[:start], rows[start : start + 32]
        for _ in range(2):
            block -= block.matmul(done.t()).matmul(done)
        for i in range(block.size(0)):
            row, before = block[i], block[:i]
            for _ in range(2):
                row -= before.matmul(row).matmul(before)
            row /= row.norm()
    return rows


def sparse_(tensor: Any, sparsity: float, std: float = 0.01, generator: Any = None) -> Any:
    """The tensor (rows, columns), normal, with the fraction `sparsity` of each column set to zero.

    The zeros are placed by the default generator. ValueError unless it has two dimensions.
    """
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    zeros = math.ceil(sparsity * rows)
    with no_grad():
        tensor.normal_(0, std, generator=generator)
        for column in range(columns):
            tensor[_C.ops.randperm(rows)[:zeros], column] = 0
    return tensor


def deprecated(fill: Callable[..., Any]) -> Callable[..., Any]:
    """`fill` under its old name, without the underscore, with a warning."""
    old = fill.__name__.removesuffix("_")

    @wraps(fill)
    def call(*args: Any, **kwargs: Any) -> Any:
        warnings.warn(
            f"`nn.init.{old}` is now deprecated in favor of `nn.init.{fill.__name__}`.", FutureWarning, stacklevel=2
        )
        return fill(*args, **kwargs)

    call.__name__ = old
    return call


uniform = deprecated(uniform_)
normal = deprecated(normal_)
constant = deprecated(constant_)
eye = deprecated(eye_)
dirac = deprecated(dirac_)
xavier_uniform = deprecated(xavier_uniform_)
xavier_normal = deprecated(xavier_normal_)
kaiming_uniform = deprecated(kaiming_uniform_)
kaiming_normal = deprecated(kaiming_normal_)
orthogonal = deprecated(orthogonal_)
sparse = deprecated(sparse_)


__getattr__ = module_getattr(__name__)
