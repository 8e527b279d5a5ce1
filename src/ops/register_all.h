// The one list of op families.
#pragma once

#include "core/macros.h"

namespace vt {

class Registry;

// Declares every op with its kernels. Called once, by vt::initialize.
VT_API void register_all_ops(Registry& registry);

}  // namespace vt
