"""Mixed precision: operations in a short dtype where that is safe, and scaled losses for float16."""

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.amp.autocast_mode import autocast, custom_bwd, custom_fwd, is_autocast_available
from vibetensor.torch.amp.grad_scaler import GradScaler

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]
__getattr__ = module_getattr(__name__)
