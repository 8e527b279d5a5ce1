// The simulated device itself: order, events, memory, and CUDA's rules of capture.
#include "simulated/device.h"

#include <doctest/doctest.h>

#include <cstring>
#include <set>
#include <thread>

#include "core/storage.h"
#include "simulated/faulty_device.h"

using namespace vt;
using namespace vt::simulated;
using cuda::CaptureMode;
using cuda::CaptureState;
using cuda::CopyKind;
using cuda::Status;
using cuda::Stream;

namespace {

constexpr size_t kMiB = size_t{1} << 20;

// A device on which work runs only when somebody waits for it, and two streams.
struct Machine {
  explicit Machine(Options options = {.devices = 2, .memory = 16 * kMiB, .pace = 0}) : device(options, report) {
    REQUIRE(device.create_stream(0, 0, a.handle) == Status::Success);
    REQUIRE(device.create_stream(0, 0, b.handle) == Status::Success);
  }
  ~Machine() { CHECK_MESSAGE(report.clean(), report.first()); }
  void* allocate(size_t bytes) {
    void* data = nullptr;
    REQUIRE(device.allocate(0, bytes, data) == Status::Success);
    return data;
  }
  cuda::EventHandle event(bool timing = false) {
    cuda::EventHandle handle = nullptr;
    REQUIRE(device.create_event(0, timing, false, handle) == Status::Success);
    return handle;
  }
  Report report;
  SimulatedDevice device;
  Stream a, b;
};

uint8_t first_byte(Machine& m, const void* data) {
  uint8_t byte = 0;
  REQUIRE(m.device.copy(&byte, data, 1, CopyKind::DeviceToHost, Stream{nullptr, 0}) == Status::Success);
  return byte;
}

}  // namespace

TEST_CASE("work of one stream runs in order, work of two in any order") {
  std::set<int> seen;
  for (uint64_t seed = 1; seed <= 32; ++seed) {
    Machine m({.devices = 1, .memory = 4 * kMiB, .seed = seed, .pace = 0});
    auto* data = static_cast<uint8_t*>(m.allocate(512));
    REQUIRE(m.device.fill(data, 1, 512, m.a) == Status::Success);
    REQUIRE(m.device.fill(data, 2, 512, m.a) == Status::Success);
    REQUIRE(m.device.fill(data, 3, 512, m.b) == Status::Success);
    CHECK(*data == kPoison);
    CHECK(m.device.query(m.a) == Status::NotReady);
    m.device.run_all();
    CHECK(m.device.query(m.a) == Status::Success);
    CHECK(*data != 1);
    seen.insert(*data);
  }
  CHECK(seen == std::set<int>{2, 3});
}

TEST_CASE("an event orders streams, in fact and in the clocks") {
  for (uint64_t seed = 1; seed <= 16; ++seed) {
    Machine m({.devices = 1, .memory = 4 * kMiB, .seed = seed, .pace = 0});
    auto* data = static_cast<uint8_t*>(m.allocate(512));
    REQUIRE(m.device.fill(data, 1, 512, m.a) == Status::Success);
    const Clock before = m.device.clock_of(m.a);
    CHECK_FALSE(m.device.clock_of(m.b).covers(before));
    const cuda::EventHandle event = m.event();
    REQUIRE(m.device.record_event(event, m.a) == Status::Success);
    CHECK(m.device.query(event) == Status::NotReady);
    REQUIRE(m.device.wait_event(m.b, event) == Status::Success);
    REQUIRE(m.device.destroy_event(0, event) == Status::Success);
    REQUIRE(m.device.fill(data, 2, 512, m.b) == Status::Success);
    CHECK(m.device.clock_of(m.b).covers(before));
    REQUIRE(m.device.synchronize(m.b) == Status::Success);
    CHECK(*data == 2);
  }
}

TEST_CASE("what the host has seen finished orders what it enqueues then") {
  Machine m;
  void* data = m.allocate(512);
  REQUIRE(m.device.fill(data, 1, 512, m.a) == Status::Success);
  const Clock before = m.device.clock_of(m.a);
  REQUIRE(m.device.synchronize(m.a) == Status::Success);
  CHECK(m.device.clock_of(m.b).covers(before));
}

TEST_CASE("timing events measure simulated time") {
  Machine m;
  void* data = m.allocate(512);
  const cuda::EventHandle start = m.event(true), end = m.event(true);
  float ms = -1;
  CHECK(m.device.elapsed_ms(start, end, ms) != Status::Success);  // never recorded
  REQUIRE(m.device.record_event(start, m.a) == Status::Success);
  REQUIRE(m.device.fill(data, 1, 512, m.a) == Status::Success);
  REQUIRE(m.device.record_event(end, m.a) == Status::Success);
  CHECK(m.device.elapsed_ms(start, end, ms) == Status::NotReady);
  REQUIRE(m.device.synchronize(end) == Status::Success);
  REQUIRE(m.device.elapsed_ms(start, end, ms) == Status::Success);
  CHECK(ms > 0);
}

