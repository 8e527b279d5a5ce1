"""Datasets, the order in which they are read, and batches of them."""

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.utils.data._utils.collate import default_collate, default_convert
from vibetensor.torch.utils.data._utils.worker import get_worker_info
from vibetensor.torch.utils.data.dataloader import DataLoader, _DatasetKind
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
from vibetensor.torch.utils.data.distributed import DistributedSampler
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
    "DistributedSampler",
    "IterableDataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "StackDataset",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "_DatasetKind",
    "default_collate",
    "default_convert",
    "get_worker_info",
    "random_split",
]
PIPES = """
    DFIterDataPipe DataChunk IterDataPipe MapDataPipe argument_validation functional_datapipe
    guaranteed_datapipes_determinism non_deterministic runtime_validation runtime_validation_disabled
"""
__getattr__ = module_getattr(__name__, ["datapipes"], dict.fromkeys(PIPES.split(), "utils.data.datapipes.datapipe"))
