#include "ops/copy/copy.h"

#include <doctest/doctest.h>

#include "autograd/autograd.h"
#include "core/live_count.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/copy/narrow_copy.h"
#include "ops/factory/factory.h"
#include "ops/typed/copy.h"
#include "ops/typed/join.h"
#include "ops/typed/view.h"

using namespace vt;

namespace {

Tensor range(IntSpan sizes, DType dtype = DType::float32) {
  return ops::view(ops::counted(Scalar(0), Scalar(1), checked_numel(sizes), dtype), sizes);
}

double at(const Tensor& t, IntSpan index) {
  Tensor x = t;
  for (const int64_t i : index) x = ops::select(x, 0, i);
  return ops::item(x).to_double();
}

struct Initialized {
  Initialized() { initialize(); }
} initialized;

}  // namespace

TEST_CASE("a strided copy visits every element, whatever the order of dims") {
  const Tensor x = range(DimVec{5, 33, 40});
  for (const DimVec& order : {DimVec{0, 1, 2}, DimVec{2, 1, 0}, DimVec{1, 2, 0}, DimVec{0, 2, 1}}) {
    const Tensor view = ops::permute(x, order);
    const Tensor copy = ops::clone(view, MemoryFormat::Contiguous);
    REQUIRE(copy.is_contiguous());
    const float* values = copy.data<float>();
    int64_t n = 0;
    bool equal = true;
    for (int64_t i = 0; i < view.size(0); ++i) {
      for (int64_t j = 0; j < view.size(1); ++j) {
        for (int64_t k = 0; k < view.size(2); ++k) {
          const int64_t offset = i * view.stride(0) + j * view.stride(1) + k * view.stride(2);
          equal &= values[n++] == static_cast<float>(offset);
        }
      }
    }
    CHECK(equal);
  }
}

TEST_CASE("casts keep values that fit") {
  const Tensor x = range(DimVec{4, 5}, DType::int32);
  for (const DType d : {DType::uint8, DType::int16, DType::int64, DType::float16, DType::bfloat16, DType::float32,
                        DType::float64, DType::complex64, DType::complex128}) {
    const Tensor y = ops::as_dtype(ops::as_dtype(ops::t(x), d), DType::float64);
    CHECK(at(y, DimVec{4, 3}) == 19.0);
    CHECK(at(y, DimVec{1, 2}) == 11.0);
  }
  CHECK(at(ops::as_dtype(ops::as_dtype(x, DType::bool_), DType::int64), DimVec{3, 3}) == 1.0);
}

TEST_CASE("copy_ broadcasts, and refuses shapes that do not fit and memory that overlaps") {
  const Tensor x = ops::filled(DimVec{2, 3}, 0, DType::float32);
  ops::copy_(x, range(DimVec{3}));
  CHECK(at(x, DimVec{1, 2}) == 2.0);
  CHECK_THROWS_AS(ops::copy_(x, range(DimVec{4})), Error);
  CHECK_THROWS_AS(ops::copy_(ops::expand(range(DimVec{1, 3}), DimVec{2, 3}), x), Error);
  const Tensor line = range(DimVec{6});
  CHECK_THROWS_AS(ops::copy_(ops::slice(line, 0, 1, 6), ops::slice(line, 0, 0, 5)), Error);
  const Tensor square = range(DimVec{4, 4});
  CHECK_THROWS_AS(ops::copy_(square, ops::t(square)), Error);
  CHECK(at(square, DimVec{0, 3}) == 3.0);
}

TEST_CASE("gradients flow through views, copies and joins") {
  const Tensor x = range(DimVec{2, 3}, DType::float64);
  autograd::set_requires_grad(x, true);
  const Tensor joined = ops::cat(std::vector<Tensor>{ops::t(x), ops::filled(DimVec{3, 1}, 0, DType::float64)}, 1);
  const Tensor part = ops::select(joined, 1, 1);
  autograd::backward({part}, {ops::filled(DimVec{3}, 1, DType::float64)}, false, false, {}, false, true);
  const Tensor g = autograd::grad(x);
  REQUIRE(g.defined());
  CHECK(at(g, DimVec{0, 2}) == 0.0);
  CHECK(at(g, DimVec{1, 0}) == 1.0);
  CHECK(at(g, DimVec{1, 2}) == 1.0);
}