TEST_CASE("memory is bounded, poisoned when it is given back, and its use then is seen") {
  Machine m;
  void* data = m.allocate(8 * kMiB);
  void* more = nullptr;
  CHECK(m.device.allocate(0, 9 * kMiB, more) == Status::OutOfMemory);
  REQUIRE(m.device.fill(data, 7, 8 * kMiB, m.a) == Status::Success);
  REQUIRE(m.device.free(0, data) == Status::Success);  // waits for the device
  CHECK(*static_cast<uint8_t*>(data) == kPoison);
  CHECK(m.device.used(0) == 0);
  REQUIRE(m.device.allocate(0, 9 * kMiB, more) == Status::Success);

  Report report;
  SimulatedDevice device({.memory = 8 * kMiB, .pace = 0}, report);
  void* range = nullptr;
  REQUIRE(device.reserve_addresses(0, 4 * kMiB, range) == Status::Success);
  REQUIRE(device.map_memory(0, range, 2 * kMiB) == Status::Success);
  REQUIRE(device.fill(range, 1, 2 * kMiB, {nullptr, 0}) == Status::Success);
  REQUIRE(device.unmap_memory(0, range, 2 * kMiB) == Status::Success);  // waits for nothing
  CHECK(report.clean());
  device.run_all();
  CHECK(report.count() == 1);
  CHECK(report.first().find("taken back") != std::string::npos);
  CHECK(device.free(0, range) == Status::InvalidValue);
  CHECK(report.count() == 2);
}

TEST_CASE("mappings keep to their reservation, their granularity and the memory there is") {
  Machine m;
  size_t granularity = 0;
  REQUIRE(m.device.granularity(0, granularity) == Status::Success);
  void* range = nullptr;
  CHECK(m.device.reserve_addresses(0, granularity + 1, range) == Status::InvalidValue);
  REQUIRE(m.device.reserve_addresses(0, 32 * granularity, range) == Status::Success);
  auto* at = static_cast<char*>(range);
  REQUIRE(m.device.map_memory(0, at + granularity, granularity) == Status::Success);
  REQUIRE(m.device.map_memory(0, at, granularity) == Status::Success);
  CHECK(m.device.map_memory(0, at + 2 * granularity, 7 * granularity) == Status::OutOfMemory);  // 16 MiB in all
  REQUIRE(m.device.fill(at, 1, 2 * granularity, m.a) == Status::Success);                       // across both mappings
  REQUIRE(m.device.synchronize(m.a) == Status::Success);
  REQUIRE(m.device.unmap_memory(0, at, granularity) == Status::Success);
  REQUIRE(m.device.unmap_memory(0, at + granularity, granularity) == Status::Success);
  REQUIRE(m.device.release_addresses(0, range, 32 * granularity) == Status::Success);
  CHECK(m.device.counts() == SimulatedDevice::Counts{});
}

TEST_CASE("the driver's pool reuses in stream order") {
  Machine m;
  void* first = nullptr;
  void* second = nullptr;
  REQUIRE(m.device.allocate_async(m.a, kMiB, first) == Status::Success);
  REQUIRE(m.device.fill(first, 1, kMiB, m.a) == Status::Success);
  REQUIRE(m.device.free_async(m.a, first) == Status::Success);
  REQUIRE(m.device.allocate_async(m.b, kMiB, second) == Status::Success);
  CHECK(second != first);  // no order yet
  REQUIRE(m.device.allocate_async(m.a, kMiB, second) == Status::Success);
  CHECK(second == first);
  REQUIRE(m.device.fill(second, 1, kMiB, m.a) == Status::Success);
  m.device.run_all();
}

TEST_CASE("pageable copies happen at the call, page-locked ones later") {
  Machine m;
  void* data = m.allocate(512);
  uint8_t pageable = 5;
  REQUIRE(m.device.copy(data, &pageable, 1, CopyKind::HostToDevice, m.a) == Status::Success);
  pageable = 6;  // was read already
  REQUIRE(m.device.synchronize(m.a) == Status::Success);
  CHECK(first_byte(m, data) == 5);
  void* locked = nullptr;
  REQUIRE(m.device.allocate_host(64, locked) == Status::Success);
  CHECK(m.device.is_page_locked(static_cast<char*>(locked) + 63));
  CHECK_FALSE(m.device.is_page_locked(&pageable));
  REQUIRE(m.device.copy(locked, data, 1, CopyKind::DeviceToHost, m.a) == Status::Success);
  CHECK(*static_cast<uint8_t*>(locked) == kPoison);
  REQUIRE(m.device.synchronize(m.a) == Status::Success);
  CHECK(*static_cast<uint8_t*>(locked) == 5);
  REQUIRE(m.device.free_host(locked) == Status::Success);
}

