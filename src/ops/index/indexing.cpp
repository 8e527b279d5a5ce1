#include "ops/index/indexing.h"

#include "core/transform.h"
#include "core/warning.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/copy/scalar_fits.h"
#include "ops/factory/factory.h"
#include "ops/typed/copy.h"
#include "ops/typed/index.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"

namespace vt::ops {
namespace {

using Kind = IndexItem::Kind;

bool is_mask(const Tensor& t) { return t.dtype() == DType::bool_ || t.dtype() == DType::uint8; }

// How many dims of self the items name.
int64_t named_dims(std::span<const IndexItem> items) {
  int64_t n = 0;
  for (const IndexItem& i : items) {
    if (i.kind == Kind::Int || i.kind == Kind::Slice) ++n;
    if (i.kind == Kind::Tensor) n += is_mask(i.tensor) ? i.tensor.dim() : 1;
  }
  return n;
}

Tensor select_item(const Tensor& self, int64_t dim, int64_t real_dim, int64_t index) {
  const int64_t size = self.sizes()[dim];
  VT_CHECK(index >= -size && index < size, Index, "index ", index, " is out of bounds for dimension ", real_dim,
           " with size ", size);
  return select(self, dim, index);
}

// Index tensors by dim of a view; a mask of k dims is one entry that stands for k dims.
class IndexList {
 public:
  void set(int64_t dim, const Tensor& index) {
    for (; covered_ < dim; ++covered_) entries_.emplace_back();
    entries_.push_back(index);
    if (VT_UNLIKELY(index.dtype() == DType::uint8)) {
      warn(
          "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead: as an index of "
          "numbers, convert it to int64");
    }
    covered_ += is_mask(index) ? index.dim() : 1;
  }
  const std::vector<Tensor>& entries() const { return entries_; }
  bool empty() const { return entries_.empty(); }
  // The one mask that all of the subscript comes to, or null.
  const Tensor* only_mask() const {
    const Tensor* mask = nullptr;
    for (const Tensor& e : entries_) {
      if (!e.defined()) continue;
      if (mask || !is_mask(e)) return nullptr;
      mask = &e;
    }
    return mask;
  }

 private:
  std::vector<Tensor> entries_;
  int64_t covered_ = 0;
};

// Walks the items from left to right, taking views; tensors are left in `indices`, by dim of the view returned.
Tensor apply_views(const Tensor& self, std::span<const IndexItem> items, IndexList& indices) {
  const int64_t named = named_dims(items);
  VT_CHECK(named <= self.dim(), Index, "too many indices for tensor of dimension ", self.dim());
  Tensor view = self;
  int64_t dim = 0, real_dim = 0;
  bool seen_ellipsis = false;
  // True and False take or drop everything along a new dim.
  auto take_or_drop = [&](bool take) {
    view = unsqueeze(view, dim);
    indices.set(dim++, ops::filled(DimVec{take ? 1 : 0}, 0, DType::int64, self.device()));
  };
  for (const IndexItem& item : items) {
    switch (item.kind) {
      case Kind::None: view = unsqueeze(view, dim++); break;
      case Kind::Ellipsis:
        if (!seen_ellipsis) {
          dim += self.dim() - named;
          real_dim += self.dim() - named;
        }
        seen_ellipsis = true;  // a second one stands for nothing
        break;
      case Kind::Int: view = select_item(view, dim, real_dim++, item.value); break;
      case Kind::Bool: take_or_drop(item.value != 0); break;
      case Kind::Slice:
        VT_CHECK(item.step > 0, Value, "step must be greater than zero");
        if (item.start.value_or(0) != 0 || item.stop || item.step != 1) {
          view = slice(view, dim, item.start, item.stop, item.step);
        }
        ++dim;
        ++real_dim;
        break;
      case Kind::Tensor: {
        const Tensor& t = item.tensor;
        if (t.dim() == 0 && is_mask(t)) {
          take_or_drop(ops::item(t).to_bool());
        } else if (t.dim() == 0 && is_integral(t.dtype()) && !is_wrapped(t)) {
          view = select_item(view, dim, real_dim++, ops::item(t).to_int());
        } else {
          indices.set(dim, t);
          const int64_t taken = is_mask(t) ? t.dim() : 1;
          dim += taken;
          real_dim += taken;
        }
        break;
      }
    }
  }
  return view;
}

// Dims of size 1 in front change nothing in a broadcast, and may be more than the target has.
Tensor without_leading_ones(const Tensor& value, IntSpan target) {
  if (same(value.sizes(), target)) return value;
  size_t ones = 0;
  while (ones < value.sizes().size() && value.sizes()[ones] == 1) ++ones;
  return ones == 0 ? value : ops::view(value, value.sizes().subspan(ones));
}

// x[mask] = number needs no positions: a masked_fill_, which does not wait for the GPU either.
bool fill_masked(const Tensor& view, const IndexList& indices, const Tensor& value) {
  const Tensor* mask = indices.only_mask();
  if (!mask || value.dim() != 0 || mask->dtype() != DType::bool_ || mask->device() != view.device()) return false;
  const size_t first = indices.entries().size() - 1;
  if (static_cast<int64_t>(first) + mask->dim() > view.dim()) return false;
  if (!same(view.sizes().subspan(first, mask->sizes().size()), mask->sizes())) return false;
  DimVec sizes(mask->sizes());
  sizes.resize(view.sizes().size() - first, 1);
  ops::masked_fill_(view, ops::view(ops::as_contiguous(*mask), sizes), value);
  return true;
}

}  // namespace

Tensor get_item(const Tensor& self, std::span<const IndexItem> items) {
  if (items.size() == 1 && items[0].kind == Kind::Int) {
    VT_CHECK(self.dim() > 0, Index,
             "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
             "0-dim "
             "tensor to a number");
    return select_item(self, 0, 0, items[0].value);
  }
  IndexList indices;
  const Tensor view = apply_views(self, items, indices);
  if (!indices.empty()) return index(view, indices.entries());
  return view.is_same(self) ? ops::alias(self) : view;
}

void set_item(const Tensor& self, std::span<const IndexItem> items, const Tensor& value) {
  // A lone True is everything, a lone False nothing; neither is an index tensor, so the value may be of any dtype.
  if (items.size() == 1 && items[0].kind == Kind::Bool) {
    IndexItem all;
    all.kind = Kind::Ellipsis;
    if (items[0].value != 0) set_item(self, std::span(&all, 1), value);
    return;
  }
  IndexList indices;
  const Tensor view = apply_views(self, items, indices);
  const bool is_number = value.impl()->is_wrapped_number();
  if (is_number) check_number_fits(read_scalar(value), self.dtype());
  if (indices.empty()) {
    if (is_number) {
      fill_(view, value);
    } else {
      copy_(view, without_leading_ones(value, view.sizes()));
    }
    return;
  }
  const Tensor source = is_number ? as_dtype(value, self.dtype()) : without_leading_ones(value, {});
  if (fill_masked(view, indices, source)) return;
  index_put_(view, indices.entries(), source);
}

}  // namespace vt::ops
