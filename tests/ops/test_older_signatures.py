"""Signatures with the factor in second place, which torch still takes and old programs still use."""

from collections.abc import Iterator

import pytest

import rushlight as torch


@pytest.fixture(autouse=True)
def _warned() -> Iterator[None]:
    torch.set_warn_always(True)
    yield
    torch.set_warn_always(False)


@pytest.mark.parametrize(
    ("name", "call", "expected"),
    [
        ("add", lambda x: torch.add(x, 2, x), [3.0, 6.0]),
        ("add", lambda x: x.add(2, x), [3.0, 6.0]),
        ("add_", lambda x: x.add_(2, x), [3.0, 6.0]),
        ("add_", lambda x: x.add_(-0.5, x), [0.5, 1.0]),
        ("sub", lambda x: torch.sub(x, 2.0, x), [-1.0, -2.0]),
        ("sub_", lambda x: x.sub_(2, x), [-1.0, -2.0]),
        ("addcmul", lambda x: torch.addcmul(x, 2, x, x), [3.0, 10.0]),
        ("addcmul_", lambda x: x.addcmul_(2, x, x), [3.0, 10.0]),
        ("addcdiv", lambda x: torch.addcdiv(x, 3, x, x), [4.0, 5.0]),
        ("addcdiv_", lambda x: x.addcdiv_(3, x, tensor2=x), [4.0, 5.0]),
    ],
)
def test_the_factor_in_second_place(name: str, call: object, expected: list[float]) -> None:
    with pytest.warns(UserWarning, match=f"This overload of {name} is deprecated:"):
        found = call(torch.tensor([1.0, 2.0]))  # type: ignore[operator]
    assert found.tolist() == expected


def test_a_factor_given_twice_is_refused() -> None:
    x = torch.ones(2)
    with pytest.raises(TypeError, match=r"add\(\) takes 2 positional arguments but 3 were given"):
        torch.add(x, 1, x, alpha=3)
