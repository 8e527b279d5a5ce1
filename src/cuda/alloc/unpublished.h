// What a thread did with its own stock of blocks since the heap's statistics last heard of it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "cuda/alloc/block.h"

namespace vt::cuda::alloc {

/// Blocks with their bytes, and the bytes that were asked for. The first two go through one vector register: this is
/// read and written at every hit.
struct Amounts {
  using Pair [[gnu::vector_size(16)]] = int64_t;
  Pair blocks_and_bytes = {0, 0};
  int64_t requested = 0;

  int64_t blocks() const noexcept { return blocks_and_bytes[0]; }
  int64_t bytes() const noexcept { return blocks_and_bytes[1]; }

  friend Amounts operator+(const Amounts& a, const Amounts& b) noexcept {
    return {a.blocks_and_bytes + b.blocks_and_bytes, a.requested + b.requested};
  }
  friend Amounts operator-(const Amounts& a, const Amounts& b) noexcept {
    return {a.blocks_and_bytes - b.blocks_and_bytes, a.requested - b.requested};
  }
  void raise_to(const Amounts& other) noexcept {
    blocks_and_bytes = blocks_and_bytes > other.blocks_and_bytes ? blocks_and_bytes : other.blocks_and_bytes;
    requested = std::max(requested, other.requested);
  }
  void lower_to(const Amounts& other) noexcept {
    blocks_and_bytes = blocks_and_bytes < other.blocks_and_bytes ? blocks_and_bytes : other.blocks_and_bytes;
    requested = std::min(requested, other.requested);
  }
};

/// On one device. Changes are relative to the last publishing; peaks and troughs are the extremes of their course.
class Unpublished {
 public:
  void on_allocate(const HeapBlock& block) noexcept {
    const Amounts one = amounts_of(block);
    Kind& kind = kinds_[static_cast<int>(block.stock)];
    kind.out = kind.out + one;
    kind.change = kind.change + one;
    peak_.raise_to(all());
    if (block.stock == Stock::Small) {
      small_peak_.raise_to(kind.change);
    } else {
      large_peak_.raise_to(large());
    }
  }
  void on_free(const HeapBlock& block) noexcept {
    Kind& kind = kinds_[static_cast<int>(block.stock)];
    kind.change = kind.change - amounts_of(block);
    if (block.stock == Stock::LargeWhole) return;
    kind.trough.lower_to(kind.change);
    split_trough_.lower_to(split());
  }

  int64_t hits() const noexcept { return all_out().blocks(); }
  bool empty() const noexcept { return hits() == 0 && all().blocks() == 0; }

  // Blocks that are out: how much was handed out, the change, and its peak.
  Amounts small_out() const noexcept { return of(Stock::Small).out; }
  Amounts large_out() const noexcept { return of(Stock::LargePart).out + of(Stock::LargeWhole).out; }
  Amounts all_out() const noexcept { return small_out() + large_out(); }
  Amounts small() const noexcept { return of(Stock::Small).change; }
  Amounts large() const noexcept { return of(Stock::LargePart).change + of(Stock::LargeWhole).change; }
  Amounts all() const noexcept { return small() + large(); }
  const Amounts& small_peak() const noexcept { return small_peak_; }
  const Amounts& large_peak() const noexcept { return large_peak_; }
  const Amounts& peak() const noexcept { return peak_; }

  // Those of them that share their segment.
  Amounts large_part_out() const noexcept { return of(Stock::LargePart).out; }
  Amounts large_part() const noexcept { return of(Stock::LargePart).change; }
  Amounts split_out() const noexcept { return small_out() + large_part_out(); }
  Amounts split() const noexcept { return small() + large_part(); }
  const Amounts& small_trough() const noexcept { return of(Stock::Small).trough; }
  const Amounts& large_part_trough() const noexcept { return of(Stock::LargePart).trough; }
  const Amounts& split_trough() const noexcept { return split_trough_; }

 private:
  struct Kind {
    Amounts out;
    Amounts change;
    Amounts trough;
  };
  const Kind& of(Stock stock) const noexcept { return kinds_[static_cast<int>(stock)]; }
  static Amounts amounts_of(const HeapBlock& block) noexcept {
    return {Amounts::Pair{1, static_cast<int64_t>(block.bytes)}, static_cast<int64_t>(block.requested)};
  }

  Kind kinds_[kStocks];
  Amounts peak_, small_peak_, large_peak_;
  Amounts split_trough_;
};

}  // namespace vt::cuda::alloc
