#include "processes/channel.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"

namespace vt::processes {
namespace {

constexpr size_t kPiece = 64 << 10;  // bytes that are copied before the other side hears of them

}  // namespace

Channel::Channel(std::byte* memory, size_t bytes)
    : written_(reinterpret_cast<Counter*>(memory)), read_(written_ + 1), ring_(memory + kHead), size_(bytes - kHead) {
  VT_CHECK(bytes > kHead, Value, "a channel needs more than ", kHead, " bytes, got ", bytes);
  VT_CHECK(reinterpret_cast<uintptr_t>(memory) % 64 == 0, Value, "a channel has to be aligned to 64 bytes");
}

size_t Channel::write(const std::byte* data, size_t count) noexcept {
  const uint64_t begin = written_->bytes.load(std::memory_order_relaxed);
  const size_t room = size_ - std::min<uint64_t>(begin - read_->bytes.load(std::memory_order_acquire), size_);
  count = std::min(count, room);
  for (size_t at = 0; at < count;) {
    const size_t place = (begin + at) % size_;
    const size_t piece = std::min({count - at, size_ - place, kPiece});
    std::memcpy(ring_ + place, data + at, piece);
    at += piece;
    written_->bytes.store(begin + at, std::memory_order_release);
  }
  return count;
}

size_t Channel::read(std::byte* data, size_t count) noexcept {
  const uint64_t begin = read_->bytes.load(std::memory_order_relaxed);
  count = std::min<uint64_t>({count, written_->bytes.load(std::memory_order_acquire) - begin, size_});
  for (size_t at = 0; at < count;) {
    const size_t place = (begin + at) % size_;
    const size_t piece = std::min({count - at, size_ - place, kPiece});
    std::memcpy(data + at, ring_ + place, piece);
    at += piece;
    read_->bytes.store(begin + at, std::memory_order_release);
  }
  return count;
}

}  // namespace vt::processes
