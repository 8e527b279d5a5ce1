"""Activation functions and multi-head attention as layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from vibetensor import _C
from vibetensor.torch._warnings import warn_user
from vibetensor.torch.nn import functional as F
from vibetensor.torch.nn import init
from vibetensor.torch.nn.modules.linear import NonDynamicallyQuantizableLinear
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.nn.parameter import Parameter

Arguments = dict[str, Any]  # default by name


class Activation(Module):
    """A function of nn.functional with its arguments fixed; subclasses name both in the order of the signature."""

    _vt_function: Callable[..., Any]
    _vt_arguments: ClassVar[Arguments]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__()
        names = list(self._vt_arguments)
        if len(args) > len(names):
            raise TypeError(f"{type(self).__name__}() takes at most {len(names)} arguments, got {len(args)}")
        given = dict(zip(names, args, strict=False))
        for name, value in kwargs.items():
            if name not in self._vt_arguments or name in given:
                raise TypeError(f"{type(self).__name__}() got an unexpected or repeated argument {name!r}")
            given[name] = value
        for name, default in self._vt_arguments.items():
            setattr(self, name, given.get(name, default))

    def forward(self, input: Any) -> Any:
        return type(self)._vt_function(input, **{name: getattr(self, name) for name in self._vt_arguments})

    def extra_repr(self) -> str:
        shown = {name: getattr(self, name) for name in self._vt_arguments}
        if not shown.get("inplace", True):
            del shown["inplace"]
        return ", ".join(
            f"{name}={value!r}" if isinstance(value, str) else f"{name}={value}" for name, value in shown.items()
        )


class ReLU(Activation):
    _vt_function: Any = F.relu
    _vt_arguments: ClassVar[Arguments] = {"inplace": False}


class Hardtanh(Activation):
    _vt_function: Any = F.hardtanh
    _vt_arguments: ClassVar[Arguments] = {"min_val": -1.0, "max_val": 1.0, "inplace": False}


class ReLU6(Hardtanh):
    _vt_function: Any = F.relu6
    _vt_arguments: ClassVar[Arguments] = {"inplace": False}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.min_val, self.max_val = 0.0, 6.0


class GELU(Activation):
    _vt_function: Any = F.gelu
    _vt_arguments: ClassVar[Arguments] = {"approximate": "none"}


class SiLU(Activation):
    _vt_function: Any = F.silu
    _vt_arguments: ClassVar[Arguments] = {"inplace": False}


class Mish(Activation):
    _vt_function: Any = F.mish
    _vt_arguments: ClassVar[Arguments] = {"inplace": False}


class LeakyReLU(Activation):
    _vt_function: Any = F.leaky_relu
    _vt_arguments: ClassVar[Arguments] = {"negative_slope": 0.01, "inplace": False}


class ELU(Activation):
    _vt_function: Any = F.elu
    _vt_arguments: ClassVar[Arguments] = {"alpha": 1.0, "inplace": False}


class CELU(Activation):
    _vt_function: Any = F.celu
    _vt_arguments: ClassVar[Arguments] = {"alpha": 1.0, "inplace": False}


class SELU(Activation):
    _vt_function: Any = F.selu
    _vt_arguments: ClassVar[Arguments] = {"inplace": False}


class GLU(Activation):
    _vt_function: Any = F.glu
    _vt_arguments: ClassVar[Arguments] = {"dim": -1}


class Tanh(Activation):
    _vt_function: Any = F.tanh
    _vt_arguments: ClassVar[Arguments] = {}


class Sigmoid(Activation):
    _vt_function: Any = F.sigmoid
    _vt_arguments: ClassVar[Arguments] = {}


class LogSigmoid(Activation):
    _vt_function: Any = F.logsigmoid
    _vt_arguments: ClassVar[Arguments] = {}


class Softplus(Activation):
    _vt_function: Any = F.softplus
    _vt_arguments: ClassVar[Arguments] = {"beta": 1.0, "threshold": 20.0}


class Softsign(Activation):
    _vt_function: Any = F.softsign
    _vt_arguments: ClassVar[Arguments] = {}


class Tanhshrink(Activation):
    _vt_function: Any = F.tanhshrink
    _vt_arguments: ClassVar[Arguments] = {}


class Softshrink(Activation):
    _vt_function: Any = F.softshrink
    _vt_arguments: ClassVar[Arguments] = {"lambd": 0.5}

    def extra_repr(self) -> str:
        return str(self.lambd)


class Hardshrink(Softshrink):
    _vt_function: Any = F.hardshrink


class Hardsigmoid(Activation):
    _vt_function: Any = F.hardsigmoid
    _vt_arguments: ClassVar[Arguments] = {"inplace": False}


class Hardswish(Activation):
    _vt_function: Any = F.hardswish
    _vt_arguments: ClassVar[Arguments] = {"inplace": False}


class Threshold(Activation):
    _vt_function: Any = F.threshold
    _vt_arguments: ClassVar[Arguments] = {"threshold": None, "value": None, "inplace": False}

    def __init__(self, threshold: float, value: float, inplace: bool = False):
        super().__init__(threshold, value, inplace)


class Softmax(Activation):
    _vt_function: Any = F.softmax
    _vt_arguments: ClassVar[Arguments] = {"dim": None}


class Softmax2d(Module):
    """Softmax over the channels of every place: (N, C, H, W) or (C, H, W)."""

    def forward(self, input: Any) -> Any:
        if input.dim() not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead")
        return F.softmax(input, -3)


class RReLU(Module):
    """x where positive, elsewhere x times a slope: drawn from [lower, upper) while training, their mean otherwise."""

    def __init__(self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False):
        super().__init__()
        self.lower, self.upper, self.inplace = lower, upper, inplace

    def forward(self, input: Any) -> Any:
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"lower={self.lower}, upper={self.upper}" + (", inplace=True" if self.inplace else "")


class LogSoftmax(Activation):
    _vt_function: Any = F.log_softmax
    _vt_arguments: ClassVar[Arguments] = {"dim": None}


class Softmin(Activation):
    _vt_function: Any = F.softmin
    _vt_arguments: ClassVar[Arguments] = {"dim": None}


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
        init.constant_(self.weight, self.init)

    def forward(self, input: Any) -> Any:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class MultiheadAttention(Module):
    """Attention in `num_heads` subspaces of a common width; see F.multi_head_attention_forward for shapes.

    forward returns (output, weights), weights None unless `need_weights`; `batch_first` puts the batch
    before the sequence.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads}"
            )
        if embed_dim % num_heads:
            raise AssertionError("embed_dim must be divisible by num_heads")
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.kdim, self.vdim = kdim or embed_dim, vdim or embed_dim
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        self.dropout, self.batch_first, self.add_zero_attn = dropout, batch_first, add_zero_attn
        where = {"device": device, "dtype": dtype}

        def parameter(*shape: int) -> Parameter:
            return Parameter(_C.ops.empty(shape, **where))

        # named in this order also where absent: it is the order of state_dict
        same = self._qkv_same_embed_dim
        if same:
            self.in_proj_weight = parameter(3 * embed_dim, embed_dim)
        else:
            self.q_proj_weight = parameter(embed_dim, embed_dim)
            self.k_proj_weight = parameter(embed_dim, self.kdim)
            self.v_proj_weight = parameter(embed_dim, self.vdim)
        for name in ("q_proj_weight", "k_proj_weight", "v_proj_weight") if same else ("in_proj_weight",):
            self.register_parameter(name, None)
        self.register_parameter("in_proj_bias", parameter(3 * embed_dim) if bias else None)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, **where)
        self.register_parameter("bias_k", parameter(1, 1, embed_dim) if add_bias_kv else None)
        self.register_parameter("bias_v", parameter(1, 1, embed_dim) if add_bias_kv else None)
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        if self._qkv_same_embed_dim:
            init.xavier_uniform_(self.in_proj_weight)
        else:
            init.xavier_uniform_(self.q_proj_weight)
            init.xavier_uniform_(self.k_proj_weight)
            init.xavier_uniform_(self.v_proj_weight)
        if self.in_proj_bias is not None:
            init.constant_(self.in_proj_bias, 0.0)
            init.constant_(self.out_proj.bias, 0.0)
        if self.bias_k is not None:
            init.xavier_normal_(self.bias_k)
        if self.bias_v is not None:
            init.xavier_normal_(self.bias_v)

    def forward(
        self,
        query: Any,
        key: Any,
        value: Any,
        key_padding_mask: Any = None,
        need_weights: bool = True,
        attn_mask: Any = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Any, Any]:
        if key_padding_mask is not None and attn_mask is not None and key_padding_mask.dtype != attn_mask.dtype:
            warn_user(
                "Support for mismatched key_padding_mask and attn_mask is deprecated. Use same type for both instead."
            )
        turned = self.batch_first and query.dim() == 3
        if turned:
            # the same object stays the same object, so that one product serves all three projections
            t = query.transpose(0, 1)
            key, value = (t if x is query else x.transpose(0, 1) for x in (key, value))
            query = t
        output, weights = F.multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            training=self.training,
            key_padding_mask=key_padding_mask,
            need_weights=need_weights,
            attn_mask=attn_mask,
            use_separate_proj_weight=not self._qkv_same_embed_dim,
            q_proj_weight=self.q_proj_weight,
            k_proj_weight=self.k_proj_weight,
            v_proj_weight=self.v_proj_weight,
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
        )
        return (output.transpose(0, 1) if turned else output), weights
