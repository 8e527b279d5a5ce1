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
from typing import Any

from vibetensor import safetensors, torch

ENDINGS = {".safetensors": safetensors.save, ".pt": torch.save, ".pth": torch.save, ".bin": torch.save}


def convert(source: Path, target: Path, max_shard_size: str | None = None) -> None:
    """Returns None; reads the checkpoint `source` and writes it to `target` in the format of that name's ending.

    source: a file, or several safetensors files by their index or by the name that they would have as one.
    max_shard_size: with it, a flat dict of tensors goes to several safetensors files of at most so many bytes ("5GB")
    with an index.
    """
    if target.suffix not in ENDINGS:
        raise ValueError(f"expected a name that ends in {', '.join(ENDINGS)}, got {target}")
    if source.name.endswith(".index.json") or Path(f"{source}.index.json").exists() > source.exists():
        content: Any = safetensors.load_file(source)
    else:
        content = torch.load(source, map_location="cpu")
    if max_shard_size is None:
        ENDINGS[target.suffix](content, target)
        return
    if target.suffix != ".safetensors":
        raise ValueError(f"only safetensors files are written in shards, not {target}")
    if not isinstance(content, dict) or not all(isinstance(v, torch.Tensor) for v in content.values()):
        raise ValueError("only a flat dict of tensors can be written in shards")
    safetensors.save_file(content, target, {"format": "pt"}, max_shard_size=max_shard_size)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m vibetensor.convert", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("source", type=Path, help="a .pt or .safetensors file")
    parser.add_argument("target", type=Path, help="where to write it; the ending says how")
    parser.add_argument("--max-shard-size", help="bytes of a file at most, such as 5GB, for several with an index")
    args = parser.parse_args()
    try:
        convert(args.source, args.target, args.max_shard_size)
    except (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, pickle.UnpicklingError) as error:
        print(f"vibetensor.convert: {args.source}: {error}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
