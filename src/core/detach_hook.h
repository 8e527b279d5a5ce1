// Who detaches tensors that a frontend's object stands for.
#pragma once

#include "core/tensor.h"

namespace vt {

// Called by make_detached for tensors with Key::Python while that key is on: what is in such a tensor may be known to
// its object alone. Undefined where the frontend leaves it to the core.
using DetachHook = Tensor (*)(const Tensor& self);
VT_API void set_detach_hook(DetachHook hook);

}  // namespace vt
