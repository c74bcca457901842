"""Sequential, lists and dictionaries of modules and parameters."""

from collections import OrderedDict

import pytest

import rushlight as torch
from rushlight import nn

RELU, TANH, SIGMOID = nn.ReLU(), nn.Tanh(), nn.Sigmoid()


def names(container: nn.Module) -> str:
    return "".join(type(module).__name__[0] for module in container)


def test_sequential_is_a_list():
    chain = nn.Sequential(OrderedDict([("x", RELU), ("y", TANH)]))
    assert chain[0] is chain.x is chain[-2]
    assert list(chain[:1]._modules) == ["x"]
    chain.append(SIGMOID).extend([RELU]).insert(1, RELU)
    assert names(chain) == "RRTSR"
    assert list(chain._modules) == ["0", "1", "2", "3", "4"]
    assert chain.pop(2) is TANH
    del chain[0:2]
    assert names(chain) == "SR"
    assert names(chain + nn.Sequential(TANH)) == "SRT"
    assert names(chain * 2) == names(2 * chain) == "SRSR"
    chain *= 2
    chain += nn.Sequential(TANH)
    assert names(chain) == "SRSRT"


def test_module_lists_are_lists():
    modules = nn.ModuleList([RELU, TANH])
    modules.append(SIGMOID)
    modules.insert(1, SIGMOID)
    modules += [RELU]
    assert names(modules) == "RSTSR"
    assert TANH in modules
    assert names(modules[::-1]) == "RSTSR"
    modules[0] = TANH
    del modules[1:3]
    assert names(modules) == "TSR"
    assert list(modules._modules) == ["0", "1", "2"]


def test_module_dicts_are_dicts():
    modules = nn.ModuleDict({"b": RELU})
    modules["a"] = TANH
    modules.update([("c", SIGMOID)])
    assert list(modules) == list(modules.keys()) == ["b", "a", "c"]
    assert modules.pop("b") is RELU
    assert "b" not in modules
    modules.clear()
    assert len(modules) == 0


def test_parameter_lists_keep_other_things_too():
    values = nn.ParameterList([torch.ones(2), 3])
    values.append(torch.zeros(1, dtype=torch.float64))
    assert [name for name, _ in values.named_parameters()] == ["0", "2"]
    assert values[1] == 3
    assert repr(values) == (
        "ParameterList(\n    (0): Parameter containing: [torch.float32 of size 2]\n    (1): Object of type: int\n"
        "    (2): Parameter containing: [torch.float64 of size 1]\n)"
    )


def test_parameter_dicts_take_plain_dictionaries_in_the_order_of_their_keys():
    one = torch.ones(1)
    assert list(nn.ParameterDict({"b": one, "a": one})) == ["a", "b"]
    assert list(nn.ParameterDict(OrderedDict([("b", one), ("a", one)]))) == ["b", "a"]
    assert list(nn.ParameterDict([("b", one), ("a", one)])) == ["b", "a"]


def test_parameter_dicts_are_dicts():
    one = torch.ones(1)
    values = nn.ParameterDict({"a": one})
    assert isinstance(values["a"], nn.Parameter)
    assert list(values | {"b": one}) == ["a", "b"]
    assert type({"z": one} | values) is dict
    assert values.setdefault("c") is None
    assert values.get("q", 5) == 5
    assert values.popitem() == ("c", None)
    assert list(values.fromkeys(["p", "q"], one)) == ["p", "q"]
    assert values.copy()["a"] is values["a"]


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: nn.Sequential(RELU)[1], IndexError, "index 1 is out of range"),
        (lambda: nn.Sequential(RELU).insert(9, TANH), IndexError, "Index out of range: 9"),
        (lambda: nn.Sequential(3), TypeError, "int is not a Module subclass"),
        (lambda: nn.ModuleList([3]), TypeError, "int is not a Module subclass"),
        (lambda: nn.ModuleList().extend(3), TypeError,
         "ModuleList.extend should be called with an iterable, but got int"),
        (lambda: nn.ModuleDict([3]), TypeError, "ModuleDict update sequence element #0 should be Iterable; isint"),
        (lambda: nn.ModuleDict({"a.b": RELU}), KeyError, "'module name can\\'t contain \".\", got: a.b'"),
        (lambda: nn.ModuleDict({"keys": RELU}), KeyError, "\"attribute 'keys' already exists\""),
        (lambda: nn.ParameterList()(1), RuntimeError, "ParameterList should not be called."),
        (lambda: nn.ParameterDict({})["z"], AttributeError, "'ParameterDict' object has no attribute 'z'"),
        (lambda: nn.ParameterDict({}).popitem(), KeyError, "'popitem(): dictionary is empty'"),
        (lambda: nn.ParameterDict({3: torch.ones(1)}), TypeError,
         ("Index given to ParameterDict cannot be used as a key as it is not a string (type is 'int'). Open an issue "
         "on github if you need non-string keys.")),
    ],
)  # fmt: skip
def test_refusals(call, kind, text):
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == text


def test_what_is_refused_leaves_no_trace():
    values = nn.ParameterDict()
    with pytest.raises(KeyError):
        values["a.b"] = torch.ones(1)
    assert len(values) == 0
