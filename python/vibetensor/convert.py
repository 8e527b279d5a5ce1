"""Turns a checkpoint into another format, by the ending of its new name.

    python -m vibetensor.convert model.pt model.safetensors
    python -m vibetensor.convert model.safetensors model.pt

A .pt file is read as torch.load(weights_only=True) reads it: no code of it is run. Tensors stay on the CPU. At the new
name, an old file stays until the new one is whole.
"""

from __future__ import annotations

import argparse
import pickle
import sys
from pathlib import Path

from vibetensor import safetensors, torch

ENDINGS = {".safetensors": safetensors.save, ".pt": torch.save, ".pth": torch.save, ".bin": torch.save}


def convert(source: Path, target: Path) -> None:
    """Returns None; reads the checkpoint `source` and writes it to `target` in the format of that name's ending."""
    if target.suffix not in ENDINGS:
        raise ValueError(f"expected a name that ends in {', '.join(ENDINGS)}, got {target}")
    ENDINGS[target.suffix](torch.load(source, map_location="cpu"), target)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m vibetensor.convert", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("source", type=Path, help="a .pt or .safetensors file")
    parser.add_argument("target", type=Path, help="where to write it; the ending says how")
    args = parser.parse_args()
    try:
        convert(args.source, args.target)
    except (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, pickle.UnpicklingError) as error:
        print(f"vibetensor.convert: {args.source}: {error}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
