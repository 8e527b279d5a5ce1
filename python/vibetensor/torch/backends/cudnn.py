"""What a program allows cuDNN to do.

No op here uses cuDNN. These are permissions and hints, so a program may set them as it likes and they
read back what was set; there is nothing yet that would make use of them.
"""

from vibetensor.torch._not_there import module_getattr

enabled = True
benchmark = False
deterministic = False
allow_tf32 = True


def is_available() -> bool:
    """False: no op uses cuDNN yet."""
    return False


__getattr__ = module_getattr(__name__)
