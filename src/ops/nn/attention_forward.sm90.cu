#include "ops/nn/attention_forward.cuh"
#include "ops/nn/attention_hopper.cuh"

namespace vt {
namespace {

using namespace attention;

constexpr int64_t kGroupBytes = 40 << 20;  // of keys and values; measured, as is backward's

template <class Config>
void forward(const Tensor& q, const Tensor& k, const Tensor& v, double scale, const Tensor& out, const Tensor& lse) {
  using Queries = typename Config::Queries;
  using Keys = typename Config::Keys;
  const int device = q.device().index;
  ForwardGlobals g;
  g.q = map_of<Queries>(q);
  g.k = map_of<Keys>(k);
  g.v = map_of<Keys>(v);
  g.out = map_of<Queries>(out, 64);
  g.lse = lse.data<float>();
  g.queries = static_cast<int>(q.size(2));
  g.keys = static_cast<int>(k.size(2));
  g.scale = static_cast<float>(scale);
  g.scale_log2 = static_cast<float>(scale * kLog2E);
  g.schedule = schedule_of(q, q.size(2), Config::kQueries, 4 * k.size(2) * Config::kDim, kGroupBytes);
  Tensor counter;
  if (g.schedule.group_heads < g.schedule.total_heads) {
    counter = empty(DimVec{1}, DType::int32, q.device());
    fill_data(counter, Scalar(0));
    g.schedule.counter = counter.data<int>();
  }
  launch_persistent<attention_forward<Config>>(
      "_attention", g, Config::kThreads, sizeof(ForwardShared<Config>), device,
      {q.storage().get(), k.storage().get(), v.storage().get(), out.storage().get(), lse.storage().get(),
       counter.defined() ? counter.storage().get() : nullptr});
}

void attention_cuda(const Tensor& query, const Tensor& key, const Tensor& value, bool causal, double scale, Tensor& out,
                    Tensor& lse) {
  check_suits(query, key, value, scale);
  const Tensor q = readable(query), k = readable(key), v = readable(value);
  with_types(
      q, causal,
      [&]<class T, int Dim, bool Causal>(TypeTag<T>, std::integral_constant<int, Dim>, std::bool_constant<Causal>) {
        if constexpr (Dim > 64) {
          forward<ForwardConfig<T, Dim, 128, 2, 2, Causal, true>>(q, k, v, scale, out, lse);
        } else if (Causal && q.size(2) < 2048) {  // tiles of 128 queries waste less of a small triangle
          forward<ForwardConfig<T, Dim, 128, 2, 3, Causal, true>>(q, k, v, scale, out, lse);
        } else {
          forward<ForwardConfig<T, Dim, 128, 3, 2, Causal, true>>(q, k, v, scale, out, lse);
        }
      });
}

}  // namespace

void register_attention_forward_cuda(Registry& r) { r.at("_attention").cuda(attention_cuda); }

}  // namespace vt
