// Places in sorted rows: searchsorted, bucketize.
#include "cpu/thread_pool.h"
#include "dispatch/registry.h"
#include "iter/promotion.h"
#include "ops/copy/kernels.h"
#include "ops/copy/read_at_once.h"
#include "ops/index/register.h"
#include "ops/index/search_cuda.h"
#include "ops/pointwise/signed_order.h"

namespace vt {

constinit BackendTable<void(const Tensor&, bool, const Tensor&, int64_t, bool, const Tensor&, const Tensor&)>
    search_sorted{"searchsorted"};

namespace {

using Side = std::optional<std::string_view>;

void check_sorter(const Tensor& sorter, const Tensor& sorted_sequence) {
  if (!sorter.defined()) return;
  VT_CHECK(same(sorter.sizes(), sorted_sequence.sizes()), Runtime,
           "searchsorted(): expected a sorter of the boundaries' sizes ", sorted_sequence.sizes(), ", got ",
           sorter.sizes());
  VT_CHECK(sorter.dtype() == DType::int64, Runtime, "searchsorted(): expected a sorter of dtype int64, got ",
           sorter.dtype());
  if (!is_read_at_once(sorter)) return;  // looked at by the kernel
  const Tensor at = contiguous_data(sorter);
  const int64_t* position = at.data<int64_t>();
  for (int64_t i = 0; i < at.numel(); ++i) {
    VT_CHECK(position[i] >= 0 && position[i] < sorter.size(-1), Runtime,
             "searchsorted(): sorter index out of range: expected positions in [0, ", sorter.size(-1), "), got ",
             position[i]);
  }
}

// All on one device, but for a number.
void check_device(const char* what, const Tensor& operand, const Tensor& sorted_sequence) {
  VT_CHECK(!operand.defined() || operand.device() == sorted_sequence.device() || operand.impl()->is_wrapped_number(),
           Runtime, "Expected all tensors to be on the same device: boundaries are on ", sorted_sequence.device(), ", ",
           what, " on ", operand.device());
}

TensorSpec search_meta(const Tensor& sorted_sequence, const Tensor& self, bool out_int32) {
  check_device("values", self, sorted_sequence);
  VT_CHECK(sorted_sequence.dim() > 0, Runtime, "boundaries tensor should have positive dimension, but got 0 dimension");
  const size_t lead = sorted_sequence.sizes().size() - 1;
  VT_CHECK(
      lead == 0 ||
          (self.sizes().size() == lead + 1 && same(self.sizes().first(lead), sorted_sequence.sizes().first(lead))),
      Runtime,
      "boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor "
      "must match, but we got boundaries tensor ",
      sorted_sequence.sizes(), " and input value tensor ", self.sizes());
  VT_CHECK(!out_int32 || sorted_sequence.size(-1) < std::numeric_limits<int32_t>::max(), Runtime,
           "the size of boundaries' last dimension should be less than INT32_MAX for int32 output");
  return {DimVec(self.sizes()), out_int32 ? DType::int32 : DType::int64, sorted_sequence.device()};
}

TensorSpec searchsorted_meta(const Tensor& sorted_sequence, const Tensor& self, bool& out_int32, bool& right,
                             Side& side, const Tensor& sorter) {
  if (side) {
    VT_CHECK(*side == "left" || *side == "right", Runtime,
             "torch.searchsorted(): side can only be 'left' or 'right' but got ", *side);
    VT_CHECK(*side == "right" || !right, Runtime,
             "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True");
    right = *side == "right";
  }
  TensorSpec spec = search_meta(sorted_sequence, self, out_int32);
  check_device("the sorter", sorter, sorted_sequence);
  check_sorter(sorter, sorted_sequence);
  return spec;
}

TensorSpec bucketize_meta(const Tensor& self, const Tensor& boundaries, bool& out_int32, bool&) {
  VT_CHECK(boundaries.dim() == 1, Runtime, "boundaries tensor must be 1 dimension, but got dim(", boundaries.dim(),
           ")");
  return search_meta(boundaries, self, out_int32);
}

// Contiguous, of that dtype; a number is written to the device, which waits for nothing.
Tensor operand(const Tensor& t, DType dtype, Device device) {
  if (t.device() == device) return contiguous_data(cast_data(t, dtype));
  const Tensor number = empty(t.sizes(), dtype, device);
  fill_data(number, read_scalar(t));
  return number;
}

// The first place of n, in the order that `at` gives, that does not come before `value`, or, to the right, that comes
// after it. NaN is above all.
template <class T, class At>
int64_t place_of(T value, int64_t n, bool right, const At& at) {
  auto less = [](T a, T b) { return a < b || (b != b && a == a); };
  int64_t low = 0, high = n;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    const T boundary = at(middle);
    if (right ? !less(value, boundary) : less(boundary, value)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

template <class T, class Index>
void search_rows_of(const Tensor& rows, bool one_row, const Tensor& values, int64_t per_row, bool right,
                    const Tensor& sorter, const Tensor& out) {
  const T* boundaries = rows.data<T>();
  const T* value = values.data<T>();
  const int64_t* order = sorter.defined() ? sorter.data<int64_t>() : nullptr;
  Index* to = out.data<Index>();
  const int64_t width = rows.size(-1);
  parallel_for(0, values.numel(), 1024, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t start = one_row ? 0 : i / per_row * width;
      const T* row = boundaries + start;
      const int64_t place = order ? place_of(value[i], width, right, [&](int64_t at) { return row[order[start + at]]; })
                                  : place_of(value[i], width, right, [&](int64_t at) { return row[at]; });
      to[i] = static_cast<Index>(place);
    }
  });
}

void search_rows_cpu(const Tensor& rows, bool one_row, const Tensor& values, int64_t per_row, bool right,
                     const Tensor& sorter, const Tensor& out) {
  visit_dtype<kRealSet>(rows.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    (out.dtype() == DType::int32 ? search_rows_of<T, int32_t>
                                 : search_rows_of<T, int64_t>)(rows, one_row, values, per_row, right, sorter, out);
  });
}

void search(const Tensor& sorted_sequence, const Tensor& self, bool right, const Tensor& sorter, Tensor& out) {
  if (out.numel() == 0) return;
  // Floats as elsewhere; integers wide enough for both, so that no number is cut.
  const DType usual = result_type(sorted_sequence, self);
  const DType common = is_floating(usual) ? usual : promote(sorted_sequence.dtype(), self.dtype());
  const Tensor rows = pointwise::in_signed_order(operand(sorted_sequence, common, out.device()));
  const Tensor values = pointwise::in_signed_order(operand(self, common, out.device()));
  const Tensor order = sorter.defined() ? contiguous_data(sorter) : sorter;
  const bool one_row = sorted_sequence.dim() == 1;
  const int64_t per_row = self.dim() == 0 ? 1 : self.size(-1);
  search_sorted(out.device(), rows, one_row, values, per_row, right, order, out);
}

void searchsorted(const Tensor& sorted_sequence, const Tensor& self, bool, bool right, const Side&,
                  const Tensor& sorter, Tensor& out) {
  search(sorted_sequence, self, right, sorter, out);
}
void bucketize(const Tensor& self, const Tensor& boundaries, bool, bool right, Tensor& out) {
  search(boundaries, self, right, Tensor(), out);
}

}  // namespace

void register_search(Registry& r) {
  search_sorted.cpu(search_rows_cpu);
  r.def(
       "searchsorted.Tensor(Tensor sorted_sequence, Tensor|Scalar self, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None) -> Tensor")
      .meta(searchsorted_meta)
      .all(searchsorted)
      .any_device()
      .not_differentiable();
  r.def("bucketize.Tensor(Tensor|Scalar self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor")
      .meta(bucketize_meta)
      .all(bucketize)
      .any_device()
      .not_differentiable()
      .function_only();
}

}  // namespace vt
