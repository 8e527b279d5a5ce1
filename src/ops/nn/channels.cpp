// Elements moved between channels and space, and channels moved among each other.
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/memory_format.h"
#include "ops/typed/nn.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// As self lies in memory: channels last if it does.
Tensor laid_out_like(const Tensor& self, const Tensor& result) {
  return ops::clone(result, result.dim() == self.dim() ? suggested_format(self) : MemoryFormat::Contiguous);
}

DimVec leading(const Tensor& self, int64_t trailing) {
  DimVec sizes;
  for (int64_t d = 0; d < self.dim() - trailing; ++d) sizes.push_back(self.sizes()[d]);
  return sizes;
}
DimVec joined(DimVec sizes, std::initializer_list<int64_t> more) {
  for (const int64_t size : more) sizes.push_back(size);
  return sizes;
}
// The leading dims as they are, then those of `order`, counted from the first of the trailing ones.
DimVec reordered(int64_t lead, std::initializer_list<int64_t> order) {
  DimVec dims;
  for (int64_t d = 0; d < lead; ++d) dims.push_back(d);
  for (const int64_t d : order) dims.push_back(lead + d);
  return dims;
}

Tensor pixel_shuffle(const Tensor& self, int64_t upscale_factor) {
  const int64_t r = upscale_factor;
  VT_CHECK(self.dim() >= 3, Runtime, "pixel_shuffle expects input to have at least 3 dimensions, but got input with ",
           self.dim(), " dimension(s)");
  VT_CHECK(r > 0, Runtime, "pixel_shuffle expects a positive upscale_factor, but got ", r);
  const int64_t c = self.size(-3), h = self.size(-2), w = self.size(-1);
  VT_CHECK(c % checked_mul(r, r) == 0, Runtime,
           "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but "
           "input.size(-3)=",
           c, " is not divisible by ", r * r);
  const DimVec lead = leading(self, 3);
  const auto n = static_cast<int64_t>(lead.size());
  const Tensor apart = ops::reshape(self, joined(lead, {c / (r * r), r, r, h, w}));
  const Tensor moved = ops::permute(apart, reordered(n, {0, 3, 1, 4, 2}));
  return laid_out_like(self, ops::reshape(moved, joined(lead, {c / (r * r), h * r, w * r})));
}

Tensor pixel_unshuffle(const Tensor& self, int64_t downscale_factor) {
  const int64_t r = downscale_factor;
  VT_CHECK(self.dim() >= 3, Runtime, "pixel_unshuffle expects input to have at least 3 dimensions, but got input with ",
           self.dim(), " dimension(s)");
  VT_CHECK(r > 0, Runtime, "pixel_unshuffle expects a positive downscale_factor, but got ", r);
  const int64_t c = self.size(-3), h = self.size(-2), w = self.size(-1);
  VT_CHECK(h % r == 0 && w % r == 0, Runtime,
           "pixel_unshuffle expects height and width to be divisible by downscale_factor, but input.size(-2)=", h,
           " and input.size(-1)=", w, " are not both divisible by ", r);
  const DimVec lead = leading(self, 3);
  const auto n = static_cast<int64_t>(lead.size());
  const Tensor apart = ops::reshape(self, joined(lead, {c, h / r, r, w / r, r}));
  const Tensor moved = ops::permute(apart, reordered(n, {0, 2, 4, 1, 3}));
  return laid_out_like(self, ops::reshape(moved, joined(lead, {c * r * r, h / r, w / r})));
}

Tensor channel_shuffle(const Tensor& self, int64_t groups) {
  VT_CHECK(self.dim() > 2, Runtime, "channel_shuffle expects input with > 2 dims, but got input with sizes ",
           self.sizes());
  VT_CHECK(groups > 0, Runtime, "Number of groups to divide channels in must be positive. Value of groups:", groups);
  const int64_t c = self.size(1);
  VT_CHECK(c % groups == 0, Runtime, "Number of channels must be divisible by groups. Got ", c, " channels and ",
           groups, " groups.");
  const Tensor apart = ops::unflatten(self, 1, DimVec{groups, c / groups});
  return laid_out_like(self, ops::flatten(ops::transpose(apart, 1, 2), 1, 2));
}

}  // namespace

void register_channels(Registry& r) {
  r.def("pixel_shuffle(Tensor self, int upscale_factor) -> Tensor")
      .composite(pixel_shuffle)
      .surface(kFunction | kFunctional)
      .doc("Channels spread over space: (*, C r r, H, W) gives (*, C, H r, W r), r the upscale_factor.");
  r.def("pixel_unshuffle(Tensor self, int downscale_factor) -> Tensor")
      .composite(pixel_unshuffle)
      .surface(kFunction | kFunctional)
      .doc("Space gathered in channels: (*, C, H r, W r) gives (*, C r r, H, W), r the downscale_factor.");
  r.def("channel_shuffle(Tensor self, int groups) -> Tensor")
      .composite(channel_shuffle)
      .surface(kFunction | kFunctional)
      .doc("The first channel of each group, then the second of each, and so on: (N, C, *).");
  r.def("native_channel_shuffle(Tensor self, int groups) -> Tensor")
      .composite(channel_shuffle)
      .surface(kFunction | kFunctional);
}

}  // namespace vt
