"""Train an LSTM to write like Shakespeare, character by character, then print a sample of what it writes.

python examples/lstm.py                        a few minutes on two CPU cores
python examples/lstm.py --framework torch      the same file on PyTorch
"""

from __future__ import annotations

import math
from types import SimpleNamespace

from gpt import Corpus, F, nn, shakespeare, torch
from training import arguments, begin, train


class CharacterLSTM(nn.Module):
    """Characters (B, T) int64 to logits (B, T, characters) of the ones that follow, and the state to go on with."""

    def __init__(self, characters: int, dim: int, hidden: int):
        super().__init__()
        self.embedding = nn.Embedding(characters, dim)
        self.lstm = nn.LSTM(dim, hidden, batch_first=True)
        self.head = nn.Linear(hidden, characters)

    def forward(self, characters, state=None):
        x, state = self.lstm(self.embedding(characters), state)
        return self.head(x), state


@torch.no_grad()
def write(model, corpus, prompt: str, length: int, temperature: float = 0.7) -> str:
    """`prompt` and `length` characters more."""
    tokens = [corpus.vocabulary.index(c) for c in prompt]
    state, seen = None, tokens
    for _ in range(length):
        logits, state = model(torch.tensor([seen], device=corpus.device), state)
        probabilities = F.softmax(logits[0, -1] / temperature, dim=-1)
        seen = [int(torch.multinomial(probabilities, 1).item())]
        tokens = tokens + seen
    return corpus.decode(tokens)


def main() -> None:
    args = arguments(__doc__, out="lstm", steps=1500, batch=32, lr=1e-2)
    device = begin(args)
    corpus = Corpus(shakespeare(args.data), SimpleNamespace(batch=args.batch, context=64), device, args.seed)
    characters = len(corpus.vocabulary)
    model = CharacterLSTM(characters, dim=64, hidden=256).to(device)

    def loss_of(batch):
        inputs, targets = batch
        return F.cross_entropy(model(inputs)[0].flatten(0, 1), targets.flatten())

    def batches():
        while True:
            yield corpus.train_batch()

    def bits() -> float:
        losses = [loss_of(batch).item() for batch in corpus.val_batches(16)]
        return sum(losses) / len(losses) / math.log(2)

    train(args, model, batches(), loss_of, bits, "held-out bits per character")
    print(write(model, corpus, "ROMEO.\n", 400))


if __name__ == "__main__":
    main()
