// The records of CUPTI: where their fields are, and what a buffer of them is read into.
#include "profiler/cupti_records.h"

#include <doctest/doctest.h>

#include "core/error.h"
#include "profiler/device_tracer.h"
#include "profiler/fake_cupti.h"

#if __has_include(<cupti.h>)
#include <cupti.h>
#define VT_HAS_CUPTI_HEADER 1
#endif

using namespace vt;
using namespace vt::profiler;

#ifdef VT_HAS_CUPTI_HEADER
TEST_CASE("the fields that we read are where CUPTI's header has them") {
#define VT_SAME_PLACE(ours, field, theirs, their_field)                 \
  CHECK(offsetof(cupti::ours, field) == offsetof(theirs, their_field)); \
  CHECK(sizeof(cupti::ours::field) == sizeof(theirs::their_field))
  VT_SAME_PLACE(KernelRecord, kind, CUpti_ActivityKernel10, kind);
  VT_SAME_PLACE(KernelRecord, registers, CUpti_ActivityKernel10, registersPerThread);
  VT_SAME_PLACE(KernelRecord, start, CUpti_ActivityKernel10, start);
  VT_SAME_PLACE(KernelRecord, end, CUpti_ActivityKernel10, end);
  VT_SAME_PLACE(KernelRecord, device, CUpti_ActivityKernel10, deviceId);
  VT_SAME_PLACE(KernelRecord, context, CUpti_ActivityKernel10, contextId);
  VT_SAME_PLACE(KernelRecord, stream, CUpti_ActivityKernel10, streamId);
  CHECK(offsetof(cupti::KernelRecord, grid) == offsetof(CUpti_ActivityKernel10, gridX));
  CHECK(offsetof(cupti::KernelRecord, block) == offsetof(CUpti_ActivityKernel10, blockX));
  VT_SAME_PLACE(KernelRecord, static_shared, CUpti_ActivityKernel10, staticSharedMemory);
  VT_SAME_PLACE(KernelRecord, dynamic_shared, CUpti_ActivityKernel10, dynamicSharedMemory);
  VT_SAME_PLACE(KernelRecord, correlation, CUpti_ActivityKernel10, correlationId);
  VT_SAME_PLACE(KernelRecord, name, CUpti_ActivityKernel10, name);
  VT_SAME_PLACE(KernelRecord, graph_node, CUpti_ActivityKernel10, graphNodeId);
  VT_SAME_PLACE(KernelRecord, graph, CUpti_ActivityKernel10, graphId);
  CHECK(sizeof(cupti::KernelRecord) <= sizeof(CUpti_ActivityKernel9));  // of CUDA 12 too

  VT_SAME_PLACE(CopyRecord, copy_kind, CUpti_ActivityMemcpy6, copyKind);
  VT_SAME_PLACE(CopyRecord, bytes, CUpti_ActivityMemcpy6, bytes);
  VT_SAME_PLACE(CopyRecord, start, CUpti_ActivityMemcpy6, start);
  VT_SAME_PLACE(CopyRecord, end, CUpti_ActivityMemcpy6, end);
  VT_SAME_PLACE(CopyRecord, device, CUpti_ActivityMemcpy6, deviceId);
  VT_SAME_PLACE(CopyRecord, context, CUpti_ActivityMemcpy6, contextId);
  VT_SAME_PLACE(CopyRecord, stream, CUpti_ActivityMemcpy6, streamId);
  VT_SAME_PLACE(CopyRecord, correlation, CUpti_ActivityMemcpy6, correlationId);
  VT_SAME_PLACE(CopyRecord, graph_node, CUpti_ActivityMemcpy6, graphNodeId);
  VT_SAME_PLACE(CopyRecord, graph, CUpti_ActivityMemcpy6, graphId);
  CHECK(sizeof(cupti::CopyRecord) <= sizeof(CUpti_ActivityMemcpy5));

  VT_SAME_PLACE(CopyRecord, bytes, CUpti_ActivityMemset4, bytes);
  VT_SAME_PLACE(CopyRecord, start, CUpti_ActivityMemset4, start);
  VT_SAME_PLACE(CopyRecord, end, CUpti_ActivityMemset4, end);
  VT_SAME_PLACE(CopyRecord, device, CUpti_ActivityMemset4, deviceId);
  VT_SAME_PLACE(CopyRecord, stream, CUpti_ActivityMemset4, streamId);
  VT_SAME_PLACE(CopyRecord, correlation, CUpti_ActivityMemset4, correlationId);
  VT_SAME_PLACE(CopyRecord, graph_node, CUpti_ActivityMemset4, graphNodeId);
  VT_SAME_PLACE(CopyRecord, graph, CUpti_ActivityMemset4, graphId);
  CHECK(sizeof(cupti::CopyRecord) <= sizeof(CUpti_ActivityMemset4));

  VT_SAME_PLACE(PeerCopyRecord, bytes, CUpti_ActivityMemcpyPtoP4, bytes);
  VT_SAME_PLACE(PeerCopyRecord, device, CUpti_ActivityMemcpyPtoP4, deviceId);
  VT_SAME_PLACE(PeerCopyRecord, from_device, CUpti_ActivityMemcpyPtoP4, srcDeviceId);
  VT_SAME_PLACE(PeerCopyRecord, to_device, CUpti_ActivityMemcpyPtoP4, dstDeviceId);
  VT_SAME_PLACE(PeerCopyRecord, correlation, CUpti_ActivityMemcpyPtoP4, correlationId);
  VT_SAME_PLACE(PeerCopyRecord, graph_node, CUpti_ActivityMemcpyPtoP4, graphNodeId);
  VT_SAME_PLACE(PeerCopyRecord, graph, CUpti_ActivityMemcpyPtoP4, graphId);
  CHECK(sizeof(cupti::PeerCopyRecord) <= sizeof(CUpti_ActivityMemcpyPtoP4));

  VT_SAME_PLACE(RuntimeRecord, call, CUpti_ActivityAPI, cbid);
  VT_SAME_PLACE(RuntimeRecord, start, CUpti_ActivityAPI, start);
  VT_SAME_PLACE(RuntimeRecord, end, CUpti_ActivityAPI, end);
  VT_SAME_PLACE(RuntimeRecord, thread, CUpti_ActivityAPI, threadId);
  VT_SAME_PLACE(RuntimeRecord, correlation, CUpti_ActivityAPI, correlationId);
  VT_SAME_PLACE(RuntimeRecord, status, CUpti_ActivityAPI, returnValue);
  CHECK(sizeof(cupti::RuntimeRecord) == sizeof(CUpti_ActivityAPI));

  VT_SAME_PLACE(CorrelationRecord, external_kind, CUpti_ActivityExternalCorrelation, externalKind);
  VT_SAME_PLACE(CorrelationRecord, external, CUpti_ActivityExternalCorrelation, externalId);
  VT_SAME_PLACE(CorrelationRecord, correlation, CUpti_ActivityExternalCorrelation, correlationId);
  CHECK(sizeof(cupti::CorrelationRecord) == sizeof(CUpti_ActivityExternalCorrelation));
#undef VT_SAME_PLACE
}

