"""Layers of PyTorch's module fold, which are not there yet: see _refused_layers.py."""

from vibetensor.torch.nn.modules._refused_layers import layers_of

__getattr__ = layers_of("fold")
