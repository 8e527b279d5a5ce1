"""Recurrent layers: RNN, LSTM, GRU over sequences, padded or packed, and the cells that are one step of them."""

from __future__ import annotations

import math
import numbers
import warnings
from typing import Any

from vibetensor import _C
from vibetensor.torch.nn import init
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.nn.parameter import Parameter
from vibetensor.torch.nn.utils.rnn import PackedSequence

ops = _C.ops

__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNBase", "RNNCell", "RNNCellBase"]

GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}
FUNCTIONS: dict[str, Any] = {"LSTM": ops.lstm, "GRU": ops.gru, "RNN_TANH": ops.rnn_tanh, "RNN_RELU": ops.rnn_relu}


def apply_permutation(tensor: Any, permutation: Any, dim: int = 1) -> Any:
    """`tensor` with its entries along `dim` in the order of `permutation`."""
    return tensor.index_select(dim, permutation)


class RNNBase(Module):
    """What recurrent layers have: num_layers layers of one or two directions, each with its weights and biases.

    Of layer k: weight_ih_lk (gates * hidden_size, features), weight_hh_lk (gates * hidden_size, size), bias_ih_lk and
    bias_hh_lk (gates * hidden_size) with `bias`, weight_hr_lk (proj_size, hidden_size) with `proj_size`; names of the
    second direction end in _reverse. All start uniform in +-1/sqrt(hidden_size). The output has proj_size or else
    hidden_size features a direction.
    """

    __constants__ = (
        *("mode", "input_size", "hidden_size", "num_layers", "bias", "batch_first"),
        *("dropout", "bidirectional", "proj_size"),
    )

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__()
        self.mode, self.input_size, self.hidden_size = mode, input_size, hidden_size
        self.num_layers, self.bias, self.batch_first = num_layers, bias, batch_first
        self.dropout, self.bidirectional, self.proj_size = float(dropout), bidirectional, proj_size
        self._vt_check(dropout)
        for name, value in (("bias", bias), ("batch_first", batch_first)):
            if not isinstance(value, bool):
                raise TypeError(f"{name} should be of type bool, got: {type(value).__name__}")
        if mode not in GATES:
            raise ValueError(f"Unrecognized RNN mode: {mode}")
        self._all_weights: list[list[str]] = []
        rows = GATES[mode] * hidden_size
        size = proj_size or hidden_size
        for layer in range(num_layers):
            features = input_size if layer == 0 else size * (2 if bidirectional else 1)
            for end in ("", "_reverse") if bidirectional else ("",):
                shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, features), "weight_hh": (rows, size)}
                if bias:
                    shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
                if proj_size > 0:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                names = [f"{name}_l{layer}{end}" for name in shapes]
                for name, shape in zip(names, shapes.values(), strict=True):
                    setattr(self, name, Parameter(ops.empty(shape, device=device, dtype=dtype)))
                self._all_weights.append(names)
        self.reset_parameters()

    def _vt_check(self, dropout: Any) -> None:
        """Raises for arguments that no layer has."""
        if not isinstance(dropout, numbers.Number) or not 0 <= self.dropout <= 1 or isinstance(dropout, bool):
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
            )
        if self.dropout > 0 and self.num_layers == 1:
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers "
                f"greater than 1, but got dropout={dropout} and num_layers={self.num_layers}",
                stacklevel=4,
            )
        for name in ("input_size", "hidden_size"):
            if not isinstance(getattr(self, name), int):
                raise TypeError(f"{name} should be of type int, got: {type(getattr(self, name)).__name__}")
        for name in ("input_size", "hidden_size", "num_layers"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be greater than zero")
        if self.proj_size < 0:
            raise ValueError("proj_size should be a positive integer or zero to disable projections")
        if self.proj_size >= self.hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")

    @property
    def num_directions(self) -> int:
        return 2 if self.bidirectional else 1

    @property
    def _flat_weights_names(self) -> list[str]:
        return [name for names in self._all_weights for name in names]

    @property
    def _flat_weights(self) -> list[Any]:
        return [getattr(self, name) for name in self._flat_weights_names]

    @property
    def all_weights(self) -> list[list[Any]]:
        """The weights of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def flatten_parameters(self) -> None:
        """Returns None: weights are used where they lie, whether or not they lie together."""

    def reset_parameters(self) -> None:
        """Returns None; draws all weights anew, in order."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def check_input(self, input: Any, batch_sizes: Any) -> None:
        """Raises unless input is (steps, batch, input_size), or packed (rows, input_size), of the weights' dtype."""
        weight = self._flat_weights[0]
        if input.dtype != weight.dtype and not _C.is_autocast_enabled(input.device.type):
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({weight.dtype}). Convert input: "
                f"input.to({weight.dtype}), or convert model: model.to({input.dtype})"
            )
        dims = 3 if batch_sizes is None else 2
        if input.dim() != dims:
            raise RuntimeError(f"input must have {dims} dimensions, got {input.dim()}")
        if self.input_size != input.size(-1):
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)}"
            )

    def get_expected_hidden_size(self, input: Any, batch_sizes: Any) -> tuple[int, int, int]:
        """(layers * directions, batch, size) of the hidden state."""
        if batch_sizes is not None:
            batch = int(batch_sizes[0])
        else:
            batch = input.size(0 if self.batch_first else 1)
        return self.num_layers * self.num_directions, batch, self.proj_size or self.hidden_size

    def check_hidden_size(
        self, hx: Any, expected_hidden_size: tuple[int, int, int], msg: str = "Expected hidden size {}, got {}"
    ) -> None:
        if tuple(hx.size()) != expected_hidden_size:
            raise RuntimeError(msg.format(expected_hidden_size, list(hx.size())))

    def check_forward_args(self, input: Any, hidden: Any, batch_sizes: Any) -> None:
        """Raises RuntimeError or ValueError for an input or a state that does not fit."""
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))

    def permute_hidden(self, hx: Any, permutation: Any) -> Any:
        """The states in the order of `permutation`; None leaves them."""
        return hx if permutation is None else apply_permutation(hx, permutation)

    def _vt_check_dims(self, input: Any, states: Any) -> bool:
        """Whether a padded input has a batch; raises unless it and the states agree."""
        kind = type(self).__name__ if self.mode in ("LSTM", "GRU") else "RNN"
        if input.dim() not in (2, 3):
            end = " tensor instead" if kind == "RNN" else " instead"
            raise ValueError(f"{kind}: Expected input to be 2D or 3D, got {input.dim()}D{end}")
        batched = input.dim() == 3
        if states is None or all(state.dim() == input.dim() for state in states):
            return batched
        what = "hx and cx" if self.mode == "LSTM" else "hx"
        dims = [f"{state.dim()}-D" for state in states]
        got = f"({', '.join(dims)}) tensors" if self.mode == "LSTM" else f"{dims[0]} tensor"
        raise RuntimeError(
            f"For {'batched 3-D' if batched else 'unbatched 2-D'} input, {what} should also be {input.dim()}-D but got {got}"
        )

    def _vt_zero_states(self, input: Any, batch_sizes: Any) -> tuple[Any, ...]:
        shape = self.get_expected_hidden_size(input, batch_sizes)
        hidden = ops.zeros(shape, dtype=input.dtype, device=input.device)
        if self.mode != "LSTM":
            return (hidden,)
        return hidden, ops.zeros((*shape[:2], self.hidden_size), dtype=input.dtype, device=input.device)

    def _vt_run(self, input: Any, states: tuple[Any, ...] | None) -> tuple[Any, tuple[Any, ...]]:
        """The output, packed as the input is, and the last states."""
        options = (self.bias, self.num_layers, self.dropout, self.training, self.bidirectional)
        function, lstm = FUNCTIONS[self.mode], self.mode == "LSTM"
        if isinstance(input, PackedSequence):
            data, batch_sizes, sorted_indices, unsorted_indices = input
            if states is None:
                states = self._vt_zero_states(data, batch_sizes)
            elif sorted_indices is not None:
                states = tuple(apply_permutation(state, sorted_indices) for state in states)
            self.check_forward_args(data, states if lstm else states[0], batch_sizes)
            hx = list(states) if lstm else states[0]
            output, *last = function(data, batch_sizes, hx, self._flat_weights, *options)
            if unsorted_indices is not None:
                last = [apply_permutation(state, unsorted_indices) for state in last]
            return PackedSequence(output, batch_sizes, sorted_indices, unsorted_indices), tuple(last)
        batched = self._vt_check_dims(input, states)
        batch_dim = 0 if self.batch_first else 1
        if not batched:
            input = input.unsqueeze(batch_dim)
            states = None if states is None else tuple(state.unsqueeze(1) for state in states)
        if states is None:
            states = self._vt_zero_states(input, None)
        self.check_forward_args(input, states if lstm else states[0], None)
        hx = list(states) if lstm else states[0]
        output, *last = function(input, hx, self._flat_weights, *options, self.batch_first)
        if not batched:
            output, last = output.squeeze(batch_dim), [state.squeeze(1) for state in last]
        return output, tuple(last)

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        if self.proj_size != 0:
            text += f", proj_size={self.proj_size}"
        if self.num_layers != 1:
            text += f", num_layers={self.num_layers}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if self.batch_first is not False:
            text += f", batch_first={self.batch_first}"
        if self.dropout != 0:
            text += f", dropout={self.dropout}"
        if self.bidirectional is not False:
            text += f", bidirectional={self.bidirectional}"
        return text

    def __getstate__(self) -> dict[str, Any]:
        # with what PyTorch expects of a layer that it loads whole; None for a weight that is computed from others
        names = self._flat_weights_names
        weights = [self._parameters.get(name) for name in names]
        return {**self.__dict__, "_flat_weights_names": names, "_flat_weights": weights}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # what PyTorch keeps beside the parameters, and a layer of ours works out
        made_here = ("_flat_weights", "_flat_weights_names", "_flat_weight_refs", "num_directions")
        super().__setstate__({name: value for name, value in state.items() if name not in made_here})
        self.__dict__.setdefault("proj_size", 0)


