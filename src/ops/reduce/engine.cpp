#include "ops/reduce/engine.h"

#include "core/unsigned.h"
#include "cpu/simd_dispatch.h"
#include "ops/copy/copy.h"
#include "ops/reduce/cpu_engine.h"
#include "ops/typed/view.h"

namespace vt::reduce {

constinit BackendTable<void(const Row&, const Tensor&, DType, IntSpan, const Tensor&, double)> reduce_row{"reduction"};

#define VT_REDUCE(id, ...)             \
  namespace v2 {                       \
  extern const KernelSet id##_kernels; \
  }                                    \
  namespace v3 {                       \
  extern const KernelSet id##_kernels; \
  }                                    \
  namespace v4 {                       \
  extern const KernelSet id##_kernels; \
  }                                    \
  void id##_cuda(const Tensor&, IntSpan, const Tensor&, double);
#include "ops/reduce/norms.def"
#include "ops/reduce/reduce.def"
#undef VT_REDUCE

namespace rows {
#define VT_REDUCE(id, rule_, ...) \
  constinit const Row id{         \
      #id, pointwise::rule::rule_, {&v2::id##_kernels, &v3::id##_kernels, &v4::id##_kernels}, &id##_cuda};
#include "ops/reduce/norms.def"
#include "ops/reduce/reduce.def"
#undef VT_REDUCE
}  // namespace rows

DType result_of(const Row& row, DType compute) {
  if ((row.rule.domain & computed_set_of(compute)) == 0) throw_unsupported_dtype(compute);
  return pointwise::result_dtype(row.rule, compute);
}

namespace {

// No kernel computes in a stored dtype, but int64 stands for wide unsigned integers.
void check_computed(DType compute) {
  if (is_stored_only(compute) && !is_wide_unsigned(compute)) throw_unsupported_dtype(compute);
}

void reduce_cpu(const Row& row, const Tensor& in, DType compute, IntSpan dims, const Tensor& out, double p) {
  check_computed(compute);
  const DType type = compute_dtype(compute);
  const Kernels* kernels = row.kernels[static_cast<int>(simd_level())]->kernels[pointwise::compute_type_index(type)];
  reduce_on_cpu(*kernels, in, type, pointwise::result_dtype(row.rule, type), dims, out, p);
}

void reduce_cuda(const Row& row, const Tensor& in, DType compute, IntSpan dims, const Tensor& out, double p) {
  check_computed(compute);
  // Kernels exist for the floating and complex types and int64.
  const DType type = is_integral(compute, true) ? DType::int64 : compute;
  row.cuda(in.dtype() == type ? in : ops::as_dtype(in, type), dims, out, p);
}

}  // namespace

void register_reduce_rows() { reduce_row.cpu(reduce_cpu).cuda(reduce_cuda); }

DimVec all_dims(const Tensor& self) {
  DimVec dims;
  for (int64_t d = 0; d < self.dim(); ++d) dims.push_back(d);
  return dims;
}

DimVec reduced_dims(const Tensor& self, const std::optional<DimVec>& given) {
  if (!given || given->empty()) return all_dims(self);
  DimVec dims;
  uint64_t seen = 0;
  for (const int64_t d : *given) {
    const int64_t w = wrap_dim(d, self.dim());
    VT_CHECK(!(seen >> w & 1), Runtime, "dim ", w, " appears multiple times in the list of dims");
    seen |= uint64_t(1) << w;
    if (self.dim() > 0) dims.push_back(w);
  }
  return dims;
}

DimVec reduced_sizes(const Tensor& self, IntSpan dims, bool keepdim) {
  DimVec sizes;
  for (int64_t d = 0; d < self.dim(); ++d) {
    const bool gone = std::find(dims.begin(), dims.end(), d) != dims.end();
    if (!gone) sizes.push_back(self.sizes()[d]);
    if (gone && keepdim) sizes.push_back(1);
  }
  return sizes;
}

void check_not_empty(const Tensor& self, IntSpan dims, const char* op) {
  if (self.numel() != 0) return;
  for (const int64_t d : dims) {
    VT_CHECK(self.sizes()[d] != 0, Index, op, "(): Expected reduction dim ", d, " to have non-zero size.");
  }
}

Tensor restore_dims(const Tensor& grad, IntSpan self_sizes, IntSpan dims, bool keepdim) {
  if (keepdim || self_sizes.empty()) return grad;
  DimVec sizes(self_sizes);
  for (const int64_t d : dims) sizes[d] = 1;
  return ops::reshape(grad, sizes);
}

Tensor expand_to(const Tensor& grad, IntSpan self_sizes, IntSpan dims, bool keepdim) {
  return ops::expand(restore_dims(grad, self_sizes, dims, keepdim), self_sizes);
}

}  // namespace vt::reduce
