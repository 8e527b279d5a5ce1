import sys

import vibetensor.torch as torch

torch.ops.load_library(sys.argv[1])
print(torch.ops.demo.twice(torch.ones(3)).tolist())
print("done")
