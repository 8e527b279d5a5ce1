#pragma once

namespace vt {

class Registry;
void register_copy(Registry& r);
void register_conversion(Registry& r);
void register_fill(Registry& r);
void register_storage(Registry& r);

}  // namespace vt
