// What each member of a mesh holds of a tensor.
//
// Note [Views of shards]
// A view is strides over the root, and a member has a box of the root. Both are read as numbers in a mixed radix: the
// root's dims are joined into groups, each of which begins with a dim that is sharded, and an address is one coordinate
// per group. A view that carries from no group into the next steps along each independently, so that the part of it in
// a member's box is a box of the view, with strides of its own over the shard. The dim of the view that takes the
// longest steps along a sharded dim is the one that the view is sharded along; what the other dims add to a step must
// stay within one shard. A view that stays at one place of a sharded dim lies on one member, whose part the others
// copy. Any other view (a flattened inner shard, a transposition of both in one) is read from the gathered root.
#pragma once

#include "core/fabric.h"

namespace vt::fabric {

struct Locals {
  const Mesh* mesh = nullptr;
  Placements placements;
  DimVec sizes;               // of the whole tensor
  std::vector<Tensor> parts;  // one for each member
  bool aliases = true;        // what is written into the parts is written into the tensor
};

Locals locals_of(const Tensor& fabric_tensor);
// A tensor that is no Fabric tensor, as if every member had it: one memory for those on its device. To be read.
Locals locals_of(const Tensor& plain, const Mesh& mesh);

// How a tensor lies on its mesh, as seen from its own dims: the placements of locals_of, with nothing moved.
VT_API Placements placements_of(const Tensor& fabric_tensor);

// The whole tensor as one on the device of member 0; memory of its own or not.
Tensor gathered(const Tensor& fabric_tensor);
// Writes a whole tensor of the same sizes, on any device, into a Fabric tensor of any geometry.
void write_whole(const Tensor& fabric_tensor, const Tensor& whole);
// Reduces the members' values of a Partial, for every tensor over the storage; nothing to do for other placements.
void settle(const Tensor& fabric_tensor);

// The same for several, in buckets: one collective for many small tensors.
void settle_together(TensorSpan fabric_tensors);

// A Fabric tensor of those parts, which become its shards: copied where they are not dense, or may be somebody else's.
Tensor make_tensor(Locals locals);

// The sizes of a member's part.
DimVec part_sizes(const Mesh& mesh, const Placements& placements, IntSpan sizes, int member);

}  // namespace vt::fabric
