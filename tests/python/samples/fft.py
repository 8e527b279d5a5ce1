"""Rows of torch.fft. Lengths have every way that a transform is computed: passes of all radices, chirps, cut lines."""

from __future__ import annotations

from typing import Any

import torch

from samples import COMPLEX, REAL_FLOATS, Call, DType, Sample, T, call

SIGNALS = (*REAL_FLOATS, *COMPLEX)
# Sums of hundreds of numbers, each library in an order of its own.
LOOSE = {"float32": (1e-4, 1e-4), "complex64": (1e-4, 1e-4), "float64": (1e-10, 1e-10), "complex128": (1e-10, 1e-10)}
OF_REAL: dict[str, Any] = {"dtypes": REAL_FLOATS, "tolerance": LOOSE}
OF_BOTH: dict[str, Any] = {"dtypes": SIGNALS, "tolerance": LOOSE}


def along(*more: Call) -> list[Call]:
    """Calls over one dim: lengths, sizes that cut and fill up, dims and norms."""
    return [
        call(T(7)),
        call(T(3, 8)),
        call(T(2, 5, 12), dim=1),
        call(T(4, 6), 9),
        call(T(4, 6), 4, 0),
        call(T(1, 5), norm="ortho"),
        call(T(6), norm="forward"),
        *more,
    ]


def over(*more: Call) -> list[Call]:
    """Calls over several dims."""
    return [
        call(T(3, 4, 5)),
        call(T(4, 6), s=[5, 4]),
        call(T(2, 3, 8), s=[-1, 6], dim=[0, -1]),
        call(T(3, 4, 5), dim=[-1, 0], norm="ortho"),
        call(T(4, 6), norm="forward"),
        *more,
    ]


def core(name: str) -> Any:
    """PyTorch's transform of that name; its results say that they are conjugated where ours are."""
    op = getattr(torch.ops.aten, name)
    return lambda *args: op(*args).resolve_conj()


def resolved(name: str) -> Any:
    op = getattr(torch.fft, name)
    return lambda *args, **options: op(*args, **options).resolve_conj()


def stft_by_torch(self: Any, *args: Any, **options: Any) -> Any:
    return torch.stft(self, *args, **options).resolve_conj()


# Squares of these, and sums of them, are exact in float32.
WINDOW = torch.tensor([0.25, 0.5, 1.0, 1.0, 0.75, 0.5])
EXACT = torch.tensor([0.25, 0.5, 1.0, 1.0, 1.0, 0.75, 0.5, 0.25])
LENGTHS = (1, 2, 13, 16, 30, 31, 32, 34, 37, 64, 74, 121, 128, 300)

