#include "core/warning.h"

#include <atomic>

namespace vt {
namespace {
constinit std::atomic<WarningHandler> shown_by{nullptr};
}  // namespace

void set_warning_handler(WarningHandler handler) { shown_by.store(handler, std::memory_order_release); }

void warn(const std::string& text) {
  if (const WarningHandler handler = shown_by.load(std::memory_order_acquire)) handler(text);
}

}  // namespace vt
