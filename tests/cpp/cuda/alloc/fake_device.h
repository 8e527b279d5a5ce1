// A device of bookkeeping: memory is numbers, streams are counters that advance when a test says so.
#pragma once

#include <algorithm>
#include <atomic>
#include <iterator>
#include <map>
#include <mutex>
#include <vector>

#include "cuda/device.h"
#include "cuda/device_api.h"

namespace vt::cuda {

class FakeDevice : public DeviceApi {
 public:
  static constexpr size_t kGranularity = size_t{2} << 20;

  explicit FakeDevice(size_t total = size_t{1} << 30) : total_(total) { previous_ = set_device_api(this); }
  ~FakeDevice() override { set_device_api(previous_); }

  // --- what tests read and do ---
  static Stream stream(uintptr_t number) { return {reinterpret_cast<StreamHandle>(number << 8), 0}; }
  /// Work is given to the stream; it stays undone until finish or a wait.
  void work(Stream s) { tick(s).given++; }
  void finish(Stream s) { tick(s).done = tick(s).given; }
  size_t used() const { return used_; }
  size_t most_used() const { return most_used_; }
  size_t pieces() const { return memory_.size() + mapped_.size(); }
  size_t ranges() const { return ranges_.size(); }
  size_t events() const { return events_.size(); }
  size_t calls() const { return calls_; }
  int synchronizations() const { return synchronizations_; }
  /// From now on the n-th call fails with `status` (1: the next), once or for good.
  void fail(size_t nth, Status status, bool for_good = false) {
    fail_at_ = calls_ + nth;
    fail_status_ = status;
    fail_for_good_ = for_good;
  }
  void fail_never() { fail_at_ = 0; }

  /// True while this thread is in a call of the device: what it allocates then is not the allocator's.
  static bool is_inside() { return inside_ > 0; }

  // --- DeviceApi ---
  Status device_count(int& count) override { return count = 1, Status::Success; }
  Status device_properties(int, DeviceProperties& p) override { return p.total_memory = total_, Status::Success; }
  Status set_device(int) override { return Status::Success; }
  Status synchronize(int) override {
    const Inside inside(*this);
    if (const Status status = next_call(); status != Status::Success) return status;
    synchronizations_++;
    for (auto& [handle, stream] : streams_) stream.done = stream.given;
    return Status::Success;
  }
  Status memory_info(int, size_t& free_bytes, size_t& total_bytes) override {
    const Inside inside(*this);
    free_bytes = total_ - used_;
    total_bytes = total_;
    return Status::Success;
  }
  int runtime_version() override { return 13000; }
  int driver_version() override { return 13000; }
  std::string describe(Status status) override { return "status " + std::to_string(static_cast<int>(status)); }
  void clear_error() override {}

  Status allocate(int, size_t bytes, void*& data) override {
    const Inside inside(*this);
    if (const Status status = next_call(); status != Status::Success) return status;
    if (used_ + bytes > total_) return Status::OutOfMemory;
    next_address_ += kGranularity;
    data = reinterpret_cast<void*>(next_address_);
    next_address_ += (bytes + kGranularity - 1) / kGranularity * kGranularity;
    memory_[data] = bytes;
    take(bytes);
    return Status::Success;
  }
  Status free(int, void* data) override {
    const Inside inside(*this);
    if (const Status status = next_call(); status != Status::Success) return status;
    const auto found = memory_.find(data);
    if (found == memory_.end()) return Status::InvalidValue;
    for (auto& [handle, stream] : streams_) stream.done = stream.given;
    used_ -= found->second;
    memory_.erase(found);
    return Status::Success;
  }
  Status granularity(int, size_t& bytes) override { return bytes = kGranularity, Status::Success; }
  Status reserve_addresses(int, size_t bytes, void*& data) override {
    const Inside inside(*this);
    if (const Status status = next_call(); status != Status::Success) return status;
    data = reinterpret_cast<void*>(next_address_);
    next_address_ += bytes;
    ranges_[data] = bytes;
    return Status::Success;
  }
  Status release_addresses(int, void* data, size_t bytes) override {
    const Inside inside(*this);
    if (const Status status = next_call(); status != Status::Success) return status;
    const auto found = ranges_.find(data);
    if (found == ranges_.end() || found->second != bytes) return Status::InvalidValue;
    ranges_.erase(found);
    return Status::Success;
  }
  Status map_memory(int, void* data, size_t bytes) override {
    const Inside inside(*this);
    if (const Status status = next_call(); status != Status::Success) return status;
    if (bytes % kGranularity != 0) return Status::InvalidValue;
    if (used_ + bytes > total_) return Status::OutOfMemory;
    mapped_[data] = bytes;
    take(bytes);
    return Status::Success;
  }
  Status unmap_memory(int, void* data, size_t bytes) override {
    const Inside inside(*this);
    if (const Status status = next_call(); status != Status::Success) return status;
    const auto found = mapped_.find(data);
    if (found == mapped_.end() || found->second != bytes) return Status::InvalidValue;
    mapped_.erase(found);
    used_ -= bytes;
    return Status::Success;
  }
  Status allocate_host(size_t bytes, void*& data) override {
    const Inside inside(*this);
    if (const Status status = next_call(); status != Status::Success) return status;
    data = ::operator new(bytes);
    host_.push_back(data);
    return Status::Success;
  }
  Status free_host(void* data) override {
    const Inside inside(*this);
    if (const Status status = next_call(); status != Status::Success) return status;
    if (std::erase(host_, data) == 0) return Status::InvalidValue;
    ::operator delete(data);
    return Status::Success;
  }
  size_t host_pieces() const { return host_.size(); }
  bool is_page_locked(const void*) override { return false; }

