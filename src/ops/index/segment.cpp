// Reductions of runs of elements, whose lengths or ends are given.
#include <limits>

#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/index/register.h"
#include "ops/tensor_operators.h"
#include "ops/typed/factory.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

enum class Of { Sum, Mean, Prod, Max, Min };

Of reduction_named(std::string_view name) {
  if (name == "sum") return Of::Sum;
  if (name == "mean") return Of::Mean;
  if (name == "prod") return Of::Prod;
  if (name == "max" || name == "amax") return Of::Max;
  VT_CHECK(name == "min" || name == "amin", Runtime,
           "reduce argument must be either sum, prod, mean, amax or amin, got ", name);
  return Of::Min;
}

double start_of(Of reduction) {
  switch (reduction) {
    case Of::Prod: return 1;
    case Of::Max: return -std::numeric_limits<double>::infinity();
    case Of::Min: return std::numeric_limits<double>::infinity();
    default: return 0;
  }
}

// Where segments begin along the last dim, and the last one ends: (..., segments + 1).
Tensor ends_of(const Tensor& data, const Tensor& lengths, const Tensor& offsets, int64_t axis, bool unsafe) {
  VT_CHECK(lengths.defined() || offsets.defined(), Runtime,
           "segment_reduce(): Either lengths or offsets must be defined.");
  const Tensor& given = offsets.defined() ? offsets : lengths;
  VT_CHECK(given.dtype() == DType::int64 || given.dtype() == DType::int32, NotImplemented,
           "segment_reduce(): not implemented for ", offsets.defined() ? "offsets" : "lengths", " of ", given.dtype());
  VT_CHECK(given.dim() == axis + 1, Runtime, "segment_reduce(): Expected axis to be the last dimension of ",
           offsets.defined() ? "offsets" : "lengths", " but got ", axis, ".");
  const auto leading = static_cast<size_t>(axis);
  VT_CHECK(same(given.sizes().first(leading), data.sizes().first(leading)), Runtime,
           "segment_reduce(): expected the sizes of ", offsets.defined() ? "offsets" : "lengths",
           " in front of axis to be those of data, got ", given.sizes(), " and ", data.sizes());
  const Tensor numbers = ops::as_dtype(given, DType::int64);
  if (offsets.defined()) return numbers;
  if (!unsafe) {
    const auto all = [](const Tensor& t) { return ops::item(ops::all(t)).to_bool(); };
    VT_CHECK(all(numbers >= Scalar(0)), Runtime, "lengths contains negative value!");
    VT_CHECK(all(ops::sum(numbers, DimVec{-1}) == Scalar(data.size(axis))), Runtime,
             "segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when "
             "!unsafe.");
  }
  const Tensor both[] = {ops::zeros_like(ops::slice(numbers, -1, 0, 1)), ops::cumsum(numbers, -1)};
  if (numbers.size(-1) > 0) return ops::cat(both, -1);
  DimVec none(numbers.sizes());
  none.back() = 1;
  return ops::filled(none, 0, DType::int64, data.device());
}

Tensor segment_reduce(const Tensor& data, std::string_view reduce, const Tensor& lengths, const Tensor& indices,
                      const Tensor& offsets, int64_t axis, bool unsafe, const std::optional<Scalar>& initial) {
  VT_CHECK(!indices.defined(), Runtime, "segment_reduce(): indices based reduction is not supported yet.");
  VT_CHECK(is_floating(data.dtype()), NotImplemented, "segment_reduce(): not implemented for '", data.dtype(), "'");
  const Of reduction = reduction_named(reduce);
  const int64_t at = wrap_dim(axis, data.dim());
  const Tensor ends = ends_of(data, lengths, offsets, at, unsafe);
  const int64_t n = data.size(at), segments = ends.size(-1) - 1;
  const int64_t batch = checked_numel(data.sizes().first(static_cast<size_t>(at)));
  DimVec sizes(data.sizes());
  sizes[static_cast<size_t>(at)] = segments;
  const int64_t width = checked_numel(data.sizes().subspan(static_cast<size_t>(at) + 1));
  // Of each element the segment; of those before and behind all, one more, which is left out below.
  const Tensor of_batch = ops::contiguous(ops::reshape(ends, DimVec{batch, segments + 1}));
  const Tensor places = ops::contiguous(
      ops::expand(ops::unsqueeze(ops::counted(0, 1, n, DType::int64, data.device()), 0), DimVec{batch, n}));
  Tensor segment = ops::searchsorted(of_batch, places, false, true) - Scalar(1);
  segment = ops::where(segment < Scalar(0), wrapped_number(Scalar(segments)), segment);
  const Tensor first = ops::counted(0, segments + 1, batch, DType::int64, data.device());
  const Tensor row = ops::reshape(segment + ops::unsqueeze(first, 1), DimVec{batch * n});
  const Tensor from = ops::reshape(data, DimVec{batch * n, width});
  const Tensor start = ops::filled(DimVec{batch * (segments + 1), width}, initial.value_or(start_of(reduction)),
                                   data.dtype(), data.device());
  Tensor out;
  switch (reduction) {
    case Of::Prod: out = ops::index_reduce(start, 0, row, from, "prod"); break;
    case Of::Max: out = ops::index_reduce(start, 0, row, from, "amax"); break;
    case Of::Min: out = ops::index_reduce(start, 0, row, from, "amin"); break;
    default: out = ops::index_add(start, 0, row, from);
  }
  out = ops::slice(ops::reshape(out, DimVec{batch, segments + 1, width}), 1, 0, segments);
  if (reduction == Of::Mean) {
    const Tensor counts = ops::unsqueeze(ops::as_dtype(ops::diff(of_batch), data.dtype()), -1);
    // Nothing over nothing is NaN, and a first value that is given stays.
    out = out / (initial ? ops::clamp_min(counts, Scalar(1)) : counts);
  }
  return ops::reshape(out, sizes);
}

}  // namespace

void register_segment(Registry& r) {
  r.def(
       "segment_reduce(Tensor data, str reduce, *, Tensor? lengths=None, Tensor? indices=None, Tensor? offsets=None, int axis=0, bool unsafe=False, Scalar? initial=None) -> Tensor")
      .composite(segment_reduce)
      .value_dependent()
      .doc(
          "The sum, mean, prod, max or min of each segment along `axis`: the segments' lengths (..., S), or offsets "
          "(..., S + 1), have the sizes of data in front of it. An empty one is `initial`, or else what the reduction "
          "begins with, of a mean NaN.");
  r.def(
       "_segment_reduce(Tensor data, str reduce, *, Tensor? lengths=None, Tensor? indices=None, Tensor? offsets=None, int axis=0, bool unsafe=False, Scalar? initial=None) -> Tensor")
      .composite(segment_reduce)
      .value_dependent()
      .doc("segment_reduce under the name that programs of graphs call.");
}

}  // namespace vt
