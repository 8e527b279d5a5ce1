// Equal items are brought together by a sort, the first of each group is marked, and the marks' positions say the rest.
#include "cuda/launch.h"
#include "iter/cuda_block.cuh"
#include "ops/sort/slices.h"
#include "ops/sort/sort_cuda.h"
#include "ops/sort/unique_groups.h"
#include "ops/typed/index.h"

namespace vt {
namespace {

using namespace vt::cuda;

constexpr int kThreads = 256;
constexpr int64_t kWide = 64;  // elements of an item from which on a warp compares two of them

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

// The group of a place is the last that starts at or before it.
__global__ void __launch_bounds__(kThreads)
    name_groups(const int64_t* starts, const int64_t* order, int64_t groups, int64_t count, int64_t* group_of) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= count) return;
  int64_t low = 0, high = groups;
  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    if (starts[middle] <= i) {
      low = middle;
    } else {
      high = middle;
    }
  }
  group_of[order != nullptr ? order[i] : i] = low;
}

LaunchConfig config_for(const Tensor& on, int64_t threads) {
  return {"unique", current_stream(on.device().index), dim3(blocks_for(threads, kThreads)), dim3(kThreads)};
}

// Calls f with the lanes that suit the width, as a constant.
template <typename F>
void with_lanes(int64_t width, const F& f) {
  width < kWide ? f(std::integral_constant<int, 1>()) : f(std::integral_constant<int, 32>());
}

// Item numbers in ascending order of content; stable. Items of one element are put in order too, in `sorted`.
template <typename T>
Tensor sorted_items(const Tensor& items, int64_t count, int64_t width, Tensor& sorted) {
  Tensor order = empty(DimVec{count}, DType::int64, items.device());
  if (width == 1) {
    sorted = empty(DimVec{count}, items.dtype(), items.device());
    sort_rows_cuda(items, 1, count, false, count, sorted, order);
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

}  // namespace

ItemGroups group_items_cuda(const Tensor& items, int64_t count, int64_t width, bool consecutive, bool inverse,
                            bool counts) {
  auto int64s = [&](int64_t n) { return empty(DimVec{n}, DType::int64, items.device()); };
  if (count == 0) return {int64s(0), counts ? int64s(0) : Tensor(), inverse ? int64s(0) : Tensor()};
  Tensor order, sorted;
  const Tensor marks = empty(DimVec{count}, DType::bool_, items.device());
  visit_dtype<kAllSet>(items.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (!consecutive) {
      if constexpr (is_complex_v<T>) {
        throw_unsupported_dtype(items.dtype());
      } else {
        order = sorted_items<T>(items, count, width, sorted);
      }
    }
    with_lanes(width, [&]<int Lanes>(std::integral_constant<int, Lanes>) {
      const Tensor& read = sorted.defined() ? sorted : items;
      const bool in_order = sorted.defined() || !order.defined();
      launch(config_for(items, count * Lanes),
             {read.storage().get(), in_order ? nullptr : order.storage().get(), marks.storage().get()},
             mark_first<Lanes, T>, Items<T>{static_cast<const T*>(read.data()), count, width},
             in_order ? nullptr : order.data<int64_t>(), marks.data<bool>());
    });
  });
  const Tensor found_starts = ops::nonzero(marks);  // (groups, 1)
  const int64_t groups = found_starts.numel();
  const Tensor starts(make_intrusive<TensorImpl>(found_starts.storage(), DType::int64, DimVec{groups}, groups));
  const int64_t* places = order.defined() ? order.data<int64_t>() : nullptr;
  const StorageImpl* order_storage = order.defined() ? order.storage().get() : nullptr;
  const bool by_order = order.defined() && !sorted.defined();
  ItemGroups found{by_order ? int64s(groups) : starts, counts ? int64s(groups) : Tensor(),
                   inverse ? int64s(count) : Tensor(), sorted};
  if (by_order || counts) {
    launch(config_for(items, groups),
           {starts.storage().get(), order_storage, found.first.storage().get(),
            counts ? found.members.storage().get() : nullptr},
           describe_groups, starts.data<int64_t>(), places, groups, count,
           by_order ? found.first.data<int64_t>() : nullptr, counts ? found.members.data<int64_t>() : nullptr);
  }
  if (inverse) {
    launch(config_for(items, count), {starts.storage().get(), order_storage, found.group_of.storage().get()},
           name_groups, starts.data<int64_t>(), places, groups, count, found.group_of.data<int64_t>());
  }
  return found;
}

}  // namespace vt