class RNN(RNNBase):
    """Layers of h = tanh(W_ih x + b_ih + W_hh h + b_hh), or of max(0, ...) with nonlinearity "relu".

    Shapes: input (steps, batch, input_size), with batch_first (batch, steps, input_size), without a batch (steps,
    input_size), or a PackedSequence; hx (layers * directions, batch, hidden_size), zeros unless given. Returns the output
    of every step, and the last hidden state.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if len(args) > 3:
            nonlinearity, args = args[3], args[:3] + args[4:]
        else:
            nonlinearity = kwargs.pop("nonlinearity", "tanh")
        modes = {"tanh": "RNN_TANH", "relu": "RNN_RELU"}
        if nonlinearity not in modes:
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(modes[nonlinearity], *args, **kwargs)
        self.nonlinearity = nonlinearity

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        output, (hidden,) = self._vt_run(input, None if hx is None else (hx,))
        return output, hidden


class LSTM(RNNBase):
    """Layers of long short-term memory; each row of a step has a hidden state and a cell.

    Shapes: input (steps, batch, input_size), with batch_first (batch, steps, input_size), without a batch (steps,
    input_size), or a PackedSequence; hx a pair of (layers * directions, batch, proj_size or hidden_size) and (layers *
    directions, batch, hidden_size), zeros unless given. Returns the output of every step, and the last pair.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__("LSTM", *args, **kwargs)

    def get_expected_cell_size(self, input: Any, batch_sizes: Any) -> tuple[int, int, int]:
        """(layers * directions, batch, hidden_size)."""
        return (*self.get_expected_hidden_size(input, batch_sizes)[:2], self.hidden_size)

    def check_forward_args(self, input: Any, hidden: Any, batch_sizes: Any) -> None:
        self.check_input(input, batch_sizes)
        sizes = self.get_expected_hidden_size(input, batch_sizes), self.get_expected_cell_size(input, batch_sizes)
        for i in (0, 1):
            self.check_hidden_size(hidden[i], sizes[i], f"Expected hidden[{i}] size {{}}, got {{}}")

    def permute_hidden(self, hx: Any, permutation: Any) -> Any:
        return hx if permutation is None else tuple(apply_permutation(state, permutation) for state in hx)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, tuple[Any, ...]]:
        return self._vt_run(input, None if hx is None else (hx[0], hx[1]))


