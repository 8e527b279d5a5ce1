"""A softmax over many classes whose rare ones are put together in clusters."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch.nn import functional as F
from vibetensor.torch.nn.modules.container import ModuleList, Sequential
from vibetensor.torch.nn.modules.linear import Linear
from vibetensor.torch.nn.modules.module import Module

ops = _C.ops
_ASMoutput = namedtuple("_ASMoutput", ["output", "loss"])


class AdaptiveLogSoftmaxWithLoss(Module):
    """Log-probabilities of targets, classes being numbered from frequent to rare.

    cutoffs: the class numbers where a new cluster begins; the classes before the first are the head, which also has one
    entry per cluster. Cluster i is reached through a projection to in_features // div_value ** (i + 1). Inputs (N,
    in_features) and targets (N,), or one of each; gives (output, loss): the targets' log-probabilities, and minus their
    mean.
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__()
        cutoffs = list(cutoffs)
        if not cutoffs:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        increasing = cutoffs == sorted(set(cutoffs))
        if not increasing or cutoffs[0] <= 0 or cutoffs[-1] > n_classes - 1 or any(int(c) != c for c in cutoffs):
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each "
                "value is between 1 and n_classes-1"
            )
        self.in_features, self.n_classes, self.div_value, self.head_bias = in_features, n_classes, div_value, head_bias
        self.cutoffs = [*cutoffs, n_classes]
        self.shortlist_size, self.n_clusters = self.cutoffs[0], len(cutoffs)
        self.head_size = self.shortlist_size + self.n_clusters
        options = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, head_bias, **options)
        self.tail = ModuleList()
        for i in range(self.n_clusters):
            width = int(in_features // div_value ** (i + 1))
            classes = self.cutoffs[i + 1] - self.cutoffs[i]
            projection = Linear(in_features, width, False, **options)
            self.tail.append(Sequential(projection, Linear(width, classes, False, **options)))

    def reset_parameters(self) -> None:
        """Returns None; draws all weights anew."""
        self.head.reset_parameters()
        for projection, classes in self.tail:
            projection.reset_parameters()
            classes.reset_parameters()

    def forward(self, input_: Any, target_: Any) -> Any:
        target_dim = target_.dim()
        if target_dim not in (0, 1):
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        if input_.dim() != target_dim + 1:
            wanted = "2D" if target_dim == 1 else "1D"
            raise RuntimeError(f"{target_dim}D target tensor expects {wanted} input tensors, but found {input_.dim()}D")
        if target_dim == 1 and input_.size(0) != target_.size(0):
            raise RuntimeError("Input and target should have the same size in the batch dimension.")
        input, target = (input_, target_) if target_dim else (input_.unsqueeze(0), target_.unsqueeze(0))
        in_head = target < self.shortlist_size
        places = target * in_head  # what each target is in the head: itself, or the entry of its cluster
        output = ops.zeros_like(target, dtype=input.dtype)
        found = int(in_head.sum().item())
        for i, cluster in enumerate(self.tail):
            inside = (target >= self.cutoffs[i]) & (target < self.cutoffs[i + 1])
            rows = inside.nonzero().squeeze(1)
            if rows.numel() == 0:
                continue
            found += rows.numel()
            chosen = ops.log_softmax(cluster(input.index_select(0, rows)), 1)
            among = target.index_select(0, rows) - self.cutoffs[i]
            output = output.index_copy(0, rows, chosen.gather(1, among.unsqueeze(1)).squeeze(1))
            places = places + inside * (self.shortlist_size + i)
        if found != target.size(0):
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range "
                f"[{target.min().item()}, {target.max().item()}] were found. "
            )
        head = ops.log_softmax(self.head(input), 1)
        output = output + head.gather(1, places.unsqueeze(1)).squeeze(1)
        loss = (-output).mean()
        return _ASMoutput(output if target_dim else output.squeeze(0), loss)

    def log_prob(self, input: Any) -> Any:
        """The log-probabilities (N, n_classes) of all classes."""
        return self._vt_all_log_probs(input, self.head(input))

    def _vt_all_log_probs(self, input: Any, head_output: Any) -> Any:
        head = F.log_softmax(head_output, dim=1)
        parts = [head[:, : self.shortlist_size]]
        for i, cluster in enumerate(self.tail):
            parts.append(F.log_softmax(cluster(input), dim=1) + head[:, self.shortlist_size + i].unsqueeze(1))
        return ops.cat(parts, 1)

    def predict(self, input: Any) -> Any:
        """The number (N,) of each row's likeliest class; the clusters are looked at for rows that reach them."""
        head = self.head(input)
        best = head.argmax(1)
        beyond = (best >= self.shortlist_size).nonzero().squeeze(1)
        if beyond.numel() == 0:
            return best
        rows = input.index_select(0, beyond)
        return best.index_copy(0, beyond, self._vt_all_log_probs(rows, head.index_select(0, beyond)).argmax(1))
