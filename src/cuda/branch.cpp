#include "cuda/branch.h"

#include "core/error.h"
#include "cuda/capture.h"
#include "cuda/event.h"

namespace vt::cuda {

Branch::Branch(Device device) {
  Capture* capture = device.is_cuda() ? current_capture() : nullptr;
  if (capture == nullptr || capture->stream() != current_stream(device.index)) return;
  trunk_ = capture->stream();
  branch_ = capture->branch_stream();
  wait_stream(branch_, trunk_);
  set_current_stream(branch_);
  place_ = Place::OnBranch;
}

void Branch::leave() noexcept {
  if (place_ != Place::OnBranch) return;
  set_current_stream(trunk_);
  place_ = Place::Beside;
}

Branch::~Branch() {
  leave();
  if (place_ == Place::Nowhere) return;
  try {
    wait_stream(trunk_, branch_);
  } catch (const Error&) {
    // The capture's end finds a stream that was not joined and says so.
  }
}

}  // namespace vt::cuda
