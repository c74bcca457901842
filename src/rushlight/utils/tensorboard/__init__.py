"""The namespace ``torch.utils.tensorboard``: what a training run shows, written where TensorBoard reads it.

Needs the package `tensorboard`; `pip install 'rushlight[tensorboard]'` brings it.
"""

from .packages import check_installed, module

check_installed()

from .file_writer import FileWriter  # noqa: E402
from .writer import SummaryWriter  # noqa: E402

__all__ = ["FileWriter", "RecordWriter", "SummaryWriter"]


def __getattr__(name: str) -> object:
    """Loads the writer of single records, which is the package's own."""
    if name == "RecordWriter":
        return module("tensorboard.summary.writer.record_writer").RecordWriter
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
