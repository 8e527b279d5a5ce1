"""The series behind torch.special's functions: writes src/ops/special/series.h.

    python tools/special_series.py            # needs mpmath, and a minute

Each is a Chebyshev series, fitted here in forty digits, of what is left of a function on an interval when its growth, its
oscillation or its singularity is taken out. src/ops/special/definitions.h puts them back together.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
from mpmath import mp, mpf

FILE = Path(__file__).resolve().parent.parent / "src" / "ops" / "special" / "series.h"
NODES = 72
SMALLEST = mpf("2e-17")  # coefficients below this part of the largest are left out at the end

mp.dps = 40


def reciprocal(of: Callable[[Any], Any], scale: int) -> Callable[[Any], Any]:
    """As a function of v = scale / x."""
    return lambda v: of(scale / v)


def root(of: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """As a function of v = x^2."""
    return lambda v: of(mpmath.sqrt(v))


def wave(order: int, part: int) -> Callable[[Any], Any]:
    """Of v = (8 / x)^2: J = sqrt(2 / (pi x)) (P cos(chi) - Q sin(chi)), Y with sine and cosine exchanged; Q over 8 / x."""

    def of(v: Any) -> Any:
        x = 8 / mpmath.sqrt(v)
        chi = x - mpmath.pi / 4 - order * mpmath.pi / 2
        j, y = mpmath.besselj(order, x), mpmath.bessely(order, x)
        scale = mpmath.sqrt(mpmath.pi * x / 2)
        if part == 0:
            return scale * (j * mpmath.cos(chi) + y * mpmath.sin(chi))
        return scale * (y * mpmath.cos(chi) - j * mpmath.sin(chi)) * x / 8

    return of


def airy_wave(part: int) -> Callable[[Any], Any]:
    """Of v = 1 / zeta^2 for x = -z < 0: Ai = (P cos(chi) + Q sin(chi)) / (sqrt(pi) z^(1/4)), chi = zeta - pi / 4; Q zeta."""

    def of(v: Any) -> Any:
        zeta = 1 / mpmath.sqrt(v)
        z = (mpf(3) / 2 * zeta) ** (mpf(2) / 3)
        chi = zeta - mpmath.pi / 4
        scale = mpmath.sqrt(mpmath.pi) * z ** (mpf(1) / 4)
        a, b = mpmath.airyai(-z), mpmath.airybi(-z)
        if part == 0:
            return scale * (a * mpmath.cos(chi) - b * mpmath.sin(chi))
        return scale * (a * mpmath.sin(chi) + b * mpmath.cos(chi)) * zeta

    return of


def airy_decay(v: Any) -> Any:
    """Of v = 1 / zeta for x > 0: Ai = e^-zeta / (2 sqrt(pi) x^(1/4)) times this."""
    x = (mpf(3) / 2 / v) ** (mpf(2) / 3)
    return 2 * mpmath.sqrt(mpmath.pi) * x ** (mpf(1) / 4) * mpmath.exp(1 / v) * mpmath.airyai(x)


def complement(v: Any) -> Any:
    """Of v = (x - 3.75) / (x + 3.75): (1 + 2 x) e^(x^2) erfc(x)."""
    x = mpf("3.75") * (1 + v) / (1 - v)
    return (1 + 2 * x) * mpmath.exp(x * x) * mpmath.erfc(x)


def bent(order: int, x: Any) -> Any:
    """What a Bessel function of the second kind has beside its logarithm, times x for order 1."""
    y = mpmath.bessely(order, x) - 2 / mpmath.pi * mpmath.log(x) * mpmath.besselj(order, x)
    return y * x**order


def bent_modified(order: int, x: Any) -> Any:
    k = mpmath.besselk(order, x) + (-1) ** order * mpmath.log(x / 2) * mpmath.besseli(order, x)
    return k * x**order


def decaying(order: int, x: Any) -> Any:
    return mpmath.sqrt(x) * mpmath.exp(x) * mpmath.besselk(order, x)


def growing(order: int, x: Any) -> Any:
    return mpmath.sqrt(x) * mpmath.exp(-x) * mpmath.besseli(order, x)


SERIES: dict[str, tuple[str, Callable[[Any], Any], Any, Any]] = {
    "i0_near": ("e^-x I0(x), x to 8", lambda x: mpmath.exp(-x) * mpmath.besseli(0, x), 0, 8),
    "i0_far": ("sqrt(x) e^-x I0(x) by 8 / x", reciprocal(lambda x: growing(0, x), 8), 0, 1),
    "i1_near": ("e^-x I1(x) / x, x to 8", lambda x: mpmath.exp(-x) * mpmath.besseli(1, x) / x, 0, 8),
    "i1_far": ("sqrt(x) e^-x I1(x) by 8 / x", reciprocal(lambda x: growing(1, x), 8), 0, 1),
    "k0_near": ("K0(x) + log(x / 2) I0(x) by x^2 to 4", root(lambda x: bent_modified(0, x)), 0, 4),
    "k0_far": ("sqrt(x) e^x K0(x) by 2 / x", reciprocal(lambda x: decaying(0, x), 2), 0, 1),
    "k1_near": ("x (K1(x) - log(x / 2) I1(x)) by x^2 to 4", root(lambda x: bent_modified(1, x)), 0, 4),
    "k1_far": ("sqrt(x) e^x K1(x) by 2 / x", reciprocal(lambda x: decaying(1, x), 2), 0, 1),
    "j0_near": ("J0(x) by x^2 to 64", root(lambda x: mpmath.besselj(0, x)), 0, 64),
    "j1_near": ("J1(x) / x by x^2 to 64", root(lambda x: mpmath.besselj(1, x) / x), 0, 64),
    "y0_near": ("Y0(x) - 2 / pi log(x) J0(x) by x^2 to 64", root(lambda x: bent(0, x)), 0, 64),
    "y1_near": ("x (Y1(x) - 2 / pi log(x) J1(x)) by x^2 to 64", root(lambda x: bent(1, x)), 0, 64),
    "p0_far": ("P of J0 and Y0 by (8 / x)^2", wave(0, 0), 0, 1),
    "q0_far": ("Q x / 8 of J0 and Y0 by (8 / x)^2", wave(0, 1), 0, 1),
    "p1_far": ("P of J1 and Y1 by (8 / x)^2", wave(1, 0), 0, 1),
    "q1_far": ("Q x / 8 of J1 and Y1 by (8 / x)^2", wave(1, 1), 0, 1),
    "airy_near": ("Ai(x), x from -5 to 2", mpmath.airyai, -5, 2),
    "airy_right": ("2 sqrt(pi) x^(1/4) e^zeta Ai(x) by 1 / zeta, x from 2", airy_decay, 0, mpf("0.54")),
    "airy_left_p": ("P of Ai(-z) by 1 / zeta^2, z from 5", airy_wave(0), 0, mpf("0.0181")),
    "airy_left_q": ("Q zeta of Ai(-z) by 1 / zeta^2, z from 5", airy_wave(1), 0, mpf("0.0181")),
    "erfcx_right": ("(1 + 2 x) e^(x^2) erfc(x) by (x - 3.75) / (x + 3.75)", complement, -1, 1),
}


def coefficients(of: Callable[[Any], Any], low: Any, high: Any) -> list[Any]:
    """Of the Chebyshev polynomials on [low, high], the first one halved."""
    angles = [mpmath.pi * (k + mpf(1) / 2) / NODES for k in range(NODES)]
    values = [of((low + high) / mpf(2) + (high - low) / mpf(2) * mpmath.cos(a)) for a in angles]
    found = [2 * mpmath.fsum(v * mpmath.cos(n * a) for v, a in zip(values, angles)) / NODES for n in range(NODES)]
    found[0] /= 2
    largest = max(map(abs, found))
    while abs(found[-1]) < SMALLEST * largest:
        found.pop()
    assert len(found) < NODES - 4, "more nodes are needed"
    return found


def series(name: str, text: str, of: Callable[[Any], Any], low: Any, high: Any) -> str:
    numbers = [mpmath.nstr(c, 18, strip_zeros=False) for c in coefficients(of, low, high)]
    rows = [", ".join(numbers[i : i + 4]) for i in range(0, len(numbers), 4)]
    body = ",\n      ".join(rows)
    scale, shift = 2 / (mpf(high) - low), -(mpf(high) + low) / (mpf(high) - low)
    return (
        f"// {text}\n"
        f"VT_SPECIAL_PART double {name}(double v) {{\n"
        f"  constexpr double c[] = {{\n      {body}}};\n"
        f"  return chebyshev({mpmath.nstr(scale, 18)} * v + {mpmath.nstr(shift, 18)}, c);\n"
        "}\n"
    )


def main() -> None:
    head = [
        "// Made by tools/special_series.py: parts of special functions as Chebyshev series. Only definitions.h includes it.",
        "#pragma once",
        "",
        "// clang-format off",
        "namespace vt::special {",
        "",
    ]
    bodies = [series(name, *row) for name, row in SERIES.items()]
    FILE.write_text("\n".join([*head, *bodies, "}  // namespace vt::special", "// clang-format on", ""]))


if __name__ == "__main__":
    main()
