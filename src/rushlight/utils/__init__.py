"""The namespace ``torch.utils``: tools around tensors."""

from . import dlpack as dlpack
