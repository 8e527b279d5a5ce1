"""Activation functions as layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from vibetensor import _C
from vibetensor.torch.nn import functional as F
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.nn.parameter import Parameter

Arguments = dict[str, Any]  # default by name


class Activation(Module):
    """A function of nn.functional with its arguments fixed; subclasses name both in the order of the signature."""

    function: Callable[..., Any]
    arguments: ClassVar[Arguments]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__()
        names = list(self.arguments)
        if len(args) > len(names):
            raise TypeError(f"{type(self).__name__}() takes at most {len(names)} arguments, got {len(args)}")
        given = dict(zip(names, args, strict=False))
        for name, value in kwargs.items():
            if name not in self.arguments or name in given:
                raise TypeError(f"{type(self).__name__}() got an unexpected or repeated argument {name!r}")
            given[name] = value
        for name, default in self.arguments.items():
            setattr(self, name, given.get(name, default))

    def forward(self, input: Any) -> Any:
        return type(self).function(input, **{name: getattr(self, name) for name in self.arguments})

    def extra_repr(self) -> str:
        shown = {name: getattr(self, name) for name in self.arguments}
        if not shown.get("inplace", True):
            del shown["inplace"]
        return ", ".join(
            f"{name}={value!r}" if isinstance(value, str) else f"{name}={value}" for name, value in shown.items()
        )


class ReLU(Activation):
    function = staticmethod(F.relu)
    arguments: ClassVar[Arguments] = {"inplace": False}


class ReLU6(Activation):
    function = staticmethod(F.relu6)
    arguments: ClassVar[Arguments] = {"inplace": False}


class Hardtanh(Activation):
    function = staticmethod(F.hardtanh)
    arguments: ClassVar[Arguments] = {"min_val": -1.0, "max_val": 1.0, "inplace": False}


class GELU(Activation):
    function = staticmethod(F.gelu)
    arguments: ClassVar[Arguments] = {"approximate": "none"}


class SiLU(Activation):
    function = staticmethod(F.silu)
    arguments: ClassVar[Arguments] = {"inplace": False}


class Mish(Activation):
    function = staticmethod(F.mish)
    arguments: ClassVar[Arguments] = {"inplace": False}


class LeakyReLU(Activation):
    function = staticmethod(F.leaky_relu)
    arguments: ClassVar[Arguments] = {"negative_slope": 0.01, "inplace": False}


class ELU(Activation):
    function = staticmethod(F.elu)
    arguments: ClassVar[Arguments] = {"alpha": 1.0, "inplace": False}


class CELU(Activation):
    function = staticmethod(F.celu)
    arguments: ClassVar[Arguments] = {"alpha": 1.0, "inplace": False}


class SELU(Activation):
    function = staticmethod(F.selu)
    arguments: ClassVar[Arguments] = {"inplace": False}


class GLU(Activation):
    function = staticmethod(F.glu)
    arguments: ClassVar[Arguments] = {"dim": -1}


class Tanh(Activation):
    function = staticmethod(F.tanh)
    arguments: ClassVar[Arguments] = {}


class Sigmoid(Activation):
    function = staticmethod(F.sigmoid)
    arguments: ClassVar[Arguments] = {}


class LogSigmoid(Activation):
    function = staticmethod(F.logsigmoid)
    arguments: ClassVar[Arguments] = {}


class Softplus(Activation):
    function = staticmethod(F.softplus)
    arguments: ClassVar[Arguments] = {"beta": 1.0, "threshold": 20.0}


class Softsign(Activation):
    function = staticmethod(F.softsign)
    arguments: ClassVar[Arguments] = {}


class Tanhshrink(Activation):
    function = staticmethod(F.tanhshrink)
    arguments: ClassVar[Arguments] = {}


class Softshrink(Activation):
    function = staticmethod(F.softshrink)
    arguments: ClassVar[Arguments] = {"lambd": 0.5}

    def extra_repr(self) -> str:
        return str(self.lambd)


class Hardshrink(Softshrink):
    function = staticmethod(F.hardshrink)


class Hardsigmoid(Activation):
    function = staticmethod(F.hardsigmoid)
    arguments: ClassVar[Arguments] = {"inplace": False}


class Hardswish(Activation):
    function = staticmethod(F.hardswish)
    arguments: ClassVar[Arguments] = {"inplace": False}


class Threshold(Activation):
    function = staticmethod(F.threshold)
    arguments: ClassVar[Arguments] = {"threshold": None, "value": None, "inplace": False}

    def __init__(self, threshold: float, value: float, inplace: bool = False):
        super().__init__(threshold, value, inplace)


class Softmax(Activation):
    function = staticmethod(F.softmax)
    arguments: ClassVar[Arguments] = {"dim": None}


class LogSoftmax(Activation):
    function = staticmethod(F.log_softmax)
    arguments: ClassVar[Arguments] = {"dim": None}


class Softmin(Activation):
    function = staticmethod(F.softmin)
    arguments: ClassVar[Arguments] = {"dim": None}


class PReLU(Module):
    """x where positive, weight * x elsewhere; one learnt weight, or one per channel."""

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None):
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(_C.ops.empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Returns None; sets the weight to its first value."""
        from vibetensor.torch.nn import init

        init.constant_(self.weight, self.init)

    def forward(self, input: Any) -> Any:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"
