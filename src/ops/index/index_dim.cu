// index_select, index_add, index_copy, index_fill, take and put on CUDA.
#include "dispatch/registry.h"
#include "iter/overlap.h"
#include "ops/copy/copy.h"
#include "ops/index/block_copy.cuh"
#include "ops/index/histogram.h"
#include "ops/index/index_plan.h"
#include "ops/index/masked_cuda.h"
#include "ops/index/search_cuda.h"
#include "ops/index/times_alpha.h"
#include "ops/typed/pointwise.h"

namespace vt {
namespace {

using namespace vt::cuda;

DimVec sizes_of(const Tensor& t) { return t.dim() == 0 ? DimVec{1} : DimVec(t.sizes()); }
DimVec strides_of(const Tensor& t) { return t.dim() == 0 ? DimVec{1} : DimVec(t.strides()); }

// Slices of `to` against slices of `from` along `dim`; `index` names those of one side.
BlockArguments slice_arguments(const Tensor& to, const Tensor& from, IntSpan block_sizes, int64_t dim,
                               const Tensor& index, int64_t size, bool named_is_target, bool wraps = false) {
  const DimVec to_strides = strides_of(to), from_strides = strides_of(from);
  const size_t d = static_cast<size_t>(dim);
  BlockArguments p;
  p.before =
      GroupOffsets(plan_copy(block_sizes.first(d), IntSpan(to_strides).first(d), IntSpan(from_strides).first(d)));
  p.after = GroupOffsets(
      plan_copy(block_sizes.subspan(d + 1), IntSpan(to_strides).subspan(d + 1), IntSpan(from_strides).subspan(d + 1)));
  p.before_count = p.before.numel();
  p.after_count = p.after.numel();
  p.positions = index.numel();
  p.position = index.data<int64_t>();
  // With no slice to name every position is bad; a size of 0 would mean that positions are offsets.
  VT_CHECK(size > 0 || p.positions == 0, Index, "index is out of bounds for dimension ", dim, " with size 0");
  p.size = size;
  p.named_is_target = named_is_target;
  p.wraps = wraps;
  p.named_step = named_is_target ? to_strides[d] : from_strides[d];
  p.dense.ndim = 1;
  p.dense.sizes[0] = std::max<int64_t>(p.positions, 1);
  p.dense.to_strides[0] = named_is_target ? from_strides[d] : to_strides[d];
  p.dense.from_strides[0] = 0;
  return p;
}

void index_select_cuda(const Tensor& self, int64_t dim, const Tensor& index, Tensor& out) {
  if (out.numel() == 0) return;
  const DimVec sizes = sizes_of(self), out_sizes = sizes_of(out);
  const Tensor at = int64_data(index);
  copy_blocks("index_select", out, self, slice_arguments(out, self, out_sizes, dim, at, sizes[dim], false));
}

void index_add_cuda(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source, Scalar alpha,
                    Tensor& out) {
  check_no_overlap(*out.impl(), *source.impl());
  copy_unless_same(out, self);
  if (source.numel() == 0 || out.numel() == 0) return;
  const Tensor added = times_alpha(source, alpha);
  const DimVec sizes = sizes_of(self);
  const Tensor at = int64_data(index);
  add_blocks("index_add", out, added, slice_arguments(out, added, sizes, dim, at, sizes[dim], true));
}

void index_copy_cuda(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source, Tensor& out) {
  check_no_overlap(*out.impl(), *source.impl());
  copy_unless_same(out, self);
  if (source.numel() == 0 || out.numel() == 0) return;
  const DimVec sizes = sizes_of(self);
  const Tensor at = int64_data(index);
  copy_blocks("index_copy", out, source, slice_arguments(out, source, sizes, dim, at, sizes[dim], true));
}

void index_fill_cuda(const Tensor& self, int64_t dim, const Tensor& index, Scalar value, Tensor& out) {
  copy_unless_same(out, self);
  if (out.numel() == 0 || index.numel() == 0) return;
  const DimVec sizes = sizes_of(self), still(sizes.size(), 0);
  const Tensor number = empty(IntSpan(), out.dtype(), out.device());
  fill_data(number, value);
  const Tensor everywhere(make_intrusive<TensorImpl>(number.storage(), number.dtype(), sizes, still, 0));
  const Tensor at = int64_data(index);
  copy_blocks("index_fill", out, everywhere, slice_arguments(out, everywhere, sizes, dim, at, sizes[dim], true, true));
}

// Flat positions in a contiguous tensor of `size` elements.
BlockArguments flat_arguments(const Tensor& dense, const Tensor& index, int64_t size, bool named_is_target) {
  BlockArguments p;
  p.positions = index.numel();
  p.position = index.data<int64_t>();
  p.size = size;
  p.wraps = true;
  p.named_is_target = named_is_target;
  CopyPlan steps;
  steps.sizes = DimVec(dense.sizes());
  steps.to_strides = steps.from_strides = DimVec(dense.strides());
  p.dense = GroupOffsets(steps);
  return p;
}

void take_cuda(const Tensor& self, const Tensor& index, Tensor& out) {
  if (out.numel() == 0) return;
  const Tensor from = contiguous_data(self), at = int64_data(index);
  copy_blocks("take", out, from, flat_arguments(out, at, from.numel(), false));
}

void put_cuda(const Tensor& self, const Tensor& index, const Tensor& source, bool accumulate, Tensor& out) {
  check_no_overlap(*out.impl(), *source.impl());
  copy_unless_same(out, self);
  if (index.numel() == 0) return;
  const Tensor at = int64_data(index), values = contiguous_data(source);
  BlockArguments p = flat_arguments(values, at, out.numel(), true);
  if (accumulate) {
    add_blocks("put_", out, values, p);
  } else {
    copy_blocks("put_", out, values, p);
  }
}

}  // namespace

void register_index_cuda(Registry& r) {
  r.at("index_select").cuda(index_select_cuda);
  r.at("index_add").cuda(index_add_cuda);
  r.at("index_copy").cuda(index_copy_cuda);
  r.at("index_fill.int_Scalar").cuda(index_fill_cuda);
  r.at("take").cuda(take_cuda);
  r.at("put").cuda(put_cuda);
  r.at("nonzero").cuda(nonzero_cuda);
  r.at("masked_scatter").cuda(masked_scatter_cuda);
  read_index.cuda(index_cuda);
  write_index.cuda(index_put_cuda);
  search_sorted.cuda(search_rows_cuda);
  count_weights.cuda(bincount_cuda);
  count_bins.cuda(histc_cuda);
}

}  // namespace vt
