"""A deep-learning runtime with PyTorch's API and its own core for CPU and CUDA.

`import vibetensor.torch as torch` is where PyTorch scripts start.
"""

__version__ = "0.1.0"
