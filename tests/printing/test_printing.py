"""What surrounds the elements, what is left out of large tensors, options and format strings."""

import ml_dtypes
import numpy as np
import pytest

from rushlight._core.devices import META
from rushlight._printing import get_printoptions, printoptions, set_printoptions
from tests.printing.printed import Node, Parameter, Tensor, printed

DEFAULT = {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}


@pytest.fixture(autouse=True)
def default_options():
    yield
    set_printoptions(profile="default")


def single(*shape: int):
    return np.ones(shape, np.float32)


def lines(*texts: str) -> str:
    return "\n".join(texts)


class TestNotes:
    def test_dtype_is_named_unless_it_is_the_default_one_or_shows_in_the_elements(self):
        assert repr(Tensor(single(1))) == "tensor([1.])"
        assert repr(Tensor(np.array([1, 2]))) == "tensor([1, 2])"
        assert repr(Tensor(np.array([True, False]))) == "tensor([ True, False])"
        assert repr(Tensor(np.array([1.0]))) == "tensor([1.], dtype=torch.float64)"
        assert repr(Tensor(np.array([1], np.uint8))) == "tensor([1], dtype=torch.uint8)"

    def test_complex_dtype_follows_the_default_dtype(self):
        assert printed(np.array([1j]), {}) == "tensor([0.+1.j], dtype=torch.complex128)"
        assert printed(np.array([1j]), {}, default="float64") == "tensor([0.+1.j])"

    def test_empty_tensor_names_every_other_dtype_and_its_size(self):
        assert repr(Tensor(single(0))) == "tensor([])"
        assert repr(Tensor(single(2, 0))) == "tensor([], size=(2, 0))"
        assert repr(Tensor(np.ones(0, np.int64))) == "tensor([], dtype=torch.int64)"
        assert repr(Tensor(np.ones((0, 3), bool))) == "tensor([], size=(0, 3), dtype=torch.bool)"

    def test_meta_tensor_has_no_elements(self):
        assert repr(Tensor(single(2, 3), device=META)) == "tensor(..., device='meta', size=(2, 3))"
        whole = Tensor(np.ones((), np.int64), device=META)
        assert repr(whole) == "tensor(..., device='meta', size=(), dtype=torch.int64)"

    def test_leaf_and_result(self):
        assert repr(Tensor(single(1), requires_grad=True)) == "tensor([1.], requires_grad=True)"
        assert repr(Tensor(single(1), grad_fn=Node("MulBackward0"))) == "tensor([1.], grad_fn=<MulBackward0>)"

    def test_a_node_that_cannot_be_read_does_not_keep_a_tensor_from_being_printed(self):
        forbidden = Tensor(single(2), grad_fn=RuntimeError("Output 0 of UnbindBackward0 is a view"))
        assert repr(forbidden) == "tensor([1., 1.], grad_fn=<Invalid>)"

    def test_notes_move_to_a_line_of_their_own_where_they_do_not_fit(self):
        result = Tensor(np.ones(10), grad_fn=Node("MulBackward0"))
        assert repr(result) == lines(
            "tensor([1., 1., 1., 1., 1., 1., 1., 1., 1., 1.], dtype=torch.float64,",
            "       grad_fn=<MulBackward0>)",
        )

    def test_tangent(self):
        dual = Tensor(np.ones(20, np.float32))
        dual._tangent = Tensor(single(2))
        assert repr(dual) == lines(
            "tensor([1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1.,",
            "        1., 1.], tangent=tensor([1., 1.]))",
        )

    def test_other_text_for_the_elements(self):
        assert Tensor(single(0, 2)).__repr__(tensor_contents="hidden") == "tensor(hidden, size=(0, 2))"


class TestClasses:
    def test_parameter_prints_as_tensor(self):
        assert repr(Parameter(single(1), requires_grad=True)) == "tensor([1.], requires_grad=True)"

    def test_subclass_prints_under_its_name_and_aligns_to_it(self):
        class Image(Tensor):
            pass

        assert repr(Image(np.eye(2, dtype=np.float32))) == lines("Image([[1., 0.],", "       [0., 1.]])")

    def test_subclass_of_parameter(self):
        class Weight(Parameter):
            pass

        assert repr(Weight(single(1), requires_grad=True)) == "Parameter(Weight([1.], requires_grad=True))"


