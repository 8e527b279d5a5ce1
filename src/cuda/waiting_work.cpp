#include "cuda/waiting_work.h"

#include <algorithm>
#include <utility>

#include "core/storage_hooks.h"
#include "cuda/capture.h"
#include "cuda/device.h"
#include "cuda/device_api.h"

namespace vt::cuda {
namespace detail {
constinit std::atomic<int> waiting{0};
}  // namespace detail

namespace {

using Work = std::unique_ptr<WaitingWork>;

struct Works {
  std::recursive_mutex mutex;
  std::vector<Work> list;  // in the order of their calls
};
Works& works() {
  static auto* instance = new Works;
  return *instance;
}
// Before the first work waits, so that it is given before memory that it knows changes.
void watch_storages() {
  static const bool watched = [] {
    add_before_replace([](const StorageImpl&) { give_waiting(); });
    return true;
  }();
  (void)watched;
}
const bool forgets_works = on_device_api_change([] {
  detail::waiting -= static_cast<int>(works().list.size());
  works().list.clear();
});

bool is_free(const Capture* capture) { return capture == nullptr || capture == current_capture(); }

bool touches(const WaitingWork& work, const StorageImpl* storage) {
  if (storage == nullptr) return false;
  const auto is_it = [&](const Storage& s) { return s.get() == storage; };
  return is_it(work.written) || std::ranges::any_of(work.read, is_it);
}

bool touch(const WaitingWork& a, const WaitingWork& b) {
  if (touches(a, b.written.get())) return true;
  return std::ranges::any_of(b.read, [&](const Storage& s) { return s.get() == a.written.get(); });
}

class Unobserved {
 public:
  explicit Unobserved(bool on) : on_(on), previous_(on ? set_work_observer(nullptr) : nullptr) {}
  ~Unobserved() {
    if (on_) set_work_observer(previous_);
  }
  Unobserved(const Unobserved&) = delete;
  Unobserved& operator=(const Unobserved&) = delete;

 private:
  bool on_;
  WorkObserver* previous_;
};

Work unlisted(size_t i) {
  auto& list = works().list;
  Work work = std::move(list[i]);
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
  return work;
}

// Gives, in order, the works that `wanted` names, and forgets those whose result is gone. `done` gets them all. A work
// counts as waiting until it is given, so that other threads do not pass by.
template <class Wanted>
void give_if(const Wanted& wanted, std::vector<Work>& done) {
  auto& list = works().list;
  for (size_t i = 0; i < list.size();) {
    WaitingWork& work = *list[i];
    const bool gone = work.written->use_count() == 1;
    if (!gone && !(is_free(work.capture) && wanted(work))) {
      ++i;
      continue;
    }
    done.push_back(unlisted(i));
    struct Counted {
      int works = 1;
      ~Counted() { detail::waiting -= works; }
    } counted;
    if (gone) continue;
    for (size_t j = i; j < list.size();) {
      const WaitingWork& other = *list[j];
      const bool together = other.stream == work.stream && other.capture == work.capture &&
                            other.written->use_count() != 1 && wanted(other) && work.takes_along(other);
      if (!together) {
        ++j;
        continue;
      }
      done.push_back(unlisted(j));
      ++counted.works;
    }
    const DeviceGuard device(work.stream.device);
    const Unobserved outside(work.capture != current_capture());
    work.give();
    i = 0;  // giving it may have given others
  }
}

}  // namespace

namespace detail {

void give_waiting_before(Stream stream, StorageSpan storages) {
  std::vector<Work> done;
  std::lock_guard lock(works().mutex);
  give_if(
      [&](const WaitingWork& work) {
        return work.stream != stream ||
               std::ranges::any_of(storages, [&](const StorageImpl* s) { return touches(work, s); });
      },
      done);
}

void give_all_waiting() {
  std::vector<Work> done;
  std::lock_guard lock(works().mutex);
  give_if([](const WaitingWork&) { return true; }, done);
}

uint32_t count_writers(const StorageImpl& storage) {
  std::lock_guard lock(works().mutex);
  const auto writes = [&](const Work& work) { return work->written.get() == &storage; };
  return static_cast<uint32_t>(std::ranges::count_if(works().list, writes));
}

}  // namespace detail

void forget_waiting(const Capture& capture) noexcept {
  std::vector<Work> done;
  std::lock_guard lock(works().mutex);
  auto& list = works().list;
  for (size_t i = list.size(); i-- > 0;) {
    if (list[i]->capture != &capture) continue;
    done.push_back(unlisted(i));
    --detail::waiting;
  }
}

WaitingList::WaitingList() : lock_(works().mutex) { ++detail::waiting; }

WaitingList::~WaitingList() {
  --detail::waiting;
  lock_.unlock();
}

WaitingWork* WaitingList::writing(const StorageImpl& storage, Stream stream) const {
  for (const Work& work : works().list) {
    if (work->written.get() == &storage && work->stream == stream && work->capture == current_capture())
      return work.get();
  }
  return nullptr;
}

Work WaitingList::take(const WaitingWork& work) {
  auto& list = works().list;
  const auto at = std::ranges::find(list, &work, &Work::get);
  if (at == list.end()) return nullptr;
  --detail::waiting;
  return unlisted(static_cast<size_t>(at - list.begin()));
}

void WaitingList::add(Work work) {
  watch_storages();
  work->capture = current_capture();
  give_if([&](const WaitingWork& before) { return touch(before, *work); }, done_);
  works().list.push_back(std::move(work));
  ++detail::waiting;
}

}  // namespace vt::cuda
