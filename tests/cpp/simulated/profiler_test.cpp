// Profiles of device work on a simulated device with a simulated CUPTI: what is tied to what, and what a failure
// leaves.
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "core/error.h"
#include "ops/typed/copy.h"
#include "profiler/chrome_trace.h"
#include "profiler/device_tracer.h"
#include "profiler/fake_cupti.h"
#include "profiler/session.h"
#include "simulated/graph_work.h"

using namespace vt;
using namespace vt::profiler;
using namespace vt::simulated;
using vt::profiler::DeviceWork;

namespace {

// Tells the fake CUPTI of the work that passes.
class TracedDevice final : public cuda::DeviceApi {
 public:
  TracedDevice(cuda::DeviceApi& device, FakeCupti& cupti) : device_(device), cupti_(cupti) {}

#define VT_DEVICE_CALL(Kind, name, parameters, arguments) \
  Status name parameters override {                       \
    note(simulated::Call::Kind);                          \
    return device_.name arguments;                        \
  }
#define VT_DEVICE_FACT(Type, name, parameters, arguments) \
  Type name parameters override { return device_.name arguments; }
#include "cuda/device_api.def"

 private:
  void note(simulated::Call call) {
    if (cuda::is_capturing()) return;  // nothing runs
    if (call == simulated::Call::Fill) cupti_.fill(256);
    if (call == simulated::Call::Copy) cupti_.copy(256, 8);
    if (call == simulated::Call::LaunchGraph) cupti_.launch({"_Z5firstv", "_Z6secondv"}, 12);
  }
  cuda::DeviceApi& device_;
  FakeCupti& cupti_;
};

struct TracedMachine {
  SimulatedMachine machine{simulated::Options{.seed = 1}};
  FakeCupti cupti;
  TracedDevice traced{machine.faulty, cupti};
  TracedMachine() { cuda::set_device_api(&traced); }
  ~TracedMachine() { cuda::set_device_api(&machine.faulty); }
};

profiler::Options everything() {
  profiler::Options o;
  o.memory = true;
  return o;
}

const HostSpan* span_of(const Profile& p, uint64_t id) {
  const auto at = std::ranges::find(p.host, id, &HostSpan::id);
  return at == p.host.end() ? nullptr : &*at;
}

}  // namespace

TEST_CASE("device work belongs to the op that started it") {
  TracedMachine m;
  const Tensor x = floats();
  start(everything());
  const uint64_t range = begin_range("around");
  ops::zero_(Tensor(x));
  end_range(range);
  m.cupti.launch({"_Z7strangev"});  // by another library, outside any op
  const auto p = stop();
  REQUIRE(p->device.size() == 2);
  const HostSpan* by = span_of(*p, p->device[0].span);
  REQUIRE(by);
  CHECK(name_of(*by).starts_with("aten::"));
  CHECK(p->device[1].span == 0);
  CHECK(name_of(p->device[1]) == "strange()");
  CHECK(m.cupti.external_depth() == 0);
  for (const auto& [kind, on] : m.cupti.enabled) CHECK_FALSE(on);
  CHECK(p->device_names.size() == static_cast<size_t>(cuda::device_count()));
}

TEST_CASE("the kernels of a replay belong to the graph") {
  TracedMachine m;
  const Tensor x = bytes(5000), y = bytes(5000);
  fill(x, 3);
  cuda::Graph graph, other;
  start(everything());
  capture(graph, [&] { copy(y, x); });
  graph.replay();
  graph.replay();
  const auto p = stop();
  std::vector<const HostSpan*> replays, captures;
  for (const HostSpan& span : p->host) {
    if (span.kind == SpanKind::Replay) replays.push_back(&span);
    if (span.kind == SpanKind::Capture) captures.push_back(&span);
  }
  REQUIRE((replays.size() == 2 && captures.size() == 1));
  CHECK((captures[0]->graph == graph.number() && captures[0]->finished && other.number() == graph.number() + 1));
  REQUIRE(p->device.size() == 4);
  for (size_t i = 0; i < 4; ++i) {
    CHECK(p->device[i].graph == 12);
    CHECK(p->device[i].span == replays[i / 2]->id);
  }
  std::string text;
  write_chrome_trace(*p, {}, [&](std::string_view piece) { text += piece; });
  const std::string lane = "\"cat\": \"cuda_graph\", \"name\": \"CUDA graph " + std::to_string(graph.number()) + "\"";
  size_t lanes = 0;
  for (size_t at = text.find(lane); at != std::string::npos; at = text.find(lane, at + 1)) ++lanes;
  CHECK(lanes == 2);
}