class GRU(RNNBase):
    """Layers of gated recurrent units.

    Shapes: input (steps, batch, input_size), with batch_first (batch, steps, input_size), without a batch (steps,
    input_size), or a PackedSequence; hx (layers * directions, batch, hidden_size), zeros unless given. Returns the output
    of every step, and the last hidden state.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__("GRU", *args, **kwargs)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        output, (hidden,) = self._vt_run(input, None if hx is None else (hx,))
        return output, hidden


class RNNCellBase(Module):
    """One step of a recurrent layer: weight_ih (gates * hidden_size, input_size), weight_hh, bias_ih, bias_hh."""

    __constants__: tuple[str, ...] = ("input_size", "hidden_size", "bias")

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any = None, dtype: Any = None
    ):
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = num_chunks * hidden_size
        self.weight_ih = Parameter(ops.empty((rows, input_size), device=device, dtype=dtype))
        self.weight_hh = Parameter(ops.empty((rows, hidden_size), device=device, dtype=dtype))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, Parameter(ops.empty(rows, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Returns None; draws all weights anew, uniform in +-1/sqrt(hidden_size)."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def _vt_batched(self, input: Any, states: Any, name: str) -> tuple[Any, Any, bool]:
        """input (batch, input_size), the states (batch, hidden_size), zeros unless given, and whether they had a batch."""
        kind = type(self).__name__
        if input.dim() not in (1, 2):
            raise ValueError(f"{kind}: Expected input to be 1D or 2D, got {input.dim()}D instead")
        for i, state in enumerate(states or ()):
            if state.dim() not in (1, 2):
                raise ValueError(f"{kind}: Expected {name.format(i)} to be 1D or 2D, got {state.dim()}D instead")
        batched = input.dim() == 2
        if not batched:
            input = input.unsqueeze(0)
            states = states and [state.unsqueeze(0) if state.dim() == 1 else state for state in states]
        if states is None:
            zeros = ops.zeros((input.size(0), self.hidden_size), dtype=input.dtype, device=input.device)
            states = [zeros, zeros]
        return input, states, batched

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        nonlinearity = getattr(self, "nonlinearity", "tanh")
        return text if nonlinearity == "tanh" else text + f", nonlinearity={nonlinearity}"


class RNNCell(RNNCellBase):
    """h = tanh(W_ih x + b_ih + W_hh h + b_hh), or max(0, ...) with nonlinearity "relu".

    Shapes: input (batch, input_size) or (input_size,), hx (batch, hidden_size) or (hidden_size,), zeros unless given.
    """

    __constants__ = ("input_size", "hidden_size", "bias", "nonlinearity")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__(input_size, hidden_size, bias, num_chunks=1, device=device, dtype=dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Any, hx: Any = None) -> Any:
        input, states, batched = self._vt_batched(input, None if hx is None else [hx], "hidden")
        functions = {"tanh": ops.rnn_tanh_cell, "relu": ops.rnn_relu_cell}
        if self.nonlinearity not in functions:
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        weights = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        hidden = functions[self.nonlinearity](input, states[0], *weights)
        return hidden if batched else hidden.squeeze(0)


class LSTMCell(RNNCellBase):
    """A step of an LSTM: the new pair of hidden state and cell.

    Shapes: input (batch, input_size) or (input_size,), hx a pair of (batch, hidden_size) or (hidden_size,), zeros unless
    given.
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None):
        super().__init__(input_size, hidden_size, bias, num_chunks=4, device=device, dtype=dtype)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        input, states, batched = self._vt_batched(input, hx, "hx[{}]")
        weights = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        hidden, cell = ops.lstm_cell(input, list(states), *weights)
        return (hidden, cell) if batched else (hidden.squeeze(0), cell.squeeze(0))


class GRUCell(RNNCellBase):
    """A step of a GRU: the new hidden state.

    Shapes: input (batch, input_size) or (input_size,), hx (batch, hidden_size) or (hidden_size,), zeros unless given.
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None):
        super().__init__(input_size, hidden_size, bias, num_chunks=3, device=device, dtype=dtype)

    def forward(self, input: Any, hx: Any = None) -> Any:
        input, states, batched = self._vt_batched(input, None if hx is None else [hx], "hidden")
        weights = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        hidden = ops.gru_cell(input, states[0], *weights)
        return hidden if batched else hidden.squeeze(0)