  Status create_event(int, bool, bool, EventHandle& event) override {
    const Inside inside(*this);
    if (const Status status = next_call(); status != Status::Success) return status;
    event = reinterpret_cast<EventHandle>(++last_event_);
    events_[event] = {};
    return Status::Success;
  }
  Status destroy_event(int, EventHandle event) override {
    const Inside inside(*this);
    return events_.erase(event) == 1 ? Status::Success : Status::InvalidValue;
  }
  Status record_event(EventHandle event, Stream s) override {
    const Inside inside(*this);
    if (const Status status = next_call(); status != Status::Success) return status;
    events_[event] = {s.handle, streams_[s.handle].given};
    return Status::Success;
  }
  Status query(EventHandle event) override {
    const Inside inside(*this);
    if (const Status status = next_call(); status != Status::Success) return status;
    const Mark mark = events_[event];
    return streams_[mark.stream].done >= mark.at ? Status::Success : Status::NotReady;
  }
  Status synchronize(EventHandle event) override {
    const Inside inside(*this);
    if (const Status status = next_call(); status != Status::Success) return status;
    const Mark mark = events_[event];
    streams_[mark.stream].done = std::max(streams_[mark.stream].done, mark.at);
    return Status::Success;
  }

  // --- not used by allocators ---
  Status can_access_peer(int, int, bool&) override { return Status::NotSupported; }
  Status allocate_async(Stream, size_t, void*&) override { return Status::NotSupported; }
  Status free_async(Stream, void*) override { return Status::NotSupported; }
  Status pool_reserved(int, size_t&, size_t&) override { return Status::NotSupported; }
  Status reset_pool_peak(int) override { return Status::NotSupported; }
  Status trim_pool(int) override { return Status::NotSupported; }
  Status priority_range(int&, int&) override { return Status::NotSupported; }
  Status create_stream(int, int, StreamHandle&) override { return Status::NotSupported; }
  Status query(Stream) override { return Status::NotSupported; }
  Status synchronize(Stream) override { return Status::NotSupported; }
  Status priority(Stream, int&) override { return Status::NotSupported; }
  Status wait_event(Stream, EventHandle) override { return Status::NotSupported; }
  Status elapsed_ms(EventHandle, EventHandle, float&) override { return Status::NotSupported; }
  Status launch(Stream, const KernelLaunch&) override { return Status::NotSupported; }
  Status allow_shared_memory(const void*, size_t) override { return Status::NotSupported; }
  Status copy(void*, const void*, size_t, CopyKind, Stream) override { return Status::NotSupported; }
  Status copy_peer(void*, int, const void*, int, size_t, Stream) override { return Status::NotSupported; }
  Status fill(void*, int, size_t, Stream) override { return Status::NotSupported; }
  Status fill_rows(void*, size_t, int, size_t, size_t, Stream) override { return Status::NotSupported; }
  Status begin_capture(Stream, CaptureMode) override { return Status::NotSupported; }
  Status end_capture(Stream, GraphHandle&) override { return Status::NotSupported; }
  Status capture_info(Stream, CaptureState&, uint64_t&) override { return Status::NotSupported; }
  Status instantiate(int, GraphHandle, GraphExecHandle&) override { return Status::NotSupported; }
  Status launch_graph(GraphExecHandle, Stream) override { return Status::NotSupported; }
  Status destroy_graph(GraphHandle) override { return Status::NotSupported; }
  Status destroy_graph_exec(GraphExecHandle) override { return Status::NotSupported; }
  Status node_count(GraphHandle, size_t&) override { return Status::NotSupported; }
  Status print_graph(GraphHandle, const char*) override { return Status::NotSupported; }

 private:
  struct Progress {
    uint64_t given = 0;
    uint64_t done = 0;
  };
  struct Mark {
    StreamHandle stream = nullptr;
    uint64_t at = 0;
  };

  class Inside {
   public:
    explicit Inside(FakeDevice& device) : lock_(device.mutex_) { ++inside_; }
    ~Inside() { --inside_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    std::lock_guard<std::mutex> lock_;
  };

  Progress& tick(Stream s) { return streams_[s.handle]; }
  void take(size_t bytes) {
    used_ += bytes;
    most_used_ = std::max(most_used_, used_);
  }
  Status next_call() {
    ++calls_;
    const bool fails = fail_at_ != 0 && (calls_ == fail_at_ || (fail_for_good_ && calls_ > fail_at_));
    return fails ? fail_status_ : Status::Success;
  }

  static inline thread_local int inside_ = 0;
  DeviceApi* previous_ = nullptr;
  std::mutex mutex_;
  size_t total_;
  size_t used_ = 0;
  size_t most_used_ = 0;
  size_t calls_ = 0;
  size_t fail_at_ = 0;
  Status fail_status_ = Status::Success;
  bool fail_for_good_ = false;
  int synchronizations_ = 0;
  uintptr_t next_address_ = uintptr_t{1} << 40;
  uintptr_t last_event_ = 0;
  std::map<void*, size_t> memory_;
  std::map<void*, size_t> mapped_;
  std::map<void*, size_t> ranges_;
  std::map<StreamHandle, Progress> streams_;
  std::map<EventHandle, Mark> events_;
  std::vector<void*> host_;
};

}  // namespace vt::cuda
