#include "autograd/anomaly.h"

#include <atomic>

#include "autograd/nan_watch.h"
#include "autograd/node_observer.h"
#include "core/thread_state.h"
#include "core/waiting_memory.h"
#include "ops/copy/copy.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"

namespace vt::autograd {
namespace {

std::atomic<bool> g_enabled{false}, g_check_nan{false};
std::atomic<uint64_t (*)() noexcept> g_here{nullptr};
std::atomic<void (*)(const Node&) noexcept> g_report{nullptr};

void check_nan(const Node& node, const Grads& grads) {
  const GradMode off(false);
  for (size_t i = 0; i < grads.size(); ++i) {
    const Tensor& g = grads[i];
    if (!g.defined() || !has_values(g) || g.numel() == 0 || !is_differentiable(g.dtype())) continue;
    VT_CHECK(!ops::_local_scalar_dense(ops::any(ops::isnan(g))).to_bool(), Runtime, "Function '", node.name(),
             "' returned nan values in its ", i, "th output.");
  }
}

}  // namespace

void set_anomaly(bool enabled, bool check_nan) noexcept {
  g_enabled.store(enabled);
  g_check_nan.store(check_nan);
}
bool anomaly_enabled() noexcept { return g_enabled.load(std::memory_order_relaxed); }
bool anomaly_checks_nan() noexcept { return g_check_nan.load(std::memory_order_relaxed); }

void set_place_finder(PlaceFinder finder) noexcept {
  g_here.store(finder.here);
  g_report.store(finder.report);
}
uint64_t current_place() noexcept {
  const auto here = g_here.load();
  return here ? here() : 0;
}

Grads apply_watched(Node& node, Grads&& incoming) {
  const ObservedNode observed(node, NodeStage::Apply);
  const bool watches_nan = is_nan_watching();
  if (VT_LIKELY(!anomaly_enabled() && !watches_nan)) return node.apply(std::move(incoming));
  try {
    Grads out = node.apply(std::move(incoming));
    if (watches_nan) watch_gradients(node, out);
    if (anomaly_enabled() && anomaly_checks_nan()) check_nan(node, out);
    return out;
  } catch (...) {
    if (const auto report = g_report.load(); report && anomaly_enabled()) report(node);
    throw;
  }
}

std::string_view anomaly_hint() noexcept {
  return anomaly_enabled()
             ? "Hint: the backtrace further above shows the operation that failed to compute its gradient. The "
               "variable in question was changed in there or anywhere later. Good luck!"
             : "Hint: enable anomaly detection to find the operation that failed to compute its gradient, with "
               "torch.autograd.set_detect_anomaly(True, check_nan=False).";
}

}  // namespace vt::autograd
