// CUPTI's activity records, as far as we read them. CUPTI's header is not needed: records have only grown since CUDA
// 11, at their end, and a test compares these with the header where there is one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vt::profiler::cupti {

// CUpti_ActivityKind.
enum class Activity : uint32_t {
  Copy = 1,
  Fill = 2,
  Driver = 4,
  Runtime = 5,
  Kernel = 10,  // CONCURRENT_KERNEL
  PeerCopy = 22,
  ExternalCorrelation = 39,
};

// CUPTI's numbering: 18 to 29 in CUDA 11.8 and 12, then CUDA's own (130001 in 13.0). What is outside may have moved the
// fields below.
constexpr bool layout_is_known(uint32_t version) {
  return (version >= 18 && version < 100) || (version >= 120000 && version < 140000);
}

struct KernelRecord {
  Activity kind;
  uint8_t cache[2];
  uint16_t registers;  // per thread
  uint32_t unused0[2];
  uint64_t start, end;  // ns; 0 if unknown
  uint64_t completed;
  uint32_t device, context, stream;
  int32_t grid[3], block[3];
  int32_t static_shared, dynamic_shared;  // bytes
  uint32_t unused1[2];
  uint32_t correlation;
  int64_t grid_id;
  const char* name;  // mangled; lives as long as its module
  void* unused2[4];
  uint64_t graph_node;
  uint32_t unused3;
  uint32_t graph;
};
static_assert(offsetof(KernelRecord, registers) == 6 && offsetof(KernelRecord, start) == 16 &&
              offsetof(KernelRecord, device) == 40 && offsetof(KernelRecord, grid) == 52 &&
              offsetof(KernelRecord, static_shared) == 76 && offsetof(KernelRecord, correlation) == 92 &&
              offsetof(KernelRecord, name) == 104 && offsetof(KernelRecord, graph_node) == 144 &&
              offsetof(KernelRecord, graph) == 156);

// Of a fill the first four bytes behind the kind are its value.
struct CopyRecord {
  Activity kind;
  uint8_t copy_kind, from_kind, to_kind, flags;
  uint64_t bytes;
  uint64_t start, end;
  uint32_t device, context, stream;
  uint32_t correlation;
  uint64_t unused[2];
  uint64_t graph_node;
  uint32_t graph;
};
static_assert(offsetof(CopyRecord, bytes) == 8 && offsetof(CopyRecord, device) == 32 &&
              offsetof(CopyRecord, correlation) == 44 && offsetof(CopyRecord, graph_node) == 64 &&
              offsetof(CopyRecord, graph) == 72);

struct PeerCopyRecord {
  Activity kind;
  uint8_t copy_kind, from_kind, to_kind, flags;
  uint64_t bytes;
  uint64_t start, end;
  uint32_t device, context, stream;
  uint32_t from_device, from_context, to_device, to_context;
  uint32_t correlation;
  uint64_t unused;
  uint64_t graph_node;
  uint32_t graph;
};
static_assert(offsetof(PeerCopyRecord, from_device) == 44 && offsetof(PeerCopyRecord, correlation) == 60 &&
              offsetof(PeerCopyRecord, graph_node) == 72 && offsetof(PeerCopyRecord, graph) == 80);

// Of a call of the driver too.
struct RuntimeRecord {
  Activity kind;
  uint32_t call;  // which function
  uint64_t start, end;
  uint32_t process, thread;
  uint32_t correlation;
  uint32_t status;
};
static_assert(sizeof(RuntimeRecord) == 40);

struct CorrelationRecord {
  Activity kind;
  uint32_t external_kind;
  uint64_t external;
  uint32_t correlation;
  uint32_t reserved;
};
static_assert(sizeof(CorrelationRecord) == 24);

}  // namespace vt::profiler::cupti
