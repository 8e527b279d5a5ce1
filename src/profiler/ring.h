// The last so many of what was pushed, and how many went before.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace vt::profiler {

// Takes memory as it fills. Not thread-safe.
template <class T>
class Ring {
 public:
  explicit Ring(size_t limit = 0) : limit_(limit) {}

  // Also drops the item, and counts it, where there is no memory for it.
  void push(T&& item) noexcept {
    if (items_.size() < limit_) {
      try {
        items_.push_back(std::move(item));
        return;
      } catch (...) {
        limit_ = items_.size();
      }
    }
    ++dropped_;
    if (limit_ == 0) return;
    items_[next_] = std::move(item);
    if (++next_ == limit_) next_ = 0;
  }
  size_t size() const noexcept { return items_.size(); }
  uint64_t dropped() const noexcept { return dropped_; }
  // Oldest first; the ring is empty afterwards.
  std::vector<T> take() {
    std::rotate(items_.begin(), items_.begin() + static_cast<ptrdiff_t>(next_), items_.end());
    next_ = 0;
    return std::exchange(items_, {});
  }

 private:
  size_t limit_;
  size_t next_ = 0;  // of a full ring: where the oldest is
  uint64_t dropped_ = 0;
  std::vector<T> items_;
};

}  // namespace vt::profiler
