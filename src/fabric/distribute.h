// The ops that place tensors: from a whole one to shards and back, and from placement to placement.
#pragma once

#include "fabric/local.h"

namespace vt {
class Registry;
namespace fabric {

// Placements as ops take them: three numbers for each dim of a mesh, kind, dim and reduction.
VT_API DimVec as_numbers(const Placements& placements);

// The ops _fabric_gather, of a tensor on the mesh, and _fabric_distribute, of one that is placed there or on none:
// dispatched, so recorded. `of_gradient`: the placements that a placed tensor's gradient gets, any where there are
// none.
Tensor call_gather(const Tensor& t, int64_t mesh_id);
Tensor call_distribute(const Tensor& t, int64_t mesh_id, IntSpan placements, bool is_placed = false,
                       IntSpan of_gradient = {});

}  // namespace fabric
void register_fabric(Registry& r);
}  // namespace vt
