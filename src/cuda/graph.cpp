#include "cuda/graph.h"

#include <atomic>
#include <mutex>
#include <unordered_map>

#include "core/error.h"
#include "core/storage_hooks.h"
#include "cuda/backend.h"
#include "cuda/device.h"
#include "cuda/device_error.h"
#include "cuda/event.h"
#include "cuda/graph_observer.h"
#include "cuda/philox_slots.h"
#include "cuda/pinned.h"
#include "cuda/waiting_work.h"

namespace vt::cuda {
namespace {

std::atomic<int64_t> live_graphs{0};
std::atomic<uint64_t> graphs_made{0};

// How many graphs use a storage: its address is written into them, so that it cannot be given other memory.
class UsedStorages {
 public:
  static UsedStorages& get() {
    static auto* instance = new UsedStorages;
    return *instance;
  }
  void add(const std::vector<Storage>& storages) {
    std::lock_guard lock(mutex_);
    for (const Storage& storage : storages) ++graphs_[storage.get()];
  }
  void remove(const std::vector<Storage>& storages) noexcept {
    std::lock_guard lock(mutex_);
    for (const Storage& storage : storages) {
      const auto entry = graphs_.find(storage.get());
      if (entry != graphs_.end() && --entry->second == 0) graphs_.erase(entry);
    }
  }

 private:
  UsedStorages() {
    add_before_replace([](const StorageImpl& storage) {
      UsedStorages& used = get();
      std::lock_guard lock(used.mutex_);
      const bool captured_now = is_capturing() && current_capture()->uses(storage);
      VT_CHECK(!captured_now && !used.graphs_.contains(&storage), Runtime,
               "cannot resize memory that a CUDA graph uses; reset() the graph first");
    });
  }
  std::mutex mutex_;
  std::unordered_map<const StorageImpl*, int> graphs_;
};

class ObservedReplay {
 public:
  explicit ObservedReplay(const Graph& graph) noexcept : observer_(graph_observer()) {
    if (VT_UNLIKELY(observer_ != nullptr)) token_ = observer_->begin_replay(graph);
  }
  ~ObservedReplay() {
    if (VT_UNLIKELY(observer_ != nullptr)) observer_->end_replay(token_);
  }
  ObservedReplay(const ObservedReplay&) = delete;
  ObservedReplay& operator=(const ObservedReplay&) = delete;

