"""The parts of torch.save and torch.load: files, archives, names, picklers, and where storages go."""