TEST_CASE("writing to a view changes the history of its base") {
  const Tensor x = range(DimVec{4}, DType::float64);
  autograd::set_requires_grad(x, true);
  const Tensor y = ops::clone(x);
  ops::zero_(ops::slice(y, 0, 1, 3));
  autograd::backward({y}, {ops::filled(DimVec{4}, 1, DType::float64)}, false, false, {}, false, true);
  const Tensor g = autograd::grad(x);
  CHECK(at(g, DimVec{0}) == 1.0);
  CHECK(at(g, DimVec{1}) == 0.0);
  CHECK(at(g, DimVec{3}) == 1.0);
}

TEST_CASE("resize_ keeps what the storage held") {
  const Tensor x = range(DimVec{4});
  static const Op& resize = find_op("resize_");
  call<Tensor>(resize, x, DimVec{3, 3});
  CHECK(at(x, DimVec{1, 0}) == 3.0);
  CHECK_THROWS_AS(call<Tensor>(resize, x, DimVec{-1}), Error);
}

namespace {

// A tensor of ones with a narrow copy of twos, so that a cast shows which it took.
Tensor with_copy(DType dtype = DType::bfloat16) {
  const Tensor t = ops::filled(DimVec{2, 3}, Scalar(1), DType::float32);
  const Tensor copy = new_narrow_copy(t, dtype);
  fill_data(copy, Scalar(2));
  give_narrow_copy(t, copy);
  return t;
}
bool takes_copy(const Tensor& t, DType dtype = DType::bfloat16) {
  const Tensor cast = ops::as_dtype(t, dtype);
  CHECK(cast.dtype() == dtype);
  CHECK(same(cast.sizes(), t.sizes()));
  return at(cast, DimVec{0, 0}) == 2;
}

}  // namespace

TEST_CASE("the first cast takes the narrow copy, the next one converts") {
  const Tensor t = with_copy(), other = with_copy(DType::float16), seen = with_copy();
  CHECK(takes_copy(t));
  CHECK_FALSE(takes_copy(t));
  CHECK(takes_copy(other, DType::float16));
  CHECK(takes_copy(ops::view(seen, DimVec{6, 1})));
}

TEST_CASE("what was cast is nobody else's memory") {
  const Tensor t = with_copy();
  const Tensor first = ops::as_dtype(t, DType::bfloat16), second = ops::as_dtype(t, DType::bfloat16);
  CHECK(first.storage()->use_count() == 1);
  ops::zero_(first);
  CHECK(at(second, DimVec{1, 2}) == 1);
}

TEST_CASE("a narrow copy is not taken for what it is no copy of") {
  const Tensor t = with_copy();
  SUBCASE("the tensor was written to") {
    ops::fill_(t, Scalar(1));
    CHECK_FALSE(takes_copy(t));
  }
  SUBCASE("it was written to through a view") {
    ops::fill_(ops::select(t, 0, 0), Scalar(1));
    CHECK_FALSE(takes_copy(t));
  }
  SUBCASE("through its data, which counts no versions") {
    ops::fill_(make_detached(t, /*fresh_version=*/true), Scalar(1));
    CHECK_FALSE(takes_copy(t));
  }
  SUBCASE("another dtype is wanted") { CHECK_FALSE(takes_copy(t, DType::float16)); }
  SUBCASE("a part is cast") { CHECK_FALSE(takes_copy(ops::slice(t, 0, 0, 1))); }
  SUBCASE("its rows are columns") { CHECK_FALSE(takes_copy(ops::t(t))); }
  SUBCASE("its storage has other memory") {
    const Tensor grown = t;
    ops::resize_(grown, DimVec{4, 3});
    ops::fill_(grown, Scalar(1));
    CHECK_FALSE(takes_copy(grown));
  }
}

TEST_CASE("a part of a storage has no narrow copy") {
  const Tensor whole = ops::filled(DimVec{2, 3}, Scalar(1), DType::float32);
  CHECK_FALSE(new_narrow_copy(ops::select(whole, 0, 1), DType::bfloat16).defined());
}

TEST_CASE("a narrow copy goes with its tensor") {
  const int64_t before = live_count(Counted::Storage);
  {
    const Tensor t = with_copy();
  }
  CHECK(live_count(Counted::Storage) == before);
}
