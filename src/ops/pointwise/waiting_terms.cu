#include "ops/pointwise/waiting_terms.h"

#include <algorithm>
#include <utility>

#include "cuda/launch.h"
#include "iter/cuda_divide.cuh"
#include "iter/cuda_vector.cuh"
#include "ops/pointwise/rows.h"

namespace vt::pointwise {
namespace {

constexpr int kDims = kMostTermDims;
constexpr int kOperands = 4;  // x and y of two terms
constexpr int kThreads = 256;
constexpr int kVector = 4;

/// Dims from the innermost of out on, which lie there one behind the other; the innermost counted in units.
struct TermArguments {
  int ndim;
  ::vt::cuda::FastDivider dividers[kDims];
  const float* data[kOperands];  // null: there is none
  uint32_t strides[kOperands][kDims];
  bool negative[2];
  uint32_t count;  // of units
};

template <int Width>
__device__ __forceinline__ ::vt::cuda::Vector<float, Width> operand_at(const TermArguments& p, int operand,
                                                                       const uint32_t (&at)[kDims]) {
  const uint32_t inner = p.strides[operand][0];
  uint32_t offset = at[0] * Width * inner;
#pragma unroll
  for (int d = 1; d < kDims; ++d) {
    if (d < p.ndim) offset += at[d] * p.strides[operand][d];
  }
  const float* from = p.data[operand] + offset;
  if (Width > 1 && inner == 1) return ::vt::cuda::load_vector<Width>(from);
  return ::vt::cuda::filled_vector<float, Width>(*from);
}

template <int Width>
__device__ __forceinline__ ::vt::cuda::Vector<float, Width> term_at(const TermArguments& p, int term,
                                                                    const uint32_t (&at)[kDims]) {
  ::vt::cuda::Vector<float, Width> x = operand_at<Width>(p, 2 * term, at);
#pragma unroll
  for (int v = 0; v < Width; ++v) x[v] = p.negative[term] ? -x[v] : x[v];
  if (p.data[2 * term + 1] == nullptr) return x;
  const ::vt::cuda::Vector<float, Width> y = operand_at<Width>(p, 2 * term + 1, at);
#pragma unroll
  for (int v = 0; v < Width; ++v) x[v] = __fmul_rn(x[v], y[v]);
  return x;
}

template <int Width, bool Two>
__global__ void __launch_bounds__(kThreads) sum_terms(float* out, const __grid_constant__ TermArguments p) {
  const uint32_t i = blockIdx.x * kThreads + threadIdx.x;
  if (i >= p.count) return;
  uint32_t at[kDims] = {}, rest = i;
#pragma unroll
  for (int d = 0; d < kDims; ++d) {
    if (d >= p.ndim) break;
    uint32_t quotient;
    p.dividers[d].split(rest, quotient, at[d]);
    rest = quotient;
  }
  ::vt::cuda::Vector<float, Width> sum = term_at<Width>(p, 0, at);
  if constexpr (Two) {
    const ::vt::cuda::Vector<float, Width> second = term_at<Width>(p, 1, at);
#pragma unroll
    for (int v = 0; v < Width; ++v) sum[v] = __fadd_rn(sum[v], second[v]);
  }
  ::vt::cuda::store_vector<Width>(out + static_cast<int64_t>(i) * Width, sum);
}

// Steps of a tensor along the dims of a result that it expands to.
DimVec expanded_strides(const Tensor& t, size_t ndim) {
  DimVec strides(ndim, 0);
  const size_t missing = ndim - static_cast<size_t>(t.dim());
  for (size_t d = missing; d < ndim; ++d) {
    if (t.sizes()[d - missing] != 1) strides[d] = t.strides()[d - missing];
  }
  return strides;
}

}  // namespace

WaitingTerms::WaitingTerms(cuda::Stream stream, std::vector<Term> terms, const Tensor& out)
    : WaitingWork(stream, out.storage()),
      terms_(std::move(terms)),
      out_(out.data<float>()),
      sizes_(out.sizes()),
      strides_(out.strides()) {
  for (const Term& term : terms_) {
    read.push_back(term.x.storage());
    if (term.y.defined()) read.push_back(term.y.storage());
  }
}

const Term* WaitingTerms::term_of(const Tensor& result) const {
  const bool is_it = terms_.size() == 1 && result.dtype() == DType::float32 && result.data() == out_ &&
                     same(result.sizes(), sizes_) && same(result.strides(), strides_);
  return is_it ? &terms_[0] : nullptr;
}

// By the row itself, so that even the signs of NaNs are an eager call's.
void WaitingTerms::give_negative() {
  const int64_t offset = out_ - static_cast<float*>(written->data());
  TensorIter it;
  it.add_output(Tensor(make_intrusive<TensorImpl>(written, DType::float32, sizes_, strides_, offset)));
  it.add_input(terms_[0].x);
  it.build(DType::float32);
  const char none[16] = {};
  rows::neg.cuda("neg", it, DType::float32, none);
}

void WaitingTerms::give() {
  if (terms_.size() == 1 && !terms_[0].y.defined()) return give_negative();
  const size_t ndim = sizes_.size();
  const Tensor* operands[kOperands] = {};
  DimVec steps[kOperands];
  for (size_t t = 0; t < terms_.size(); ++t) {
    operands[2 * t] = &terms_[t].x;
    if (terms_[t].y.defined()) operands[2 * t + 1] = &terms_[t].y;
  }
  for (int o = 0; o < kOperands; ++o) {
    if (operands[o] != nullptr) steps[o] = expanded_strides(*operands[o], ndim);
  }
  std::vector<size_t> order;  // innermost first
  for (size_t d = 0; d < ndim; ++d) {
    if (sizes_[d] != 1) order.push_back(d);
  }
  std::ranges::sort(order, {}, [&](size_t d) { return strides_[d]; });

  TermArguments p{};
  int64_t sizes[kDims] = {1};
  for (const size_t d : order) {
    // A dim that every operand steps through as through more of the one before is that.
    const int last = p.ndim - 1;
    bool joins = last >= 0;
    for (int o = 0; o < kOperands && joins; ++o) {
      if (operands[o] != nullptr) joins = steps[o][d] == static_cast<int64_t>(p.strides[o][last]) * sizes[last];
    }
    if (joins) {
      sizes[last] *= sizes_[d];
      continue;
    }
    VT_ASSERT(p.ndim < kDims, "terms of ", sizes_, " wait, which have too many dims");
    sizes[p.ndim] = sizes_[d];
    for (int o = 0; o < kOperands; ++o) {
      if (operands[o] != nullptr) p.strides[o][p.ndim] = static_cast<uint32_t>(steps[o][d]);
    }
    ++p.ndim;
  }
  p.ndim = std::max(p.ndim, 1);
  bool vectors = sizes[0] % kVector == 0 && ::vt::cuda::is_aligned(out_, 16);
  const StorageImpl* storages[kOperands + 1] = {written.get()};
  int64_t count = 1;
  for (int d = 0; d < p.ndim; ++d) count *= sizes[d];
  for (int o = 0; o < kOperands; ++o) {
    if (operands[o] == nullptr) continue;
    p.data[o] = operands[o]->data<float>();
    storages[o + 1] = operands[o]->storage().get();
    if (p.strides[o][0] == 0) continue;
    vectors = vectors && p.strides[o][0] == 1 && ::vt::cuda::is_aligned(p.data[o], 16);
    for (int d = 1; d < p.ndim; ++d) vectors = vectors && p.strides[o][d] % kVector == 0;
  }
  const int64_t width = vectors ? kVector : 1;
  for (int d = 0; d < p.ndim; ++d) {
    p.dividers[d] = ::vt::cuda::FastDivider(static_cast<uint32_t>(d == 0 ? sizes[0] / width : sizes[d]));
  }
  for (size_t t = 0; t < terms_.size(); ++t) p.negative[t] = terms_[t].negative;
  p.count = static_cast<uint32_t>(count / width);
  const bool two = terms_.size() == 2;
  const auto kernel = vectors ? (two ? sum_terms<kVector, true> : sum_terms<kVector, false>)
                              : (two ? sum_terms<1, true> : sum_terms<1, false>);
  ::vt::cuda::launch({"sum of products", stream, dim3(::vt::cuda::blocks_for(p.count, kThreads)), dim3(kThreads)},
                     ::vt::cuda::StorageSpan(storages, kOperands + 1), kernel, out_, p);
}

}  // namespace vt::pointwise
