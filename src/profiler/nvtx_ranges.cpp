#include "profiler/nvtx_ranges.h"

#include <string>

#include "core/error.h"
#include "core/thread_state.h"
#include "cuda/nvtx.h"
#include "dispatch/op.h"
#include "profiler/inputs.h"
#include "profiler/names.h"

namespace vt::profiler {
namespace {

constexpr uint64_t kOpened = 1;  // the only token: NVTX keeps a stack per thread

std::string sizes_text(const Op& op, std::span<const Value> args) {
  std::string text = "[";
  for (const Input& input : inputs_of(op, args)) {
    text += text.size() > 1 ? ", [" : "[";
    for (size_t i = 0; input.type == Input::Type::Tensor && i < input.tensors[0].sizes.size(); ++i) {
      text += (i ? ", " : "") + std::to_string(input.tensors[0].sizes[i]);
    }
    text += ']';
  }
  return text + ']';
}

}  // namespace

NvtxRanges& NvtxRanges::get() {
  static auto* instance = new NvtxRanges;
  return *instance;
}

void NvtxRanges::start(bool shapes) noexcept {
  shapes_ = shapes;
  running_ = true;
  set_call_observer(this);
  autograd::set_node_observer(this);
}

void NvtxRanges::stop() noexcept {
  set_call_observer(nullptr);
  autograd::set_node_observer(nullptr);
  running_ = false;
}

uint64_t NvtxRanges::begin(const Op& op, std::span<const Value> args) noexcept {
  try {
    std::string name = name_of(op);
    if (grad_enabled()) name += vt::detail::concat(", seq = ", autograd::peek_sequence_number());
    if (shapes_.load(std::memory_order_relaxed)) name += ", sizes = " + sizes_text(op, args);
    return begin_range(name.c_str());
  } catch (...) {  // no memory for a name
    return begin_range("an op");
  }
}

uint64_t NvtxRanges::begin(const autograd::Node& node, autograd::NodeStage stage) noexcept {
  if (stage != autograd::NodeStage::Apply) return 0;
  try {
    const bool is_numbered = node.sequence() != autograd::kRunFirst;
    const std::string name = node.name() + (is_numbered ? vt::detail::concat(", seq = ", node.sequence()) : "");
    return begin_range(name.c_str());
  } catch (...) {
    return begin_range("a node");
  }
}

uint64_t NvtxRanges::begin_range(const char* name) noexcept {
  cuda::push_range(name);
  return kOpened;
}

void NvtxRanges::end(uint64_t token) noexcept {
  if (token == kOpened) cuda::pop_range();
}

}  // namespace vt::profiler
