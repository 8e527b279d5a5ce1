"""What a DataLoader is made of: how samples become batches, and the processes that read them."""
