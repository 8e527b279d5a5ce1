// Running sums, products and extrema along a dim.
#pragma once

#include "core/backend_table.h"
#include "core/tensor.h"
#include "ops/reduce/fold.h"

namespace vt::reduce {

enum class Scan : uint8_t { Sum, Product, LogSum, Maximum, Minimum };
constexpr const char* scan_name(Scan scan) {
  constexpr const char* kNames[] = {"cumsum", "cumprod", "logcumsumexp", "cummax", "cummin"};
  return kNames[static_cast<int>(scan)];
}

// in and out have one dtype and shape; out is contiguous; dim is wrapped. LogSum is of floats, extrema are of real
// numbers.
extern BackendTable<void(Scan scan, const Tensor& in, int64_t dim, const Tensor& out)> scan_along;
void scan_cpu(Scan scan, const Tensor& in, int64_t dim, const Tensor& out);
void scan_cuda(Scan scan, const Tensor& in, int64_t dim, const Tensor& out);

// Calls f with the type of fold.h that `scan` folds with and with the tag of an element type.
template <class Fold>
struct FoldTag {
  using type = Fold;
};
template <class F>
void visit_scan(Scan scan, DType dtype, F f) {
  constexpr unsigned kOrderedSet = kIntegralSet | kFloatingSet;
  switch (scan) {
    case Scan::Sum: return visit_dtype<kNumericSet>(dtype, [&](auto tag) { f(FoldTag<Sum>{}, tag); });
    case Scan::Product: return visit_dtype<kNumericSet>(dtype, [&](auto tag) { f(FoldTag<Product>{}, tag); });
    case Scan::LogSum: return visit_dtype<kFloatingSet>(dtype, [&](auto tag) { f(FoldTag<LogSum>{}, tag); });
    case Scan::Maximum: return visit_dtype<kOrderedSet>(dtype, [&](auto tag) { f(FoldTag<Maximum>{}, tag); });
    case Scan::Minimum: return visit_dtype<kOrderedSet>(dtype, [&](auto tag) { f(FoldTag<Minimum>{}, tag); });
  }
}

}  // namespace vt::reduce
