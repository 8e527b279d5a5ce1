#include "ops/sparse/kernels.h"

#include <unordered_map>

namespace vt::sparse {
namespace {

struct Entry {
  void (*run)(Call& call, void* fn);
  void* fn;
  bool calls_other_ops;
};

// By functional op. Written while ops register, read afterwards; never destroyed.
std::unordered_map<const Op*, Entry>& entries() {
  static auto* table = new std::unordered_map<const Op*, Entry>;
  return *table;
}

const Entry* entry_of(const Op& op) {
  const auto it = entries().find(&op.functional());
  return it == entries().end() ? nullptr : &it->second;
}

}  // namespace

void SparseOps::add(const char* op, Run run, void* fn, bool calls_other_ops) const {
  const Op* found = registry_.find(op);
  VT_ASSERT(found, "no op named ", op);
  VT_ASSERT(entries().emplace(found, Entry{run, fn, calls_other_ops}).second, op,
            " has two kernels for sparse tensors");
}

void SparseOps::composite(const char* op, Kernel kernel) const {
  add(op, [](Call& call, void* fn) { reinterpret_cast<Kernel>(fn)(call); }, reinterpret_cast<void*>(kernel), true);
}

void SparseOps::inherit(std::initializer_list<const char*> ops) const {
  for (const char* op : ops) {
    add(op, [](Call& call, void*) { dispatch(call, KeySet::from_bits(~kBackendKeys.bits())); }, nullptr, true);
    VT_ASSERT(registry_.find(op)->parts.composite, op, " is no composite: say what it runs on sparse tensors");
  }
}

bool calls_other_ops(const Op& op) {
  const Entry* entry = entry_of(op);
  return entry && entry->calls_other_ops;
}

void run_sparse(Call& call) {
  const Entry* entry = entry_of(call.op);
  VT_CHECK(entry, NotImplemented, "no kernel for sparse tensors yet; convert them with .to_dense()");
  const DeviceGuard guard(boxing::device_of(call));
  entry->run(call, entry->fn);
}

}  // namespace vt::sparse
