"""Training steps as CUDA graphs: `graph_step`."""

from vibetensor.graphs.step import GraphStep, graph_step

__all__ = ["GraphStep", "graph_step"]