TEST_CASE("a profile that ends while a graph is captured leaves the capture alone") {
  TracedMachine m;
  const Tensor x = bytes(100), y = bytes(100);
  fill(x, 5);
  fill(y, 1);
  cuda::Graph graph;
  {
    const cuda::StreamGuard guard(cuda::pool_stream(0));
    start(everything());
    graph.capture_begin({}, kMode);
    copy(y, x);
    const auto p = stop();
    const auto open = std::ranges::find(p->host, SpanKind::Capture, &HostSpan::kind);
    REQUIRE(open != p->host.end());
    CHECK_FALSE(open->finished);
    graph.capture_end();
  }
  graph.replay();
  CHECK(first_byte(y) == 5);
}

TEST_CASE("a capture that is dropped ends in the profile") {
  TracedMachine m;
  const Tensor x = bytes(100);
  start(everything());
  {
    cuda::Graph graph;
    const cuda::StreamGuard guard(cuda::pool_stream(0));
    graph.capture_begin({}, kMode);
    fill(x, 5);
    graph.abort_capture();
  }
  const auto p = stop();
  const auto span = std::ranges::find(p->host, SpanKind::Capture, &HostSpan::kind);
  REQUIRE(span != p->host.end());
  CHECK(span->finished);
}

TEST_CASE("CUPTI's clock is brought to the host's") {
  TracedMachine m;
  m.cupti.clock_lead = 1'700'000'000'000'000'000;
  start(everything());
  m.cupti.launch({"a"});
  const auto p = stop();
  REQUIRE(p->device.size() == 1);
  CHECK(p->device[0].begin_ns >= p->begin_ns);
  CHECK(p->device[0].begin_ns <= p->end_ns + 1'000'000);
}

TEST_CASE("many buffers, a limit, what CUPTI lost, and kernels that run still") {
  TracedMachine m;
  profiler::Options o = everything();
  o.limit = 20;
  start(o);
  m.cupti.unfinished();
  for (int i = 0; i < 100; ++i) m.cupti.launch({"_Z1kv"});
  m.cupti.lost = 3;
  const auto p = stop();
  CHECK(m.cupti.completed > 3);
  CHECK(p->device.size() == 20);
  CHECK(p->dropped.device == 80 + 3);
  CHECK(p->runtime.size() == 20);
  CHECK(p->dropped.runtime == 80);
  CHECK(std::string(p->runtime[0].name) == "cudaLaunchKernel");
  for (const DeviceSpan& span : p->device) CHECK(name_of(span) == "k()");
}

TEST_CASE("calls that start nothing are not kept, those of the driver where the runtime made none") {
  TracedMachine m;
  profiler::Options o = everything();
  o.limit = 4;
  m.cupti.chatter = m.cupti.driver_below = true;
  start(o);
  m.cupti.launch({"a"});
  m.cupti.driver_calls = true;
  m.cupti.driver_below = false;
  m.cupti.launch({"b"});
  m.cupti.copy(1, 1);  // by a call that the fake's driver has as an event's query
  const auto p = stop();
  REQUIRE(p->runtime.size() == 2);
  CHECK(std::string(p->runtime[0].name) == "cudaLaunchKernel");
  CHECK(std::string(p->runtime[1].name) == "cuLaunchKernel");
  CHECK(p->dropped.runtime == 0);
}

TEST_CASE("what was recorded while warming up is left out") {
  TracedMachine m;
  prepare(everything());
  CHECK(m.cupti.enabled[cupti::Activity::Kernel]);
  m.cupti.launch({"before"});
  start(everything());
  m.cupti.launch({"after"});
  const auto p = stop();
  REQUIRE(p->device.size() == 1);
  CHECK(name_of(p->device[0]) == "after");
}

TEST_CASE("a refusal of CUPTI leaves nothing behind") {
  TracedMachine m;
  m.cupti.refused = cupti::Activity::PeerCopy;
  CHECK_THROWS_WITH_AS(start(everything()), doctest::Contains("CUPTI_ERROR_FAKE"), Error);
  CHECK_FALSE(is_running());
  for (const auto& [kind, on] : m.cupti.enabled) CHECK_FALSE(on);
  m.cupti.refused = static_cast<cupti::Activity>(0);
  start(everything());
  m.cupti.launch({"a"});
  CHECK(stop()->device.size() == 1);
}

TEST_CASE("memory of the device is tied to ops, and its total goes on") {
  TracedMachine m;
  const Tensor before = bytes(1 << 20);
  start(everything());
  Tensor x = floats(1000);
  x = {};
  const auto p = stop();
  std::vector<int64_t> changes;
  for (const MemoryEvent& event : p->memory) {
    if (!event.device.is_cuda()) continue;
    changes.push_back(event.bytes);
    CHECK(event.total_allocated == (1 << 20) + (event.bytes > 0 ? 4000 : 0));
  }
  CHECK(changes == std::vector<int64_t>{4000, -4000});
}
