// The launcher of attention's forward kernel for one width of heads.
#pragma once

#include "ops/nn/attention_forward.cuh"
#include "ops/nn/attention_hopper.cuh"

namespace vt::attention {

inline constexpr int64_t kForwardGroupBytes = 40 << 20;  // of keys and values; measured, as is backward's

template <class Config>
void launch_forward_as(const ForwardCall& call) {
  using Queries = typename Config::Queries;
  using Keys = typename Config::Keys;
  const auto& [q, k, v, scale, form, general, out, lse] = call;
  const int device = q.device().index;
  const bool biased = Config::kGeneral && general.device.bias != nullptr;
  ForwardGlobals g;
  g.q = map_of<Queries>(q);
  g.k = map_of<Keys>(k);
  g.v = map_of<Keys>(v);
  g.out = map_of<Queries>(out, 64);
  g.lse = lse.data<float>();
  g.queries = static_cast<int>(q.size(2));
  g.keys = static_cast<int>(k.size(2));
  g.heads_per_shared = static_cast<int>(q.size(1) / k.size(1));
  g.scale = static_cast<float>(biased ? 1 / kLog2E : scale);
  g.scale_log2 = static_cast<float>(biased ? 1 : scale * kLog2E);
  g.general = general.device;
  g.copies_bias = describe_bias<typename Config::Bias>(general, g.bias);
  g.schedule = schedule_of(device, q.size(0), q.size(1), q.size(2), Config::kQueries,
                           4 * k.size(2) * Config::kDim / g.heads_per_shared, kForwardGroupBytes);
  Tensor counter;
  if (g.schedule.group_heads < g.schedule.total_heads) {
    counter = empty(DimVec{1}, DType::int32, q.device());
    fill_data(counter, Scalar(0));
    g.schedule.counter = counter.data<int>();
  }
  const auto storage = [](const Tensor& t) { return t.defined() ? t.storage().get() : nullptr; };
  launch_persistent<attention_forward<Config>>(
      "_attention", g, Config::kThreads, sizeof(ForwardShared<Config>), device,
      {storage(q), storage(k), storage(v), storage(out), storage(lse), storage(counter), storage(general.mask),
       storage(general.ranges), storage(general.philox)});
}

template <int Dim>
void launch_forward(const ForwardCall& call) {
  with_types(call.q, call.form, [&]<class T, Form F>(TypeTag<T>, std::integral_constant<Form, F>) {
    if constexpr (Dim > 128) {
      launch_forward_as<ForwardConfig<T, Dim, 64, 2, 2, F, 1>>(call);
    } else if constexpr (Dim > 64) {
      launch_forward_as<ForwardConfig<T, Dim, 128, 2, 2, F>>(call);
    } else if constexpr (F == Form::kGeneral) {
      launch_forward_as<ForwardConfig<T, Dim, 128, 2, 3, F>>(call);
    } else if constexpr (F == Form::kCausal) {
      if (call.q.size(2) < 2048) {  // tiles of 128 queries waste less of a small triangle
        launch_forward_as<ForwardConfig<T, Dim, 128, 2, 3, F>>(call);
      } else {
        launch_forward_as<ForwardConfig<T, Dim, 128, 3, 2, F>>(call);
      }
    } else {
      launch_forward_as<ForwardConfig<T, Dim, 128, 3, 2, F>>(call);
    }
  });
}

}  // namespace vt::attention
