"""The words for a name of torch's that rushlight does not have."""

import pytest

from rushlight.compat import missing_module, missing_name


def test_the_message_has_torchs_name_for_the_module():
    error = missing_name("rushlight.nn.functional", "conv9d", [])
    assert isinstance(error, AttributeError)
    assert str(error) == "rushlight does not have torch.nn.functional.conv9d"
    assert not hasattr(error, "__notes__")


@pytest.mark.parametrize(
    ("name", "candidates", "note"),
    [
        ("sigmod", ["sigmoid", "tanh"], "closest: torch.sigmoid"),
        ("relu6_", ["relu6", "relu"], "closest: torch.relu6, torch.relu"),
        ("linear", ["Linear"], "closest: torch.Linear"),
        ("softmax", ["Softmax", "softmax_"], "closest: torch.Softmax, torch.softmax_"),
    ],
)
def test_the_closest_names_are_a_note(name, candidates, note):
    assert missing_name("rushlight", name, candidates).__notes__ == [note]


def test_private_names_are_not_proposed():
    assert not hasattr(missing_name("rushlight", "softmax", ["_softmax"]), "__notes__")


def test_what_the_interpreter_asks_for_gets_no_proposals():
    assert not hasattr(missing_name("rushlight", "__path_", ["path"]), "__notes__")


def test_a_missing_module_is_an_import_error_with_the_name():
    error = missing_module("torch.optimm", ["optim", "nn"])
    assert isinstance(error, ModuleNotFoundError)
    assert str(error) == "rushlight does not have torch.optimm"
    assert error.name == "torch.optimm"
    assert error.__notes__ == ["closest: torch.optim"]
