#include "fabric/collectives.h"

#include <algorithm>
#include <atomic>

#include "cuda/types.h"
#include "fabric/choice.h"
#include "fabric/flight.h"
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
Count links[cuda::kMaxDevices][cuda::kMaxDevices];

int64_t bytes_of(const Tensor& t) { return t.numel() * static_cast<int64_t>(t.element_size()); }

void add(Count& c, int64_t bytes) {
  c.calls.fetch_add(1, std::memory_order_relaxed);
  c.bytes.fetch_add(bytes, std::memory_order_relaxed);
}

void count_link(Device from, Device to, int64_t bytes) {
  if (from.is_cuda() && to.is_cuda() && from != to) add(links[from.index][to.index], bytes);
}

// Counts the call and keeps it with the latest ones; its number.
uint64_t begin(Collective which, TensorSpan parts, const char* reduce = "", Way way = Way::Copies) {
  int64_t bytes = 0;
  for (const Tensor& t : parts) bytes += bytes_of(t);
  add(counts[which], bytes);
  return note_flight(kNames[which], reduce, kWayNames[static_cast<int>(way)], parts);
}

// What an all-reduce by another way than copies sends from each member to each other.
void count_links(TensorSpan parts, Way way) {
  const auto members = static_cast<int64_t>(parts.size());
  for (size_t i = 0; i < parts.size(); ++i) {
    if (way == Way::Nccl) {  // as a ring
      count_link(parts[i].device(), parts[(i + 1) % parts.size()].device(),
                 2 * (members - 1) * bytes_of(parts[i]) / members);
      continue;
    }
    const int64_t bytes = way == Way::Lines ? 2 * bytes_of(parts[i]) : 2 * bytes_of(parts[i]) / members;
    for (size_t j = 0; j < parts.size(); ++j) count_link(parts[i].device(), parts[j].device(), bytes);
  }
}

// What sums are taken in.
DType wide_dtype(DType d) { return d == DType::float16 || d == DType::bfloat16 ? DType::float32 : d; }

bool adds(Reduce r) { return r == Reduce::Sum || r == Reduce::Mean; }

// What is on `device`, of a value elsewhere: itself if it is there already.
Tensor on(const Tensor& t, Device device) {
  if (t.device() == device) return t;
  const Tensor copy = empty(t.sizes(), t.dtype(), device);
  count_link(t.device(), device, bytes_of(t));
  ops::copy_(copy, t);
  return copy;
}

// The reduction of all, on `device`.
Tensor reduced(TensorSpan parts, Reduce reduce, Device device) {
  const DType dtype = parts[0].dtype();
  const bool is_wide = adds(reduce) || reduce == Reduce::Product;
  Tensor total = ops::as_dtype(on(parts[0], device), is_wide ? wide_dtype(dtype) : dtype);
  for (const Tensor& part : parts.subspan(1)) {
    const Tensor next = on(part, device);
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
  if (devices.size() > 1) begin(kBroadcast, {&value, 1});
  std::vector<Tensor> out;
  for (const Device d : devices) out.push_back(on(value, d));
  return out;
}

std::vector<Tensor> all_reduce(TensorSpan parts, Reduce reduce) {
  if (parts.size() == 1) return {parts[0]};
  const Way way = way_of(parts, reduce);
  const uint64_t number = begin(kAllReduce, parts, name_of(reduce).data(), way);
  std::vector<Tensor> out;
  if (way != Way::Copies) {
    for (const Tensor& t : parts) out.push_back(empty_like(t));
    count_links(parts, way);
    reduce_in_way(way, parts, out, reduce, number);
    return out;
  }
  const Tensor total = reduced(parts, reduce, parts[0].device());
  for (const Tensor& t : parts) out.push_back(on(total, t.device()));
  return out;
}

void all_reduce_in_place(TensorSpan parts, Reduce reduce) {
  if (parts.size() == 1) return;
  const Way way = way_of(parts, reduce);
  const uint64_t number = begin(kAllReduce, parts, name_of(reduce).data(), way);
  if (way != Way::Copies) {
    count_links(parts, way);
    return reduce_in_way(way, parts, parts, reduce, number);
  }
  const Tensor total = reduced(parts, reduce, parts[0].device());
  for (const Tensor& t : parts) ops::copy_(t, on(total, t.device()));
}

std::vector<Tensor> reduce_scatter(TensorSpan parts, Reduce reduce, int dim, std::span<const int64_t> bounds) {
  begin(kReduceScatter, parts, name_of(reduce).data());
  std::vector<Tensor> out;
  for (size_t i = 0; i < parts.size(); ++i) {
    std::vector<Tensor> pieces;
    for (const Tensor& t : parts) pieces.push_back(piece(t, dim, bounds, i));
    out.push_back(reduced(pieces, reduce, parts[i].device()));
  }
  return out;
}

std::vector<Tensor> all_gather(TensorSpan parts, int dim) {
  begin(kAllGather, parts);
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
  begin(kAllToAll, parts);
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

std::vector<LinkCount> link_counts() {
  std::vector<LinkCount> all;
  for (int from = 0; from < cuda::kMaxDevices; ++from) {
    for (int to = 0; to < cuda::kMaxDevices; ++to) {
      const Count& c = links[from][to];
      if (c.calls.load() > 0) all.push_back({from, to, c.calls.load(), c.bytes.load()});
    }
  }
  return all;
}

void reset_collective_counts() {
  for (Count& c : counts) c.calls = c.bytes = 0;
  for (auto& row : links) {
    for (Count& c : row) c.calls = c.bytes = 0;
  }
}

}  // namespace vt::fabric
