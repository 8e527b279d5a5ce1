#pragma once

namespace vt {

class Registry;
void register_factory(Registry& r);
void register_ranges(Registry& r);
void register_triangles(Registry& r);
void register_grids(Registry& r);

}  // namespace vt
