"""The namespace ``torch.utils.tensorboard``: what a training run shows, written where TensorBoard reads it.

Needs the package `tensorboard`; `pip install 'rushlight[tensorboard]'` brings it.
"""

from .packages import check_installed

check_installed()

from .file_writer import FileWriter  # noqa: E402
from .writer import SummaryWriter  # noqa: E402

__all__ = ["FileWriter", "SummaryWriter"]
