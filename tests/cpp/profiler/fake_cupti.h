// Stands where CUPTI is: writes activity records into buffers that it asks for, as CUPTI of CUDA 13 lays them out.
#pragma once

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "profiler/cupti_api.h"

namespace vt::profiler {

// One at a time: the functions of an Api have no object.
class FakeCupti {
 public:
  FakeCupti() {
    current() = this;
    cupti::set_api(&api_);
  }
  ~FakeCupti() {
    cupti::set_api(nullptr);
    current() = nullptr;
  }
  FakeCupti(const FakeCupti&) = delete;
  FakeCupti& operator=(const FakeCupti&) = delete;

  // Knobs and counts of a test.
  cupti::Activity refused = static_cast<cupti::Activity>(0);  // enabling it fails
  size_t capacity = 4096;                                     // of a buffer, at most what was asked for
  size_t lost = 0;                                            // reported with the next buffer
  int64_t clock_lead = 0;                                     // of CUPTI's clock before the host's, ns
  bool driver_calls = false;                                  // work is started through the driver
  bool driver_below = false;                                  // the driver's calls below the runtime are recorded too
  bool chatter = false;                                       // each call is preceded by one that starts nothing
  int completed = 0;                                          // buffers
  std::map<cupti::Activity, bool> enabled;

  // A runtime call on this thread that starts `names.size()` kernels on a stream: those of a graph if `graph` is not 0.
  void launch(const std::vector<const char*>& names, uint32_t graph = 0) {
    const uint32_t correlation = runtime_call(graph ? 311 : 211);
    for (const char* name : names) {
      cupti::KernelRecord r{};
      r.kind = cupti::Activity::Kernel;
      r.registers = 32;
      r.start = now();
      r.end = r.start + 1000;
      r.device = 0;
      r.stream = 7;
      r.grid[0] = 4, r.grid[1] = r.grid[2] = 1;
      r.block[0] = 128, r.block[1] = r.block[2] = 1;
      r.static_shared = 16, r.dynamic_shared = 48;
      r.correlation = correlation;
      r.name = name;
      r.graph = graph;
      r.graph_node = graph ? 100 + node_++ : 0;
      write(r, kKernelBytes);
    }
  }
  void copy(uint64_t bytes, uint8_t kind) {
    cupti::CopyRecord r{};
    r.kind = cupti::Activity::Copy;
    r.copy_kind = kind;
    r.bytes = bytes;
    r.correlation = runtime_call(41);
    r.start = now();
    r.end = r.start + 500;
    r.stream = 7;
    write(r, kCopyBytes);
  }
  void fill(uint64_t bytes) {
    cupti::CopyRecord r{};
    r.kind = cupti::Activity::Fill;
    r.copy_kind = 0xff;  // a part of the value
    r.bytes = bytes;
    r.correlation = runtime_call(51);
    r.start = now();
    r.end = r.start + 500;
    r.stream = 7;
    write(r, kFillBytes);
  }
  void peer_copy(uint64_t bytes) {
    cupti::PeerCopyRecord r{};
    r.kind = cupti::Activity::PeerCopy;
    r.copy_kind = 10;
    r.bytes = bytes;
    r.from_device = 0, r.to_device = 1;
    r.correlation = runtime_call(45);
    r.start = now();
    r.end = r.start + 500;
    write(r, kPeerCopyBytes);
  }
  // A kind that nobody asked for.
  void unknown() {
    struct {
      uint32_t kind = 9999, filler[13] = {};
    } r;
    sizes_.push_back(sizeof(r));
    append(&r, sizeof(r));
  }
  // A kernel that runs still.
  void unfinished() {
    cupti::KernelRecord r{};
    r.kind = cupti::Activity::Kernel;
    r.start = now();
    r.name = "unfinished";
    write(r, kKernelBytes);
  }
  size_t external_depth() const { return external_.size(); }

  // Records of a buffer of our own, for read_records.
  const std::vector<uint8_t>& buffer() const { return bytes_; }
  const cupti::Api& api() const { return api_; }

 private:
  static constexpr size_t kKernelBytes = 216, kCopyBytes = 96, kFillBytes = 88, kPeerCopyBytes = 96;

