// The capture of a CUDA graph: a transaction on a stream, the allocator and the random generators of one thread.
//
// Note [Capture]
// While a thread captures, its allocations on the device come from the graph's private pool, its draws from a generator
// read seed and offset from device memory, and all of its work is seen by the Capture, which keeps the memory that the
// work uses alive: storages from outside by holding them, those that the capture itself made through the pool. Calls
// that a capture cannot take (a synchronisation, a read by the host, work for a stream that takes no part) raise before
// they reach CUDA, so that the capture stays whole. However it ends, the thread is then as it was before.
// Devices that have been connected with the capturing one (cuda/peers.h) take part: meanwhile the thread's current
// stream there is one that waits for the capturing stream, and is waited for at the end.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/generator.h"
#include "core/macros.h"
#include "cuda/allocator.h"
#include "cuda/device_api.h"
#include "cuda/work.h"

namespace vt::cuda {

/// What a finished capture owns. The caller destroys `graph`, frees `slots` and releases the pool.
struct CapturedWork {
  struct Draws {
    intrusive_ptr<CudaGenerator> generator;
    uint64_t increment = 0;  // by which one run of the graph moves the generator's offset on
  };

  GraphHandle graph = nullptr;
  std::vector<Storage> storages;  // memory from outside that the graph reads or writes
  std::vector<Storage> written;   // those of them whose version the captured code moved on
  std::vector<Draws> generators;
  Block* slots = nullptr;    // PhiloxSlot i is of generators[i]; null without generators
  std::vector<int> devices;  // beside the one that the capture began on; each has retained the pool
};

class VT_API Capture final : public WorkObserver {
 public:
  /// Begins on `stream`, which must not be a default stream. Memory comes from `pool` (a new one if it is the shared
  /// one). Throws with nothing changed.
  Capture(Stream stream, CaptureMode mode, PoolId pool);
  /// Drops what was not ended.
  ~Capture() override;
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  /// Ends the capture on the thread that began it; the pool stays retained, once, for the caller to release. Throws
  /// what broke the capture, with everything as it was before it began.
  CapturedWork end();

  Stream stream() const noexcept { return stream_; }
  PoolId pool() const noexcept { return pool_; }
  /// No other capture's; never 0.
  uint64_t id() const noexcept { return id_; }

  /// A second stream for this capture's work alone (cuda/branch.h). It takes part once it waits for stream().
  Stream branch_stream();
  /// Scratch memory of at least `bytes` for work of `stream` within this capture: see cuda/workspace.h.
  void* workspace(Stream stream, size_t bytes);
  /// Remembers the first failure, to be named when the capture turns out to be broken.
  void note_failure(std::string text);
  /// Destroys a graph once the capture is over; either may be null.
  void destroy_later(GraphHandle graph, GraphExecHandle exec);

  /// Whether memory from outside is used by the work so far.
  bool uses(const StorageImpl& storage) const { return seen_.contains(&storage); }
  /// Whether the capture itself allocated the memory.
  bool made_here(const StorageImpl& storage) const;

  void on_work(const char* op, Stream stream, StorageSpan storages) override;
  /// Gives `generator` a slot and makes it draw from there.
  void adopt(CudaGenerator& generator);

 private:
  // A device beside the first: its stream in the capture, and what the thread had there before.
  struct Beside {
    Stream stream;
    Stream previous_stream;
    PoolId previous_pool;
  };
  void remember_blocks(int device);
  void join_peers();
  void take_part(int device);
  Status stop(GraphHandle& graph) noexcept;
  void restore() noexcept;
  void drop() noexcept;

  Stream stream_;
  StreamHandle branch_ = nullptr;
  PoolId pool_;
  uint64_t id_ = 0;
  bool active_ = false;
  PoolId previous_pool_;
  WorkObserver* previous_observer_ = nullptr;
  AdoptGenerator previous_adopt_ = nullptr;
  std::unordered_set<uintptr_t> blocks_before_;            // of a pool that was in use when the capture began
  std::unordered_map<const StorageImpl*, uint32_t> seen_;  // storages from outside, with their versions at first
  std::vector<std::pair<StreamHandle, Block*>> workspaces_;
  std::vector<Beside> beside_;
  std::vector<std::pair<GraphHandle, GraphExecHandle>> destroy_later_;
  std::string failure_;
  CapturedWork work_;
};

/// The capture that this thread runs, or null.
VT_API Capture* current_capture() noexcept;
inline bool is_capturing() noexcept { return current_capture() != nullptr; }
/// Throws RuntimeError if this thread captures; `what` begins the sentence: "a synchronisation".
VT_API void refuse_under_capture(const char* what);

/// A stream of the device for captures alone: the pool's streams go round, and work that another thread gives to a
/// stream is recorded with the rest.
VT_API Stream capture_stream(int device);

/// Says where a program is, as "train.py:31 in step"; empty if it doesn't know.
using DescribePlace = std::string (*)();
/// For error texts; set once by a language binding.
VT_API void set_place_source(DescribePlace describe);
/// " (at <place>)", or nothing.
VT_API std::string place_suffix();

}  // namespace vt::cuda
