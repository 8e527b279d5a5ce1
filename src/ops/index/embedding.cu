// embedding and its gradient on CUDA.
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/index/block_copy.cuh"

namespace vt {
namespace {

using namespace vt::cuda;

// Rows as 16-byte pieces where they divide into such.
void embedding_cuda(const Tensor& weight, const Tensor& indices, int64_t, bool, bool, Tensor& out) {
  if (out.numel() == 0) return;
  const Tensor table = contiguous_data(weight), at = int64_data(indices);
  const int64_t row_bytes = weight.size(1) * static_cast<int64_t>(weight.element_size());
  const bool wide = row_bytes % 16 == 0 && reinterpret_cast<uintptr_t>(table.data()) % 16 == 0;
  const int64_t width = wide ? row_bytes / 16 : weight.size(1);
  VT_CHECK(weight.size(0) > 0, Index, "index out of range in self");
  BlockArguments p;
  p.after.ndim = p.dense.ndim = 1;
  p.after.sizes[0] = p.after_count = width;
  p.after.to_strides[0] = p.after.from_strides[0] = 1;
  p.positions = at.numel();
  p.position = at.data<int64_t>();
  p.size = weight.size(0);
  p.named_step = width;
  p.dense.sizes[0] = p.positions;
  p.dense.to_strides[0] = width;
  p.dense.from_strides[0] = 0;
  if (wide) {
    launch_blocks<Element16>("embedding", out, table, p, StoreElement{});
  } else {
    copy_blocks("embedding", out, table, p);
  }
}

__global__ void count_rows_kernel(const int64_t* index, int64_t n, int64_t rows, int* counts) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += step) {
    if (index[i] >= 0 && index[i] < rows) atomicAdd(counts + index[i], 1);
  }
}

// One thread per element of the gradient; 16-bit gradients are summed in float32.
template <class T, class Sum>
__global__ void add_rows_kernel(const T* grad, const int64_t* index, int64_t n, int64_t width, int64_t rows,
                                int64_t padding, const int* counts, Sum* sums, DeviceErrorSink errors) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n * width; i += step) {
    const int64_t row = i / width, column = i - row * width, at = index[row];
    if (at < 0 || at >= rows) {
      if (column == 0) errors.bad_index(at, 0, rows);
      continue;
    }
    if (at == padding) continue;
    const Sum value = static_cast<Sum>(grad[i]);
    atomic_add(sums + at * width + column, counts ? value / static_cast<Sum>(static_cast<float>(counts[at])) : value);
  }
}

void embedding_dense_backward_cuda(const Tensor& grad_output, const Tensor& indices, int64_t num_weights,
                                   int64_t padding_idx, bool scale_grad_by_freq, Tensor& out) {
  if (out.numel() == 0) return;
  const DType sum_dtype = is_reduced_floating(out.dtype()) ? DType::float32 : out.dtype();
  const Tensor sums = sum_dtype == out.dtype() ? out : empty(out.sizes(), sum_dtype, out.device());
  fill_data(sums, Scalar(0));
  const Tensor grad = contiguous_data(grad_output), at = int64_data(indices);
  const int64_t n = at.numel(), width = out.size(1);
  if (n > 0) {
    Tensor counts;
    if (scale_grad_by_freq) {
      counts = ops::zeros(DimVec{num_weights}, DType::int32, out.device());
      launch(index_launch("embedding_dense_backward", out, n), {at.storage().get(), counts.storage().get()},
             count_rows_kernel, at.data<int64_t>(), n, num_weights, counts.data<int32_t>());
    }
    visit_dtype<kFloatingSet>(grad.dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      using Sum = opmath_t<T>;
      launch(index_launch("embedding_dense_backward", out, n * width),
             {grad.storage().get(), at.storage().get(), sums.storage().get()}, add_rows_kernel<T, Sum>, grad.data<T>(),
             at.data<int64_t>(), n, width, num_weights, padding_idx,
             counts.defined() ? counts.data<int32_t>() : nullptr, sums.data<Sum>(),
             device_error_sink(out.device().index, "embedding_dense_backward"));
    });
  }
  if (!sums.is_same(out)) copy_data(out, sums);
}

}  // namespace

void register_embedding_cuda(Registry& r) {
  r.at("embedding").cuda(embedding_cuda);
  r.at("embedding_dense_backward").cuda(embedding_dense_backward_cuda);
}

}  // namespace vt
