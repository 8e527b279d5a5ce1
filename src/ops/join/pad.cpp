// More elements at the ends of dims: constant, reflected, replicated or wrapped around.
#include <vector>

#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/copy/scalar_fits.h"
#include "ops/factory/factory.h"
#include "ops/join/register.h"
#include "ops/typed/copy.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// Padding pairs run from the last dim backwards.
struct DimPadding {
  int64_t before = 0;
  int64_t after = 0;
};
DimPadding padding_of(IntSpan pad, int64_t ndim, int64_t dim) {
  const size_t pair = static_cast<size_t>(ndim - 1 - dim) * 2;
  return pair < pad.size() ? DimPadding{pad[pair], pad[pair + 1]} : DimPadding{};
}

void check_pad(const Tensor& self, IntSpan pad) {
  VT_CHECK(pad.size() % 2 == 0, Runtime, "Padding length must be divisible by 2, got ", pad);
  VT_CHECK(static_cast<int64_t>(pad.size()) <= 2 * self.dim(), Runtime,
           "Padding length should be less than or equal to two times the input dimension but got padding length ",
           pad.size(), " and input of dimension ", self.dim());
}

Tensor constant_pad_kernel(const Tensor& self, IntSpan pad, Scalar value) {
  check_pad(self, pad);
  check_scalar_fits(value, self.dtype());
  DimVec sizes(self.sizes());
  // The part of the input that stays, and where it goes: negative padding cuts.
  DimVec kept(self.sizes());
  int64_t from_offset = self.storage_offset(), to_offset = 0;
  DimVec starts(sizes.size(), 0);
  for (int64_t d = 0; d < self.dim(); ++d) {
    const DimPadding p = padding_of(pad, self.dim(), d);
    sizes[d] = checked_add(checked_add(sizes[d], p.before), p.after);
    VT_CHECK(sizes[d] >= 0, Runtime, "The input size ", self.sizes()[d], ", plus negative padding ", p.before, " and ",
             p.after, " resulted in a negative output size, which is invalid. Check dimension ", d, " of your input.");
    const int64_t cut_before = std::max<int64_t>(0, -p.before), cut_after = std::max<int64_t>(0, -p.after);
    kept[d] = std::max<int64_t>(0, kept[d] - cut_before - cut_after);
    from_offset += cut_before * self.strides()[d];
    starts[d] = std::max<int64_t>(0, p.before);
  }
  const Tensor out = ops::filled(sizes, value, self.dtype(), self.device());
  for (const int64_t n : kept) {
    if (n == 0) return out;
  }
  for (size_t d = 0; d < sizes.size(); ++d) to_offset += starts[d] * out.strides()[d];
  copy_data(Tensor(make_intrusive<TensorImpl>(out.storage(), out.dtype(), kept, out.strides(), to_offset)),
            Tensor(make_intrusive<TensorImpl>(self.storage(), self.dtype(), kept, self.strides(), from_offset)));
  return out;
}

void constant_pad_backward(GradContext& ctx) {
  DimVec back(ctx.arg<IntSpan>(1));
  for (auto& p : back) p = -p;
  ctx.set(0, ops::constant_pad_nd(ctx.grad(), back, Scalar(0)));
}

enum class PadMode { Reflect, Replicate, Circular };

// Where element `at` of the padded dim comes from, with 0 the input's first. Negative padding cuts, and what wraps
// around is what the cuts left.
int64_t source_position(PadMode mode, int64_t at, int64_t size, DimPadding p) {
  const int64_t cut = std::max<int64_t>(0, -p.before), kept = size - cut - std::max<int64_t>(0, -p.after);
  switch (mode) {
    case PadMode::Replicate: return std::clamp<int64_t>(at, 0, size - 1);
    case PadMode::Circular: return ((at - cut) % kept + kept) % kept + cut;
    default: return at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
  }
}

// Element by element, for windings that are more than two runs of the input.
Tensor gathered(const Tensor& self, int64_t dim, DimPadding p, PadMode mode) {
  const int64_t size = self.sizes()[dim], length = size + p.before + p.after;
  const Tensor positions = empty(DimVec{length}, DType::int64);
  int64_t* at = positions.data<int64_t>();
  for (int64_t i = 0; i < length; ++i) at[i] = source_position(mode, i - p.before, size, p);
  return ops::index_select(self, dim, ops::as_device(positions, self.device()));
}

