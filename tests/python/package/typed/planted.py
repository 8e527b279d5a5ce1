"""Each line that says so is wrong, and a type checker finds it."""

# ruff: noqa: B018

import vibetensor.torch as torch
import vibetensor.torch.nn as nn
import vibetensor.torch.nn.functional as F
from vibetensor.torch.utils.data import DataLoader

x = torch.zeros(3)
layer = nn.Linear(2, 2)
torch.zeros("3")  # wrong
torch.softmax(x, dims=1)  # wrong
x.shapee  # wrong
n: int = torch.ones(2)  # wrong
torch.zeros(3, dtype="float32")  # wrong
nn.Linear("a", 3)  # wrong
torch.sofmax(x, 0)  # wrong
F.relu("x")  # wrong
F.cross_entropy(x, x, reduction=3)  # wrong
x.view("a")  # wrong
torch.optim.SGD([x], lr="fast")  # wrong
DataLoader([1, 2], batch_size="4")  # wrong
x.sum(dim="rows")  # wrong
torch.cat(x, x)  # wrong
nn.Lineer(3, 3)  # wrong
nn.Dropout(p="0.1")  # wrong
F.dropout(x, p="a")  # wrong
x.to(torch.float31)  # wrong
s: str = x.item  # wrong
torch.manual_seed("a")  # wrong
x.backward(3)  # wrong
torch.save()  # wrong
text: str = x.mean()  # wrong
torch.arange("5")  # wrong
x + "a"  # wrong
len(x.shape) + x.shape  # wrong
torch.nn.utils.clip_grad_norm_(x)  # wrong
torch.device(3.5)  # wrong
nn.Conv2d(3, 8)  # wrong
torch.tensor([1.0], requires_grad="yes")  # wrong
torch.max(x, 0).vals  # wrong
nn.Linear(3, 4, biass=False)  # wrong
torch.matmul(x, 3)  # wrong
nn.CrossEntropyLoss(weight=3)  # wrong
nn.Embedding(10)  # wrong
x.reshape(2, "3")  # wrong
layer.to(3.5)  # wrong
layer.weight.foo  # wrong
nn.Sequential(3)  # wrong
torch.optim.Adam(layer.parameters(), 1e-3, beta=0.9)  # wrong
torch.load(3)  # wrong
