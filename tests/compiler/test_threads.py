"""How many threads kernels run on."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import pytest
from threadpoolctl import threadpool_info

import rushlight as torch


@pytest.mark.parametrize("name", ["set_num_threads", "set_num_interop_threads"])
@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "a positive integer"), (-1, "a positive integer"), (1.5, "an int, but got float"),
     (True, "an int, but got bool"), ("2", "an int, but got str"), (None, "an int, but got NoneType")],
)  # fmt: skip
def test_counts_that_are_none(name: str, count: Any, text: str) -> None:
    with pytest.raises(RuntimeError, match=f"^{name} expects {text}$"):
        getattr(torch, name)(count)


def test_the_number_of_threads() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    assert torch.get_num_threads() == 3
    torch.set_num_threads(before)


def test_matrix_products_run_on_as_many_threads_as_kernels():
    products = [library for library in threadpool_info() if library["user_api"] == "blas"]
    if not products:
        pytest.skip("threadpoolctl does not know this NumPy's BLAS")
    before = torch.get_num_threads()
    try:
        for count in (2, 1):
            torch.set_num_threads(count)
            assert {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"} == {count}
    finally:
        torch.set_num_threads(before)


def test_the_other_number_is_set_once() -> None:
    program = """
import rushlight as torch
torch.set_num_interop_threads(3)
assert torch.get_num_interop_threads() == 3
try:
    torch.set_num_interop_threads(3)
except RuntimeError as error:
    assert str(error).startswith("Error: cannot set number of interop threads after parallel work has started")
else:
    raise AssertionError
"""
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("size", [1 << 17, (1 << 17) + 1, 300_001])
def test_every_element_is_computed_once(count: int, size: int) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        x = torch.zeros(size)
        for _ in range(10):
            x.add_(1)
        assert (x.numpy() == 10).all()
    finally:
        torch.set_num_threads(before)


def test_several_threads_of_python_at_once() -> None:
    tensors = [torch.zeros(200_000) for _ in range(4)]

    def count(x: torch.Tensor) -> None:
        for _ in range(50):
            x.add_(1)

    threads = [threading.Thread(target=count, args=(x,)) for x in tensors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((x.numpy() == 50).all() for x in tensors)
