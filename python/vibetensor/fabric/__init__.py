"""One process, all GPUs of a machine: tensors that lie on several devices."""

from vibetensor.fabric.costs import CostModel, models_of
from vibetensor.fabric.mesh import Mesh
from vibetensor.fabric.parallel import ShardedOptimizer, data_parallel, parallelize
from vibetensor.fabric.placement import Partial, Placement, Replicate, Shard
from vibetensor.fabric.statistics import Event, events, measured_ways, reset_stats, set_deadline, stats
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
from vibetensor.fabric.topology import Link, Topology, topology

__all__ = [
    "CostModel",
    "Event",
    "Link",
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
    "events",
    "gather",
    "is_fabric",
    "join",
    "measured_ways",
    "mesh_of",
    "models_of",
    "parallelize",
    "placement",
    "replicate",
    "reset_stats",
    "set_deadline",
    "set_strict",
    "shard",
    "shards",
    "stats",
    "topology",
]
