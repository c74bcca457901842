"""`FileWriter`: one file of events."""

from __future__ import annotations

import time
from typing import Any

from .packages import module, proto


class FileWriter:
    """Writes TensorBoard's messages to one file, in a thread of its own.

    Args:
        log_dir: the folder of the file.
        max_queue: how many messages may wait before writing blocks.
        flush_secs: how often the file is brought up to date.
        filename_suffix: what the file's name ends with.
    """

    def __init__(self, log_dir: Any, max_queue: int = 10, flush_secs: float = 120, filename_suffix: str = "") -> None:
        events = module("tensorboard.summary.writer.event_file_writer")
        self.log_dir = str(log_dir)
        self.event_writer = events.EventFileWriter(self.log_dir, max_queue, flush_secs, filename_suffix)

    def get_logdir(self) -> str:
        """The folder of the file."""
        return self.log_dir

    def add_event(self, event: Any, step: int | None = None, walltime: float | None = None) -> None:
        """Writes an event.

        Args:
            event: the message.
            step: the step it belongs to.
            walltime: when it happened, in seconds since 1970; None for now.
        """
        event.wall_time = time.time() if walltime is None else walltime
        if step is not None:
            event.step = int(step)
        self.event_writer.add_event(event)

    def add_summary(self, summary: Any, global_step: int | None = None, walltime: float | None = None) -> None:
        """Writes what is shown of a step."""
        self.add_event(proto("event").Event(summary=summary), global_step, walltime)

    def add_graph(self, graph: Any, walltime: float | None = None) -> None:
        """Writes the graph of a model, a ``GraphDef``."""
        self.add_event(proto("event").Event(graph_def=graph.SerializeToString()), None, walltime)

    def flush(self) -> None:
        """Brings the file up to date."""
        self.event_writer.flush()

    def close(self) -> None:
        """Writes what waits and closes the file."""
        self.event_writer.close()