TEST_CASE("our numbers are those of CUPTI's header") {
  const auto number = [](cupti::Activity kind) { return static_cast<int>(kind); };
  CHECK(number(cupti::Activity::Copy) == CUPTI_ACTIVITY_KIND_MEMCPY);
  CHECK(number(cupti::Activity::Fill) == CUPTI_ACTIVITY_KIND_MEMSET);
  CHECK(number(cupti::Activity::Runtime) == CUPTI_ACTIVITY_KIND_RUNTIME);
  CHECK(number(cupti::Activity::Driver) == CUPTI_ACTIVITY_KIND_DRIVER);
  CHECK(cupti::kDriverDomain == CUPTI_CB_DOMAIN_DRIVER_API);
  CHECK(number(cupti::Activity::Kernel) == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL);
  CHECK(number(cupti::Activity::PeerCopy) == CUPTI_ACTIVITY_KIND_MEMCPY2);
  CHECK(number(cupti::Activity::ExternalCorrelation) == CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION);
  CHECK(cupti::kNoMoreRecords == CUPTI_ERROR_MAX_LIMIT_REACHED);
  CHECK(cupti::kExternalKind == CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0);
  CHECK(cupti::kRuntimeDomain == CUPTI_CB_DOMAIN_RUNTIME_API);
  CHECK(cupti::kSystemThreadIds == CUPTI_ACTIVITY_THREAD_ID_TYPE_SYSTEM);
  CHECK(cupti::layout_is_known(CUPTI_API_VERSION));
}
#endif

