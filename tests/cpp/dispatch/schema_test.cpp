#include "dispatch/schema.h"

#include <doctest/doctest.h>

#include <optional>

#include "core/error.h"

using namespace vt;

namespace {

std::optional<ErrorKind> refusal(std::string_view text) {
  try {
    const Schema schema(text);
  } catch (const Error& error) {
    CHECK(error.message().find(text) != std::string::npos);
    return error.kind();
  }
  return {};
}

}  // namespace

TEST_CASE("names, arguments and results are read") {
  const Schema s("sum.dim(Tensor self, int[1]? dim, *, bool keepdim=False, ScalarType? dtype=None) -> Tensor");
  CHECK(s.name() == "sum");
  CHECK(s.overload() == "dim");
  CHECK(s.full_name() == "sum.dim");
  REQUIRE(s.args().size() == 4);
  CHECK(s.args()[0].type == ArgType::Tensor);
  CHECK_FALSE(s.args()[0].has_default);
  CHECK(s.args()[1].type == ArgType::IntList);
  CHECK(s.args()[1].list_size == 1);
  CHECK(s.args()[1].optional);
  CHECK_FALSE(s.args()[1].keyword_only);
  CHECK(s.args()[2].keyword_only);
  CHECK(s.args()[2].default_value.tag == Tag::Bool);
  CHECK(s.args()[3].has_default);
  CHECK(s.args()[3].default_value.is_none());
  CHECK(s.args()[3].type_name() == "ScalarType?");
  REQUIRE(s.rets().size() == 1);
  CHECK_FALSE(s.returns_list());
  CHECK(s.index_of("keepdim") == 2);
  CHECK(s.index_of("keep") == -1);
}

TEST_CASE("every type, with its list, has the name that it was written with") {
  const Schema s(
      "f(Tensor a, Tensor[] b, Scalar c, int d, int[] e, float f, float[] g, bool h, bool[] i, str j, ScalarType k, "
      "Device l, Generator m, MemoryFormat n) -> ()");
  const char* names[] = {"Tensor", "Tensor[]", "Scalar", "int",        "int[]",  "float",     "float[]",
                         "bool",   "bool[]",   "str",    "ScalarType", "Device", "Generator", "MemoryFormat"};
  REQUIRE(s.args().size() == std::size(names));
  for (size_t i = 0; i < std::size(names); ++i) CHECK(s.args()[i].type_name() == names[i]);
  CHECK(s.rets().empty());
}

TEST_CASE("optional lists and lists with gaps differ") {
  const Schema s("f(Tensor?[] gaps, Tensor[]? maybe, Tensor? one) -> Tensor[]");
  CHECK(s.args()[0].optional_elements);
  CHECK_FALSE(s.args()[0].optional);
  CHECK_FALSE(s.args()[1].optional_elements);
  CHECK(s.args()[1].optional);
  CHECK(s.args()[2].type == ArgType::Tensor);
  CHECK(s.args()[2].optional);
  CHECK(s.returns_list());
}

TEST_CASE("defaults have the type of their argument") {
  const Schema s(
      "f(int a=-3, float b=1e-5, Scalar c=2, Scalar d=0.5, bool e=True, str f='mean', int[2] g=1, int[] h=[4, -5], "
      "int[] i=[], str? j=None, MemoryFormat k=contiguous_format) -> Tensor");
  const auto value = [&](const char* name) { return s.args()[static_cast<size_t>(s.index_of(name))].default_value; };
  CHECK(Unbox<int64_t>::get(value("a")) == -3);
  CHECK(Unbox<double>::get(value("b")) == 1e-5);
  CHECK(value("c").tag == Tag::Int);
  CHECK(value("d").tag == Tag::Double);
  CHECK(Unbox<bool>::get(value("e")));
  CHECK(Unbox<std::string_view>::get(value("f")) == "mean");
  CHECK(DimVec(Unbox<IntSpan>::get(value("g"))) == DimVec{1, 1});
  CHECK(DimVec(Unbox<IntSpan>::get(value("h"))) == DimVec{4, -5});
  CHECK(Unbox<IntSpan>::get(value("i")).empty());
  CHECK(value("i").tag == Tag::IntList);
  CHECK(value("j").is_none());
  CHECK(value("k").tag == Tag::MemoryFormat);
}

