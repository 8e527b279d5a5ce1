"""Joins the files of several processes: the name; no process writes a part yet."""

from vibetensor.torch._not_there import Refused
from vibetensor.torch.distributed.checkpoint import WAY_ROUND

consolidate_safetensors_files = Refused(
    "torch.distributed.checkpoint._consolidate_hf_safetensors.consolidate_safetensors_files", WAY_ROUND
)
