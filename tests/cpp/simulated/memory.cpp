#include "simulated/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace vt::simulated {
namespace {

constexpr uintptr_t kFirstAddress = uintptr_t{0x60} << 40;
constexpr uintptr_t kAddressesPerDevice = uintptr_t{1} << 40;

size_t round_up(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

}  // namespace

Memory::Memory(size_t capacity, bool real, int number) : capacity_(capacity), real_(real), span_(512 * capacity) {
  span_ = round_up(span_, kPage);
  // The same addresses in every run where the system allows it, so that a seed replays to the byte.
  void* const wanted = reinterpret_cast<void*>(kFirstAddress + static_cast<uintptr_t>(number) * kAddressesPerDevice);
  range_ = mmap(wanted, span_ + kPage, real ? PROT_READ | PROT_WRITE : PROT_NONE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range_ == MAP_FAILED) throw std::runtime_error("no addresses left for a simulated device");
  base_ = round_up(reinterpret_cast<uintptr_t>(range_), kPage);
  holes_[base_] = span_;
}

Memory::~Memory() { munmap(range_, span_ + kPage); }

void* Memory::take_addresses(size_t bytes) {
  // First fit, so that addresses are used again soon.
  const auto hole =
      std::find_if(holes_.begin(), holes_.end(), [&](const auto& candidate) { return candidate.second >= bytes; });
  if (hole == holes_.end()) return nullptr;
  const auto [data, size] = *hole;
  holes_.erase(hole);
  if (size > bytes) holes_[data + bytes] = size - bytes;
  return reinterpret_cast<void*>(data);
}

void Memory::give_addresses(uintptr_t data, size_t bytes) {
  auto next = holes_.lower_bound(data);
  if (next != holes_.end() && data + bytes == next->first) {
    bytes += next->second;
    next = holes_.erase(next);
  }
  if (next != holes_.begin()) {
    auto before = std::prev(next);
    if (before->first + before->second == data) {
      before->second += bytes;
      return;
    }
  }
  holes_[data] = bytes;
}

void Memory::add(uintptr_t data, size_t bytes, Extent::Kind kind) {
  extents_[data] = {bytes, kind, 1};
  used_ += bytes;
  peak_ = std::max(peak_, used_);
}

void Memory::poison(uintptr_t data, size_t bytes) {
  if (real_) std::memset(reinterpret_cast<void*>(data), kPoison, bytes);
}

void* Memory::allocate(size_t bytes, Extent::Kind kind) {
  if (bytes > capacity_) return nullptr;
  bytes = round_up(bytes, kUnit);
  if (bytes > capacity_ - used_) return nullptr;
  void* data = take_addresses(round_up(bytes, kPage));
  if (data == nullptr) return nullptr;
  add(reinterpret_cast<uintptr_t>(data), bytes, kind);
  poison(reinterpret_cast<uintptr_t>(data), bytes);
  return data;
}

bool Memory::release(void* data, Extent::Kind kind) {
  const auto found = extents_.find(reinterpret_cast<uintptr_t>(data));
  if (found == extents_.end() || found->second.kind != kind) return false;
  poison(found->first, found->second.bytes);
  used_ -= found->second.bytes;
  give_addresses(found->first, round_up(found->second.bytes, kPage));
  extents_.erase(found);
  return true;
}

void* Memory::reserve(size_t bytes) {
  if (bytes == 0 || bytes % kPage != 0) return nullptr;
  void* data = take_addresses(bytes);
  if (data != nullptr) reservations_[reinterpret_cast<uintptr_t>(data)] = bytes;
  return data;
}

bool Memory::unreserve(void* data, size_t bytes) {
  const auto found = reservations_.find(reinterpret_cast<uintptr_t>(data));
  if (found == reservations_.end() || found->second != bytes) return false;
  const auto mapped = extents_.lower_bound(found->first);
  if (mapped != extents_.end() && mapped->first < found->first + bytes) return false;
  give_addresses(found->first, bytes);
  reservations_.erase(found);
  return true;
}

Memory::MapResult Memory::map(void* data, size_t bytes) {
  const auto address = reinterpret_cast<uintptr_t>(data);
  if (bytes == 0 || bytes % kPage != 0 || address % kPage != 0) return MapResult::Invalid;
  auto reservation = reservations_.upper_bound(address);
  if (reservation == reservations_.begin()) return MapResult::Invalid;
  --reservation;
  if (address + bytes > reservation->first + reservation->second) return MapResult::Invalid;
  const auto next = extents_.lower_bound(address);
  if (next != extents_.end() && next->first < address + bytes) return MapResult::Invalid;
  if (next != extents_.begin()) {
    const auto before = std::prev(next);
    if (before->first + before->second.bytes > address) return MapResult::Invalid;
  }
  if (bytes > capacity_ - used_) return MapResult::OutOfMemory;
  add(address, bytes, Extent::Kind::Mapped);
  poison(address, bytes);
  return MapResult::Done;
}

bool Memory::unmap(void* data, size_t bytes) {
  const auto found = extents_.find(reinterpret_cast<uintptr_t>(data));
  if (found == extents_.end() || found->second.kind != Extent::Kind::Mapped || found->second.bytes != bytes)
    return false;
  poison(found->first, bytes);
  used_ -= bytes;
  extents_.erase(found);
  return true;
}

bool Memory::is_live(const void* data, size_t bytes) const {
  uintptr_t at = reinterpret_cast<uintptr_t>(data);
  const uintptr_t end = at + bytes;
  auto extent = extents_.upper_bound(at);
  if (extent == extents_.begin()) return bytes == 0;
  --extent;
  while (at < end) {
    if (extent == extents_.end() || extent->first > at || extent->first + extent->second.bytes <= at) return false;
    if (extent->second.owners == 0) return false;
    at = extent->first + extent->second.bytes;
    ++extent;
  }
  return true;
}

Extent* Memory::extent_at(const void* data) {
  const auto found = extents_.find(reinterpret_cast<uintptr_t>(data));
  return found == extents_.end() ? nullptr : &found->second;
}

}  // namespace vt::simulated
