#include "dispatch/kernel_slot.h"

#include <mutex>

#include "dispatch/dispatch.h"

namespace vt {

KernelSlot kernel_slot(const Op& op, Key key) {
  const KernelTable& table = op.table();
  return {table.kernels[static_cast<int>(key)], table.skip.has(key)};
}

void set_kernel_slot(const Op& op, Key key, KernelSlot slot) {
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  auto table = std::make_unique<KernelTable>(op.table());
  table->kernels[static_cast<int>(key)] = slot.kernel;
  table->skip = slot.falls_through ? table->skip | key : table->skip - key;
  const_cast<Op&>(op).publish(std::move(table));  // the registry gives its ops out as const; their tables may change
}

void run_kernel_slot(Call& call, Key key, KernelSlot slot) {
  if (slot.falls_through) return dispatch(call, keys_from(key));
  call.key = key;
  slot.kernel(call);
}

}  // namespace vt
