"""Gradients within bounds, parameters as one vector or as functions of others, sequences in batches."""

from typing import TYPE_CHECKING

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.nn.utils.clip_grad import (
    clip_grad_norm,
    clip_grad_norm_,
    clip_grad_value_,
    clip_grads_with_norm_,
    get_total_norm,
)
from vibetensor.torch.nn.utils.convert_parameters import parameters_to_vector, vector_to_parameters

# these two at once: their names stand for the functions, not for the modules that have them
from vibetensor.torch.nn.utils.spectral_norm import remove_spectral_norm, spectral_norm
from vibetensor.torch.nn.utils.weight_norm import remove_weight_norm, weight_norm

__all__ = [
    "clip_grad_norm",
    "clip_grad_norm_",
    "clip_grad_value_",
    "clip_grads_with_norm_",
    "get_total_norm",
    "parameters_to_vector",
    "remove_spectral_norm",
    "remove_weight_norm",
    "spectral_norm",
    "vector_to_parameters",
    "weight_norm",
]

# imported when they are first used
SUBMODULES = "_per_sample_grad fusion init memory_format parametrizations parametrize prune rnn stateless"
HOMES = {
    "fusion": "fuse_conv_bn_eval fuse_conv_bn_weights fuse_linear_bn_eval fuse_linear_bn_weights",
    "init": "skip_init",
    "memory_format": "convert_conv2d_weight_memory_format convert_conv3d_weight_memory_format",
}
if TYPE_CHECKING:
    from vibetensor.torch.nn.utils import fusion as fusion
    from vibetensor.torch.nn.utils import init as init
    from vibetensor.torch.nn.utils import memory_format as memory_format
    from vibetensor.torch.nn.utils import parametrizations as parametrizations
    from vibetensor.torch.nn.utils import parametrize as parametrize
    from vibetensor.torch.nn.utils import prune as prune
    from vibetensor.torch.nn.utils import rnn as rnn
    from vibetensor.torch.nn.utils import stateless as stateless
    from vibetensor.torch.nn.utils.fusion import fuse_conv_bn_eval as fuse_conv_bn_eval
    from vibetensor.torch.nn.utils.fusion import fuse_conv_bn_weights as fuse_conv_bn_weights
    from vibetensor.torch.nn.utils.fusion import fuse_linear_bn_eval as fuse_linear_bn_eval
    from vibetensor.torch.nn.utils.fusion import fuse_linear_bn_weights as fuse_linear_bn_weights
    from vibetensor.torch.nn.utils.init import skip_init as skip_init
    from vibetensor.torch.nn.utils.memory_format import (
        convert_conv2d_weight_memory_format as convert_conv2d_weight_memory_format,
    )
    from vibetensor.torch.nn.utils.memory_format import (
        convert_conv3d_weight_memory_format as convert_conv3d_weight_memory_format,
    )
else:
    __getattr__ = module_getattr(
        __name__,
        SUBMODULES.split(),
        {name: f"nn.utils.{home}" for home, names in HOMES.items() for name in names.split()},
    )
