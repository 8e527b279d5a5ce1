"""One process, all GPUs of a machine: tensors that lie on several devices."""

from vibetensor.fabric.mesh import Mesh
from vibetensor.fabric.parallel import ShardedOptimizer, data_parallel, parallelize
from vibetensor.fabric.placement import Partial, Placement, Replicate, Shard
from vibetensor.fabric.tensors import (
    all_reduce,
    distribute,
    gather,
    is_fabric,
    join,
    mesh_of,
    placement,
    replicate,
    set_strict,
    shard,
    shards,
)
from vibetensor.fabric.topology import Topology, reset_stats, stats, topology

__all__ = [
    "Mesh",
    "Partial",
    "Placement",
    "Replicate",
    "Shard",
    "ShardedOptimizer",
    "Topology",
    "all_reduce",
    "data_parallel",
    "distribute",
    "gather",
    "is_fabric",
    "join",
    "mesh_of",
    "parallelize",
    "placement",
    "replicate",
    "reset_stats",
    "set_strict",
    "shard",
    "shards",
    "stats",
    "topology",
]