SAMPLES = [
    *(
        Sample(
            f"fft_{name}",
            *along(*(call(T(2, n)) for n in LENGTHS)),
            reference=resolved(name),
            **OF_BOTH,
        )
        for name in ("fft", "ifft")
    ),
    Sample("fft_rfft", *along(*(call(T(2, n)) for n in LENGTHS)), reference=resolved("rfft"), **OF_REAL),
    Sample("fft_ihfft", *along(), reference=resolved("ihfft"), **OF_REAL),
    *(
        Sample(
            f"fft_{name}",
            *along(*(call(T(2, n // 2 + 1), n) for n in LENGTHS)),
            reference=resolved(name),
            **OF_BOTH,
        )
        for name in ("irfft", "hfft")
    ),
    *(
        Sample(f"fft_{name}", *over(), reference=resolved(name), **OF_BOTH)
        for name in ("fftn", "ifftn", "irfftn", "hfftn")
    ),
    *(Sample(f"fft_{name}", *over(), reference=resolved(name), **OF_REAL) for name in ("rfftn", "ihfftn")),
    *(
        Sample(
            f"fft_{name}",
            call(T(3, 4)),
            call(T(2, 4, 3), s=[3, 4], norm="ortho"),
            call(T(3, 4, 2), dim=[1, 0]),
            reference=resolved(name),
            **(OF_REAL if name in ("rfft2", "ihfft2") else OF_BOTH),
        )
        for name in ("fft2", "ifft2", "rfft2", "irfft2", "hfft2", "ihfft2")
    ),
    Sample("fft_fft", call(T(4, 5)), dtypes=("int64", "bool", "uint8"), tolerance=LOOSE, grad=False),
    Sample("fft_irfft", call(T(4, 5)), dtypes=("int64",), tolerance=LOOSE, grad=False),
    Sample(
        "_fft_c2c",
        call(T(3, 4), [1], 0, True),
        call(T(3, 4), [0, 1], 1, False),
        call(T(3, 4), [1], 2, True),
        call(T(3, 4), [], 0, True),
        reference=core("_fft_c2c"),
        dtypes=COMPLEX,
        tolerance=LOOSE,
    ),
    Sample(
        "_fft_r2c",
        call(T(3, 4), [1], 0, True),
        call(T(3, 5), [1, 0], 1, True),
        call(T(3, 4), [0, 1], 2, False),
        reference=core("_fft_r2c"),
        **OF_REAL,
    ),
    Sample(
        "_fft_c2r",
        call(T(3, 4), [1], 0, 6),
        call(T(3, 4), [1], 2, 7),
        call(T(2, 4), [1, 0], 1, 3),
        reference=core("_fft_c2r"),
        dtypes=COMPLEX,
        tolerance=LOOSE,
    ),
    Sample(
        "fft_fftfreq",
        *(call(n, d) for n in (1, 4, 5) for d in (1.0, 0.3)),
        call(6, dtype=DType("float64")),
        grad=False,
        layouts=False,
    ),
    Sample(
        "fft_rfftfreq",
        *(call(n, d) for n in (1, 4, 5) for d in (1.0, 0.3)),
        call(6, dtype=DType("float64")),
        grad=False,
        layouts=False,
    ),
    Sample("fft_fftshift", call(T(5)), call(T(4, 3)), call(T(2, 3, 4), dim=[0, 2]), dtypes=SIGNALS),
    Sample("fft_ifftshift", call(T(5)), call(T(4, 3)), call(T(2, 3, 4), dim=[0, 2]), dtypes=SIGNALS),
    Sample(
        "stft",
        call(T(40), 8, return_complex=True),
        call(T(2, 40), 8, 3, 6, WINDOW, return_complex=True),
        call(T(2, 40), 9, 4, 9, T(9, low=0.5), False, return_complex=True),
        call(T(30), 8, window=torch.ones(8), center=False, onesided=False, normalized=True, return_complex=True),
        call(T(30), 8, window=torch.ones(8), pad_mode="constant", return_complex=False),
        call(T(30), 8, 2, 6, WINDOW, False, align_to_window=True, return_complex=True),
        dtypes=REAL_FLOATS,
        reference=stft_by_torch,
        layouts=False,
        tolerance=LOOSE,
    ),
    Sample(
        "stft",
        call(T(40), 8, window=torch.ones(8)),
        call(T(2, 20), 8, 2, normalized=True, return_complex=True, onesided=False),
        dtypes=COMPLEX,
        reference=stft_by_torch,
        tolerance=LOOSE,
    ),
    Sample(
        "istft",
        call(T(5, 7), 8, window=torch.ones(8)),
        call(T(2, 5, 7), 8, 3, 6, WINDOW),
        call(T(2, 8, 7), 8, 2, window=EXACT, normalized=True, onesided=False),
        call(T(5, 7), 8, 2, window=torch.ones(8), center=False, length=30),
        call(T(8, 7), 8, window=torch.ones(8), onesided=False, return_complex=True),
        dtypes=COMPLEX,
        reference="istft",
        tolerance=LOOSE,
    ),
    Sample(
        "istft",
        call(T(5, 7), 8, length=30, window=T(8, low=0.5, dtype="float64")),
        dtypes=("complex128",),
        reference="istft",
        layouts=False,
        tolerance=LOOSE,
    ),
    *(
        Sample(
            name,
            *(call(n, periodic) for n in (0, 1, 2, 7, 16) for periodic in (True, False)),
            call(9, dtype=DType("float64")),
            grad=False,
            layouts=False,
        )
        for name in ("hann_window", "hamming_window", "blackman_window", "bartlett_window")
    ),
    *(
        Sample(
            f"signal_windows_{name}",
            *(call(n, sym=sym, **options) for n in (0, 1, 2, 9) for sym in (True, False)),
            call(8, dtype=DType("float64"), **options),
            reference=f"signal.windows.{name}",
            grad=False,
            layouts=False,
            tolerance={"float32": (1e-5, 1e-5)},
        )
        for name, options in (
            ("exponential", {"tau": 3.0}),
            ("cosine", {}),
            ("gaussian", {"std": 2.5}),
            ("kaiser", {"beta": 41.2}),
            ("general_cosine", {"a": [0.46, 0.23, 0.31]}),
            ("general_hamming", {"alpha": 0.7}),
            ("hamming", {}),
            ("hann", {}),
            ("blackman", {}),
            ("nuttall", {}),
            ("bartlett", {}),
        )
    ),
    Sample(
        "kaiser_window",
        *(call(n, periodic) for n in (0, 1, 2, 7, 16) for periodic in (True, False)),
        call(9, True, 3.5, dtype=DType("float64")),
        grad=False,
        layouts=False,
    ),
]
