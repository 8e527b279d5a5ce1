"""All layers, losses and containers, by the noun that they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.nn.modules.activation import (
    CELU,
    ELU,
    GELU,
    GLU,
    SELU,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    Mish,
    MultiheadAttention,
    PReLU,
    ReLU,
    ReLU6,
    RReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softmax2d,
    Softmin,
    Softplus,
    Softshrink,
    Softsign,
    Tanh,
    Tanhshrink,
    Threshold,
)
from vibetensor.torch.nn.modules.batchnorm import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    LazyBatchNorm1d,
    LazyBatchNorm2d,
    LazyBatchNorm3d,
    SyncBatchNorm,
)
from vibetensor.torch.nn.modules.container import (
    Container,
    ModuleDict,
    ModuleList,
    ParameterDict,
    ParameterList,
    Sequential,
)
from vibetensor.torch.nn.modules.conv import (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    LazyConv1d,
    LazyConv2d,
    LazyConv3d,
    LazyConvTranspose1d,
    LazyConvTranspose2d,
    LazyConvTranspose3d,
)
from vibetensor.torch.nn.modules.dropout import (
    AlphaDropout,
    Dropout,
    Dropout1d,
    Dropout2d,
    Dropout3d,
    FeatureAlphaDropout,
)
from vibetensor.torch.nn.modules.flatten import Flatten, Unflatten
from vibetensor.torch.nn.modules.instancenorm import (
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
    LazyInstanceNorm1d,
    LazyInstanceNorm2d,
    LazyInstanceNorm3d,
)
from vibetensor.torch.nn.modules.linear import (
    Bilinear,
    Identity,
    LazyLinear,
    Linear,
)
from vibetensor.torch.nn.modules.linear_cross_entropy_options import LinearCrossEntropyOptions
from vibetensor.torch.nn.modules.loss import (
    BCELoss,
    BCEWithLogitsLoss,
    CosineEmbeddingLoss,
    CrossEntropyLoss,
    CTCLoss,
    GaussianNLLLoss,
    HingeEmbeddingLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    LinearCrossEntropyLoss,
    MarginRankingLoss,
    MSELoss,
    MultiLabelMarginLoss,
    MultiLabelSoftMarginLoss,
    MultiMarginLoss,
    NLLLoss,
    NLLLoss2d,
    PoissonNLLLoss,
    SmoothL1Loss,
    SoftMarginLoss,
    TripletMarginLoss,
    TripletMarginWithDistanceLoss,
)
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.nn.modules.normalization import CrossMapLRN2d, GroupNorm, LayerNorm, LocalResponseNorm, RMSNorm
from vibetensor.torch.nn.modules.pooling import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    FractionalMaxPool2d,
    FractionalMaxPool3d,
    LPPool1d,
    LPPool2d,
    LPPool3d,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    MaxUnpool1d,
    MaxUnpool2d,
    MaxUnpool3d,
)
from vibetensor.torch.nn.modules.sparse import (
    Embedding,
    EmbeddingBag,
)
from vibetensor.torch.nn.modules.transformer import (
    Transformer,
    TransformerDecoder,
    TransformerDecoderLayer,
    TransformerEncoder,
    TransformerEncoderLayer,
)
from vibetensor.torch.nn.modules.upsampling import Upsample, UpsamplingBilinear2d, UpsamplingNearest2d

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "SELU",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AlphaDropout",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BCELoss",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "Bilinear",
    "CTCLoss",
    "Container",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "CosineEmbeddingLoss",
    "CrossEntropyLoss",
    "CrossMapLRN2d",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "Embedding",
    "EmbeddingBag",
    "FeatureAlphaDropout",
    "Flatten",
    "FractionalMaxPool2d",
    "FractionalMaxPool3d",
    "GaussianNLLLoss",
    "GroupNorm",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "HingeEmbeddingLoss",
    "HuberLoss",
    "Identity",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "KLDivLoss",
    "L1Loss",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "LayerNorm",
    "LazyBatchNorm1d",
    "LazyBatchNorm2d",
    "LazyBatchNorm3d",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyConvTranspose1d",
    "LazyConvTranspose2d",
    "LazyConvTranspose3d",
    "LazyInstanceNorm1d",
    "LazyInstanceNorm2d",
    "LazyInstanceNorm3d",
    "LazyLinear",
    "LeakyReLU",
    "Linear",
    "LinearCrossEntropyLoss",
    "LinearCrossEntropyOptions",
    "LocalResponseNorm",
    "LogSigmoid",
    "LogSoftmax",
    "MSELoss",
    "MarginRankingLoss",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
    "Mish",
    "Module",
    "ModuleDict",
    "ModuleList",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "MultiheadAttention",
    "NLLLoss",
    "NLLLoss2d",
    "PReLU",
    "ParameterDict",
    "ParameterList",
    "PoissonNLLLoss",
    "RMSNorm",
    "RReLU",
    "ReLU",
    "ReLU6",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SmoothL1Loss",
    "SoftMarginLoss",
    "Softmax",
    "Softmax2d",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "SyncBatchNorm",
    "Tanh",
    "Tanhshrink",
    "Threshold",
    "Transformer",
    "TransformerDecoder",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
    "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
    "Unflatten",
    "Upsample",
    "UpsamplingBilinear2d",
    "UpsamplingNearest2d",
]

SUBMODULES = "utils"
# layers that not every program has, imported when they are first used
LATE = {
    "adaptive": "AdaptiveLogSoftmaxWithLoss",
    "channelshuffle": "ChannelShuffle",
    "distance": "CosineSimilarity PairwiseDistance",
    "fold": "Fold Unfold",
    "padding": """
        CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d ConstantPad3d ReflectionPad1d ReflectionPad2d
        ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d ZeroPad1d ZeroPad2d ZeroPad3d
    """,
    "pixelshuffle": "PixelShuffle PixelUnshuffle",
    "rnn": "GRU GRUCell LSTM LSTMCell RNN RNNBase RNNCell RNNCellBase",
}
late = {name: f"nn.modules.{home}" for home, names in LATE.items() for name in names.split()}

if TYPE_CHECKING:
    from vibetensor.torch.nn.modules.adaptive import AdaptiveLogSoftmaxWithLoss as AdaptiveLogSoftmaxWithLoss
    from vibetensor.torch.nn.modules.channelshuffle import ChannelShuffle as ChannelShuffle
    from vibetensor.torch.nn.modules.distance import CosineSimilarity as CosineSimilarity
    from vibetensor.torch.nn.modules.distance import PairwiseDistance as PairwiseDistance
    from vibetensor.torch.nn.modules.fold import Fold as Fold
    from vibetensor.torch.nn.modules.fold import Unfold as Unfold
    from vibetensor.torch.nn.modules.padding import CircularPad1d as CircularPad1d
    from vibetensor.torch.nn.modules.padding import CircularPad2d as CircularPad2d
    from vibetensor.torch.nn.modules.padding import CircularPad3d as CircularPad3d
    from vibetensor.torch.nn.modules.padding import ConstantPad1d as ConstantPad1d
    from vibetensor.torch.nn.modules.padding import ConstantPad2d as ConstantPad2d
    from vibetensor.torch.nn.modules.padding import ConstantPad3d as ConstantPad3d
    from vibetensor.torch.nn.modules.padding import ReflectionPad1d as ReflectionPad1d
    from vibetensor.torch.nn.modules.padding import ReflectionPad2d as ReflectionPad2d
    from vibetensor.torch.nn.modules.padding import ReflectionPad3d as ReflectionPad3d
    from vibetensor.torch.nn.modules.padding import ReplicationPad1d as ReplicationPad1d
    from vibetensor.torch.nn.modules.padding import ReplicationPad2d as ReplicationPad2d
    from vibetensor.torch.nn.modules.padding import ReplicationPad3d as ReplicationPad3d
    from vibetensor.torch.nn.modules.padding import ZeroPad1d as ZeroPad1d
    from vibetensor.torch.nn.modules.padding import ZeroPad2d as ZeroPad2d
    from vibetensor.torch.nn.modules.padding import ZeroPad3d as ZeroPad3d
    from vibetensor.torch.nn.modules.pixelshuffle import PixelShuffle as PixelShuffle
    from vibetensor.torch.nn.modules.pixelshuffle import PixelUnshuffle as PixelUnshuffle
    from vibetensor.torch.nn.modules.rnn import GRU as GRU
    from vibetensor.torch.nn.modules.rnn import LSTM as LSTM
    from vibetensor.torch.nn.modules.rnn import RNN as RNN
    from vibetensor.torch.nn.modules.rnn import GRUCell as GRUCell
    from vibetensor.torch.nn.modules.rnn import LSTMCell as LSTMCell
    from vibetensor.torch.nn.modules.rnn import RNNBase as RNNBase
    from vibetensor.torch.nn.modules.rnn import RNNCell as RNNCell
    from vibetensor.torch.nn.modules.rnn import RNNCellBase as RNNCellBase
else:
    __getattr__ = module_getattr(__name__, [*SUBMODULES.split(), *LATE], late)
