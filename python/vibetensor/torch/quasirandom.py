"""Sobol's sequences: points that fill a cube more evenly than random ones.

The direction numbers, those of Joe and Kuo for up to 21201 dimensions, are read from SciPy, which has them too.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr

__all__ = ["SobolEngine"]

ops: Any = _C.ops
BITS = 30


@cache
def table() -> tuple[Any, Any]:
    """Primitive polynomials, one a dimension, and the first direction numbers, (dimensions, 18), as NumPy arrays."""
    try:
        from importlib.resources import files

        import numpy

        path = files("scipy.stats").joinpath("_sobol_direction_numbers.npz")
    except ImportError as error:
        raise NotImplementedError(
            "torch.quasirandom.SobolEngine takes its direction numbers from SciPy: install scipy"
        ) from error
    with path.open("rb") as file, numpy.load(file) as arrays:
        return arrays["poly"], arrays["vinit"]


def directions(dimension: int) -> Any:
    """The direction numbers of the first dimensions, (dimension, BITS), int64: those of the j-th bit in column j."""
    polynomials, first = table()
    rows = []
    for d in range(dimension):
        polynomial = int(polynomials[d])
        degree = polynomial.bit_length() - 1
        numbers = [1] * BITS if d == 0 else [int(first[d][i]) for i in range(degree)]
        while len(numbers) < BITS:
            j = len(numbers)
            new = numbers[j - degree]
            for k in range(degree):
                if polynomial >> (degree - 1 - k) & 1:
                    new ^= numbers[j - k - 1] << (k + 1)
            numbers.append(new)
        rows.append([number << (BITS - 1 - j) for j, number in enumerate(numbers)])
    return _C.tensor(rows, dtype=_C.int64)


def parity(bits: Any) -> Any:
    """The sum of the binary digits of int64 values, modulo 2."""
    for shift in (32, 16, 8, 4, 2, 1):
        bits = bits ^ (bits >> shift)
    return bits & 1


class SobolEngine:
    """Draws points of a Sobol sequence in the unit cube of `dimension` dimensions, PyTorch's bit for bit.

    scramble: with a random shift and random linear maps, of `seed` if it is given, else of the default generator.
    ValueError for dimensions out of 1 to 21201. NotImplementedError without SciPy.
    """

    MAXBIT = BITS
    MAXDIM = 21201

    def __init__(self, dimension: int, scramble: bool = False, seed: int | None = None):
        if not 1 <= dimension <= self.MAXDIM:
            raise ValueError(f"Supported range of dimensionality for SobolEngine is [1, {self.MAXDIM}]")
        self.dimension, self.scramble, self.seed = dimension, scramble, seed
        self.sobolstate = directions(dimension)
        self.shift = self._scramble() if scramble else ops.zeros(dimension, dtype=_C.int64, device="cpu")
        self.quasi = self.shift.clone()
        self._first_point = (self.quasi / 2**BITS).reshape(1, -1)
        self.num_generated = 0

    def _scramble(self) -> Any:
        """The random shift; the direction numbers are mapped."""
        generator = None if self.seed is None else _C.Generator().manual_seed(self.seed)
        shifts = ops.randint(2, (self.dimension, BITS), device="cpu", generator=generator)
        powers = ops.pow(2, ops.arange(BITS, device="cpu"))
        maps = ops.randint(2, (self.dimension, BITS, BITS), device="cpu", generator=generator).tril()
        maps.diagonal(0, -2, -1).fill_(1)
        rows = (maps * powers.flip(0)).sum(-1)  # (dimension, BITS): each row of a map as a number
        found = ops.zeros_like(self.sobolstate)
        for weight, p in enumerate(range(BITS - 1, -1, -1)):
            found += parity(rows[:, p : p + 1] & self.sobolstate) << weight
        self.sobolstate = found
        return (shifts * powers).sum(-1)

    def _advance(self, n: int) -> Any:
        """The next n points after the first, (n, dimension), as integers; `quasi` is the last of them."""
        points = ops.empty((n, self.dimension), dtype=_C.int64, device="cpu")
        for i in range(n):
            bit = (~(self.num_generated - 1 + i) & (self.num_generated + i)).bit_length() - 1
            self.quasi = self.quasi ^ self.sobolstate[:, bit]
            points[i] = self.quasi
        return points

    def draw(self, n: int = 1, out: Any = None, dtype: Any = None) -> Any:
        """The next n points, (n, dimension), of `dtype`, by default the default one; in `out` if that is given."""
        dtype = _C.get_default_dtype() if dtype is None else dtype
        parts = []
        left = n
        if self.num_generated == 0 and n > 0:
            parts.append(self._first_point.to(dtype))
            self.num_generated, left = 1, n - 1
        if left > 0 or not parts:
            parts.append(self._advance(left).to(dtype) * 2.0**-BITS)
            self.num_generated += left
        result = ops.cat(parts) if len(parts) > 1 else parts[0]
        if out is None:
            return result
        out.resize_as_(result).copy_(result)
        return out

    def draw_base2(self, m: int, out: Any = None, dtype: Any = None) -> Any:
        """The next 2**m points. ValueError unless all points so far and these are a power of two."""
        n = 2**m
        total = self.num_generated + n
        if total & (total - 1):
            raise ValueError(
                "The balance properties of Sobol' sequences require n to be a power of 2. "
                f"{self.num_generated} points have been previously generated, then: n={self.num_generated}+2**{m}={total}. "
                "If you still want to do this, please use 'SobolEngine.draw()' instead."
            )
        return self.draw(n=n, out=out, dtype=dtype)

    def reset(self) -> SobolEngine:
        """self, which begins anew."""
        self.quasi.copy_(self.shift)
        self.num_generated = 0
        return self

    def fast_forward(self, n: int) -> SobolEngine:
        """self, n points further on."""
        self.draw(n)
        return self

    def __repr__(self) -> str:
        parts = [f"dimension={self.dimension}"]
        if self.scramble:
            parts.append("scramble=True")
        if self.seed is not None:
            parts.append(f"seed={self.seed}")
        return f"{type(self).__name__}({', '.join(parts)})"


__getattr__ = module_getattr(__name__)
