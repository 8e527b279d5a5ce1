// The kernel that an op has for a key, put in its place after start-up: how torch.library overrides ops.
#pragma once

#include "dispatch/op.h"

namespace vt {

// `falls_through`: the op has none for the key, and a call goes to the next one.
struct KernelSlot {
  Kernel kernel = nullptr;
  bool falls_through = false;
};

VT_API KernelSlot kernel_slot(const Op& op, Key key);
// From any thread, while others call the op: they see the old kernel or the new one.
VT_API void set_kernel_slot(const Op& op, Key key, KernelSlot slot);
// Goes on with a call that `key` found as if `slot` stood there.
VT_API void run_kernel_slot(Call& call, Key key, KernelSlot slot);

// The keys from `key` up: what is off for a call that falls through to those below.
constexpr KeySet keys_from(Key key) { return KeySet::from_bits(~((1u << static_cast<int>(key)) - 1)); }

}  // namespace vt
