#include "cuda/branch.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/error.h"
#include "cuda/capture.h"
#include "cuda/device_api.h"
#include "cuda/waiting_work.h"

namespace vt::cuda {
namespace {

constexpr size_t kMostBeside = 2, kMostBytes = size_t{24} << 20;

/// A point in the work of a captured stream.
class Point {
 public:
  explicit Point(Stream stream) : device_(stream.device) {
    check(device_api().create_event(device_, /*timing=*/false, /*blocking=*/false, event_), "event creation");
    try {
      check(device_api().record_event(event_, stream), "event record", device_);
    } catch (...) {
      destroy();
      throw;
    }
  }
  Point(Point&& other) noexcept : event_(std::exchange(other.event_, nullptr)), device_(other.device_) {}
  Point& operator=(Point&& other) noexcept {
    std::swap(event_, other.event_);
    std::swap(device_, other.device_);
    return *this;
  }
  ~Point() { destroy(); }

  void block(Stream stream) const { check(device_api().wait_event(stream, event_), "event wait", device_); }

 private:
  void destroy() noexcept {
    if (event_ != nullptr && device_api().destroy_event(device_, event_) != Status::Success) device_api().clear_error();
    event_ = nullptr;
  }
  EventHandle event_ = nullptr;
  int device_;
};

/// The work of a branch, and the memory that it uses, held until the capturing stream waits for it.
struct Beside {
  Point done;
  std::vector<Storage> storages;

  bool uses(const StorageImpl* storage) const {
    return std::ranges::any_of(storages, [&](const Storage& s) { return s.get() == storage; });
  }
};

/// Of this thread's capture.
struct Branches {
  std::vector<Beside> beside;  // in the order of their work
  std::vector<Storage> used;   // by the branch that is open
  Stream open;                 // its stream; no handle: none is

  // All branches are of one stream, so that the last of the first `count` is done after the others.
  void join_until(size_t count) {
    if (count == 0) return;
    beside[count - 1].done.block(current_capture()->stream());
    beside.erase(beside.begin(), beside.begin() + static_cast<std::ptrdiff_t>(count));
  }
};
thread_local Branches branches;

}  // namespace

Branch::Branch(Device device) {
  Capture* capture = device.is_cuda() ? current_capture() : nullptr;
  if (capture == nullptr || capture->stream() != current_stream(device.index)) return;
  trunk_ = capture->stream();
  const Stream branch = capture->branch_stream();
  give_waiting();
  Point(trunk_).block(branch);
  branches.open = branch;
  branches.used.clear();
  set_current_stream(branch);
  place_ = Place::OnBranch;
}

void Branch::leave() noexcept {
  if (place_ != Place::OnBranch) return;
  try {
    give_waiting();
  } catch (const Error&) {
    // The capture is broken, which its end says.
  }
  branch_ = std::exchange(branches.open, Stream{});
  set_current_stream(trunk_);
  place_ = Place::Beside;
}

Branch::~Branch() {
  leave();
  if (place_ == Place::Nowhere || current_capture() == nullptr) return;
  try {
    size_t bytes = 0;
    for (const Storage& storage : branches.used) bytes += storage->bytes();
    branches.beside.push_back({Point(branch_), std::exchange(branches.used, {})});
    const size_t count = branches.beside.size();
    branches.join_until(bytes > kMostBytes ? count : count - std::min(count, kMostBeside));
  } catch (const Error&) {
    // The capture's end finds a stream that was not joined and says so.
  }
}

void join_branches() { branches.join_until(branches.beside.size()); }

void join_branches_of(const StorageImpl& storage) {
  for (size_t i = branches.beside.size(); i > 0; --i) {
    if (branches.beside[i - 1].uses(&storage)) return branches.join_until(i);
  }
}

void note_work_beside(Stream stream, StorageSpan storages) {
  if (branches.open.handle != nullptr && stream == branches.open) {
    for (const StorageImpl* storage : storages) {
      if (storage != nullptr) branches.used.emplace_back(const_cast<StorageImpl*>(storage));
    }
    return;
  }
  for (size_t i = branches.beside.size(); i > 0; --i) {
    const Beside& branch = branches.beside[i - 1];
    if (std::ranges::none_of(storages, [&](const StorageImpl* s) { return s != nullptr && branch.uses(s); })) continue;
    if (stream == current_capture()->stream()) return branches.join_until(i);
    return branch.done.block(stream);
  }
}

void forget_branches() noexcept { branches = {}; }

}  // namespace vt::cuda
