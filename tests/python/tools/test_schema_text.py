"""tools/schema_text.py: the schema grammar as the generators read it."""

import pytest
import schema_text


def test_a_schema_in_parts():
    schema = schema_text.parse(
        "sum.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor"
    )
    assert (schema.name, schema.overload, schema.returns) == ("sum", "dim", ("Tensor",))
    assert [a.type for a in schema.arguments] == ["Tensor", "int[1]?", "bool", "ScalarType?"]
    assert [a.default for a in schema.arguments] == [None, None, "False", "None"]
    assert [a.keyword_only for a in schema.arguments] == [False, False, False, True]


def test_alias_marks_are_dropped_and_results_counted():
    schema = schema_text.parse(
        "topk.values(Tensor self, int k, *, Tensor(a!) values) -> (Tensor(a!) values, Tensor indices)"
    )
    assert schema.arguments[-1].type == "Tensor"
    assert schema.returns == ("Tensor", "Tensor")


def test_no_arguments_no_results_and_lists():
    assert schema_text.parse("f() -> ()").returns == ()
    assert schema_text.parse("f(Tensor?[] indices, int[2] pad=[0, 1], str mode='a,b') -> Tensor[]").arguments == (
        schema_text.Argument("Tensor?[]", "indices", None, False),
        schema_text.Argument("int[2]", "pad", "[0, 1]", False),
        schema_text.Argument("str", "mode", "'a,b'", False),
    )


@pytest.mark.parametrize("text", ["", "f", "f(Tensor) -> Tensor", "f(Tensor x)"])
def test_other_text_raises(text):
    with pytest.raises(ValueError, match="not a"):
        schema_text.parse(text)
