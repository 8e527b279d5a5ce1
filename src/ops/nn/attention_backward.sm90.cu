#include "ops/nn/attention_backward.cuh"
#include "ops/nn/attention_backward_passes.cuh"
#include "ops/nn/attention_hopper.cuh"

namespace vt {
namespace {

using namespace attention;

constexpr int64_t kGroupBytes = 56 << 20;  // of queries, gradients of results and sums of dq, keys and values
using Tensors = std::initializer_list<const StorageImpl*>;

template <class T>
RowsOf<T> rows_of(const Tensor& t) {
  return {static_cast<T*>(t.data()), t.stride(0), t.stride(1), t.stride(2)};
}

template <class Config>
void backward(const Tensor& grad, const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& out,
              const Tensor& lse, double scale, const Tensor& dq, const Tensor& dk, const Tensor& dv) {
  using T = typename Config::T;
  using Queries = typename Config::Queries;
  using Keys = typename Config::Keys;
  constexpr int kDim = Config::kDim;
  const int device = q.device().index;
  const cuda::Stream stream = cuda::current_stream(device);
  const int64_t heads = q.size(0) * q.size(1);
  const int64_t query_tiles = (q.size(2) + Config::kQueries - 1) / Config::kQueries;
  const int64_t rows = heads * query_tiles * Config::kQueries;
  const Tensor sums = empty(DimVec{rows, kDim}, DType::float32, q.device());
  const Tensor of_rows = empty(DimVec{2, rows}, DType::float32, q.device());
  const Tensor counter = empty(DimVec{1}, DType::int32, q.device());

  PrepareGlobals p;
  p.dout = rows_of<const uint16_t>(grad);
  p.out = rows_of<const uint16_t>(out);
  p.lse = lse.data<float>();
  p.lse_log2 = of_rows.data<float>();
  p.delta = p.lse_log2 + rows;
  p.dq_sums = sums.data<float>();
  p.counter = counter.data<int>();
  p.heads = static_cast<int>(q.size(1));
  p.queries = static_cast<int>(q.size(2));
  p.padded = static_cast<int>(query_tiles * Config::kQueries);
  p.rows = rows;
  cuda::launch(
      {"_attention_backward", stream, dim3(cuda::blocks_for(rows * (kDim / 8), kPassThreads)), dim3(kPassThreads)},
      Tensors{grad.storage().get(), out.storage().get(), lse.storage().get(), sums.storage().get(),
              of_rows.storage().get(), counter.storage().get()},
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
  g.scale = static_cast<float>(scale);
  g.scale_log2 = static_cast<float>(scale * kLog2E);
  const int64_t head_bytes = (8 * q.size(2) + 4 * k.size(2)) * kDim;
  g.schedule = schedule_of(q, k.size(2), Config::kKeys, head_bytes, kGroupBytes);
  g.schedule.counter = p.counter;
  launch_persistent<attention_backward<Config>>(
      "_attention_backward", g, Config::kThreads, sizeof(BackwardShared<Config>), device,
      {grad.storage().get(), q.storage().get(), k.storage().get(), v.storage().get(), sums.storage().get(),
       of_rows.storage().get(), counter.storage().get(), dk.storage().get(), dv.storage().get()});

  const FinishGlobals f{p.dq_sums, rows_of<uint16_t>(dq), p.heads, p.queries, g.query_tiles, g.scale};
  cuda::launch({"_attention_backward", stream, dim3(static_cast<unsigned>(heads * query_tiles)), dim3(kPassThreads)},
               Tensors{sums.storage().get(), dq.storage().get()}, attention_backward_finish<T, kDim>, f);
}

ops::AttentionGradients attention_backward_cuda(const Tensor& gradient, const Tensor& query, const Tensor& key,
                                                const Tensor& value, const Tensor& result, const Tensor& sums,
                                                bool causal, double scale) {
  check_suits(query, key, value, scale);
  const Tensor grad = readable(gradient), out = readable(result), lse = contiguous_data(sums);
  const Tensor q = readable(query), k = readable(key), v = readable(value);
  // Of what was copied, so that the copy engine can write them too.
  ops::AttentionGradients gradients = ops::new_attention_gradients(grad, q, k, v, out, lse);
  with_types(
      q, causal,
      [&]<class T, int Dim, bool Causal>(TypeTag<T>, std::integral_constant<int, Dim>, std::bool_constant<Causal>) {
        using Config = BackwardConfig<T, Dim, Dim <= 64 ? 2 : 1, Dim <= 64 ? 3 : 2, Causal>;
        backward<Config>(grad, q, k, v, out, lse, scale, std::get<0>(gradients), std::get<1>(gradients),
                         std::get<2>(gradients));
      });
  return gradients;
}

}  // namespace

void register_attention_backward_cuda(Registry& r) { r.at("_attention_backward").cuda(attention_backward_cuda); }

}  // namespace vt
