#include "fabric/collectives.h"

#include <algorithm>
#include <atomic>

#include "fabric/peer_reduce.h"
#include "ops/copy/copy.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"

namespace vt::fabric {
namespace {

enum Collective : int { kAllReduce, kReduceScatter, kAllGather, kAllToAll, kBroadcast, kCollectives };
constexpr const char* kNames[kCollectives] = {"all_reduce", "reduce_scatter", "all_gather", "all_to_all", "broadcast"};

struct Count {
  std::atomic<int64_t> calls{0}, bytes{0};
};
Count counts[kCollectives];

void count(Collective which, TensorSpan parts) {
  counts[which].calls.fetch_add(1, std::memory_order_relaxed);
  int64_t bytes = 0;
  for (const Tensor& t : parts) bytes += t.numel() * static_cast<int64_t>(t.element_size());
  counts[which].bytes.fetch_add(bytes, std::memory_order_relaxed);
}

// What sums are taken in.
DType wide_dtype(DType d) { return d == DType::float16 || d == DType::bfloat16 ? DType::float32 : d; }

bool adds(Reduce r) { return r == Reduce::Sum || r == Reduce::Mean; }
double scale_of(Reduce r, TensorSpan parts) {
  return r == Reduce::Mean ? 1.0 / static_cast<double>(parts.size()) : 1.0;
}

// What is on `device`, of a value elsewhere: itself if it is there already.
Tensor on(const Tensor& t, Device device) {
  if (t.device() == device) return t;
  const Tensor copy = empty(t.sizes(), t.dtype(), device);
  ops::copy_(copy, t);
  return copy;
}

// The reduction of all, on the device of the first.
Tensor reduced(TensorSpan parts, Reduce reduce) {
  const DType dtype = parts[0].dtype();
  const bool is_wide = adds(reduce) || reduce == Reduce::Product;
  Tensor total = ops::as_dtype(parts[0], is_wide ? wide_dtype(dtype) : dtype);
  for (const Tensor& part : parts.subspan(1)) {
    const Tensor next = on(part, total.device());
    switch (reduce) {
      case Reduce::Sum:
      case Reduce::Mean: total = dtype == DType::bool_ ? ops::logical_or(total, next) : ops::add(total, next); break;
      case Reduce::Max: total = ops::maximum(total, next); break;
      case Reduce::Min: total = ops::minimum(total, next); break;
      case Reduce::Product: total = ops::mul(total, next); break;
    }
  }
  if (reduce == Reduce::Mean) total = ops::div(total, wrapped_number(Scalar(static_cast<double>(parts.size()))));
  return ops::as_dtype(total, dtype);
}

Tensor joined(const std::vector<Tensor>& pieces, int dim) {
  return pieces.size() == 1 ? pieces[0] : ops::cat(pieces, dim);
}

Tensor piece(const Tensor& t, int dim, std::span<const int64_t> bounds, size_t i) {
  return ops::narrow(t, dim, bounds[i], bounds[i + 1] - bounds[i]);
}

}  // namespace

std::vector<Tensor> broadcast(const Tensor& value, std::span<const Device> devices) {
  if (devices.size() > 1) count(kBroadcast, {&value, 1});
  std::vector<Tensor> out;
  for (const Device d : devices) out.push_back(on(value, d));
  return out;
}

std::vector<Tensor> all_reduce(TensorSpan parts, Reduce reduce) {
  if (parts.size() == 1) return {parts[0]};
  count(kAllReduce, parts);
  if (adds(reduce) && can_reduce_over_peers(parts)) {
    std::vector<Tensor> sums;
    for (const Tensor& t : parts) sums.push_back(empty_like(t));
    reduce_over_peers(parts, sums, scale_of(reduce, parts));
    return sums;
  }
  const Tensor total = reduced(parts, reduce);
  std::vector<Tensor> out;
  for (const Tensor& t : parts) out.push_back(on(total, t.device()));
  return out;
}

void all_reduce_in_place(TensorSpan parts, Reduce reduce) {
  if (parts.size() == 1) return;
  count(kAllReduce, parts);
  if (adds(reduce) && can_reduce_over_peers(parts)) return reduce_over_peers(parts, parts, scale_of(reduce, parts));
  const Tensor total = reduced(parts, reduce);
  for (const Tensor& t : parts) ops::copy_(t, total);
}

std::vector<Tensor> reduce_scatter(TensorSpan parts, Reduce reduce, int dim, std::span<const int64_t> bounds) {
  count(kReduceScatter, parts);
  std::vector<Tensor> out;
  for (size_t i = 0; i < parts.size(); ++i) {
    std::vector<Tensor> pieces;
    for (const Tensor& t : parts) pieces.push_back(piece(t, dim, bounds, i));
    out.push_back(on(reduced(pieces, reduce), parts[i].device()));
  }
  return out;
}

std::vector<Tensor> all_gather(TensorSpan parts, int dim) {
  count(kAllGather, parts);
  std::vector<Tensor> out;
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool there = i > 0 && parts[i].device() == parts[i - 1].device();
    if (there) {
      out.push_back(out.back());  // members of one device read one memory
      continue;
    }
    std::vector<Tensor> pieces;
    for (const Tensor& t : parts) pieces.push_back(on(t, parts[i].device()));
    out.push_back(joined(pieces, dim));
  }
  return out;
}

std::vector<Tensor> all_to_all(TensorSpan parts, int split, std::span<const int64_t> bounds, int join) {
  count(kAllToAll, parts);
  std::vector<Tensor> out;
  for (size_t i = 0; i < parts.size(); ++i) {
    std::vector<Tensor> pieces;
    for (const Tensor& t : parts) pieces.push_back(on(piece(t, split, bounds, i), parts[i].device()));
    out.push_back(joined(pieces, join));
  }
  return out;
}

std::vector<CollectiveCount> collective_counts() {
  std::vector<CollectiveCount> all;
  for (int i = 0; i < kCollectives; ++i) all.push_back({kNames[i], counts[i].calls.load(), counts[i].bytes.load()});
  return all;
}

void reset_collective_counts() {
  for (Count& c : counts) c.calls = c.bytes = 0;
}

}  // namespace vt::fabric
