// embedding_bag: rows of a table by number, each bag of them summed, averaged or reduced to its maxima.
#include <cmath>

#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/read_at_once.h"
#include "ops/factory/factory.h"
#include "ops/index/register.h"
#include "ops/tensor_operators.h"
#include "ops/typed/index.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

enum class BagMode : int64_t { Sum, Mean, Max };

// The bag of each index: how many offsets are at its place or before it, less one.
Tensor bags_of(const Tensor& indices, const Tensor& offsets) {
  const Tensor places = ops::counted(0, 1, indices.numel(), DType::int64, indices.device());
  return ops::searchsorted(ops::as_dtype(offsets, DType::int64), places, false, true) - Scalar(1);
}

// indices (n) in bags that begin at `offsets`, or (bags, length).
Tensor embedding_bag(const Tensor& weight, const Tensor& indices, const Tensor& offsets, bool scale_grad_by_freq,
                     int64_t mode, bool sparse, const Tensor& per_sample_weights, bool include_last_offset,
                     int64_t padding_idx) {
  VT_CHECK(mode >= 0 && mode <= 2, Value, "expected mode 0 (sum), 1 (mean) or 2 (max), got ", mode);
  VT_CHECK(indices.dim() == 1 && offsets.dim() == 1, Value, "expected vectors of indices and of offsets, got ", indices,
           " and ", offsets);
  VT_CHECK(offsets.numel() > 0 || !include_last_offset, Runtime,
           "include_last_offset: number of offset should be at least 1");
  if (offsets.numel() > 0 && is_read_at_once(offsets)) {
    const int64_t last = ops::item(ops::select(offsets, 0, -1)).to_int();
    VT_CHECK(last <= indices.numel(), Runtime, "offsets[-1] can not be greater than input's length ", indices.numel(),
             " but got offsets[-1] of ", last);
  }
  const auto how = static_cast<BagMode>(mode);
  VT_CHECK(!per_sample_weights.defined() || how == BagMode::Sum, NotImplemented,
           "per_sample_weights was not None. per_sample_weights is only supported for mode='sum'");
  VT_CHECK(!scale_grad_by_freq || how != BagMode::Max, Runtime,
           "max mode does not support scaling the gradient by the frequency");
  const int64_t bags = offsets.numel() - (include_last_offset ? 1 : 0);
  const Tensor begins = include_last_offset ? ops::narrow(offsets, 0, 0, bags) : offsets;
  const Tensor bag = bags_of(indices, begins);
  Tensor rows = ops::embedding(weight, indices, padding_idx, scale_grad_by_freq, sparse);
  if (per_sample_weights.defined()) rows = rows * ops::unsqueeze(per_sample_weights, -1);
  const bool pads = padding_idx >= 0;
  const DType dtype = rows.dtype(), math = opmath_dtype(dtype);
  const Tensor counts =
      pads ? ops::as_dtype(indices != Scalar(padding_idx), math) : ops::filled(indices.sizes(), 1, math, rows.device());
  if (how != BagMode::Max) rows = ops::as_dtype(rows, math);  // sums of 16-bit floats: wide_sums.h
  const Tensor none = ops::filled(DimVec{bags, weight.size(1)}, 0, rows.dtype(), rows.device());
  if (how == BagMode::Max) {
    const Tensor at = ops::expand(ops::unsqueeze(bag, -1), rows.sizes());
    if (!pads) return ops::scatter_reduce(none, 0, at, rows, "amax", false);
    // Padding is below every other row, and a bag of nothing else is empty.
    const Tensor lowest = ops::masked_fill(rows, ops::unsqueeze(counts == Scalar(0), -1), Scalar(-HUGE_VAL));
    const Tensor most = ops::scatter_reduce(none, 0, at, lowest, "amax", false);
    return ops::masked_fill(most, most == Scalar(-HUGE_VAL), Scalar(0));
  }
  if (pads) rows = rows * ops::unsqueeze(counts, -1);
  const Tensor sums = ops::index_add(none, 0, bag, rows);
  if (how == BagMode::Sum) return ops::as_dtype(sums, dtype);
  const Tensor sizes = ops::index_add(ops::filled(DimVec{bags}, 0, math, rows.device()), 0, bag, counts);
  return ops::as_dtype(sums / ops::unsqueeze(ops::clamp_min(sizes, Scalar(1)), -1), dtype);
}

}  // namespace

void register_embedding_bag(Registry& r) {
  r.def(
       "embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False, int padding_idx=-1) -> Tensor")
      .composite(embedding_bag)
      .surface(kNode)
      .doc(
          "Rows of weight by number, bags of them from each of offsets on reduced by mode: 0 sum, 1 mean, 2 max. Rows "
          "padding_idx count for nothing.");
}

}  // namespace vt
