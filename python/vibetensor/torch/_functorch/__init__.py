"""What torch.func is made of, where PyTorch has it."""
