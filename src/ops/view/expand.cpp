// One element many times: expand and broadcasting as views, repeat and repeat_interleave as copies.
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/typed/copy.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"
#include "ops/view/register.h"
#include "ops/view/repeat_cuda.h"

namespace vt {
namespace {

Tensor expand_kernel(const Tensor& self, IntSpan size, bool) {
  VT_CHECK(static_cast<int64_t>(size.size()) >= self.dim(), Runtime, "expand(", self, ", size=", size,
           "): the number of sizes provided (", size.size(),
           ") must be greater or equal to the number of dimensions in the tensor (", self.dim(), ")");
  DimVec sizes(size), strides(size.size(), 0);
  const int64_t lead = static_cast<int64_t>(size.size()) - self.dim();
  for (int64_t d = 0; d < static_cast<int64_t>(size.size()); ++d) {
    if (d < lead) {
      VT_CHECK(sizes[d] >= 0, Runtime, "The expanded size of the tensor (", sizes[d],
               ") isn't allowed in a leading, non-existing dimension ", d);
      continue;
    }
    const int64_t have = self.sizes()[d - lead];
    if (sizes[d] == -1) sizes[d] = have;
    VT_CHECK(sizes[d] == have || have == 1, Runtime, "The expanded size of the tensor (", sizes[d],
             ") must match the existing size (", have, ") at non-singleton dimension ", d, ".  Target sizes: ", size,
             ".  Tensor sizes: ", self.sizes());
    strides[d] = sizes[d] == have ? self.strides()[d - lead] : 0;
  }
  return make_view(self, sizes, strides, self.storage_offset());
}

// The engine sums what was broadcast.
void expand_backward(GradContext& ctx) { ctx.set(0, ctx.grad()); }

Tensor expand_as(const Tensor& self, const Tensor& other) { return ops::expand(self, other.sizes()); }
Tensor broadcast_to(const Tensor& self, IntSpan size) { return ops::expand(self, size); }

std::vector<Tensor> broadcast_tensors(TensorSpan tensors) {
  DimVec sizes;
  for (const Tensor& t : tensors) sizes = broadcast_sizes(sizes, t.sizes());
  std::vector<Tensor> out;
  for (const Tensor& t : tensors) out.push_back(same(t.sizes(), sizes) ? t : ops::expand(t, sizes));
  return out;
}

// Sizes interleaved with how often each dim is repeated: [r0, s0, r1, s1, ...].
DimVec interleaved(IntSpan sizes, IntSpan repeats) {
  DimVec out;
  const size_t lead = repeats.size() - sizes.size();
  for (size_t d = 0; d < repeats.size(); ++d) {
    out.push_back(repeats[d]);
    out.push_back(d < lead ? 1 : sizes[d - lead]);
  }
  return out;
}

Tensor repeat_kernel(const Tensor& self, IntSpan repeats) {
  VT_CHECK(static_cast<int64_t>(repeats.size()) >= self.dim(), Runtime,
           "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor, got ",
           repeats.size(), " and ", self.dim());
  for (const int64_t n : repeats)
    VT_CHECK(n >= 0, Runtime, "Trying to create tensor with negative dimension ", n, ": ", repeats);
  const DimVec blocks = interleaved(self.sizes(), repeats);
  DimVec sizes;
  for (size_t d = 0; d < blocks.size(); d += 2) sizes.push_back(checked_mul(blocks[d], blocks[d + 1]));
  Tensor out = empty(sizes, self.dtype(), self.device());
  if (out.numel() == 0) return out;
  DimVec from_strides;
  const size_t lead = repeats.size() - self.sizes().size();
  for (size_t d = 0; d < repeats.size(); ++d) {
    from_strides.push_back(0);
    from_strides.push_back(d < lead ? 0 : self.strides()[d - lead]);
  }
  const Tensor to(make_intrusive<TensorImpl>(out.storage(), out.dtype(), blocks, contiguous_strides(blocks), 0));
  const Tensor from(
      make_intrusive<TensorImpl>(self.storage(), self.dtype(), blocks, from_strides, self.storage_offset()));
  copy_data(to, from);
  return out;
}

void repeat_backward(GradContext& ctx) {
  const IntSpan sizes = ctx.sizes(0), repeats = ctx.arg<IntSpan>(1);
  if (repeats.empty()) {
    ctx.set(0, ctx.grad());
    return;
  }
  DimVec repeated;
  for (size_t d = 0; d < repeats.size(); ++d) repeated.push_back(static_cast<int64_t>(2 * d));
  const Tensor blocks = ops::reshape(ctx.grad(), interleaved(sizes, repeats));
  ctx.set(0, ops::reshape(ops::sum(blocks, repeated), sizes));
}

Tensor tile(const Tensor& self, IntSpan dims) {
  DimVec repeats(static_cast<size_t>(std::max<int64_t>(0, self.dim() - static_cast<int64_t>(dims.size()))), 1);
  for (const int64_t n : dims) repeats.push_back(n);
  return ops::repeat(self, repeats);
}

Tensor repeat_interleave_int(const Tensor& self, int64_t repeats, std::optional<int64_t> dim,
                             std::optional<int64_t> output_size) {
  VT_CHECK(repeats >= 0, Runtime, "repeats can not be negative, got ", repeats);
  const Tensor input = dim ? self : ops::flatten(self);
  const int64_t d = wrap_dim(dim.value_or(0), input.dim());
  VT_CHECK(input.dim() > 0, Index, "Dimension specified as ", d, " but tensor has no dimensions");
  DimVec sizes(input.sizes());
  VT_CHECK(!output_size || *output_size == checked_mul(sizes[d], repeats), Runtime,
           "repeat_interleave: Invalid output_size, expected ", checked_mul(sizes[d], repeats), " but got ",
           *output_size);
  DimVec expanded(sizes);
  expanded.insert(static_cast<size_t>(d) + 1, repeats);
  sizes[d] = checked_mul(sizes[d], repeats);
  const Tensor copies = ops::clone(ops::expand(ops::unsqueeze(input, d + 1), expanded), MemoryFormat::Contiguous);
  return ops::view(copies, sizes);
}

void check_repeats(const Tensor& repeats) {
  VT_CHECK(repeats.dim() == 1, Runtime, "repeat_interleave only accept 1D vector as repeat, got ", repeats);
  VT_CHECK(repeats.dtype() == DType::int64 || repeats.dtype() == DType::int32, Runtime,
           "repeats has to be Long or Int tensor, got ", repeats.dtype());
}

// The running sums and whether a repeat is below zero, read once; the size is known beforehand or their last.
Tensor repeat_positions_cuda(const Tensor& repeats, std::optional<int64_t> output_size) {
  check_repeats(repeats);
  const Tensor counts = contiguous_data(cast_data(repeats, DType::int64));
  const int64_t n = counts.numel();
  if (n == 0) {
    VT_CHECK(output_size.value_or(0) == 0, Runtime, "allocated size does not match required size 0");
    return empty(DimVec{0}, repeats.dtype(), repeats.device());
  }
  const Tensor ends = ops::cumsum(counts, 0, std::nullopt);
  if (!output_size) {
    const std::vector<Tensor> wanted{ops::select(ends, 0, -1), ops::min(counts)};
    const Tensor read = ops::as_device(ops::stack(wanted, 0), kCPU);
    VT_CHECK(read.data<int64_t>()[1] >= 0, Runtime, "repeats can not be negative, got ", read.data<int64_t>()[1]);
    output_size = read.data<int64_t>()[0];
  }
  const Tensor out = empty(DimVec{*output_size}, repeats.dtype(), repeats.device());
  write_repeats(counts, ends, out);
  return out;
}

// Position i appears repeats[i] times.
Tensor repeat_positions_cpu(const Tensor& repeats, std::optional<int64_t> output_size) {
  check_repeats(repeats);
  const Tensor counts = contiguous_data(cast_data(repeats, DType::int64));
  const int64_t* n = counts.data<int64_t>();
  int64_t total = 0;
  for (int64_t i = 0; i < counts.numel(); ++i) {
    VT_CHECK(n[i] >= 0, Runtime, "repeats can not be negative, got ", n[i]);
    total = checked_add(total, n[i]);
  }
  VT_CHECK(!output_size || *output_size == total, Runtime, "allocated size does not match required size ", total);
  Tensor out = empty(DimVec{total}, DType::int64);
  int64_t* to = out.data<int64_t>();
  for (int64_t i = 0; i < counts.numel(); ++i) to = std::fill_n(to, n[i], i);
  return cast_data(out, repeats.dtype());
}

Tensor repeat_interleave_tensor(const Tensor& self, const Tensor& repeats, std::optional<int64_t> dim,
                                std::optional<int64_t> output_size) {
  const Tensor input = dim ? self : ops::flatten(self);
  const int64_t d = wrap_dim(dim.value_or(0), input.dim());
  Tensor counts = repeats;
  if (counts.dim() == 0 || (counts.dim() == 1 && counts.numel() == 1)) {
    counts = ops::expand(ops::reshape(counts, DimVec{1}), DimVec{input.size(d)});
  }
  VT_CHECK(counts.dim() == 1, Runtime, "repeats must be 0-dim or 1-dim tensor, got ", repeats);
  VT_CHECK(counts.numel() == input.size(d), Runtime,
           "repeats must have the same size as input along dim, but got repeats.size(0) = ", counts.numel(),
           " and input.size(", d, ") = ", input.size(d));
  return ops::index_select(input, d, ops::repeat_interleave(counts, output_size));
}

}  // namespace

void register_expand(Registry& r) {
  r.def("expand(Tensor(a) self, int[] size, *, bool implicit=False) -> Tensor(a)")
      .all(expand_kernel)
      .view()
      .backward(keep::none, expand_backward)
      .method_only();
  r.def("expand_as(Tensor(a) self, Tensor other) -> Tensor(a)").composite(expand_as).method_only();
  r.def("broadcast_to(Tensor(a) self, int[] size) -> Tensor(a)").composite(broadcast_to);
  r.def("broadcast_tensors(Tensor[] tensors) -> Tensor[]").composite(broadcast_tensors);
  r.def("repeat(Tensor self, int[] repeats) -> Tensor")
      .all(repeat_kernel)
      .backward(keep::none, repeat_backward)
      .method_only();
  r.def("tile(Tensor self, int[] dims) -> Tensor").composite(tile);
  r.def("repeat_interleave.self_int(Tensor self, int repeats, int? dim=None, *, int? output_size=None) -> Tensor")
      .composite(repeat_interleave_int);
  r.def("repeat_interleave.self_Tensor(Tensor self, Tensor repeats, int? dim=None, *, int? output_size=None) -> Tensor")
      .composite(repeat_interleave_tensor);
  r.def("repeat_interleave.Tensor(Tensor repeats, *, int? output_size=None) -> Tensor")
      .cpu(repeat_positions_cpu)
      .cuda(repeat_positions_cuda)
      .value_dependent()
      .not_differentiable();
}

}  // namespace vt