  static FakeCupti*& current() {
    static FakeCupti* instance = nullptr;
    return instance;
  }
  uint64_t now() const {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<uint64_t>(t.tv_sec * int64_t{1'000'000'000} + t.tv_nsec + clock_lead);
  }
  bool is_on(cupti::Activity kind) {
    const auto found = enabled.find(kind);
    return found != enabled.end() && found->second;
  }
  uint32_t runtime_call(uint32_t call) {
    const uint32_t correlation = ++correlation_;
    if (!external_.empty() && is_on(cupti::Activity::ExternalCorrelation)) {
      cupti::CorrelationRecord r{cupti::Activity::ExternalCorrelation, 3, external_.back(), correlation, 0};
      write(r, sizeof(r));
    }
    cupti::RuntimeRecord r{cupti::Activity::Runtime, call, now(), now(), 1, 2, correlation, 0};
    if (driver_calls) r.kind = cupti::Activity::Driver;
    if (chatter)
      write(cupti::RuntimeRecord{cupti::Activity::Runtime, 3, now(), now(), 1, 2, ++correlation_, 0}, sizeof(r));
    write(r, sizeof(r));
    if (driver_below) {
      r.kind = cupti::Activity::Driver;
      write(r, sizeof(r));
    }
    return correlation;
  }
  template <class Record>
  void write(const Record& record, size_t size) {
    if (!is_on(record.kind)) return;
    std::vector<uint8_t> bytes(size);
    std::memcpy(bytes.data(), &record, std::min(size, sizeof(record)));
    sizes_.push_back(size);
    append(bytes.data(), size);
  }
  void append(const void* data, size_t size) {
    if (bytes_.size() + size > capacity) give_buffer();
    const auto* from = static_cast<const uint8_t*>(data);
    bytes_.insert(bytes_.end(), from, from + size);
  }
  void give_buffer() {
    if (!requested_ || bytes_.empty()) return;
    uint8_t* buffer = nullptr;
    size_t size = 0, max_records = 0;
    requested_(&buffer, &size, &max_records);
    std::memcpy(buffer, bytes_.data(), bytes_.size());
    const size_t valid = bytes_.size();
    bytes_.clear();
    given_sizes_ = std::exchange(sizes_, {});
    if (!given_sizes_.empty() && valid < sum(given_sizes_)) {  // the last one goes into the next buffer
      sizes_.push_back(given_sizes_.back());
      given_sizes_.pop_back();
    }
    ++completed;
    completed_(nullptr, 0, buffer, size, valid);
  }
  static size_t sum(const std::vector<size_t>& sizes) {
    size_t total = 0;
    for (const size_t size : sizes) total += size;
    return total;
  }
  // Steps through a buffer by the sizes of its records.
  cupti::Result next_record(uint8_t* buffer, size_t valid, void** record) {
    const std::vector<size_t>& sizes = buffer == bytes_.data() ? sizes_ : given_sizes_;
    size_t at = 0, i = 0;
    if (*record) {
      while (buffer + at != *record) at += sizes[i++];
      at += sizes[i++];
    }
    if (at >= valid) return cupti::kNoMoreRecords;
    *record = buffer + at;
    return 0;
  }

  const cupti::Api api_{
      .get_version = [](uint32_t* version) -> cupti::Result { return *version = 130001, 0; },
      .get_timestamp = [](uint64_t* ns) -> cupti::Result { return *ns = current()->now(), 0; },
      .get_result_string = [](cupti::Result, const char** text) -> cupti::Result {
        return *text = "CUPTI_ERROR_FAKE", 0;
      },
      .get_callback_name = [](int domain, uint32_t call, const char** name) -> cupti::Result {
        *name = domain == 1   ? (call == 211 ? "cuLaunchKernel" : "cuEventQuery")
                : call == 211 ? "cudaLaunchKernel_v7000"
                : call == 311 ? "cudaGraphLaunch_v10000"
                : call == 3   ? "cudaGetDevice_v3020"
                              : "cudaMemcpyAsync_v3020";
        return 0;
      },
      .set_thread_id_type = [](int) -> cupti::Result { return 0; },
      .register_callbacks = [](cupti::BufferRequested requested, cupti::BufferCompleted completed) -> cupti::Result {
        current()->requested_ = requested;
        current()->completed_ = completed;
        return 0;
      },
      .enable = [](cupti::Activity kind) -> cupti::Result {
        if (kind == current()->refused) return 35;
        current()->enabled[kind] = true;
        return 0;
      },
      .disable = [](cupti::Activity kind) -> cupti::Result { return current()->enabled[kind] = false, 0; },
      .flush_all = [](uint32_t) -> cupti::Result { return current()->give_buffer(), 0; },
      .get_next_record = [](uint8_t* buffer, size_t valid, void** record) -> cupti::Result {
        return current()->next_record(buffer, valid, record);
      },
      .get_dropped = [](void*, uint32_t, size_t* dropped) -> cupti::Result {
        *dropped = std::exchange(current()->lost, 0);
        return 0;
      },
      .push_external = [](int, uint64_t id) -> cupti::Result { return current()->external_.push_back(id), 0; },
      .pop_external = [](int, uint64_t* last) -> cupti::Result {
        *last = current()->external_.back();
        current()->external_.pop_back();
        return 0;
      },
  };
  cupti::BufferRequested requested_ = nullptr;
  cupti::BufferCompleted completed_ = nullptr;
  std::vector<uint8_t> bytes_;
  std::vector<size_t> sizes_, given_sizes_;
  std::vector<uint64_t> external_;
  uint32_t correlation_ = 0;
  uint64_t node_ = 0;
};

}  // namespace vt::profiler