TEST_CASE("a launch uses its storages when it runs") {
  Report report;
  SimulatedDevice device({.devices = 2, .memory = 8 * kMiB, .pace = 0}, report);
  void* data = nullptr;
  REQUIRE(device.allocate(0, 512, data) == Status::Success);
  const Storage storage(new StorageImpl({data, nullptr, nullptr}, 512, Device(DeviceType::CUDA, 0)));
  const StorageImpl* storages[] = {storage.get()};
  cuda::KernelLaunch launch{"relu", nullptr, {1, 1, 1}, {1, 1, 1}, 0, nullptr, storages, 1};
  REQUIRE(device.launch({nullptr, 0}, launch) == Status::Success);
  device.run_all();
  CHECK(report.clean());
  REQUIRE(device.launch({nullptr, 1}, launch) == Status::Success);
  CHECK(report.count() == 1);
  CHECK(report.first().find("another device") != std::string::npos);
}

TEST_CASE("a captured program runs when it is replayed, each time") {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    Machine m({.devices = 1, .memory = 4 * kMiB, .seed = seed, .pace = 0});
    auto* data = static_cast<uint8_t*>(m.allocate(1024));
    const cuda::EventHandle fork = m.event(), join = m.event();
    REQUIRE(m.device.begin_capture(m.a, CaptureMode::Global) == Status::Success);
    REQUIRE(m.device.fill(data, 1, 1024, m.a) == Status::Success);
    REQUIRE(m.device.record_event(fork, m.a) == Status::Success);
    REQUIRE(m.device.wait_event(m.b, fork) == Status::Success);
    CaptureState state = CaptureState::None;
    uint64_t id = 0, id_b = 0;
    REQUIRE(m.device.capture_info(m.a, state, id) == Status::Success);
    REQUIRE(m.device.capture_info(m.b, state, id_b) == Status::Success);
    CHECK(state == CaptureState::Active);
    CHECK(id == id_b);
    REQUIRE(m.device.fill(data, 2, 512, m.b) == Status::Success);
    REQUIRE(m.device.fill(data + 512, 3, 512, m.a) == Status::Success);
    REQUIRE(m.device.record_event(join, m.b) == Status::Success);
    REQUIRE(m.device.wait_event(m.a, join) == Status::Success);
    cuda::GraphHandle graph = nullptr;
    REQUIRE(m.device.end_capture(m.a, graph) == Status::Success);
    size_t nodes = 0;
    REQUIRE(m.device.node_count(graph, nodes) == Status::Success);
    CHECK(nodes == 3);
    cuda::GraphExecHandle exec = nullptr;
    REQUIRE(m.device.instantiate(0, graph, exec) == Status::Success);
    REQUIRE(m.device.destroy_graph(graph) == Status::Success);
    CHECK(*data == kPoison);
    for (int i = 0; i < 3; ++i) {
      REQUIRE(m.device.fill(data, 9, 1024, m.a) == Status::Success);
      REQUIRE(m.device.launch_graph(exec, m.a) == Status::Success);
      if (i == 2) REQUIRE(m.device.destroy_graph_exec(exec) == Status::Success);  // while it is queued
      REQUIRE(m.device.synchronize(m.a) == Status::Success);
      CHECK(int{data[0]} == 2);
      CHECK(int{data[1023]} == 3);
    }
  }
}

