#include "core/device_backend.h"
#include "core/error.h"
#include "meta/meta.h"

namespace vt::meta {
namespace {

class MetaBackend final : public DeviceBackend {
 public:
  Allocation allocate(size_t, Device) override { return {}; }
  int device_count() const override { return 1; }
  int current_device() const override { return 0; }
  void set_device(int) override {}
  void synchronize(int) override {}
  uintptr_t current_stream(int) const override { return 0; }
  void copy(const MemoryAt&, const MemoryAt& from, size_t, bool) override {
    VT_CHECK(from.device.type != DeviceType::Meta, NotImplemented, "Cannot copy out of meta tensor; no data!");
  }
};

}  // namespace

void register_meta_backend() {
  static auto* backend = new MetaBackend;
  register_backend(DeviceType::Meta, backend);
}

}  // namespace vt::meta
