"""The namespace ``torch.utils``: tools around tensors."""