TEST_CASE("versions whose records we do not know are told apart") {
  for (const uint32_t known : {18u, 24u, 28u, 130000u, 130001u, 130200u}) CHECK(cupti::layout_is_known(known));
  for (const uint32_t unknown : {0u, 12u, 17u, 100u, 110000u, 140000u, 999999u}) {
    CHECK_FALSE(cupti::layout_is_known(unknown));
  }
}

namespace {
struct Collected final : cupti::RecordSink {
  std::vector<DeviceSpan> work;
  std::vector<RuntimeCall> calls;
  std::vector<std::pair<uint32_t, uint64_t>> links;
  void on_device_work(DeviceSpan&& span) override { work.push_back(span); }
  void on_runtime_call(RuntimeCall&& call) override { calls.push_back(call); }
  void on_correlation(uint32_t correlation, uint64_t span) override { links.push_back({correlation, span}); }
};
}  // namespace

TEST_CASE("a buffer is read record by record, unknown kinds passed over") {
  FakeCupti fake;
  for (const cupti::Activity kind :
       {cupti::Activity::Kernel, cupti::Activity::Copy, cupti::Activity::Fill, cupti::Activity::PeerCopy,
        cupti::Activity::Runtime, cupti::Activity::ExternalCorrelation}) {
    fake.api().enable(kind);
  }
  fake.api().push_external(cupti::kExternalKind, 77);
  fake.launch({"_Z5adderPf"});
  fake.unknown();
  fake.copy(4096, 1);
  fake.fill(512);
  fake.peer_copy(64);
  fake.launch({"first", "second"}, 5);
  Collected found;
  // The fake steps through its own buffer.
  const size_t count =
      cupti::read_records(fake.api(), const_cast<uint8_t*>(fake.buffer().data()), fake.buffer().size(), found);
  CHECK(count == 17);
  REQUIRE(found.work.size() == 6);
  REQUIRE(found.calls.size() == 5);
  REQUIRE(found.links.size() == 5);
  CHECK(found.links[0] == std::pair<uint32_t, uint64_t>{1, 77});
  const DeviceSpan& kernel = found.work[0];
  CHECK(kernel.work == DeviceWork::Kernel);
  CHECK(name_of(kernel) == "adder(float*)");
  CHECK(kernel.end_ns - kernel.begin_ns == 1000);
  CHECK((kernel.stream == 7 && kernel.registers == 32 && kernel.static_shared == 16 && kernel.dynamic_shared == 48));
  CHECK((kernel.grid[0] == 4 && kernel.block[0] == 128 && kernel.block[2] == 1));
  CHECK((found.work[1].work == DeviceWork::Copy && found.work[1].bytes == 4096));
  CHECK(name_of(found.work[1]) == "Memcpy HtoD");
  CHECK((found.work[2].work == DeviceWork::Fill && found.work[2].bytes == 512 && found.work[2].copy_kind == 0));
  CHECK((found.work[3].work == DeviceWork::Copy && name_of(found.work[3]) == "Memcpy PtoP"));
  CHECK((found.work[4].graph == 5 && found.work[5].graph == 5 && found.work[4].graph_node == 100));
  CHECK(found.work[4].correlation == found.work[5].correlation);
}
