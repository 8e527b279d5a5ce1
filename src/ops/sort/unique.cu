// Equal items are brought together by a sort. How many of a block's items are the first of their group is counted, and
// when the counts are summed a second pass knows the group of each item.
#include "cuda/launch.h"
#include "iter/cuda_block.cuh"
#include "ops/reduce/set_elements.cuh"
#include "ops/sort/radix_sorted.cuh"
#include "ops/sort/sort_cuda.h"
#include "ops/sort/sort_key.h"
#include "ops/sort/unique_groups.h"

namespace vt {
namespace {

using namespace vt::cuda;

constexpr int kThreads = 256;
constexpr int64_t kWide = 64;  // elements of an item from which on a warp compares two of them
// Items are sorted by each of so few elements in turn, if they are so many, else by merging.
constexpr int64_t kNarrow = 4, kMany = 1 << 16;

// Minus one, zero or one, as sorting orders two elements.
struct ByOrder {
  template <typename T>
  __device__ __forceinline__ int operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      return a < b ? -1 : b < a;
    } else {
      const auto x = static_cast<opmath_t<T>>(a), y = static_cast<opmath_t<T>>(b);
      if (x < y || (y != y && x == x)) return -1;
      return y < x || (x != x && y == y);
    }
  }
};
struct ByEquality {
  template <typename T>
  __device__ __forceinline__ int operator()(const T& a, const T& b) const {
    return !(a == b);
  }
};

// What `compare` says of the first elements that it tells apart. Lanes: how many threads, with `lane` theirs, work
// together on one pair of items; 1 or a whole warp.
template <int Lanes, typename T, typename Compare>
__device__ __forceinline__ int compare_items(const T* a, const T* b, int64_t width, int lane, const Compare& compare) {
  for (int64_t base = 0; base < width; base += Lanes) {
    const int64_t i = base + lane;
    const int sign = i < width ? compare(a[i], b[i]) : 0;
    if constexpr (Lanes == 1) {
      if (sign != 0) return sign;
    } else {
      const unsigned told = __ballot_sync(kFullWarp, sign != 0);
      if (told != 0) return __shfl_sync(kFullWarp, sign, __ffs(static_cast<int>(told)) - 1);
    }
  }
  return 0;
}

template <typename T>
struct Items {
  const T* data;
  int64_t count, width;
  __device__ const T* operator[](int64_t item) const { return data + item * width; }
};

__global__ void __launch_bounds__(kThreads) number_items(int64_t* order, int64_t count) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i < count) order[i] = i;
}

// Merges pairs of sorted runs of `run` items: each item finds its place by a search in the other run of its pair.
// Items of the left run come before equal ones of the right, so the sort is stable.
template <int Lanes, typename T>
__global__ void __launch_bounds__(kThreads) merge_runs(Items<T> items, const int64_t* from, int64_t* to, int64_t run) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * (kThreads / Lanes) + threadIdx.x / Lanes;
  if (i >= items.count) return;
  const int lane = threadIdx.x % Lanes;
  const int64_t start = i / (2 * run) * (2 * run);
  const int64_t middle = start + run < items.count ? start + run : items.count;
  const int64_t end = start + 2 * run < items.count ? start + 2 * run : items.count;
  const bool left = i < middle;
  const int64_t item = from[i], other = left ? middle : start;
  int64_t low = other, high = left ? end : middle;
  while (low < high) {
    const int64_t probe = low + (high - low) / 2;
    const int sign = compare_items<Lanes>(items[from[probe]], items[item], items.width, lane, ByOrder());
    if (sign < 0 || (sign == 0 && !left)) {
      low = probe + 1;
    } else {
      high = probe;
    }
  }
  if (lane == 0) to[start + (i - (left ? start : middle)) + (low - other)] = item;
}

