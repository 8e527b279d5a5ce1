// The launcher of attention's backward kernel, with the passes around it, for one width of heads.
#pragma once

#include "ops/nn/attention_backward.cuh"
#include "ops/nn/attention_backward_passes.cuh"
#include "ops/nn/attention_hopper.cuh"

namespace vt::attention {

// Of queries, gradients of results and sums of dq, keys and values.
inline constexpr int64_t kBackwardGroupBytes = 56 << 20;

template <class T>
RowsOf<T> rows_of(const Tensor& t) {
  return {static_cast<T*>(t.data()), t.stride(0), t.stride(1), t.stride(2)};
}

template <class Config>
void launch_backward_as(const BackwardCall& call) {
  using T = typename Config::T;
  using Queries = typename Config::Queries;
  using Keys = typename Config::Keys;
  using Storages = std::initializer_list<const StorageImpl*>;
  constexpr int kDim = Config::kDim;
  static_assert(sizeof(BackwardShared<Config>) <= 227 << 10);
  const auto& [grad, q, k, v, out, lse, scale, form, general, in_order, dq, dk, dv] = call;
  const int device = q.device().index;
  const cuda::Stream stream = cuda::current_stream(device);
  const int64_t heads = q.size(0) * q.size(1), dim = q.size(3);
  const int64_t query_tiles = (q.size(2) + Config::kQueries - 1) / Config::kQueries;
  const int64_t rows = heads * query_tiles * Config::kQueries;
  const Tensor sums = empty(DimVec{rows, kDim}, DType::float32, q.device());
  const Tensor of_rows = empty(DimVec{2, rows}, DType::float32, q.device());
  const int64_t turns = in_order ? Config::kGroups * heads * query_tiles : 0;
  const Tensor counters = empty(DimVec{1 + turns}, DType::int32, q.device());
  const auto storage = [](const Tensor& t) { return t.defined() ? t.storage().get() : nullptr; };

  PrepareGlobals p;
  p.dout = rows_of<const uint16_t>(grad);
  p.out = rows_of<const uint16_t>(out);
  p.lse = lse.data<float>();
  p.lse_log2 = of_rows.data<float>();
  p.delta = p.lse_log2 + rows;
  p.dq_sums = sums.data<float>();
  p.counter = counters.data<int>();
  p.heads = static_cast<int>(q.size(1));
  p.queries = static_cast<int>(q.size(2));
  p.padded = static_cast<int>(query_tiles * Config::kQueries);
  p.dim = static_cast<int>(dim);
  p.rows = rows;
  p.turns = in_order ? p.counter + 1 : nullptr;
  p.may_hide_all = Config::kGeneral;
  cuda::launch(
      {"_attention_backward", stream, dim3(cuda::blocks_for(rows * (kDim / 8), kPassThreads)), dim3(kPassThreads)},
      Storages{storage(grad), storage(out), storage(lse), storage(sums), storage(of_rows), storage(counters)},
      attention_backward_prepare<T, kDim>, p);

  BackwardGlobals g;
  g.q = map_of<Queries>(q);
  g.k = map_of<Keys>(k);
  g.v = map_of<Keys>(v);
  g.dout = map_of<Queries>(grad);
  g.dk = map_of<Keys>(dk, 64);
  g.dv = map_of<Keys>(dv, 64);
  g.lse_log2 = p.lse_log2;
  g.delta = p.delta;
  g.dq_sums = p.dq_sums;
  g.queries = p.queries;
  g.keys = static_cast<int>(k.size(2));
  g.query_tiles = static_cast<int>(query_tiles);
  g.heads_per_shared = static_cast<int>(q.size(1) / k.size(1));
  g.scale = static_cast<float>(scale);
  g.scale_log2 = static_cast<float>(Config::kGeneral && general.device.bias != nullptr ? 1 : scale * kLog2E);
  g.general = general.device;
  g.general.turns = p.turns;
  g.copies_bias = false;
  if constexpr (Config::kGeneral) g.copies_bias = describe_bias<typename Config::Bias>(general, g.bias);
  const int64_t head_bytes = (8 * g.heads_per_shared * q.size(2) + 4 * k.size(2)) * kDim;
  // In order the tiles of a head follow each other step by step, and share what they read even so.
  const int64_t blocks = cuda::device_properties(device).multi_processor_count;
  const int64_t group_bytes = in_order ? std::max(kBackwardGroupBytes, head_bytes * blocks / 4) : kBackwardGroupBytes;
  g.schedule = schedule_of(device, k.size(0), k.size(1), k.size(2), Config::kKeys, head_bytes, group_bytes);
  g.schedule.counter = p.counter;
  g.schedule.in_order = in_order;
  launch_persistent<attention_backward<Config>>(
      "_attention_backward", g, Config::kThreads, sizeof(BackwardShared<Config>), device,
      {storage(grad), storage(q), storage(k), storage(v), storage(sums), storage(of_rows), storage(counters),
       storage(dk), storage(dv), storage(general.mask), storage(general.ranges), storage(general.philox)});

  const FinishGlobals f{p.dq_sums, rows_of<uint16_t>(dq), p.heads, p.queries, g.query_tiles, p.dim, g.scale};
  cuda::launch({"_attention_backward", stream, dim3(static_cast<unsigned>(heads * query_tiles)), dim3(kPassThreads)},
               Storages{storage(sums), storage(dq)}, attention_backward_finish<T, kDim>, f);
}

template <int Dim>
void launch_backward(const BackwardCall& call) {
  with_types(call.q, call.form, [&]<class T, Form F>(TypeTag<T>, std::integral_constant<Form, F>) {
    if constexpr (Dim <= 128) {
      constexpr int kKeyStages = Dim <= 64 ? 2 : 1, kQueryStages = Dim <= 64 ? 3 : 2;
      if constexpr (F != Form::kGeneral) {
        if (call.in_order) {
          return launch_backward_as<BackwardConfig<T, Dim, kKeyStages, kQueryStages, F, true>>(call);
        }
      }
      launch_backward_as<BackwardConfig<T, Dim, kKeyStages, kQueryStages, F>>(call);
    } else if constexpr (F != Form::kGeneral) {
      launch_backward_as<WideBackwardConfig<T, F>>(call);
    }
  });
}

}  // namespace vt::attention
