// Layer norm and RMS norm, backward.
//
// The gradients of weight and bias are summed while the gradient of the input is made: each block goes through several
// rows and keeps sums per column, and a reduction in a fixed order adds the blocks up. Beside float32 rows the gradient
// may come in 16 bits.
//
// With normal = (x - mean) * rstd and gw = grad * weight: grad_in = rstd * (gw - [mean(gw)] - normal * mean(gw *
// normal)), the bracket for layer norm only; grad_weight = sum(grad * normal), grad_bias = sum(grad) over rows.
#include "cuda/copy.h"
#include "dispatch/registry.h"
#include "ops/nn/norm_rows.cuh"

namespace vt {
namespace {

using namespace norms;
using cuda::LaunchConfig;
using cuda::RowPlan;
using cuda::Stream;

template <typename T>
struct BackwardArguments {
  const void* grad;
  DType grad_dtype;  // of T, or 16 bits wide beside float
  const T* in;
  const T* weight;  // null: ones
  const opmath_t<T>* mean;
  const opmath_t<T>* rstd;
  T* grad_in;             // may be null
  bool adds;              // to what grad_in holds
  opmath_t<T>* partials;  // (blocks, sums, n); may be null
  int64_t rows;
  int64_t n;
  NarrowOutput narrow;  // of grad_in

  __device__ __forceinline__ opmath_t<T> grad_at(int64_t i) const {
    if constexpr (std::is_same_v<T, float>) {
      if (grad_dtype == DType::bfloat16) return static_cast<float>(static_cast<const bfloat16*>(grad)[i]);
      if (grad_dtype == DType::float16) return static_cast<float>(static_cast<const float16*>(grad)[i]);
    }
    return static_cast<opmath_t<T>>(static_cast<const T*>(grad)[i]);
  }
};

/// A row of the gradient on its way, in its own dtype: one of 16 bits takes the first half of the words.
template <typename T, int Width, int Count>
struct GradientWords {
  cuda::RowWords<T, Width, Count> words;

  __device__ __forceinline__ static bool is_half(const BackwardArguments<T>& p) {
    return std::is_same_v<T, float> && p.grad_dtype != DType::float32;
  }
  __device__ __forceinline__ void load(const BackwardArguments<T>& p, int64_t first, int n, const RowPlace& place) {
    if constexpr (std::is_same_v<T, float>) {
      if (is_half(p)) {
        cuda::RowWords<uint16_t, Width, Count> half;
        half.load(static_cast<const uint16_t*>(p.grad) + first, n, place);
#pragma unroll
        for (int k = 0; k < Count; ++k) memcpy(&words.vectors[k], &half.vectors[k], sizeof(half.vectors[k]));
        return;
      }
    }
    words.load(static_cast<const T*>(p.grad) + first, n, place);
  }
  /// Vector k, which must have been loaded.
  template <typename Stored>
  __device__ __forceinline__ Vector<opmath_t<T>, Width> vector_of(int k) const {
    cuda::VectorWords<Stored, Width> stored;
    memcpy(&stored, &words.vectors[k], sizeof(stored));
    return stored.template as<opmath_t<T>>();
  }
  __device__ __forceinline__ Vector<opmath_t<T>, Width> vector(const BackwardArguments<T>& p, int k) const {
    if constexpr (std::is_same_v<T, float>) {
      if (is_half(p)) return p.grad_dtype == DType::bfloat16 ? vector_of<bfloat16>(k) : vector_of<float16>(k);
    }
    return vector_of<T>(k);
  }
};

/// What a row's gradient is made from, on its way.
template <typename T, int Width, int Count, bool Rms>
struct NormRow {
  opmath_t<T> mean, rstd;
  cuda::RowWords<T, Width, Count> in;
  GradientWords<T, Width, Count> gradients;

