"""The share of a data set that one of several processes takes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from ..._core.generator import Generator
from ..._ops.random import randperm
from .sampler import Sampler

__all__ = ["DistributedSampler"]


class DistributedSampler(Sampler[int]):
    """Every n-th index of a data set, shuffled alike in all processes.

    Args:
        dataset: what has the length.
        num_replicas: how many processes there are.
        rank: which of them this one is.
        shuffle: whether the indices are shuffled.
        seed: of the shuffle; the same in all processes.
        drop_last: whether samples that cannot be shared out evenly are left out; if not, some come twice.

    Raises:
        ValueError: `num_replicas` or `rank` is missing, for rushlight knows of no other processes; or there is no such
            rank.

    Example::

        >>> list(torch.utils.data.DistributedSampler(range(7), num_replicas=2, rank=1, shuffle=False))
        [1, 3, 5, 0]
    """

    def __init__(
        self,
        dataset: Any,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        if num_replicas is None or rank is None:
            error = ValueError(
                "Default process group has not been initialized, please make sure to call init_process_group."
            )
            error.add_note("rushlight has no process groups: give num_replicas= and rank=")
            raise error
        if rank >= num_replicas or rank < 0:
            raise ValueError(f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]")
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.drop_last = drop_last
        length = len(dataset)
        uneven = drop_last and length % num_replicas != 0
        self.num_samples = math.ceil((length - num_replicas if uneven else length) / num_replicas)
        self.total_size = self.num_samples * num_replicas
        self.shuffle = shuffle
        self.seed = seed

    def __iter__(self) -> Iterator[int]:
        if self.shuffle:
            generator = Generator().manual_seed(self.seed + self.epoch)
            indices = randperm(len(self.dataset), generator=generator).tolist()
        else:
            indices = list(range(len(self.dataset)))
        if not self.drop_last:
            missing = self.total_size - len(indices)
            indices += (indices * math.ceil(missing / len(indices)))[:missing] if missing else []
        return iter(indices[: self.total_size][self.rank :: self.num_replicas])

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Chooses the shuffle of another epoch.

        Args:
            epoch: its number, added to the seed.
        """
        self.epoch = epoch