 private:
  GraphObserver* observer_;
  uint64_t token_ = 0;
};

}  // namespace

int64_t Graph::live_count() noexcept { return live_graphs.load(std::memory_order_relaxed); }

Graph::Graph(bool keep_graph)
    : number_(graphs_made.fetch_add(1, std::memory_order_relaxed) + 1), keep_graph_(keep_graph) {
  live_graphs.fetch_add(1, std::memory_order_relaxed);
}

Graph::~Graph() {
  reset();
  live_graphs.fetch_sub(1, std::memory_order_relaxed);
}

void Graph::capture_begin(PoolId pool, CaptureMode mode) {
  VT_CHECK(capture_ == nullptr, Runtime, "expected a graph that is not being captured, got one that is");
  VT_CHECK(!holds_pool_, Runtime,
           "expected a graph without a capture, got one that holds one; reset() it first, or use "
           "another graph");
  ensure_available();
  const Stream stream = current_stream();
  capture_ = std::make_unique<Capture>(stream, mode, pool);
  device_ = stream.device;
  pool_ = capture_->pool();
  if (GraphObserver* observer = graph_observer()) observer->begin_capture(*this);
}

std::unique_ptr<Capture> Graph::take_capture() noexcept {
  GraphObserver* const observer = capture_ ? graph_observer() : nullptr;
  if (observer) observer->end_capture(*this);
  return std::move(capture_);
}

void Graph::capture_end() {
  VT_CHECK(capture_ != nullptr, Runtime, "expected capture_begin() before capture_end()");
  VT_CHECK(current_capture() == capture_.get(), Runtime, "expected capture_end() on the thread of capture_begin()");
  const std::unique_ptr<Capture> capture = take_capture();
  work_ = capture->end();
  holds_pool_ = true;
  UsedStorages::get().add(work_.storages);
  try {
    check(device_api().node_count(work_.graph, node_count_), "node count of a graph");
    if (!keep_graph_) instantiate_captured();
  } catch (...) {
    reset();
    throw;
  }
}

void Graph::abort_capture() noexcept { take_capture().reset(); }

void Graph::instantiate() {
  VT_CHECK(holds_pool_, Runtime, "expected a captured graph; call capture_begin() and capture_end() first");
  VT_CHECK(keep_graph_, Runtime,
           "instantiate() is for graphs made with keep_graph=True; others are instantiated by "
           "capture_end()");
  instantiate_captured();
}

void Graph::instantiate_captured() {
  GraphExecHandle fresh = nullptr;
  check(device_api().instantiate(device_, work_.graph, fresh), "instantiation of a graph");
  DeviceApi& api = device_api();
  if (exec_ != nullptr && api.destroy_graph_exec(exec_) != Status::Success) api.clear_error();
  exec_ = fresh;
  if (keep_graph_ || debug_) return;
  if (api.destroy_graph(work_.graph) != Status::Success) api.clear_error();
  work_.graph = nullptr;
}

void Graph::replay() {
  VT_CHECK(holds_pool_, Runtime, "expected a captured graph to replay; call capture_begin() and capture_end() first");
  if (VT_UNLIKELY(exec_ == nullptr)) instantiate_captured();
  VT_CHECK(!is_capturing(), NotImplemented, "the replay of a graph while another one is captured");
  throw_device_errors(device_);
  give_waiting();
  const Stream stream = current_stream(device_);
  const ObservedReplay observed(*this);
  last_elsewhere_.clear();
  for (const int device : work_.devices) {
    throw_device_errors(device);
    last_elsewhere_.push_back(current_stream(device));
    wait_stream(stream, last_elsewhere_.back());
  }
  if (work_.generators.empty()) {
    check(device_api().launch_graph(exec_, stream), "replay of a graph");
  } else {
    // The slots are written anew while an earlier replay may still read them.
    if (last_ && *last_ != stream) wait_stream(stream, *last_);
    launch_with_positions(stream);
  }
  for (const Stream& other : last_elsewhere_) wait_stream(other, stream);
  // As if the captured code had run: what was saved for a backward pass before is known to have changed.
  for (const Storage& storage : work_.written) storage->version().bump();
  last_ = stream;
}

// Takes this run's numbers from the generators; gives them back if the run can't be started.
void Graph::launch_with_positions(Stream stream) {
  PhiloxSlot values[kPhiloxSlots];
  const size_t count = work_.generators.size();
  size_t taken = 0;
  try {
    for (; taken < count; ++taken) {
      const CapturedWork::Draws& draws = work_.generators[taken];
      std::lock_guard lock(draws.generator->mutex());
      const PhiloxPosition position = draws.generator->take(draws.increment);
      values[taken] = {position.seed, position.offset};
    }
    write_philox_slots(static_cast<PhiloxSlot*>(work_.slots->data), {values, count}, stream);
    check(device_api().launch_graph(exec_, stream), "replay of a graph");
  } catch (...) {
    while (taken-- > 0) {
      CudaGenerator& generator = *work_.generators[taken].generator;
      std::lock_guard lock(generator.mutex());
      if (!generator.capturing()) generator.set_offset(values[taken].offset);
    }
    throw;
  }
}

void Graph::reset() noexcept {
  abort_capture();
  if (!holds_pool_) return;
  destroy_handles();
  UsedStorages::get().remove(work_.storages);
  // The latest replay may still run: memory of other streams than its own must not be reused before it is done.
  for (const Storage& storage : work_.storages) {
    if (!last_) break;
    try {
      if (storage->device().is_cpu()) {
        record_pinned_use(storage->data(), *last_);
      } else if (const Block* block = block_of(*storage); block != nullptr) {
        Stream used = *last_;
        for (const Stream& other : last_elsewhere_) {
          if (other.device == storage->device().index) used = other;
        }
        if (block->stream != used) record_stream(*storage, used);
      }
    } catch (const Error&) {
      device_api().clear_error();  // a device that is broken runs nothing any more
    }
  }
  allocator().deallocate(std::exchange(work_.slots, nullptr));
  for (const int device : work_.devices) allocator().release_pool(device, pool_);
  work_ = {};
  allocator().release_pool(device_, pool_);
  holds_pool_ = false;
  pool_ = {};
  node_count_ = 0;
  last_.reset();
  last_elsewhere_.clear();
}

void Graph::destroy_handles() noexcept {
  DeviceApi& api = device_api();
  GraphHandle graph = std::exchange(work_.graph, nullptr);
  GraphExecHandle exec = std::exchange(exec_, nullptr);
  if (Capture* capture = current_capture()) return capture->destroy_later(graph, exec);
  if (exec != nullptr && api.destroy_graph_exec(exec) != Status::Success) api.clear_error();
  if (graph != nullptr && api.destroy_graph(graph) != Status::Success) api.clear_error();
}

std::vector<intrusive_ptr<CudaGenerator>> Graph::generators() const {
  std::vector<intrusive_ptr<CudaGenerator>> all;
  for (const CapturedWork::Draws& draws : work_.generators) all.push_back(draws.generator);
  return all;
}

PoolId Graph::pool() const {
  VT_CHECK(capture_ != nullptr || holds_pool_, Runtime,
           "expected a graph whose capture has begun, got one without; its pool is known from capture_begin() on");
  return pool_;
}

void Graph::debug_dump(const char* path) {
  VT_CHECK(work_.graph != nullptr, Runtime,
           "expected a captured graph to print; call enable_debug_mode() before capture_end(), or use keep_graph=True");
  check(device_api().print_graph(work_.graph, path), "debug_dump");
}

GraphHandle Graph::raw_graph() const {
  VT_CHECK(keep_graph_, Runtime, "raw_cuda_graph() is for graphs made with keep_graph=True");
  VT_CHECK(work_.graph != nullptr, Runtime, "expected a captured graph, got one without a capture");
  return work_.graph;
}

GraphExecHandle Graph::raw_exec() const {
  VT_CHECK(exec_ != nullptr, Runtime, "expected an instantiated graph, got one that is not");
  return exec_;
}

}  // namespace vt::cuda
