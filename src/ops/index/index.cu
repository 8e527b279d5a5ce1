// Indexing with tensors on CUDA: positions first, then one pass over the elements.
#include "ops/index/block_copy.cuh"
#include "ops/index/index_plan.h"

namespace vt {
namespace {

using namespace vt::cuda;

// offsets[j] += position * stride, for one of the index tensors.
__global__ void add_offsets_kernel(int64_t* offsets, const int64_t* index, int64_t count, int64_t size, int64_t stride,
                                   DeviceErrorSink errors) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t j = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; j < count; j += step) {
    int64_t at = index[j];
    if (at < -size || at >= size) {
      errors.bad_index(at, -size, size);
      at = 0;
    }
    offsets[j] += (at < 0 ? at + size : at) * stride;
  }
}

Tensor offsets_of(const Tensor& self, const IndexPlan& plan) {
  const Tensor offsets = empty(plan.index_sizes, DType::int64, self.device());
  fill_data(offsets, Scalar(0));
  const int64_t count = offsets.numel();
  for (size_t k = 0; count > 0 && k < plan.indices.size(); ++k) {
    // A dim without elements has no valid position at all, and the kernel no element to fall back on.
    VT_CHECK(plan.indexed_sizes[k] > 0, Index, "index is out of bounds for dimension ", plan.indexed_dims[k],
             " with size 0");
    const Tensor index = int64_data(plan.indices[k]);
    launch(index_launch("index", self, count), {offsets.storage().get(), index.storage().get()}, add_offsets_kernel,
           offsets.data<int64_t>(), index.data<int64_t>(), count, plan.indexed_sizes[k], plan.indexed_strides[k],
           device_error_sink(self.device().index, "index"));
  }
  return offsets;
}

BlockArguments block_arguments(const IndexPlan& plan, const Tensor& dense, const Tensor& offsets, bool self_is_target) {
  const size_t index_at = plan.before_sizes.size(), after_at = index_at + plan.index_sizes.size();
  auto group = [&](const DimVec& sizes, const DimVec& self_strides, size_t first) {
    const IntSpan other = dense.strides().subspan(first, sizes.size());
    return GroupOffsets(self_is_target ? plan_copy(sizes, self_strides, other) : plan_copy(sizes, other, self_strides));
  };
  BlockArguments p;
  p.before = group(plan.before_sizes, plan.before_strides, 0);
  p.after = group(plan.after_sizes, plan.after_strides, after_at);
  p.before_count = p.before.numel();
  p.after_count = p.after.numel();
  p.positions = offsets.numel();
  p.position = offsets.data<int64_t>();
  p.named_is_target = self_is_target;
  // The dense side steps through the index dims in their own order, so they must not be sorted by stride.
  const IntSpan dense_strides = dense.strides().subspan(index_at, plan.index_sizes.size());
  CopyPlan steps;
  steps.sizes = plan.index_sizes;
  steps.to_strides = steps.from_strides = DimVec(dense_strides);
  p.dense = GroupOffsets(steps);
  return p;
}

}  // namespace

void index_cuda(const Tensor& self, const IndexPlan& plan, const Tensor& out) {
  if (out.numel() == 0) return;
  const Tensor offsets = offsets_of(self, plan);
  copy_blocks("index", out, self, block_arguments(plan, out, offsets, false));
}

void index_put_cuda(const Tensor& self, const IndexPlan& plan, const Tensor& values, bool accumulate) {
  if (values.numel() == 0) return;
  const Tensor offsets = offsets_of(self, plan);
  const BlockArguments p = block_arguments(plan, values, offsets, true);
  if (accumulate) {
    add_blocks("index_put_", self, values, p);
  } else {
    copy_blocks("index_put_", self, values, p);
  }
}

}  // namespace vt
