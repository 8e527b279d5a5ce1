// index and index_put_: tensors as subscripts.
#include "ops/typed/index.h"
#include "dispatch/registry.h"
#include "iter/overlap.h"
#include "ops/batch/batch_call.h"
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/index/block_loop.h"
#include "ops/index/index_plan.h"
#include "ops/index/register.h"
#include "ops/typed/copy.h"
#include "ops/typed/view.h"

namespace vt {

constinit BackendTable<void(const Tensor&, const IndexPlan&, const Tensor&)> read_index{"index"};
constinit BackendTable<void(const Tensor&, const IndexPlan&, const Tensor&, bool)> write_index{"index_put_"};

namespace {

// Where in self the j-th position lies.
std::vector<int64_t> index_offsets(const IndexPlan& plan) {
  std::vector<int64_t> offsets(static_cast<size_t>(checked_numel(plan.index_sizes)), 0);
  for (size_t k = 0; k < plan.indices.size(); ++k) {
    const std::vector<int64_t> at =
        checked_indices(plan.indices[k], {.size = plan.indexed_sizes[k], .dim = plan.indexed_dims[k], .wraps = true});
    for (size_t j = 0; j < offsets.size(); ++j) offsets[j] += at[j] * plan.indexed_strides[k];
  }
  return offsets;
}

// The dense side's strides for a group of dims that starts at dim `first`.
IntSpan group(const Tensor& dense, size_t first, const DimVec& sizes) {
  return dense.strides().subspan(first, sizes.size());
}

BlockLoop index_loop(const IndexPlan& plan, const Tensor& dense, bool dense_is_target) {
  const size_t index_at = plan.before_sizes.size(), after_at = index_at + plan.index_sizes.size();
  auto plan_group = [&](const DimVec& sizes, const DimVec& self_strides, size_t first) {
    const IntSpan other = group(dense, first, sizes);
    return dense_is_target ? plan_copy(sizes, other, self_strides) : plan_copy(sizes, self_strides, other);
  };
  BlockLoop loop;
  loop.element_bytes = static_cast<int64_t>(dense.element_size());
  loop.before = plan_group(plan.before_sizes, plan.before_strides, 0);
  loop.after = plan_group(plan.after_sizes, plan.after_strides, after_at);
  std::vector<int64_t> self_offsets = index_offsets(plan);
  std::vector<int64_t> dense_offsets = strided_offsets(plan.index_sizes, group(dense, index_at, plan.index_sizes));
  loop.to_offsets = std::move(dense_is_target ? dense_offsets : self_offsets);
  loop.from_offsets = std::move(dense_is_target ? self_offsets : dense_offsets);
  return loop;
}

void index_cpu(const Tensor& self, const IndexPlan& plan, const Tensor& out) {
  BlockLoop loop = index_loop(plan, out, true);
  loop.to = static_cast<char*>(out.data());
  loop.from = static_cast<const char*>(self.data());
  loop.row = copy_row_function(out.element_size());
  loop.may_collide = false;
  loop.run();
}

void index_put_cpu(const Tensor& self, const IndexPlan& plan, const Tensor& values, bool accumulate) {
  BlockLoop loop = index_loop(plan, values, false);
  loop.to = static_cast<char*>(self.data());
  loop.from = static_cast<const char*>(values.data());
  loop.row = accumulate ? add_row_function(self.dtype()) : copy_row_function(self.element_size());
  loop.run();
}

Tensor index_kernel(const Tensor& self, TensorSpan indices) {
  const IndexPlan plan = plan_index(self, indices);
  Tensor out = empty(plan.result_sizes(), self.dtype(), self.device());
  read_index(self.device(), self, plan, out);
  return out;
}

std::vector<Tensor> saved_indices(GradContext& ctx) {
  std::vector<Tensor> out;
  for (int i = 0; i < ctx.list_size(1); ++i) out.push_back(ctx.saved(1, i));
  return out;
}

void index_backward(GradContext& ctx) {
  const Tensor zeros = ops::filled(ctx.sizes(0), 0, ctx.grad().dtype(), ctx.grad().device());
  ctx.set(0, ops::index_put(zeros, saved_indices(ctx), ctx.grad(), true));
}

Tensor index_put_kernel(const Tensor& self, TensorSpan indices, const Tensor& values, bool accumulate) {
  check_writable(self);
  check_no_internal_overlap(*self.impl());
  check_no_overlap(*self.impl(), *values.impl());
  VT_CHECK(self.dtype() == values.dtype(), Runtime, "Index put requires the source and destination dtypes match, got ",
           self.dtype(), " for the destination and ", values.dtype(), " for the source.");
  for (const Tensor& i : indices) {
    if (i.defined()) check_no_overlap(*self.impl(), *i.impl());
  }
  const IndexPlan plan = plan_index(self, indices);
  const DimVec sizes = plan.result_sizes();
  VT_CHECK(is_expandable_to(values.sizes(), sizes), Runtime, "shape mismatch: value tensor of shape ", values.sizes(),
           " cannot be broadcast to indexing result of shape ", sizes);
  VT_CHECK(values.device() == self.device() || values.dim() == 0, Runtime, "expected values on ", self.device(),
           ", got ", values.device());
  const Tensor source = ops::expand(ops::as_device(values, self.device()), sizes);
  write_index(self.device(), self, plan, source, accumulate);
  self.impl()->bump_version();
  return self;
}

void index_put_backward(GradContext& ctx) {
  const std::vector<Tensor> indices = saved_indices(ctx);
  if (ctx.needs(0)) {
    const bool accumulate = ctx.arg<bool>(3);
    const Tensor& grad = ctx.grad();
    ctx.set(0,
            accumulate ? grad : ops::index_put(grad, indices, ops::filled(IntSpan(), 0, grad.dtype(), grad.device())));
  }
  if (ctx.needs(2)) ctx.set(2, ops::as_device(ops::index(ctx.grad(), indices), ctx.device(2)));
}

Tensor index_put_copy(const Tensor& self, TensorSpan indices, const Tensor& values, bool accumulate) {
  const Tensor* differs = &values;  // what may be another for each example inside vmap
  for (const Tensor& i : indices) {
    if (i.defined() && level_of(i) > level_of(*differs)) differs = &i;
  }
  return ops::index_put_(batch::copy_to_write(self, *differs), indices, values, accumulate);
}
Tensor index_put_impl(const Tensor& self, TensorSpan indices, const Tensor& values, bool accumulate, bool) {
  return ops::index_put_(self, indices, values, accumulate);
}

}  // namespace

void register_index(Registry& r) {
  read_index.cpu(index_cpu);
  write_index.cpu(index_put_cpu);
  r.def("index.Tensor(Tensor self, Tensor?[] indices) -> Tensor")
      .all(index_kernel)
      .backward(keep::args(1), index_backward)
      .any_device()
      .method_only();
  r.def("index_put_(Tensor(a!) self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor(a!)")
      .all(index_put_kernel)
      .backward(keep::args(1), index_put_backward)
      .any_device();
  r.def("index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor")
      .composite(index_put_copy)
      .autocast({.cuda = AutocastPolicy::Promote});
  r.def(
       "_index_put_impl_(Tensor(a!) self, Tensor?[] indices, Tensor values, bool accumulate=False, bool unsafe=False) -> Tensor(a!)")
      .composite(index_put_impl)
      .internal();
  register_index_dim(r);
  register_gather(r);
  register_scatter(r);
  register_masked(r);
  register_take(r);
  register_embedding(r);
  register_embedding_bag(r);
  register_quantile(r);
  register_search(r);
  register_histogram(r);
  register_histogramdd(r);
  register_segment(r);
}

}  // namespace vt
