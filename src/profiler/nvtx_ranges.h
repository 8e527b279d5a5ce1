// Every op and every node of backward as a range of NVTX, for profilers of NVIDIA.
#pragma once

#include <atomic>

#include "autograd/node_observer.h"
#include "dispatch/call_observer.h"

namespace vt::profiler {

class NvtxRanges final : public CallObserver, public autograd::NodeObserver {
 public:
  static NvtxRanges& get();

  // `shapes`: names have the sizes of the arguments.
  void start(bool shapes) noexcept;
  void stop() noexcept;
  bool is_running() const noexcept { return running_.load(std::memory_order_acquire); }

  // "aten::add, seq = 3, sizes = [[2, 3], []]": `seq` is the number of the node that the call will record.
  uint64_t begin(const Op& op, std::span<const Value> args) noexcept override;
  // "AddBackward0, seq = 3".
  uint64_t begin(const autograd::Node& node, autograd::NodeStage stage) noexcept override;
  uint64_t begin_range(const char* name) noexcept;
  void end(uint64_t token) noexcept override;

 private:
  NvtxRanges() = default;
  std::atomic<bool> running_{false};
  std::atomic<bool> shapes_{false};
};

}  // namespace vt::profiler
