#include "core/determinism.h"

#include <atomic>

#include "core/error.h"
#include "core/warning.h"

namespace vt {
namespace {

std::atomic<Determinism> current{Determinism::Off};

}  // namespace

Determinism determinism() { return current.load(std::memory_order_relaxed); }
void set_determinism(Determinism wanted) { current.store(wanted, std::memory_order_relaxed); }

void refuse_nondeterministic(const char* op) {
  const Determinism wanted = determinism();
  if (wanted == Determinism::Off) return;
  VT_CHECK(wanted == Determinism::Warn, Runtime, op,
           " does not have a deterministic implementation on CUDA, but you set "
           "'torch.use_deterministic_algorithms(True)'. You can turn off determinism just for this operation, or you "
           "can use the 'warn_only=True' option, if that's acceptable for your application.");
  warn(std::string(op) +
       " does not have a deterministic implementation on CUDA, but you set "
       "'torch.use_deterministic_algorithms(True, warn_only=True)'.");
}

}  // namespace vt
