// What members of a mesh do together. `parts` are theirs, in order, each on its member's device; what comes back is new
// memory, or what was given where nothing had to move. Sums go through the members in order, in float32 at least, so
// that a result is the same from run to run.
#pragma once

#include "core/fabric.h"

namespace vt::fabric {

// Each gets the reduction of all, of equal sizes.
std::vector<Tensor> all_reduce(TensorSpan parts, Reduce reduce);
// The same, written over the parts.
void all_reduce_in_place(TensorSpan parts, Reduce reduce);
// Member i gets the part [bounds[i], bounds[i + 1]) along `dim` of the reduction.
std::vector<Tensor> reduce_scatter(TensorSpan parts, Reduce reduce, int dim, std::span<const int64_t> bounds);
// Each gets all parts, one after the other along `dim`.
std::vector<Tensor> all_gather(TensorSpan parts, int dim);
// Member i gets of every part the piece [bounds[i], bounds[i + 1]) along `split`, one after the other along `join`.
std::vector<Tensor> all_to_all(TensorSpan parts, int split, std::span<const int64_t> bounds, int join);
// A copy of `value` on each device; itself on its own.
std::vector<Tensor> broadcast(const Tensor& value, std::span<const Device> devices);

// How often each of the above ran with more than one member, and the bytes of the parts that it was given.
struct CollectiveCount {
  const char* name;
  int64_t calls;
  int64_t bytes;
};
VT_API std::vector<CollectiveCount> collective_counts();
// What went from one GPU's memory to another's for it, as far as the way says: NCCL is counted as a ring.
struct LinkCount {
  int from, to;
  int64_t calls;
  int64_t bytes;
};
VT_API std::vector<LinkCount> link_counts();
VT_API void reset_collective_counts();

}  // namespace vt::fabric