Tensor pad_dim(const Tensor& self, int64_t dim, DimPadding p, PadMode mode) {
  const int64_t size = self.sizes()[dim], cut = std::max<int64_t>(0, -p.before);
  const int64_t kept = size - cut - std::max<int64_t>(0, -p.after), wound = std::max(p.before, p.after);
  if (kept <= 0 || (mode == PadMode::Circular && wound > kept)) return gathered(self, dim, p, mode);
  const auto run = [&](int64_t begin, int64_t count) { return ops::narrow(self, dim, begin, count); };
  const auto repeated = [&](int64_t at, int64_t count) {
    DimVec sizes(self.sizes());
    sizes[dim] = count;
    return ops::expand(run(at, 1), sizes);
  };
  const auto reflected = [&](int64_t begin, int64_t count) { return ops::flip(run(begin, count), DimVec{dim}); };
  std::vector<Tensor> parts;
  if (const int64_t n = p.before; n > 0) {
    parts.push_back(mode == PadMode::Reflect     ? reflected(1, n)
                    : mode == PadMode::Replicate ? repeated(0, n)
                                                 : run(cut + kept - n, n));
  }
  parts.push_back(run(cut, kept));
  if (const int64_t n = p.after; n > 0) {
    parts.push_back(mode == PadMode::Reflect     ? reflected(size - 1 - n, n)
                    : mode == PadMode::Replicate ? repeated(size - 1, n)
                                                 : run(cut, n));
  }
  return ops::cat(parts, dim);
}

Tensor pad(const Tensor& self, IntSpan padding, std::string_view mode, std::optional<double> value) {
  check_pad(self, padding);
  if (mode == "constant") return ops::constant_pad_nd(self, padding, Scalar(value.value_or(0.0)));
  VT_CHECK(!value || *value == 0, Value, "Padding mode \"", mode, "\" doesn't take in value argument");
  VT_CHECK(mode == "reflect" || mode == "replicate" || mode == "circular", NotImplemented, "Unrecognised padding mode ",
           mode);
  const PadMode m = mode == "reflect" ? PadMode::Reflect : mode == "replicate" ? PadMode::Replicate : PadMode::Circular;
  const int64_t padded = static_cast<int64_t>(padding.size()) / 2;
  VT_CHECK(padded >= 1 && padded <= 3 && (self.dim() == padded + 1 || self.dim() == padded + 2), NotImplemented,
           "Padding size ", padding.size(), " is not supported for ", self.dim(), "D input tensor.");
  Tensor out = self;
  for (int64_t d = self.dim() - padded; d < self.dim(); ++d) {
    const DimPadding p = padding_of(padding, self.dim(), d);
    const int64_t size = self.sizes()[d];
    VT_CHECK(size > 0, Runtime, "Expected a non-empty dimension ", d, " to pad, got input ", self.sizes());
    if (m == PadMode::Reflect) {
      VT_CHECK(p.before < size && p.after < size, Runtime,
               "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (",
               p.before, ", ", p.after, ") at dimension ", d, " of input ", self.sizes());
    }
    if (m == PadMode::Circular) {
      VT_CHECK(p.before <= size && p.after <= size, Runtime,
               "Padding value causes wrapping around more than once, got padding (", p.before, ", ", p.after,
               ") for a dimension of size ", size);
      VT_CHECK(size + std::min<int64_t>(0, p.before) + std::min<int64_t>(0, p.after) > 0, Runtime, "padding ", padding,
               " cuts off all of dimension ", d, " of input ", self.sizes());
    }
    VT_CHECK(size + p.before + p.after > 0, Runtime, "padding ", padding, " leaves nothing of dimension ", d,
             " of input ", self.sizes());
    if (p.before != 0 || p.after != 0) out = pad_dim(out, d, p, m);
  }
  return out.is_same(self) ? ops::clone(self) : out;
}

}  // namespace

void register_pad(Registry& r) {
  r.def("constant_pad_nd(Tensor self, int[] pad, Scalar value=0) -> Tensor")
      .all(constant_pad_kernel)
      .backward(keep::none, constant_pad_backward)
      .function_only();
  r.def("pad(Tensor self, int[] pad, str mode=\"constant\", float? value=None) -> Tensor")
      .composite(pad)
      .surface(kFunctional)
      .doc(
          "self with more elements around it: pad is (before, after) of the last dim, then of the one before it, and "
          "so "
          "on; negative numbers cut off. mode: constant, or reflect, replicate or circular, which take no value.");
}

}  // namespace vt