// Whether the item at each place differs from the one before. `order` null: the items as they lie.
template <int Lanes, typename T>
__global__ void __launch_bounds__(kThreads) mark_first(Items<T> items, const int64_t* order, bool* marks) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * (kThreads / Lanes) + threadIdx.x / Lanes;
  if (i >= items.count) return;
  const int lane = threadIdx.x % Lanes;
  bool differs = i == 0;
  if (i > 0) {
    const int64_t item = order != nullptr ? order[i] : i, previous = order != nullptr ? order[i - 1] : i - 1;
    differs = compare_items<Lanes>(items[previous], items[item], items.width, lane, ByEquality()) != 0;
  }
  if (lane == 0) marks[i] = differs;
}

// Either result may be null; `first` is where there is no order.
__global__ void __launch_bounds__(kThreads) describe_groups(const int64_t* starts, const int64_t* order, int64_t groups,
                                                            int64_t count, int64_t* first, int64_t* members) {
  const int64_t g = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (g >= groups) return;
  const int64_t start = starts[g];
  if (first != nullptr) first[g] = order[start];
  if (members != nullptr) members[g] = (g + 1 < groups ? starts[g + 1] : count) - start;
}

// Which items are the first of their group: those that have a mark.
struct MarkedFirsts {
  const bool* marks;
  __device__ __forceinline__ bool operator()(int64_t i) const { return marks[i]; }
  __device__ __forceinline__ void keep(int64_t, int64_t) const {}
};
// Those that differ from the one before, of items of one element; one of each group is kept.
template <typename T>
struct DifferentFirsts {
  const T* items;
  T* values;
  __device__ __forceinline__ bool operator()(int64_t i) const {
    const T own = items[i], previous = items[i > 0 ? i - 1 : 0];
    return (i == 0) | !(own == previous);
  }
  __device__ __forceinline__ void keep(int64_t group, int64_t i) const { values[group] = items[i]; }
};

template <class Firsts>
__global__ void __launch_bounds__(set_elements::kThreads) count_firsts(Firsts firsts, int64_t n, int64_t* counts) {
  __shared__ int of_warp[set_elements::kWarps];
  unsigned set[set_elements::kRounds];
  set_elements::count_of_block(set_elements::find_where(n, firsts, set), of_warp, counts);
}

// `before`: groups that begin before each block. Either result may be null.
template <class Firsts>
__global__ void __launch_bounds__(set_elements::kThreads)
    name_groups(Firsts firsts, int64_t n, const int64_t* before, const int64_t* order, int64_t* starts,
                int64_t* group_of) {
  __shared__ int of_warp[set_elements::kWarps];
  const int lane = threadIdx.x % 32;
  unsigned set[set_elements::kRounds];
  const int own = set_elements::find_where(n, firsts, set);
  int64_t begun = set_elements::set_before_warp(before, own, of_warp);
  const int64_t first = set_elements::first_element();
#pragma unroll
  for (int r = 0; r < set_elements::kRounds; ++r) {
    const int64_t i = first + r * 32, group = begun + __popc(set[r] & ((2u << lane) - 1)) - 1;
    if (set[r] >> lane & 1) {
      firsts.keep(group, i);
      if (starts != nullptr) starts[group] = i;
    }
    if (group_of != nullptr && i < n) group_of[order != nullptr ? order[i] : i] = group;
    begun += __popc(set[r]);
  }
}

// Keys by one of the elements of each item, in the order so far: that of `sorted`, or if it is null of the numbers.
template <typename T>
__global__ void __launch_bounds__(kThreads)
    make_item_keys(Items<T> items, int64_t column, const RadixSorted<stored_key_t<T>> sorted, stored_key_t<T>* keys,
                   int32_t* numbers) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= items.count) return;
  const int32_t* order = sorted.place(0) == 0 ? sorted.payload[0] : sorted.payload[1];
  const int32_t item = order != nullptr ? order[i] : static_cast<int32_t>(i);
  keys[i] = static_cast<stored_key_t<T>>(sort_key(items[item][column], false));
  numbers[i] = item;
}
template <typename Key>
__global__ void __launch_bounds__(kThreads) take_numbers(const RadixSorted<Key> sorted, int64_t* order, int64_t count) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i < count) order[i] = (sorted.place(0) == 0 ? sorted.payload[0] : sorted.payload[1])[i];
}

