#include "cuda/alloc/history.h"

#include <algorithm>
#include <chrono>

namespace vt::cuda::alloc {
namespace {

double now_us() {
  return std::chrono::duration<double, std::micro>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

TimeBase::TimeBase() noexcept : first_ticks_(ticks()), first_us_(now_us()) {}

TimeBase::Scale TimeBase::scale() const noexcept {
  const double us = now_us() - first_us_;
  const auto passed = static_cast<double>(ticks() - first_ticks_);
  return {first_ticks_, first_us_, passed > 0 && us > 0 ? us / passed : 0};
}

void Ring::read(int device, std::vector<RingEntry>& into) const {
  const size_t oldest = count_ < capacity_ ? 0 : next_;
  for (size_t i = 0; i < count_; ++i) {
    const RingEntry& entry = entries_[(oldest + i) % capacity_];
    if (device < 0 || entry.device == device) into.push_back(entry);
  }
}

std::vector<HistoryEntry> readable(std::vector<RingEntry> entries, const TimeBase& time, uint32_t skipped) {
  std::stable_sort(entries.begin(), entries.end(), [](const RingEntry& a, const RingEntry& b) { return a.at < b.at; });
  const TimeBase::Scale scale = time.scale();
  std::vector<HistoryEntry> result;
  result.reserve(entries.size() * 2);
  for (const RingEntry& entry : entries) {
    const bool freed = entry.action == kFreed;
    HistoryEntry out{freed ? HistoryAction::FreeRequested : static_cast<HistoryAction>(entry.action),
                     entry.device,
                     entry.address,
                     entry.size,
                     entry.stream,
                     scale.us(entry.at),
                     entry.frames,
                     entry.pool};
    if ((skipped & action_bit(out.action)) == 0) result.push_back(out);
    out.action = HistoryAction::FreeCompleted;
    if (freed && (skipped & action_bit(out.action)) == 0) result.push_back(out);
  }
  return result;
}

}  // namespace vt::cuda::alloc