class TestEdges:
    def test_summary_touches_only_what_it_prints(self):
        # 10^12 elements over the memory of one: reading them all would not end
        assert repr(Tensor(np.broadcast_to(np.float32(1), (1000, 1000, 1000_000))[:, :2, :])) == lines(
            *("tensor([[[1., 1., 1.,  ..., 1., 1., 1.],", "         [1., 1., 1.,  ..., 1., 1., 1.]],", ""),
            *("        [[1., 1., 1.,  ..., 1., 1., 1.],", "         [1., 1., 1.,  ..., 1., 1., 1.]],", ""),
            *("        [[1., 1., 1.,  ..., 1., 1., 1.],", "         [1., 1., 1.,  ..., 1., 1., 1.]],", ""),
            *("        ...,", ""),
            *("        [[1., 1., 1.,  ..., 1., 1., 1.],", "         [1., 1., 1.,  ..., 1., 1., 1.]],", ""),
            *("        [[1., 1., 1.,  ..., 1., 1., 1.],", "         [1., 1., 1.,  ..., 1., 1., 1.]],", ""),
            *("        [[1., 1., 1.,  ..., 1., 1., 1.],", "         [1., 1., 1.,  ..., 1., 1., 1.]]])"),
        )

    def test_elements_that_are_left_out_have_no_say_in_the_form(self):
        array = np.ones(2000, np.float32)
        array[1000] = 1e-9
        assert repr(Tensor(array)) == "tensor([1., 1., 1.,  ..., 1., 1., 1.])"

    def test_no_edge_items_leave_the_size(self):
        set_printoptions(threshold=2, edgeitems=0)
        assert repr(Tensor(single(5, 2))) == "tensor([...], size=(5, 2))"


class TestOptions:
    def test_defaults(self):
        assert get_printoptions() == DEFAULT

    def test_explicit_arguments_win_over_the_profile(self):
        set_printoptions(profile="short", precision=7)
        assert get_printoptions() == DEFAULT | {"precision": 7, "edgeitems": 2}

    def test_every_call_sets_the_mode_of_exponents_anew(self):
        set_printoptions(sci_mode=True)
        assert repr(Tensor(single(1))) == "tensor([1.0000e+00])"
        set_printoptions(precision=5)
        assert get_printoptions() == DEFAULT | {"precision": 5}

    def test_unknown_profile_changes_nothing(self):
        set_printoptions(profile="none such")
        assert get_printoptions() == DEFAULT

    def test_context_puts_options_back_after_an_error(self):
        with printoptions(precision=2):
            assert repr(Tensor(np.float32(1.25))) == "tensor(1.25)"
        with pytest.raises(ZeroDivisionError), printoptions(precision=2):
            1 / 0  # noqa: B018
        assert get_printoptions() == DEFAULT

    def test_options_that_python_cannot_format_fail_when_used(self):
        set_printoptions(precision=-1)
        with pytest.raises(ValueError, match=r"^Format specifier missing precision"):
            repr(Tensor(np.float32(1.5)))


class TestFormat:
    @pytest.mark.parametrize(
        ("value", "spec", "text"),
        [
            (np.float32(1.23456789), ".3f", "1.235"),
            (np.float32(1.23456789), "", "1.2345678806304932"),
            (np.int64(3), "05d", "00003"),
            (np.bool_(True), "", "True"),
            (np.complex64(1 + 2j), ".2f", "1.00+2.00j"),
            (ml_dtypes.bfloat16(1.5), ".3f", "1.500"),
        ],
    )
    def test_number(self, value, spec, text):
        assert format(Tensor(value, requires_grad=value.dtype == np.float32), spec) == text

    def test_more_than_a_number_without_a_spec(self):
        assert f"{Tensor(single(1))}" == "tensor([1.])"
        assert f"{Tensor(single(), device=META)}" == "tensor(..., device='meta', size=())"

    def test_more_than_a_number_with_a_spec(self):
        with pytest.raises(TypeError, match=r"^unsupported format string passed to Tensor.__format__$"):
            f"{Tensor(single(1)):.2f}"
        with pytest.raises(TypeError, match=r"^unsupported format string passed to Parameter.__format__$"):
            f"{Parameter(single()):.2f}"

    def test_spec_that_the_number_does_not_know(self):
        with pytest.raises(ValueError, match=r"^Unknown format code 'x' for object of type 'float'$"):
            f"{Tensor(single()):x}"
