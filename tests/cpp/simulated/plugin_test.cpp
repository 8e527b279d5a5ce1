// A plugin's CUDA kernel on a simulated device: the stream that it is told, the memory that is noted before it runs,
// its temporaries, and what it may not do when results have to be the same in every run.
#include <doctest/doctest.h>

#include <algorithm>

#include "autograd/autograd.h"
#include "core/determinism.h"
#include "cuda/work.h"
#include "dispatch/registry.h"
#include "ops/factory/factory.h"
#include "plugin/host.h"
#include "plugin/op.h"
#include "simulated/machine.h"

using namespace vt;
using namespace vt::simulated;

namespace {

struct Seen {
  void* stream = nullptr;
  vt_device device = {};
  vt_status record = VT_OK;
  int runs = 0;
} seen;

void* other_stream = nullptr;

vt_status same_shape(vt_call* call) {
  vt_tensor_info x;
  const vt_host& host = plugin::host_table();
  if (const vt_status status = host.tensor_info(call->args[0].as.tensor, &x, sizeof x)) return status;
  return host.set_shape(call, 0, x.ndim, x.sizes, nullptr, x.dtype, x.device);
}

vt_status kernel(vt_call* call) {
  const vt_host& host = plugin::host_table();
  const int64_t bytes = 4096;
  vt_tensor* scratch = nullptr;
  ++seen.runs;
  seen.device = call->device;
  if (const vt_status status = host.current_stream(call->device, &seen.stream)) return status;
  if (const vt_status status = host.empty(1, &bytes, nullptr, {VT_UINT, 8, 1}, call->device, &scratch)) return status;
  seen.record = other_stream ? host.record_stream(scratch, other_stream) : VT_OK;
  return VT_OK;
}

const Op& add(const char* schema, uint32_t flags) {
  vt_op declaration{};
  declaration.struct_size = sizeof declaration;
  declaration.schema = schema;
  declaration.shape = same_shape;
  declaration.cuda = kernel;
  declaration.flags = flags;
  auto* op = new plugin::PluginOp("simulated", declaration);  // for ever, as the registry has it
  return Registry::get().add_late(op->schema(), [&](OpBuilder& builder) { op->declare(builder); });
}

const Op* plain = nullptr;
const Op* racing = nullptr;
struct Initialized {
  Initialized() {
    initialize();
    plain = &add("scratch(Tensor x) -> Tensor", 0);
    racing = &add("racing(Tensor x) -> Tensor", VT_OP_NONDETERMINISTIC);
  }
} initialized;

struct Noted {
  std::string op;
  cuda::Stream stream;
  std::vector<const StorageImpl*> storages;
};
class Watch final : public cuda::WorkObserver {
 public:
  Watch() : previous_(cuda::set_work_observer(this)) {}
  ~Watch() override { cuda::set_work_observer(previous_); }
  void on_work(const char* op, cuda::Stream stream, cuda::StorageSpan storages) override {
    work.push_back({op, stream, {storages.begin(), storages.end()}});
  }
  std::vector<Noted> work;

 private:
  cuda::WorkObserver* previous_;
};

}  // namespace

TEST_CASE("a plugin's kernel runs on the current stream, and its memory is noted there") {
  SimulatedMachine machine;
  const Tensor x = empty(DimVec{8}, DType::float32, kCuda);
  const cuda::Stream side = cuda::pool_stream(0), other = cuda::pool_stream(0);
  other_stream = other.handle;
  const int64_t before = StorageImpl::live_count();
  {
    Watch watch;
    const cuda::StreamGuard on(side);
    const Tensor y = call<Tensor>(*plain, x);
    REQUIRE(watch.work.size() == 2);
    const Noted &first = watch.work[0], &second = watch.work[1];
    CHECK(first.op == "simulated::scratch");
    CHECK(first.stream == side);
    CHECK(std::ranges::find(first.storages, x.storage().get()) != first.storages.end());
    CHECK(std::ranges::find(first.storages, y.storage().get()) != first.storages.end());
    CHECK(second.stream == other);
    CHECK(second.storages.size() == 1);
    CHECK(seen.stream == side.handle);
    CHECK(seen.device.type == VT_CUDA);
    CHECK(seen.device.index == 0);
    CHECK(seen.record == VT_OK);
    CHECK(y.device() == kCuda);
  }
  CHECK(StorageImpl::live_count() == before);  // the scratch memory went with the callback
  other_stream = nullptr;
}

TEST_CASE("an op whose results differ from run to run is refused when they may not") {
  SimulatedMachine machine;
  const Tensor x = empty(DimVec{8}, DType::float32, kCuda);
  seen.runs = 0;
  call<Tensor>(*racing, x);
  CHECK(seen.runs == 1);
  set_determinism(Determinism::On);
  CHECK(plugin::host_table().is_deterministic() == 1);
  CHECK_THROWS_AS(call<Tensor>(*racing, x), Error);
  CHECK(seen.runs == 1);
  call<Tensor>(*plain, x);
  CHECK(seen.runs == 2);
  set_determinism(Determinism::Off);
  CHECK(plugin::host_table().is_deterministic() == 0);
}

TEST_CASE("a plugin without a kernel for the CPU says so") {
  CHECK_THROWS_WITH_AS(call<Tensor>(*plain, empty(DimVec{2}, DType::float32)), doctest::Contains("no kernel for cpu"),
                       Error);
}