LaunchConfig config_for(const Tensor& on, int64_t threads) {
  return {"unique", current_stream(on.device().index), dim3(blocks_for(threads, kThreads)), dim3(kThreads)};
}

// Calls f with the lanes that suit the width, as a constant.
template <typename F>
void with_lanes(int64_t width, const F& f) {
  width < kWide ? f(std::integral_constant<int, 1>()) : f(std::integral_constant<int, 32>());
}

// Numbers of items in ascending order of content, by each of their elements from the last to the first.
template <typename T>
void sort_narrow(const Tensor& items, int64_t count, int64_t width, const Tensor& order) {
  using Key = stored_key_t<T>;
  SortedRows sorted{{}, {}, 0};
  for (int64_t column = width; column-- > 0;) {
    const SortPairs pairs{empty(DimVec{count}, sizeof(Key) == 4 ? DType::int32 : DType::int64, items.device()),
                          empty(DimVec{count}, DType::int32, items.device())};
    const auto places = storages_of(sorted);
    launch(config_for(items, count),
           {items.storage().get(), places[1], places[3], places[4], pairs.keys.storage().get(),
            pairs.payload.storage().get()},
           make_item_keys<T>, Items<T>{items.data<T>(), count, width}, column, RadixSorted<Key>(sorted),
           static_cast<Key*>(pairs.keys.data()), pairs.payload.data<int32_t>());
    sorted = radix_sort_rows_cuda(pairs, 1, count, kKeyBits<T>, std::is_integral_v<T>);
  }
  const auto places = storages_of(sorted);
  launch(config_for(items, count), {places[1], places[3], places[4], order.storage().get()}, take_numbers<Key>,
         RadixSorted<Key>(sorted), order.data<int64_t>(), count);
}

// Numbers of items in ascending order of content; stable.
template <typename T>
Tensor order_of(const Tensor& items, int64_t count, int64_t width) {
  Tensor order = empty(DimVec{count}, DType::int64, items.device());
  if (width <= kNarrow && count >= kMany && count <= INT32_MAX) {
    sort_narrow<T>(items, count, width, order);
    return order;
  }
  launch(config_for(items, count), {order.storage().get()}, number_items, order.data<int64_t>(), count);
  Tensor merged = empty_like(order);
  with_lanes(width, [&]<int Lanes>(std::integral_constant<int, Lanes>) {
    for (int64_t run = 1; run < count; run *= 2) {
      launch(config_for(items, count * Lanes), {items.storage().get(), order.storage().get(), merged.storage().get()},
             merge_runs<Lanes, T>, Items<T>{items.data<T>(), count, width}, order.data<int64_t>(),
             merged.data<int64_t>(), run);
      std::swap(order, merged);
    }
  });
  return order;
}

const StorageImpl* storage_of(const Tensor& t) { return t.defined() ? t.storage().get() : nullptr; }
int64_t* int64_data(const Tensor& t) { return t.defined() ? t.data<int64_t>() : nullptr; }

LaunchConfig config_of_blocks(const Tensor& before) {
  return {"unique", current_stream(before.device().index), dim3(static_cast<unsigned>(before.numel() - 1)),
          dim3(set_elements::kThreads)};
}