  /// All loads together: none waits for another.
  __device__ __forceinline__ void load(const BackwardArguments<T>& p, int64_t row, const RowPlace& place) {
    const int n = static_cast<int>(p.n);
    mean = Rms ? opmath_t<T>(0) : p.mean[row];
    rstd = p.rstd[row];
    in.load(p.in + row * n, n, place);
    gradients.load(p, row * n, n, place);
  }
};

/// a + b as an operation of its own, never the end of a fused one: what a pass over memory would give.
__device__ __forceinline__ float add_apart(float a, float b) { return __fadd_rn(a, b); }
__device__ __forceinline__ double add_apart(double a, double b) { return __dadd_rn(a, b); }

template <typename Compute>
struct TwoSums {
  Compute a;
  Compute b;
};
struct AddTwoSums {
  template <typename Compute>
  __device__ TwoSums<Compute> operator()(const TwoSums<Compute>& x, const TwoSums<Compute>& y) const {
    return {x.a + y.a, x.b + y.b};
  }
};

/// Vectors per thread; sums per column take as many registers again, twice. Few, so that many threads load at once.
template <typename T>
inline constexpr int kBackwardVectors = std::max(1, (sizeof(T) == 8 ? 4 : 8) / cuda::kVectorWidth<T>);
template <typename T>
inline constexpr int kBackwardNarrow = sizeof(T) == 8 ? 4 : 8;

/// The most threads that hold a row, and how many of them a multiprocessor is to run at once.
struct BackwardThreads {
  int most;
  int together;
};
inline constexpr BackwardThreads kShortRows{384, 768};
template <typename T>
inline constexpr BackwardThreads kLongRows = sizeof(T) == 8 ? BackwardThreads{512, 512} : BackwardThreads{1024, 1024};
inline constexpr BackwardThreads kNarrowRows{cuda::kRowThreads, cuda::kRowThreads};

/// Sums per column: of the weight, and of the bias where there is one.
template <bool Rms>
inline constexpr int kSums = Rms ? 1 : 2;

/// Adds up what the warps of a block have, in their order; the first one gets it.
template <int Count, typename Compute>
__device__ __forceinline__ void join_warps(Compute (&weight_sum)[Count], Compute (&bias_sum)[Count]) {
  if (blockDim.y == 1) return;
  __shared__ Compute joined[2][Count][32];
  const int lane = threadIdx.x;
  for (int warp = 0; warp < blockDim.y; ++warp) {
    if (threadIdx.y == warp) {
#pragma unroll
      for (int i = 0; i < Count; ++i) {
        joined[0][i][lane] = warp == 0 ? weight_sum[i] : joined[0][i][lane] + weight_sum[i];
        joined[1][i][lane] = warp == 0 ? bias_sum[i] : joined[1][i][lane] + bias_sum[i];
      }
    }
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < Count; ++i) {
    weight_sum[i] = joined[0][i][lane];
    bias_sum[i] = joined[1][i][lane];
  }
}

template <typename T, int Width, int Count, bool Rms, int Most, int Together>
__global__ void __launch_bounds__(Most, Together / Most) norm_backward_rows(BackwardArguments<T> p) {
  using Compute = opmath_t<T>;
  const RowPlace place = cuda::row_place();
  const int n = static_cast<int>(p.n);
  Compute weight_sum[Count * Width] = {}, bias_sum[Count * Width] = {};
  const int64_t stride = static_cast<int64_t>(gridDim.x) * blockDim.y;
  // 16-bit rows are so short that their loads take longer than the rest: the next row's are under way meanwhile.
  constexpr bool kAhead = sizeof(T) == 2;
  NormRow<T, Width, Count, Rms> next;
  if (kAhead && place.row < p.rows) next.load(p, place.row, place);
  for (int64_t row = place.row; row < p.rows; row += stride) {
    if constexpr (!kAhead) next.load(p, row, place);
    const auto [mean, rstd, in, gradients] = next;
    cuda::RowWords<T, Width, Count> waiting;
    if (p.adds) waiting.load(p.grad_in + row * n, n, place);
    TwoSums<Compute> sums{0, 0};
    Vector<Compute, Width> g[Count];
#pragma unroll
    for (int k = 0; k < Count; ++k) {
      const int i = (k * place.group + place.thread) * Width;
      if (i >= n) continue;
      g[k] = gradients.vector(p, k);
      const Vector<Compute, Width> x = in.vectors[k].template as<Compute>();
      const Vector<T, Width> w = load_or<T, Width>(p.weight, i, 1);
#pragma unroll
      for (int v = 0; v < Width; ++v) {
        const Compute normal = (x[v] - mean) * rstd;
        weight_sum[k * Width + v] += g[k][v] * normal;
        bias_sum[k * Width + v] += g[k][v];
        const Compute weighted = g[k][v] * static_cast<Compute>(w[v]);
        sums.a += weighted;
        sums.b += weighted * normal;
      }
    }
    if (kAhead && row + stride < p.rows) next.load(p, row + stride, place);
    if (p.grad_in == nullptr) continue;
    sums = cuda::row_all(sums, AddTwoSums());
    const Compute mean_a = Rms ? Compute(0) : sums.a / static_cast<Compute>(n);
    const Compute mean_b = sums.b / static_cast<Compute>(n);
#pragma unroll
    for (int k = 0; k < Count; ++k) {
      const int i = (k * place.group + place.thread) * Width;
      if (i >= n) continue;
      const Vector<Compute, Width> x = in.vectors[k].template as<Compute>();
      const Vector<T, Width> w = load_or<T, Width>(p.weight, i, 1);
      Vector<T, Width> out;
#pragma unroll
      for (int v = 0; v < Width; ++v) {
        const Compute weighted = g[k][v] * static_cast<Compute>(w[v]);
        const Compute normal = (x[v] - mean) * rstd;
        out[v] = static_cast<T>(rstd * (weighted - mean_a - normal * mean_b));
      }
      if (p.adds) {
        const Vector<Compute, Width> before = waiting.vectors[k].template as<Compute>();
#pragma unroll
        for (int v = 0; v < Width; ++v) out[v] = static_cast<T>(add_apart(before[v], static_cast<Compute>(out[v])));
      }
      cuda::store_vector<Width>(p.grad_in + row * n + i, out);
      if constexpr (std::is_same_v<T, float>) {
        if (p.narrow.data != nullptr) p.narrow.store<Width>(row * n + i, out);
      }
    }
  }
  if (p.partials == nullptr) return;
  join_warps(weight_sum, bias_sum);
  if (threadIdx.y != 0) return;
  Compute* to = p.partials + static_cast<int64_t>(blockIdx.x) * kSums<Rms> * n;
#pragma unroll
  for (int k = 0; k < Count; ++k) {
    const int i = (k * place.group + place.thread) * Width;
    if (i >= n) continue;
    Vector<Compute, Width> of_weight, of_bias;
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      of_weight[v] = weight_sum[k * Width + v];
      of_bias[v] = bias_sum[k * Width + v];
    }
    cuda::store_vector<Width>(to + i, of_weight);
    if constexpr (!Rms) cuda::store_vector<Width>(to + n + i, of_bias);
  }
}

template <typename T, bool Rms>
__global__ void __launch_bounds__(cuda::kRowThreads) norm_backward_long_rows(BackwardArguments<T> p) {
  using Compute = opmath_t<T>;
  const int64_t row = blockIdx.x;
  const int64_t first = row * p.n;
  const T* in = p.in + first;
  const Compute mean = Rms ? Compute(0) : p.mean[row], rstd = p.rstd[row];
  auto weight = [&](int64_t i) { return p.weight != nullptr ? static_cast<Compute>(p.weight[i]) : Compute(1); };
  TwoSums<Compute> sums{0, 0};
  for (int64_t i = threadIdx.x; i < p.n; i += blockDim.x) {
    const Compute weighted = p.grad_at(first + i) * weight(i);
    sums.a += weighted;
    sums.b += weighted * (static_cast<Compute>(in[i]) - mean) * rstd;
  }
  sums = cuda::row_all(sums, AddTwoSums());
  const Compute mean_a = Rms ? Compute(0) : sums.a / static_cast<Compute>(p.n);
  const Compute mean_b = sums.b / static_cast<Compute>(p.n);
  for (int64_t i = threadIdx.x; i < p.n; i += blockDim.x) {
    const Compute normal = (static_cast<Compute>(in[i]) - mean) * rstd;
    T* to = p.grad_in + first + i;
    T value = static_cast<T>(rstd * (p.grad_at(first + i) * weight(i) - mean_a - normal * mean_b));
    if (p.adds) value = static_cast<T>(add_apart(static_cast<Compute>(*to), static_cast<Compute>(value)));
    *to = value;
    if constexpr (std::is_same_v<T, float>) {
      if (p.narrow.data != nullptr) p.narrow.data[first + i] = p.narrow.bits_of(value);
    }
  }
}

/// Sums per column for rows too long for registers: thread per column, rows dealt out over blockIdx.y.
template <typename T, bool Rms>
__global__ void __launch_bounds__(256) norm_backward_columns(BackwardArguments<T> p) {
  using Compute = opmath_t<T>;
  const int64_t column = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (column >= p.n) return;
  Compute weight_sum = 0, bias_sum = 0;
  for (int64_t row = blockIdx.y; row < p.rows; row += gridDim.y) {
    const Compute grad = p.grad_at(row * p.n + column);
    const Compute mean = Rms ? Compute(0) : p.mean[row];
    weight_sum += grad * (static_cast<Compute>(p.in[row * p.n + column]) - mean) * p.rstd[row];
    bias_sum += grad;
  }
  Compute* to = p.partials + static_cast<int64_t>(blockIdx.y) * kSums<Rms> * p.n;
  to[column] = weight_sum;
  if constexpr (!Rms) to[p.n + column] = bias_sum;
}

constexpr int kPartColumns = 32, kPartRows = 32;  // of a block

/// Adds up the sums of `parts` blocks per column; those from n on are of the bias.
template <typename T>
__global__ void __launch_bounds__(kPartColumns* kPartRows)
    add_parts(const opmath_t<T>* partials, int parts, int64_t columns, int64_t n, T* weight, T* bias) {
  using Compute = opmath_t<T>;
  __shared__ Compute sums[kPartRows][kPartColumns];
  const int64_t column = static_cast<int64_t>(blockIdx.x) * kPartColumns + threadIdx.x;
  Compute sum = 0;
  if (column < columns) {
#pragma unroll 4
    for (int part = threadIdx.y; part < parts; part += kPartRows) sum += partials[part * columns + column];
  }
  sums[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
#pragma unroll
  for (int half = kPartRows / 2; half > 0; half /= 2) {
    if (threadIdx.y < half) sums[threadIdx.y][threadIdx.x] += sums[threadIdx.y + half][threadIdx.x];
    __syncthreads();
  }
  T* to = column < n ? weight : bias;
  if (threadIdx.y != 0 || column >= columns || to == nullptr) return;
  to[column < n ? column : column - n] = static_cast<T>(sums[0][threadIdx.x]);
}

template <typename T, bool Rms>
void launch_backward(const char* op, Stream stream, const RowPlan& plan, BackwardArguments<T> p, bool want_sums,
                     const Tensor& like, T* grad_weight, T* grad_bias,
                     std::initializer_list<const StorageImpl*> storages, const StorageImpl* weight_storage,
                     const StorageImpl* bias_storage) {
  using Compute = opmath_t<T>;
  constexpr int kWidth = cuda::kVectorWidth<T>;
  const int64_t processors = cuda::device_properties(stream.device).multi_processor_count;
  const int64_t rows_per_block = plan.block.y;
  const BackwardThreads threads = !plan.vectors                                      ? kNarrowRows
                                  : static_cast<int>(plan.block.x) > kShortRows.most ? kLongRows<T>
                                                                                     : kShortRows;
  // As many blocks as run at once: each has sums per column of its own, which for few long rows are much of the work.
  const int64_t together = std::max<int64_t>(threads.together / (plan.block.x * plan.block.y), 1);
  const int64_t parts = plan.resident ? cuda::blocks_for(p.rows, rows_per_block, processors * together)
                                      : std::clamp<int64_t>(p.rows / 64, 1, 64);
  Tensor partials;
  if (want_sums) {
    partials = empty(DimVec{parts, kSums<Rms> * p.n}, dtype_of<Compute>, like.device());
    p.partials = partials.data<Compute>();
  }
  LaunchConfig config{op, stream, {}, plan.block};
  if (plan.resident) {
    config.grid = dim3(static_cast<unsigned>(parts));
    auto kernel =
        !plan.vectors ? norm_backward_rows<T, 1, kBackwardNarrow<T>, Rms, kNarrowRows.most, kNarrowRows.together>
        : threads.most == kShortRows.most
            ? norm_backward_rows<T, kWidth, kBackwardVectors<T>, Rms, kShortRows.most, kShortRows.together>
            : norm_backward_rows<T, kWidth, kBackwardVectors<T>, Rms, kLongRows<T>.most, kLongRows<T>.together>;
    cuda::launch(config, storages, kernel, p);
  } else {
    if (p.grad_in != nullptr) {
      config.grid = plan.grid;
      cuda::launch(config, storages, norm_backward_long_rows<T, Rms>, p);
    }
    if (want_sums) {
      config.grid = dim3(cuda::blocks_for(p.n, 256), static_cast<unsigned>(parts));
      config.block = dim3(256);
      cuda::launch(config, storages, norm_backward_columns<T, Rms>, p);
    }
  }
  if (want_sums) {
    const int64_t columns = partials.size(1);
    config.grid = dim3(cuda::blocks_for(columns, kPartColumns));
    config.block = dim3(kPartColumns, kPartRows);
    cuda::launch(config, {partials.storage().get(), weight_storage, bias_storage}, add_parts<T>,
                 static_cast<const Compute*>(p.partials), static_cast<int>(parts), columns, p.n, grad_weight,
                 grad_bias);
  }
}

void norm_backward_cuda(const NormBackward& given) {
  const Tensor input = dense(given.input), grad = dense(given.grad), weight = dense(given.weight);
  const Tensor mean = dense(given.mean), rstd = dense(given.rstd);
  const Stream stream = cuda::current_stream(input.device().index);
  const int64_t n = given.columns, rows = rows_of(input, n);
  if (rows == 0 || n == 0) {
    // Sums over no rows.
    for (const Tensor* t : {&given.grad_weight, &given.grad_bias}) {
      if (t->defined() && t->numel() > 0) {
        cuda::fill_bytes(t->data(), 0, static_cast<size_t>(t->numel()) * t->element_size(), stream,
                         {t->storage().get()});
      }
    }
    return;
  }
  const bool is_rms = given.kind == NormKind::Rms;
  visit_dtype<kFloatingSet>(input.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Compute = opmath_t<T>;
    const BackwardArguments<T> p{grad.data(),
                                 grad.dtype(),
                                 input.data<T>(),
                                 data_or_null<const T>(weight),
                                 is_rms ? nullptr : mean.data<Compute>(),
                                 rstd.data<Compute>(),
                                 data_or_null<T>(given.grad_input),
                                 given.adds,
                                 nullptr,
                                 rows,
                                 n,
                                 narrow_output(given.narrow)};
    bool aligned = cuda::rows_aligned<T>(grad, n) && cuda::rows_aligned<T>(input, n);
    for (const Tensor* t : {&given.grad_input, &given.narrow}) {
      aligned = aligned && (!t->defined() || cuda::rows_aligned<T>(*t, n));
    }
    if (weight.defined()) aligned = aligned && cuda::is_aligned(weight.data(), 16);
    RowPlan plan = cuda::plan_rows<T>(rows, n, aligned, kBackwardVectors<T>, kBackwardNarrow<T>, kLongRows<T>.most);
    if (!plan.vectors) plan = cuda::plan_rows<T>(rows, n, aligned, 1, kBackwardNarrow<T>);
    // Rows that no block holds are walked by kernels of fewer threads.
    if (!plan.resident) plan = cuda::plan_rows<T>(rows, n, aligned, kBackwardVectors<T>, kBackwardNarrow<T>);
    const bool want_sums = given.grad_weight.defined() || given.grad_bias.defined();
    const std::initializer_list<const StorageImpl*> storages = {
        grad.storage().get(),         input.storage().get(),   storage_or_null(mean),
        storage_or_null(rstd),        storage_or_null(weight), storage_or_null(given.grad_input),
        storage_or_null(given.narrow)};
    auto launch = is_rms ? launch_backward<T, true> : launch_backward<T, false>;
    launch(is_rms ? "_fused_rms_norm_backward" : "native_layer_norm_backward", stream, plan, p, want_sums, input,
           data_or_null<T>(given.grad_weight), data_or_null<T>(given.grad_bias), storages,
           storage_or_null(given.grad_weight), storage_or_null(given.grad_bias));
  });
}

}  // namespace

void register_norm_backward_cuda(Registry&) { norm_backward.cuda(norm_backward_cuda); }

}  // namespace vt
