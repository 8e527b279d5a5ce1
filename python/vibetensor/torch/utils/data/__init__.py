"""Datasets, the order in which they are read, and batches of them."""

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.utils.data._utils.collate import default_collate, default_convert
from vibetensor.torch.utils.data._utils.worker import get_worker_info
from vibetensor.torch.utils.data.dataloader import DataLoader
from vibetensor.torch.utils.data.dataset import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)
from vibetensor.torch.utils.data.sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)

__all__ = [
    "BatchSampler",
    "ChainDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "IterableDataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "StackDataset",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "default_collate",
    "default_convert",
    "get_worker_info",
    "random_split",
]
__getattr__ = module_getattr(__name__)