// The groups of items that lie as `order` says, or as they are where it is undefined. `read`: the memory that `firsts`
// looks at.
template <class Firsts>
void describe(ItemGroups& found, const Firsts& firsts, const Tensor& read, const Tensor& before, int64_t count,
              const Tensor& order, bool inverse, bool counts) {
  const auto int64s = [&](int64_t n) { return empty(DimVec{n}, DType::int64, read.device()); };
  const int64_t groups = found.values.defined() ? found.values.numel() : set_in_all(before);
  const bool by_number = !found.values.defined();
  const Tensor starts = counts || by_number ? int64s(groups) : Tensor();
  if (inverse) found.group_of = int64s(count);
  if (counts) found.members = int64s(groups);
  launch(config_of_blocks(before),
         {read.storage().get(), storage_of(found.values), before.storage().get(), storage_of(order), storage_of(starts),
          storage_of(found.group_of)},
         name_groups<Firsts>, firsts, count, before.data<int64_t>(), int64_data(order), int64_data(starts),
         int64_data(found.group_of));
  if (by_number) found.first = order.defined() ? int64s(groups) : starts;
  const Tensor& first = order.defined() ? found.first : Tensor();
  if (!first.defined() && !counts) return;
  launch(config_for(read, groups),
         {starts.storage().get(), storage_of(order), storage_of(first), storage_of(found.members)}, describe_groups,
         starts.data<int64_t>(), int64_data(order), groups, count, int64_data(first), int64_data(found.members));
}

// Of items of one element.
template <typename T>
ItemGroups group_elements(const Tensor& items, int64_t count, bool consecutive, bool inverse, bool counts) {
  Tensor read = items, order;
  if constexpr (!is_complex_v<T>) {
    if (!consecutive) {
      read = empty(DimVec{count}, items.dtype(), items.device());
      if (inverse) order = empty(DimVec{count}, DType::int64, items.device());
      sort_rows_cuda(items, 1, count, false, count, read, order);
    }
  }
  const T* elements = read.data<T>();
  const Tensor before = counts_of_blocks(count, items.device());
  launch(config_of_blocks(before), {read.storage().get(), before.storage().get()}, count_firsts<DifferentFirsts<T>>,
         DifferentFirsts<T>{elements, nullptr}, count, before.data<int64_t>());
  sum_before_blocks(before);
  ItemGroups found;
  found.values = empty(DimVec{set_in_all(before)}, items.dtype(), items.device());
  describe(found, DifferentFirsts<T>{elements, found.values.template data<T>()}, read, before, count, order, inverse,
           counts);
  return found;
}

template <typename T>
ItemGroups group_wide(const Tensor& items, int64_t count, int64_t width, bool consecutive, bool inverse, bool counts) {
  Tensor order;
  if constexpr (!is_complex_v<T>) {
    if (!consecutive) order = order_of<T>(items, count, width);
  }
  const Tensor marks = empty(DimVec{count}, DType::bool_, items.device());
  with_lanes(width, [&]<int Lanes>(std::integral_constant<int, Lanes>) {
    launch(config_for(items, count * Lanes), {items.storage().get(), storage_of(order), marks.storage().get()},
           mark_first<Lanes, T>, Items<T>{items.data<T>(), count, width}, int64_data(order), marks.data<bool>());
  });
  ItemGroups found;
  describe(found, MarkedFirsts{marks.data<bool>()}, marks, set_before_blocks(marks), count, order, inverse, counts);
  return found;
}

}  // namespace

ItemGroups group_items_cuda(const Tensor& items, int64_t count, int64_t width, bool consecutive, bool inverse,
                            bool counts) {
  const auto none = [&](bool wanted) { return wanted ? empty(DimVec{0}, DType::int64, items.device()) : Tensor(); };
  if (count == 0) return {none(true), none(counts), none(inverse), {}};
  return visit_dtype<kAllSet>(items.dtype(), [&](auto tag) -> ItemGroups {
    using T = typename decltype(tag)::type;
    if (is_complex_v<T> && !consecutive) throw_unsupported_dtype(items.dtype());
    return width == 1 ? group_elements<T>(items, count, consecutive, inverse, counts)
                      : group_wide<T>(items, count, width, consecutive, inverse, counts);
  });
}

}  // namespace vt
