// Memory that goes to another library and comes from one: whose stream waits for whose, and what is believed of a GPU.
#include <doctest/doctest.h>

#include "autograd/autograd.h"
#include "cuda/copy.h"
#include "interop/dlpack.h"
#include "interop/stream_handover.h"
#include "simulated/machine.h"

using namespace vt;
using namespace vt::interop;
using namespace vt::simulated;
using cuda::Stream;

namespace {

struct Initialized {
  Initialized() { initialize(); }
} initialized;

void work_on(const Tensor& t, Stream stream) {
  cuda::fill_bytes(t.data(), 1, t.storage()->bytes(), stream, {t.storage().get()});
}

// Whether what `first` has been given comes before what `second` is given next.
bool is_before(SimulatedMachine& machine, Stream first, Stream second) {
  const uint32_t lane = machine.device.lane_of(first);
  return machine.device.clock_of(second)[lane] >= machine.device.clock_of(first)[lane];
}

intptr_t number(Stream s) { return reinterpret_cast<intptr_t>(s.handle); }

}  // namespace

TEST_CASE("the consumer's stream waits for ours, by an event") {
  SimulatedMachine machine;
  const Stream ours = cuda::pool_stream(0), theirs = cuda::pool_stream(0), none{nullptr, 0};
  const cuda::StreamGuard guard(ours);
  const Tensor t = empty(DimVec{1024}, DType::float32, kCuda);
  work_on(t, ours);
  hand_over(t, -1);
  CHECK_FALSE(is_before(machine, ours, theirs));
  CHECK_FALSE(is_before(machine, ours, none));
  hand_over(t, number(theirs));
  CHECK(is_before(machine, ours, theirs));
  CHECK_FALSE(is_before(machine, ours, none));
  hand_over(t, std::nullopt);
  CHECK(is_before(machine, ours, none));
  work_on(t, ours);
  hand_over(t, 1);
  CHECK(is_before(machine, ours, none));
  CHECK(consumer_stream(0) == number(ours));
}

TEST_CASE("our stream waits for the producer's") {
  SimulatedMachine machine;
  const Stream ours = cuda::pool_stream(0), theirs = cuda::pool_stream(0), none{nullptr, 0};
  const cuda::StreamGuard guard(ours);
  const Tensor t = empty(DimVec{1024}, DType::float32, kCuda);
  for (const Stream producer : {theirs, none}) {
    work_on(t, producer);
    CHECK_FALSE(is_before(machine, producer, ours));
    take_over(t, producer.handle);
    CHECK(is_before(machine, producer, ours));
  }
  machine.device.run_all();
}

TEST_CASE("numbers that name no stream are refused") {
  SimulatedMachine machine;
  const Tensor t = empty(DimVec{4}, DType::float32, kCuda), host = empty(DimVec{4}, DType::float32);
  CHECK(consumer_stream(0) == 1);
  CHECK_THROWS_AS(hand_over(t, 0), Error);
  CHECK_THROWS_AS(hand_over(t, -2), Error);
  CHECK_THROWS_AS(hand_over(host, 1), Error);
  hand_over(host, -1);
  hand_over(host, std::nullopt);
}

TEST_CASE("memory that the default stream of a consumer may still read is not given out again before it has") {
  SimulatedMachine machine;
  const Stream ours = cuda::pool_stream(0), theirs{nullptr, 0};
  const cuda::StreamGuard guard(ours);
  Tensor t = empty(DimVec{1 << 20}, DType::float32, kCuda);
  const void* const address = t.data();
  hand_over(t, 1);
  work_on(t, theirs);  // the device reports a violation if others write there meanwhile
  t = Tensor();
  const Tensor next = empty(DimVec{1 << 20}, DType::float32, kCuda);
  CHECK((next.data() != address || is_before(machine, theirs, ours)));
}

TEST_CASE("data that is not on the GPU that the struct names is refused, and freed once") {
  SimulatedMachine machine;
  const Tensor t = empty(DimVec{4}, DType::float32, kCuda);
  float host[4] = {};
  int64_t shape[] = {4};
  int deleted = 0;
  DLManagedTensorVersioned managed{};
  managed.version = kDLPackVersion;
  managed.manager_ctx = &deleted;
  managed.deleter = [](DLManagedTensorVersioned* m) { ++*static_cast<int*>(m->manager_ctx); };
  for (const int32_t type : {kDLCUDA, kDLCUDAManaged}) {
    managed.tensor = {host, {type, 0}, 1, {kDLFloat, 32, 1}, shape, nullptr, 0};
    CHECK_THROWS_WITH_AS(take(&managed), doctest::Contains("memory of no CUDA device"), Error);
    managed.tensor.data = t.data();
    CHECK(take(&managed).device() == kCuda);
  }
  CHECK(deleted == 4);
}
