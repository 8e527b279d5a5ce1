#include "autograd/stream_order.h"

#include <algorithm>

#include "core/sparse.h"
#include "cuda/backend.h"
#include "cuda/event.h"

namespace vt::autograd {

namespace {

// Of a sparse tensor the memory of its parts.
void record_use(const Tensor& t, cuda::Stream stream) {
  if (!is_sparse(t)) return cuda::record_stream(*t.storage(), stream);
  const SparseParts parts = sparse_parts(t);
  for (const Tensor& part : {parts.compressed, parts.indices, parts.values}) {
    if (part.defined()) cuda::record_stream(*part.storage(), stream);
  }
}

}  // namespace

cuda::Stream StreamOrder::callers(int device) {
  for (const cuda::Stream s : callers_) {
    if (s.device == device) return s;
  }
  callers_.push_back(cuda::current_stream(device));
  return callers_.back();
}

cuda::Stream StreamOrder::of(const Node& node, Device device) {
  const bool is_sink = node.edges().empty();
  if (is_sink || node.stream().device != device.index) return callers(device.index);
  return node.stream();
}

void StreamOrder::use(cuda::Stream stream) {
  if (stream == callers(stream.device)) return;
  if (std::find(others_.begin(), others_.end(), stream) == others_.end()) others_.push_back(stream);
}

void StreamOrder::hand_over(const Tensor& gradient, const Node& node) {
  const cuda::Stream consumer = of(node, gradient.device());
  const cuda::Stream producer = cuda::current_stream(gradient.device().index);
  if (consumer == producer) return;
  cuda::wait_stream(consumer, producer);
  record_use(gradient, consumer);
}

void StreamOrder::join(const Grads& results) {
  for (const cuda::Stream other : others_) cuda::wait_stream(callers(other.device), other);
  if (others_.empty()) return;
  for (const Tensor& result : results) {
    if (!result.defined() || !result.is_cuda()) continue;
    record_use(result, callers(result.device().index));
  }
}

}  // namespace vt::autograd
