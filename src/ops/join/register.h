#pragma once

namespace vt {

class Registry;
void register_join(Registry& r);
void register_pad(Registry& r);

}  // namespace vt
