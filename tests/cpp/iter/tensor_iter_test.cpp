#include "iter/tensor_iter.h"

#include <doctest/doctest.h>

#include "cpu/backend.h"
#include "iter/cast.h"
#include "iter/promotion.h"

using namespace vt;

namespace {

Tensor make(std::initializer_list<int64_t> sizes, DType dtype = DType::float32) {
  if (!has_backend(DeviceType::CPU)) cpu::register_cpu_backend();
  return empty(IntSpan(sizes.begin(), sizes.size()), dtype);
}
Tensor transposed(const Tensor& t) {
  const int64_t sizes[] = {t.size(1), t.size(0)}, strides[] = {t.stride(1), t.stride(0)};
  return make_view(t, sizes, strides, 0);
}

}  // namespace

TEST_CASE("dense operands of one shape merge into one dim") {
  const Tensor a = make({2, 3, 4}), b = make({2, 3, 4});
  TensorIter it;
  it.add_output({});
  it.add_input(a);
  it.add_input(b);
  it.build(DType::float32);
  CHECK(it.ndim() == 1);
  CHECK(it.numel() == 24);
  CHECK(it.is_contiguous());
  CHECK(same(it.output().sizes(), a.sizes()));
}

TEST_CASE("broadcast dims have stride 0 and the shape is the common one") {
  const Tensor a = make({2, 1, 4}), b = make({3, 1});
  TensorIter it;
  it.add_output({});
  it.add_input(a);
  it.add_input(b);
  it.build(DType::float32);
  CHECK(to_string(DimVec(it.output().sizes())) == "[2, 3, 4]");
  REQUIRE(it.ndim() == 3);
  CHECK(it.shape()[0] == 4);
  CHECK(it.strides(2)[0] == 0);
  CHECK(it.strides(1)[1] == 0);
}

TEST_CASE("the output takes the inputs' dense layout") {
  const Tensor a = transposed(make({3, 5})), b = transposed(make({3, 5}));
  TensorIter it;
  it.add_output({});
  it.add_input(a);
  it.add_input(b);
  it.build(DType::float32);
  CHECK(it.is_contiguous());
  CHECK(same(it.output().strides(), a.strides()));
}

TEST_CASE("shapes that do not broadcast and outputs that would have to grow are refused") {
  const Tensor a = make({3}), b = make({2, 3}), c = make({4});
  TensorIter mismatched;
  mismatched.add_output({});
  mismatched.add_input(a);
  mismatched.add_input(c);
  CHECK_THROWS_AS(mismatched.build(DType::float32), Error);
  TensorIter inplace;
  inplace.add_output(a);
  inplace.add_input(a);
  inplace.add_input(b);
  CHECK_THROWS_WITH_AS(inplace.build(DType::float32, TensorIter::Given::Fixed),
                       doctest::Contains("doesn't match the broadcast shape"), Error);
}

TEST_CASE("out= is resized, and results that cannot be cast are refused") {
  const Tensor a = make({2, 3}), out = make({0}), ints = make({2, 3}, DType::int32);
  TensorIter it;
  it.add_output(out);
  it.add_input(a);
  it.build(DType::float32);
  CHECK(same(out.sizes(), a.sizes()));
  TensorIter wrong;
  wrong.add_output(ints);
  wrong.add_input(a);
  CHECK_THROWS_WITH_AS(wrong.build(DType::float32), doctest::Contains("can't be cast"), Error);
}

TEST_CASE("overlapping memory") {
  const Tensor base = make({10});
  const int64_t nine = 9, one = 1, ten = 10, zero = 0;
  const Tensor head = make_view(base, {&nine, 1}, {&one, 1}, 0), tail = make_view(base, {&nine, 1}, {&one, 1}, 1);
  TensorIter shifted;
  shifted.add_output(head);
  shifted.add_input(tail);
  CHECK_THROWS_WITH_AS(shifted.build(DType::float32), doctest::Contains("single memory location"), Error);
  const Tensor expanded = make_view(base, {&ten, 1}, {&zero, 1}, 0);
  TensorIter written;
  written.add_output(expanded);
  written.add_input(base);
  CHECK_THROWS_WITH_AS(written.build(DType::float32), doctest::Contains("more than one element"), Error);
  TensorIter same_tensor;
  same_tensor.add_output(base);
  same_tensor.add_input(base);
  CHECK_NOTHROW(same_tensor.build(DType::float32, TensorIter::Given::Fixed));
}

TEST_CASE("promotion ranks dimensioned over 0-dim over wrapped numbers") {
  const Tensor ints = make({2}, DType::int32), scalar64 = make({}, DType::int64), double0 = make({}, DType::float64);
  const Tensor half = make({2}, DType::float16), number = wrapped_number(2.5), bools = make({2}, DType::bool_);
  CHECK(result_type(ints, scalar64) == DType::int32);
  CHECK(result_type(ints, double0) == DType::float64);
  CHECK(result_type(half, double0) == DType::float16);
  CHECK(result_type(ints, number) == DType::float32);
  CHECK(result_type(scalar64, number) == DType::float32);
  CHECK(result_type(bools, wrapped_number(int64_t(1))) == DType::int64);
  CHECK(result_type(make({2}, DType::uint8), make({2}, DType::int8)) == DType::int16);
  CHECK(result_type(half, make({2}, DType::bfloat16)) == DType::float32);
}

TEST_CASE("reductions: the output stands still along reduced dims") {
  const Tensor in = make({4, 5, 6}), out = make({4, 1, 6});
  TensorIter it;
  it.build_reduction(out, in, 0b010);
  REQUIRE(it.ndim() == 3);
  CHECK(it.shape()[0] == 6);
  CHECK(it.is_reduced(1));
  CHECK_FALSE(it.is_reduced(0));
}

TEST_CASE("cast_strided converts between any strides") {
  make({1});
  const double from[] = {-1.5, 0.0, 2.75, 300.0};
  int16_t to[8] = {};
  cpu::cast_strided(reinterpret_cast<char*>(to), 4, DType::int16, reinterpret_cast<const char*>(from), 8,
                    DType::float64, 4);
  CHECK(to[0] == -1);
  CHECK(to[4] == 2);
  CHECK(to[6] == 300);
  bool flags[4];
  cpu::cast_strided(reinterpret_cast<char*>(flags), 1, DType::bool_, reinterpret_cast<const char*>(from), 8,
                    DType::float64, 4);
  CHECK(flags[0]);
  CHECK_FALSE(flags[1]);
}