TEST_CASE("aliasing says what is a view of what, and what is written to") {
  const Schema s("f(Tensor(a) self, Tensor(b!) other, Tensor(c! -> *) third) -> (Tensor(a) first, Tensor(b!))");
  CHECK(s.args()[0].aliased);
  CHECK_FALSE(s.args()[0].written);
  CHECK(s.args()[1].written);
  CHECK(s.args()[2].written);
  REQUIRE(s.rets().size() == 2);
  CHECK(s.rets()[0].name == "first");
  CHECK_FALSE(s.rets()[0].written);
  CHECK(s.rets()[1].written);
}

TEST_CASE("in-place and out= forms are declarations in the same grammar") {
  const Schema add("add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor");
  const Schema inplace(add.inplace_text()), out(add.out_text());
  CHECK(inplace.full_name() == "add_.Tensor");
  CHECK(inplace.args()[0].written);
  CHECK(inplace.rets()[0].written);
  CHECK(inplace.args().size() == 3);
  CHECK(out.full_name() == "add.Tensor_out");
  CHECK(out.args().back().name == "out");
  CHECK(out.args().back().written);
  CHECK(out.args().back().keyword_only);
  const Schema pair(Schema("f(Tensor self) -> (Tensor, Tensor)").out_text());
  CHECK(pair.full_name() == "f.out");
  REQUIRE(pair.args().size() == 3);
  CHECK(pair.args()[1].name == "out0");
  CHECK(pair.args()[2].name == "out1");
  CHECK(pair.rets().size() == 2);
  CHECK_THROWS_AS(Schema("f(int n) -> Tensor").inplace_text(), Error);
}

TEST_CASE("text outside the grammar is refused, and the text is shown") {
  for (const char* text : {
           "",
           "f",
           "f(",
           "f(Tensor self)",
           "f(Tensor self) ->",
           "f(Tensor) -> Tensor",
           "f(tensor self) -> Tensor",
           "f(Tensor self) -> Tensor Tensor Tensor",
           "f(Tensor self) -> (Tensor",
           "f(Tensor self) -> (Tensor,)",
           "f(Tensor self Tensor other) -> Tensor",
           "f(Tensor self,) -> Tensor",
           "f(, Tensor self) -> Tensor",
           "f(Tensor self, Tensor self) -> Tensor",
           "f(Tensor(!) self) -> Tensor",
           "f(Tensor(a self) -> Tensor",
           "f(Scalar[] s) -> Tensor",
           "f(int[two] n) -> Tensor",
           "f(int[2 n) -> Tensor",
           "f(int n=) -> Tensor",
           "f(int n=two) -> Tensor",
           "f(int n=1.5) -> Tensor",
           "f(int n=99999999999999999999) -> Tensor",
           "f(float x=big) -> Tensor",
           "f(Scalar x=1.5x) -> Tensor",
           "f(int[] n=[1, x]) -> Tensor",
           "f(str s=mean) -> Tensor",
           "f(str s=') -> Tensor",
           "f(bool b=1) -> Tensor",
           "f(Tensor t=1) -> Tensor",
           "f(int n=True) -> Tensor",
           "f(int n=None) -> Tensor",
           "f(MemoryFormat m=odd) -> Tensor",
           "f(*, *, int n) -> Tensor",
       }) {
    CAPTURE(text);
    CHECK(refusal(text) == ErrorKind::Internal);
  }
  CHECK_FALSE(refusal("f() -> ()"));
  CHECK_FALSE(refusal(" f ( Tensor   self ) -> Tensor "));
}
