#include "ops/index/index_plan.h"

#include "ops/copy/copy.h"
#include "ops/typed/index.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

bool is_mask(const Tensor& t) { return t.dtype() == DType::bool_ || t.dtype() == DType::uint8; }

// One integer tensor per dim of self: a mask of k dims becomes k of them.
std::vector<Tensor> expand_masks(const Tensor& self, TensorSpan indices) {
  std::vector<Tensor> out;
  for (const Tensor& index : indices) {
    if (!index.defined()) {
      out.emplace_back();
      continue;
    }
    VT_CHECK(index.dtype() == DType::int64 || index.dtype() == DType::int32 || is_mask(index), Index,
             "tensors used as indices must be long, int, byte or bool tensors, got ", index.dtype());
    VT_CHECK(index.device() == self.device() || index.device() == kCPU, Runtime,
             "indices should be either on cpu or on the same device as the indexed tensor (", self.device(), "), got ",
             index.device());
    if (!is_mask(index)) {
      out.push_back(ops::as_device(index, self.device()));
      continue;
    }
    const int64_t first = static_cast<int64_t>(out.size());
    for (int64_t d = 0; d < index.dim(); ++d) {
      VT_CHECK(first + d < self.dim() && index.sizes()[d] == self.sizes()[first + d], Index, "The shape of the mask ",
               index.sizes(), " at index ", d, " does not match the shape of the indexed tensor ", self.sizes(),
               " at index ", first + d);
    }
    const Tensor positions = ops::nonzero(ops::as_device(index, self.device()));
    for (int64_t d = 0; d < index.dim(); ++d) out.push_back(ops::select(positions, 1, d));
  }
  VT_CHECK(static_cast<int64_t>(out.size()) <= self.dim(), Index, "too many indices for tensor of dimension ",
           self.dim());
  out.resize(static_cast<size_t>(self.dim()));
  return out;
}

DimVec broadcast_indices(const std::vector<Tensor>& indices) {
  DimVec sizes;
  try {
    for (const Tensor& i : indices) {
      if (i.defined()) sizes = broadcast_sizes(sizes, i.sizes());
    }
  } catch (const Error&) {
    std::string shapes;
    for (const Tensor& i : indices) {
      if (i.defined()) shapes += (shapes.empty() ? "" : ", ") + detail::concat(i.sizes());
    }
    VT_THROW(Index, "shape mismatch: indexing tensors could not be broadcast together with shapes ", shapes);
  }
  return sizes;
}

bool side_by_side(const std::vector<Tensor>& indices) {
  int runs = 0;
  for (size_t d = 0; d < indices.size(); ++d) runs += indices[d].defined() && (d == 0 || !indices[d - 1].defined());
  return runs <= 1;
}

}  // namespace

DimVec IndexPlan::result_sizes() const {
  DimVec out(before_sizes);
  for (const int64_t s : index_sizes) out.push_back(s);
  for (const int64_t s : after_sizes) out.push_back(s);
  return out;
}

IndexPlan plan_index(const Tensor& self, TensorSpan indices) {
  const std::vector<Tensor> per_dim = expand_masks(self, indices);
  IndexPlan plan;
  plan.index_sizes = broadcast_indices(per_dim);
  const bool index_first = !side_by_side(per_dim);
  bool seen_index = false;
  for (int64_t d = 0; d < self.dim(); ++d) {
    const int64_t size = self.sizes()[d], stride = self.strides()[d];
    if (per_dim[d].defined()) {
      seen_index = true;
      plan.indices.push_back(ops::expand(per_dim[d], plan.index_sizes));
      plan.indexed_sizes.push_back(size);
      plan.indexed_strides.push_back(stride);
      plan.indexed_dims.push_back(d);
    } else if (seen_index || index_first) {
      plan.after_sizes.push_back(size);
      plan.after_strides.push_back(stride);
    } else {
      plan.before_sizes.push_back(size);
      plan.before_strides.push_back(stride);
    }
  }
  return plan;
}

}  // namespace vt
