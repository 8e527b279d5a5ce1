#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "autograd/autograd.h"
#include "core/generator.h"
#include "dispatch/dispatch.h"

using namespace vt;

namespace {

template <class... A>
Tensor run(const char* op, const A&... args) {
  initialize();
  return call<Tensor>(find_op(op), args...);
}

template <class T>
std::vector<T> values(const Tensor& t) {
  return {t.data<T>(), t.data<T>() + t.numel()};
}

Tensor seeded_rand(uint64_t seed, IntSpan size) {
  const auto generator = make_intrusive<CpuGenerator>(seed);
  return run("rand", size, static_cast<Generator*>(generator.get()), DType::float32);
}

template <class F>
ErrorKind kind_of(const F& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.kind();
  }
  return ErrorKind::Internal;
}

}  // namespace

TEST_CASE("one seed, one stream") {
  const DimVec size{40};
  CHECK(values<float>(seeded_rand(1, size)) == values<float>(seeded_rand(1, size)));
  CHECK(values<float>(seeded_rand(1, size)) != values<float>(seeded_rand(2, size)));
}

TEST_CASE("a transposed tensor is filled along its memory") {
  const DimVec size{3, 4};
  const Tensor base = empty(size, DType::float32);
  const Tensor transposed = make_view(base, DimVec{4, 3}, DimVec{1, 4}, 0);
  const auto generator = make_intrusive<CpuGenerator>(1);
  const uint32_t version = base.impl()->version();
  run("uniform_", transposed, 0.0, 1.0, static_cast<Generator*>(generator.get()));
  CHECK(values<float>(base) == values<float>(seeded_rand(1, size)));
  CHECK(base.impl()->version() == version + 1);
}

TEST_CASE("dropout keeps what its mask says") {
  const Tensor x = seeded_rand(3, DimVec{1000});
  Results results;
  Value args[kMaxArgs] = {box(x), box(0.25), box(4.0 / 3.0), box(4.0 / 3.0)};
  initialize();
  call_op(find_op("_scaled_dropout"), args, 4, results);
  const auto in = values<float>(x), out = values<float>(results.tensors[0]);
  const bool* kept = results.tensors[1].data<bool>();
  int count = 0, wrong = 0;
  for (int i = 0; i < 1000; ++i) {
    count += kept[i];
    wrong += out[i] != (kept[i] ? in[i] * static_cast<float>(4.0 / 3.0) : 0.0f);
  }
  CHECK(wrong == 0);
  CHECK(count > 700);
  CHECK(count < 800);
}

TEST_CASE("multinomial never draws a category of weight 0") {
  const Tensor weights = empty(DimVec{5}, DType::float64);
  for (int i = 0; i < 5; ++i) weights.data<double>()[i] = i % 2;
  for (const bool replacement : {false, true}) {
    for (const int64_t index : values<int64_t>(run("multinomial", weights, 2, replacement))) CHECK(index % 2 == 1);
  }
}

TEST_CASE("bad input has PyTorch's kind of error") {
  const Tensor x = empty(DimVec{3}, DType::float32), i = empty(DimVec{3}, DType::int64);
  const Tensor expanded = make_view(x, DimVec{3, 4}, DimVec{1, 0}, 0);
  CHECK(kind_of([&] { run("uniform_", x, 1.0, 0.0); }) == ErrorKind::Runtime);
  CHECK(kind_of([&] { run("uniform_", x, NAN, 1.0); }) == ErrorKind::Runtime);
  CHECK(kind_of([&] { run("uniform_", i, 0.0, 1.0); }) == ErrorKind::NotImplemented);
  CHECK(kind_of([&] { run("uniform_", expanded, 0.0, 1.0); }) == ErrorKind::Runtime);
  CHECK(kind_of([&] { run("multinomial", x, 4); }) == ErrorKind::Runtime);
  CHECK(kind_of([&] { run("randperm", -1); }) == ErrorKind::Runtime);
  const auto cuda = make_intrusive<CudaGenerator>(0);
  CHECK(kind_of([&] { run("normal_", x, 0.0, 1.0, static_cast<Generator*>(cuda.get())); }) == ErrorKind::Runtime);
}
