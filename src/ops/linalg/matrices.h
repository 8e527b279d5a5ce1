// What the ops on batches of matrices share: checks in PyTorch's words, layouts as LAPACK has them, and batches.
//
// A matrix is the last two dims of a tensor (..., m, n); the dims in front of them are its batch.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/tensor.h"
#include "cpu/lapack.h"
#include "cpu/thread_pool.h"
#include "dispatch/op.h"

namespace vt::linalg {

// Of these checks `name` is the function that the message is about: "linalg.inv". RuntimeError.
void check_dtype(const Tensor& a, std::string_view name, bool allow_low_precision = false);
void check_matrix(const Tensor& a, std::string_view name, std::string_view argument = "A");
// Matrices of a dtype that LAPACK has.
void check_factorizable(const Tensor& a, std::string_view name);
// The same, and square.
void check_square(const Tensor& a, std::string_view name, std::string_view argument = "A");
void check_same_dtype(const Tensor& a, const Tensor& b, std::string_view name);

// Throws LinAlgError for the first matrix whose LAPACK info is not 0; `name` chooses the words. Nothing where info has
// no memory. `info`: (...), int32.
void check_errors(const Tensor& info, std::string_view name);

DimVec batch_of(const Tensor& a);
DimVec with_dims(DimVec batch, IntSpan dims);
// The batch that both broadcast to; RuntimeError.
DimVec broadcast_batches(const Tensor& a, const Tensor& b, std::string_view name);
Tensor expand_batch(const Tensor& a, const DimVec& batch);
// Whether `b` is a batch of vectors rather than of matrices, as a right-hand side of `a`.
bool is_vector_rhs(const Tensor& a, const Tensor& b);

// A result of matrices (m, n) that lie column by column, one after the other.
TensorSpec columns_spec(const DimVec& batch, int64_t m, int64_t n, const Tensor& like);
TensorSpec spec_of(DimVec sizes, DType dtype, const Tensor& like);
// No elements: a part of the result that was not asked for.
TensorSpec nothing_spec(const Tensor& like);
// A copy of `a` whose matrices lie column by column.
Tensor columns_of(const Tensor& a);
Tensor empty_columns(const DimVec& batch, int64_t m, int64_t n, DType dtype, Device device = kCPU);

// For each matrix of `full` the index of the one of `own` that broadcasts to it.
std::vector<int64_t> broadcast_index(const DimVec& full, const DimVec& own);

// Whether `values` numbers hold no infinity and no NaN. LAPACK's iterations need not end where there are some.
template <class T>
bool all_finite(const T* values, int64_t count) {
  using R = lapack::Real<T>;
  const R* parts = reinterpret_cast<const R*>(values);
  const int64_t n = count * static_cast<int64_t>(sizeof(T) / sizeof(R));
  R sum = 0;  // x * 0 is NaN for what is not finite
  for (int64_t i = 0; i < n; ++i) sum += parts[i] * R(0);
  return sum == R(0);
}

// body.operator()<T>() with T of the dtype, which is one that LAPACK has.
template <class F>
void visit_lapack(DType dtype, F&& body) {
  visit_dtype<kFloatSet | kComplexSet>(dtype,
                                       [&](auto tag) { body.template operator()<typename decltype(tag)::type>(); });
}

// body(i) for every matrix of a batch; `work`: about how many operations one takes. Small ones run on our threads and
// LAPACK on one, large ones in turn on all of LAPACK's.
template <class F>
void for_each_matrix(int64_t batch, double work, const F& body) {
  constexpr double kWorthThreads = 2e6, kLarge = 1e8;
  const int threads = get_num_threads();
  if (batch > 1 && (batch >= threads || work < kLarge)) {
    lapack::use_threads(1);
    const auto grain = static_cast<int64_t>(std::max(1.0, kWorthThreads / 20 / std::max(work, 1.0)));
    parallel_for(0, batch, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) body(i);
    });
    return;
  }
  lapack::use_threads(work < kWorthThreads || in_parallel_region() ? 1 : threads);
  for (int64_t i = 0; i < batch; ++i) body(i);
}

}  // namespace vt::linalg
