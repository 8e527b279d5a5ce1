#include "simulated/faulty_device.h"

namespace vt::simulated {

const char* name_of(Call call) {
  switch (call) {
#define VT_DEVICE_CALL(Kind, name, parameters, arguments) \
  case Call::Kind: return #Kind;
#include "cuda/device_api.def"
    case Call::Count: break;
  }
  return "any call";
}

void FaultyDevice::set_fault(const Fault& fault) {
  clear_fault();
  fault_ = fault;
  armed_ = true;
}

void FaultyDevice::clear_fault() {
  armed_ = false;
  calls_ = matching_ = failures_ = 0;
  first_failure_ = Call::Count;
  for (auto& count : by_call_) count = 0;
}

Status FaultyDevice::pass(Call call) {
  ++calls_;
  ++by_call_[static_cast<size_t>(call)];
  if (!armed_ || (fault_.call != Call::Count && fault_.call != call)) return Status::Success;
  const size_t number = ++matching_;
  if (number < fault_.at || (number > fault_.at && !fault_.for_good)) return Status::Success;
  if (++failures_ == 1) first_failure_ = call;
  const bool gives_memory = call == Call::Allocate || call == Call::AllocateAsync || call == Call::MapMemory ||
                            call == Call::AllocateHost || call == Call::ReserveAddresses;
  return fault_.status.value_or(gives_memory ? Status::OutOfMemory : static_cast<Status>(304));
}

}  // namespace vt::simulated