TEST_CASE("what capture forbids fails and invalidates it") {
  const auto breaks = [](CaptureMode mode, auto call) {
    Machine m;
    void* data = m.allocate(512);
    const cuda::EventHandle inside = m.event(), outside = m.event();
    REQUIRE(m.device.record_event(outside, m.b) == Status::Success);
    REQUIRE(m.device.begin_capture(m.a, mode) == Status::Success);
    REQUIRE(m.device.fill(data, 1, 512, m.a) == Status::Success);
    REQUIRE(m.device.record_event(inside, m.a) == Status::Success);
    const Status status = call(m, data, inside, outside);
    cuda::GraphHandle graph = nullptr;
    const Status ended = m.device.end_capture(m.a, graph);
    CHECK((ended == Status::Success) == (graph != nullptr));
    if (graph != nullptr) REQUIRE(m.device.destroy_graph(graph) == Status::Success);
    CHECK((status == Status::Success) == (ended == Status::Success));
    CHECK((ended == Status::Success || ended == Status::CaptureInvalidated));
    // The stream is as before.
    CHECK(m.device.fill(data, 1, 512, m.a) == Status::Success);
    CHECK(m.device.synchronize(m.a) == Status::Success);
    return status != Status::Success;
  };
  for (const CaptureMode mode : {CaptureMode::Global, CaptureMode::ThreadLocal, CaptureMode::Relaxed}) {
    CHECK(breaks(mode, [](Machine& m, auto...) { return m.device.synchronize(m.a); }));
    CHECK(breaks(mode, [](Machine& m, auto...) { return m.device.query(m.a); }));
    CHECK(breaks(mode, [](Machine& m, auto...) { return m.device.synchronize(0); }));
    CHECK(breaks(mode, [](Machine& m, void*, auto inside, auto) { return m.device.query(inside); }));
    CHECK(breaks(mode, [](Machine& m, void*, auto inside, auto) { return m.device.synchronize(inside); }));
    CHECK(breaks(mode, [](Machine& m, void*, auto, auto outside) { return m.device.wait_event(m.a, outside); }));
    CHECK(breaks(mode, [](Machine& m, void* data, auto...) { return m.device.free(0, data); }));
    CHECK_FALSE(breaks(mode, [](Machine& m, auto...) { return m.device.synchronize(m.b); }));
    CHECK_FALSE(breaks(mode, [](Machine& m, void*, auto, auto outside) { return m.device.synchronize(outside); }));
    CHECK_FALSE(breaks(mode, [](Machine& m, auto...) {
      void* more = nullptr;
      return m.device.allocate(0, 512, more);
    }));
  }
}

TEST_CASE("a capture ends where and how it began") {
  Machine m;
  void* data = m.allocate(512);
  cuda::GraphHandle graph = nullptr;
  CHECK(m.device.begin_capture({nullptr, 0}, CaptureMode::Relaxed) == Status::CaptureUnsupported);
  CHECK(m.device.end_capture(m.a, graph) != Status::Success);  // none runs
  const cuda::EventHandle fork = m.event();
  REQUIRE(m.device.begin_capture(m.a, CaptureMode::Global) == Status::Success);
  CHECK(m.device.begin_capture(m.a, CaptureMode::Global) != Status::Success);
  REQUIRE(m.device.record_event(fork, m.a) == Status::Success);
  REQUIRE(m.device.wait_event(m.b, fork) == Status::Success);
  REQUIRE(m.device.fill(data, 1, 512, m.b) == Status::Success);
  Status status = Status::Success;
  std::thread([&] { status = m.device.end_capture(m.a, graph); }).join();
  CHECK(static_cast<int>(status) == 908);  // another thread
  // m.b has work that m.a does not wait for.
  CHECK(static_cast<int>(m.device.end_capture(m.a, graph)) == 904);
  CHECK(graph == nullptr);
  CHECK(m.device.counts().captures == 0);
  CHECK(m.device.synchronize(m.b) == Status::Success);

  REQUIRE(m.device.begin_capture(m.a, CaptureMode::Relaxed) == Status::Success);
  REQUIRE(m.device.begin_capture(m.b, CaptureMode::Relaxed) == Status::Success);
  REQUIRE(m.device.record_event(fork, m.a) == Status::Success);
  CHECK(static_cast<int>(m.device.wait_event(m.b, fork)) == 902);  // of another capture: both are lost
  CHECK(m.device.end_capture(m.a, graph) == Status::CaptureInvalidated);
  CHECK(m.device.end_capture(m.b, graph) == Status::CaptureInvalidated);
}

TEST_CASE("a fault fails the call that it says") {
  Machine m;
  FaultyDevice faulty(m.device);
  void* data = nullptr;
  faulty.set_fault({.call = Call::Allocate, .at = 2});
  CHECK(faulty.allocate(0, 512, data) == Status::Success);
  CHECK(faulty.allocate(0, 512, data) == Status::OutOfMemory);
  CHECK(faulty.allocate(0, 512, data) == Status::Success);
  CHECK(faulty.failures() == 1);
  faulty.set_fault({.at = 1, .for_good = true, .status = Status::IllegalAddress});
  CHECK(faulty.fill(data, 0, 512, m.a) == Status::IllegalAddress);
  CHECK(faulty.synchronize(m.a) == Status::IllegalAddress);
  CHECK(faulty.first_failure() == Call::Fill);
  faulty.clear_fault();
  CHECK(faulty.fill(data, 0, 512, m.a) == Status::Success);
  CHECK(faulty.calls() == 1);
  CHECK(faulty.calls(Call::Fill) == 1);
}
