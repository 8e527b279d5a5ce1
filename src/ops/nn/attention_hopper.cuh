// What the launchers of attention's kernels for Hopper share.
#pragma once

#include <algorithm>
#include <atomic>
#include <optional>

#include "cuda/device.h"
#include "cuda/launch.h"
#include "cuda/tensor_map.h"
#include "cuda/wgmma.cuh"
#include "ops/copy/kernels.h"
#include "ops/nn/attention_call.cuh"
#include "ops/nn/attention_schedule.cuh"

namespace vt::attention {

/// (batch, heads, rows, dim) as boxes of `box_rows` rows and one panel of a tile.
template <class Tile>
cuda::TensorMapArgs map_args(const Tensor& t, int box_rows = Tile::kRows) {
  cuda::TensorMapArgs args;
  args.dtype = t.dtype();
  args.data = t.data();
  for (int d = 0; d < 4; ++d) args.sizes[d] = t.size(d);
  for (int d = 0; d < 3; ++d) args.strides[d] = t.stride(d);
  args.box_rows = box_rows;
  args.box_cols = Tile::kPanelCols;
  return args;
}
template <class Tile>
CUtensorMap map_of(const Tensor& t, int box_rows = Tile::kRows) {
  return cuda::encode_tensor_map(map_args<Tile>(t, box_rows));
}

/// The tensor itself if the copy engine can read it, else a copy.
inline Tensor readable(const Tensor& t) {
  if (t.stride(3) == 1 && cuda::suits_tensor_map(map_args<cuda::Tile<64, 64>>(t))) return t;
  const Tensor copy = empty_like(t);
  copy_data(copy, t);
  return copy;
}

/// Describes the bias of a call for tiles of it; false where there is none that the copy engine can read.
template <class Tile>
bool describe_bias(const GeneralCall& general, CUtensorMap& map) {
  if (general.device.bias == nullptr || general.device.wide_bias) return false;
  const cuda::TensorMapArgs args = map_args<Tile>(general.mask);
  if (!cuda::suits_tensor_map(args)) return false;
  map = cuda::encode_tensor_map(args);
  return true;
}

/// The order of tiles of `tile_rows` of the `rows` of each of `heads` heads in `batch`; heads are grouped so that what
/// is read over and over, `head_bytes` of each, comes to `group_bytes`. The counter is the caller's to add.
inline Schedule schedule_of(int device, int64_t batch, int64_t heads, int64_t rows, int tile_rows, int64_t head_bytes,
                            int64_t group_bytes) {
  constexpr int64_t kTilesPerBlock = 2;  // in a group, so that its short tiles even out its long ones
  const int64_t total = batch * heads, row_tiles = (rows + tile_rows - 1) / tile_rows;
  const int64_t blocks = cuda::device_properties(device).multi_processor_count;
  const int64_t wanted = std::max({int64_t{1}, group_bytes / head_bytes, kTilesPerBlock * blocks / row_tiles});
  const int64_t groups = (total + wanted - 1) / wanted;
  Schedule s;
  s.tiles = static_cast<int>(total * row_tiles);
  s.row_tiles = static_cast<int>(row_tiles);
  s.total_heads = static_cast<int>(total);
  s.group_heads = static_cast<int>((total + groups - 1) / groups);
  s.heads = static_cast<int>(heads);
  s.counter = nullptr;
  s.in_order = false;
  return s;
}

/// Launches blocks that each keep a multiprocessor to themselves and share out the tiles.
template <auto Kernel, class Globals>
void launch_persistent(const char* op, const Globals& globals, int threads, size_t shared_bytes, int device,
                       std::initializer_list<const StorageImpl*> storages) {
  static std::atomic<bool> allowed[cuda::kMaxDevices] = {};
  if (!allowed[device].load(std::memory_order_acquire)) {
    const cuda::DeviceGuard guard(device);
    cuda::allow_shared_memory(Kernel, shared_bytes);
    allowed[device].store(true, std::memory_order_release);
  }
  const int blocks = std::min(cuda::device_properties(device).multi_processor_count, globals.schedule.tiles);
  const cuda::LaunchConfig config{op, cuda::current_stream(device), dim3(static_cast<unsigned>(blocks)),
                                  dim3(static_cast<unsigned>(threads)), shared_bytes};
  cuda::launch(config, storages, Kernel, globals);
}

/// Calls `f` with the type of the elements and the form as types.
template <class F>
void with_types(const Tensor& q, Form form, const F& f) {
  const auto with_form = [&]<class T>(TypeTag<T> type) {
    switch (form) {
      case Form::kFull: return f(type, std::integral_constant<Form, Form::kFull>());
      case Form::kCausal: return f(type, std::integral_constant<Form, Form::kCausal>());
      case Form::kGeneral: return f(type, std::integral_constant<Form, Form::kGeneral>());
    }
  };
  q.dtype() == DType::bfloat16 ? with_form(TypeTag<bfloat16>()) : with_form(TypeTag<float16>());
}

/// Everything that a forward kernel is launched with. `general` is read where the form is kGeneral.
struct ForwardCall {
  const Tensor &q, &k, &v;
  double scale;
  Form form;
  const GeneralCall& general;
  const Tensor &out, &lse;
};
/// Of tiles of `Dim` columns; one unit for each, so that they compile side by side.
template <int Dim>
void launch_forward(const ForwardCall& call);

struct BackwardCall {
  const Tensor &grad, &q, &k, &v, &out, &lse;
  double scale;
  Form form;
  const GeneralCall& general;
  bool in_order;  // dq is added up in the order of the keys
  const Tensor &dq, &dk, &dv;
};
template <int Dim>
void launch_backward(const BackwardCall& call);

}  // namespace vt::attention
