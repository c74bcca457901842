"""`DataLoader`: batches of a data set, in the order of a sampler."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from ..._core.generator import Generator
from ..._core.warn import warn
from ._utils.collate import default_collate, default_convert
from ._utils.rows import rows
from .dataset import Dataset, IterableDataset
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler, draw_seed

__all__ = ["DataLoader", "get_worker_info"]

T_co = TypeVar("T_co", covariant=True)
_FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class _Told:
    """What has been said once already."""

    workers = False


class _DatasetKind:
    """How samples are got."""

    Map = 0
    Iterable = 1


class _InfiniteConstantSampler(Sampler[None]):
    """None again and again: the indices of a data set that has none."""

    def __iter__(self) -> Iterator[None]:
        return itertools.repeat(None)


def get_worker_info() -> None:
    """What a worker process is told about itself; None, for rushlight loads in the calling process.

    Example::

        >>> torch.utils.data.get_worker_info() is None
        True
    """
    return None


class DataLoader(Generic[T_co]):
    """Batches of a data set.

    Samples are loaded in the calling process, one batch at a time. `num_workers` is taken as 0, with a warning.

    Args:
        dataset: a data set with ``__getitem__`` and ``__len__``, or an `IterableDataset`.
        batch_size: samples in a batch; None gives single samples.
        shuffle: whether each run takes the samples in another random order.
        sampler: gives the indices instead.
        batch_sampler: gives lists of indices instead.
        num_workers: processes that torch would load with.
        collate_fn: puts the samples of a batch together; `default_collate` where None.
        pin_memory: for other devices than the CPU; nothing happens but a warning.
        drop_last: whether a smaller batch at the end is left out.
        timeout: how long torch would wait for a worker.
        worker_init_fn: what torch would call in a worker.
        multiprocessing_context: how torch would start workers.
        generator: the source for `shuffle`; the default generator where None.
        prefetch_factor, persistent_workers: of torch's workers.
        pin_memory_device: the device that `pin_memory` is for.
        in_order: whether torch would wait for batches in their order.

    Raises:
        ValueError: options that exclude each other, or out of range.

    Example::

        >>> data = torch.utils.data.TensorDataset(torch.arange(5))
        >>> [batch for (batch,) in torch.utils.data.DataLoader(data, batch_size=2)]
        [tensor([0, 1]), tensor([2, 3]), tensor([4])]
    """

    dataset: Any
    batch_size: int | None

    def __init__(
        self,
        dataset: Dataset[T_co],
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Any = None,
        batch_sampler: Any = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        self._check_workers(num_workers, timeout, prefetch_factor, persistent_workers, multiprocessing_context)
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order
        if isinstance(dataset, IterableDataset):
            self._dataset_kind = _DatasetKind.Iterable
            self._check_iterable(shuffle, sampler, batch_sampler)
        else:
            self._dataset_kind = _DatasetKind.Map
            shuffle = bool(shuffle)
        self._check_samplers(batch_size, shuffle, sampler, batch_sampler, drop_last)
        if batch_sampler is not None:
            batch_size, drop_last = None, False
        if sampler is None:
            sampler = self._default_sampler(shuffle, generator)
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.generator = generator
        if collate_fn is None:
            collate_fn = default_convert if batch_sampler is None else default_collate
        self.collate_fn = collate_fn
        self.persistent_workers = persistent_workers
        self._initialized = True
        self._IterableDataset_len_called: int | None = None

    @staticmethod
    def _check_workers(
        num_workers: int, timeout: float, prefetch_factor: Any, persistent_workers: bool, context: Any
    ) -> None:
        if num_workers < 0:
            raise ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
        if timeout < 0:
            raise ValueError("timeout option should be non-negative")
        if num_workers == 0 and prefetch_factor is not None:
            raise ValueError(
                "prefetch_factor option could only be specified in multiprocessing."
                "let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None."
            )
        if prefetch_factor is not None and prefetch_factor < 0:
            raise ValueError("prefetch_factor option should be non-negative")
        if persistent_workers and num_workers == 0:
            raise ValueError("persistent_workers option needs num_workers > 0")
        if context is not None and num_workers == 0:
            raise ValueError(
                "multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got "
                f"num_workers={num_workers}"
            )
        if num_workers and not _Told.workers:
            _Told.workers = True
            warn(
                f"rushlight loads data in the calling process: num_workers={num_workers} is taken as 0, random numbers "
                "of the data set come from this process's generators, and worker_init_fn is not called."
            )

    @staticmethod
    def _check_iterable(shuffle: Any, sampler: Any, batch_sampler: Any) -> None:
        if shuffle not in {False, None}:
            raise ValueError(
                f"DataLoader with IterableDataset: expected unspecified shuffle option, but got shuffle={shuffle}"
            )
        if sampler is not None:
            raise ValueError(
                f"DataLoader with IterableDataset: expected unspecified sampler option, but got sampler={sampler}"
            )
        if batch_sampler is not None:
            raise ValueError(
                "DataLoader with IterableDataset: expected unspecified batch_sampler option, but got "
                f"batch_sampler={batch_sampler}"
            )

    @staticmethod
    def _check_samplers(batch_size: Any, shuffle: Any, sampler: Any, batch_sampler: Any, drop_last: bool) -> None:
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
                )
        elif batch_size is None and drop_last:
            raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")

    def _default_sampler(self, shuffle: Any, generator: Generator | None) -> Sampler[Any]:
        if self._dataset_kind == _DatasetKind.Iterable:
            return _InfiniteConstantSampler()
        if shuffle:
            return RandomSampler(self.dataset, generator=generator)
        return SequentialSampler(self.dataset)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _FIXED and self.__dict__.get("_initialized"):
            raise ValueError(f"{name} attribute should not be set after {self.__class__.__name__} is initialized")
        super().__setattr__(name, value)

    def __iter__(self) -> _SingleProcessDataLoaderIter:
        return _SingleProcessDataLoaderIter(self)

    @property
    def _auto_collation(self) -> bool:
        return self.batch_sampler is not None

    @property
    def _index_sampler(self) -> Iterable[Any]:
        """What gives the index of a sample, or the indices of a batch."""
        return self.batch_sampler if self._auto_collation else self.sampler

    def __len__(self) -> int:
        if self._dataset_kind == _DatasetKind.Map:
            return len(self._index_sampler)  # type: ignore[arg-type]
        length = self._IterableDataset_len_called = len(self.dataset)
        if self.batch_size is None:
            return length
        return length // self.batch_size if self.drop_last else -(-length // self.batch_size)


class _SingleProcessDataLoaderIter:
    """One run of a loader."""

    def __init__(self, loader: DataLoader[Any]) -> None:
        self._loader = loader
        self._dataset = loader.dataset
        self._index_sampler = loader._index_sampler
        self._collate_fn = loader.collate_fn
        self._batches = loader._auto_collation
        self._sampler_iter = iter(self._index_sampler)
        # torch draws a seed for its workers even if there are none; the shuffle comes after it in the stream
        self._base_seed = draw_seed(loader.generator)
        self._num_yielded = 0
        self._samples: Iterator[Any] | None = None
        self._ended = False
        if loader._dataset_kind == _DatasetKind.Iterable:
            self._samples = iter(self._dataset)
        if loader.pin_memory:
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be "
                "used.",
                stacklevel=3,
            )

    def __iter__(self) -> _SingleProcessDataLoaderIter:
        return self

    def __next__(self) -> Any:
        index = next(self._sampler_iter)
        data = self._fetch(index) if self._samples is None else self._fetch_next(self._samples, index)
        self._num_yielded += 1
        reported = self._loader._IterableDataset_len_called
        if self._samples is not None and reported is not None and self._num_yielded > reported:
            warnings.warn(
                f"Length of IterableDataset {self._dataset} was reported to be {reported}(when accessing "
                f"len(dataloader)), but {self._num_yielded} samples have been fetched. ",
                stacklevel=2,
            )
        return data

    def _fetch(self, index: Any) -> Any:
        if not self._batches:
            return self._collate_fn(self._dataset[index])
        batch = rows(self._dataset, index, self._collate_fn)
        if batch is not None:
            return batch
        if callable(getattr(self._dataset, "__getitems__", None)):
            return self._collate_fn(self._dataset.__getitems__(index))
        return self._collate_fn([self._dataset[i] for i in index])

    def _fetch_next(self, samples: Iterator[Any], index: Any) -> Any:
        if self._ended:
            raise StopIteration
        if not self._batches:
            return self._collate_fn(next(samples))
        batch = list(itertools.islice(samples, len(index)))
        self._ended = len(batch) < len(index)
        if not batch or (self._loader.drop_last and self._ended):
            raise StopIteration
        return self._collate_fn(batch)

    def __len__(self) -> int:
        return len(self._index_sampler)  # type: ignore[arg-type]
