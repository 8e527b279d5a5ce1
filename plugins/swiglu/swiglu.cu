// A plugin in CUDA C++ with a derivative that is an op of its own: silu(gate) * up in one pass, float32, float16 and
// bfloat16.
//
//   nvcc -std=c++17 -O3 -Xcompiler -fPIC -shared -I include plugins/swiglu/swiglu.cu -o swiglu.so
//
//   torch.ops.swiglu.swiglu(gate, up)   differentiable once; swiglu_backward(grad, gate, up) gives both gradients
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

#include "vibetensor/plugin.h"

namespace {

const vt_host* host;

#define TRY(call)                                               \
  do {                                                          \
    if (const vt_status status = (call); status) return status; \
  } while (0)

template <class T, int N>
struct alignas(sizeof(T) * N) Vector {
  T at[N];
};

__device__ __forceinline__ float sigmoid(float x) { return 1.0f / (1.0f + __expf(-x)); }

// Element i of every operand, N at a time; all are contiguous and of one size.
template <class T, int N, class F>
__global__ void for_each(int64_t numel, F f) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x * N;
  for (int64_t i = (static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) * N; i < numel; i += step) {
    f.template at<N>(i);
  }
}

template <class T>
struct Forward {
  const T* gate;
  const T* up;
  T* out;
  template <int N>
  __device__ void at(int64_t i) const {
    using V = Vector<T, N>;
    const V g = *reinterpret_cast<const V*>(gate + i), u = *reinterpret_cast<const V*>(up + i);
    V o;
#pragma unroll
    for (int k = 0; k < N; ++k) {
      const float x = static_cast<float>(g.at[k]);
      o.at[k] = static_cast<T>(x * sigmoid(x) * static_cast<float>(u.at[k]));
    }
    *reinterpret_cast<V*>(out + i) = o;
  }
};

template <class T>
struct Backward {
  const T* grad;
  const T* gate;
  const T* up;
  T* grad_gate;
  T* grad_up;
  template <int N>
  __device__ void at(int64_t i) const {
    using V = Vector<T, N>;
    const V d = *reinterpret_cast<const V*>(grad + i), g = *reinterpret_cast<const V*>(gate + i),
            u = *reinterpret_cast<const V*>(up + i);
    V dg, du;
#pragma unroll
    for (int k = 0; k < N; ++k) {
      const float x = static_cast<float>(g.at[k]), s = sigmoid(x), y = static_cast<float>(d.at[k]);
      dg.at[k] = static_cast<T>(y * static_cast<float>(u.at[k]) * s * (1.0f + x * (1.0f - s)));
      du.at[k] = static_cast<T>(y * x * s);
    }
    *reinterpret_cast<V*>(grad_gate + i) = dg;
    *reinterpret_cast<V*>(grad_up + i) = du;
  }
};

bool is_aligned(std::initializer_list<const void*> pointers) {
  uintptr_t bits = 0;
  for (const void* p : pointers) bits |= reinterpret_cast<uintptr_t>(p);
  return bits % 16 == 0;
}

template <class T, class F>
vt_status launch(const vt_call* call, int64_t numel, bool aligned, const F& f) {
  void* stream = nullptr;
  TRY(host->current_stream(call->device, &stream));
  if (numel == 0) return VT_OK;
  constexpr int kVector = 16 / sizeof(T);
  const int per_thread = aligned && numel % kVector == 0 ? kVector : 1;
  const int64_t blocks = (numel / per_thread + 255) / 256;
  const auto grid = static_cast<unsigned>(blocks < 65536 ? blocks : 65536);
  const auto on = static_cast<cudaStream_t>(stream);
  if (per_thread > 1) {
    for_each<T, kVector><<<grid, 256, 0, on>>>(numel, f);
  } else {
    for_each<T, 1><<<grid, 256, 0, on>>>(numel, f);
  }
  const cudaError_t error = cudaGetLastError();
  return error == cudaSuccess ? VT_OK : host->fail(VT_CUDA_ERROR, cudaGetErrorString(error));
}

bool same_sizes(const vt_tensor_info& a, const vt_tensor_info& b) {
  if (a.ndim != b.ndim || a.dtype.code != b.dtype.code || a.dtype.bits != b.dtype.bits) return false;
  for (int d = 0; d < a.ndim; ++d) {
    if (a.sizes[d] != b.sizes[d]) return false;
  }
  return true;
}

// All arguments of one shape and dtype, `results` of them again.
vt_status shape(vt_call* call) {
  vt_tensor_info first, other;
  TRY(host->tensor_info(call->args[0].as.tensor, &first, sizeof first));
  const bool is_float = (first.dtype.code == VT_FLOAT && (first.dtype.bits == 32 || first.dtype.bits == 16)) ||
                        (first.dtype.code == VT_BFLOAT && first.dtype.bits == 16);
  if (!is_float) return host->fail(VT_TYPE_ERROR, "expected float32, float16 or bfloat16");
  for (int i = 1; i < call->arg_count; ++i) {
    TRY(host->tensor_info(call->args[i].as.tensor, &other, sizeof other));
    if (!same_sizes(first, other)) return host->fail(VT_VALUE_ERROR, "expected tensors of one shape and dtype");
  }
  for (int i = 0; i < call->result_count; ++i) {
    TRY(host->set_shape(call, i, first.ndim, first.sizes, nullptr, first.dtype, first.device));
  }
  return VT_OK;
}

vt_status contiguous(vt_tensor* tensor, vt_tensor_info* info) {
  TRY(host->tensor_info(tensor, info, sizeof *info));
  if (info->flags & VT_TENSOR_CONTIGUOUS) return VT_OK;
  const vt_function* function = nullptr;
  vt_value argument = {}, result;
  argument.as.tensor = tensor;
  argument.tag = VT_TAG_TENSOR;
  int32_t count = 1;
  TRY(host->find_op("contiguous", &function));
  TRY(host->call_op(function, &argument, 1, &result, &count));
  return host->tensor_info(result.as.tensor, info, sizeof *info);
}

template <class T>
vt_status forward_of(vt_call* call, const vt_tensor_info* in, const vt_tensor_info* out) {
  const Forward<T> f = {static_cast<const T*>(in[0].data), static_cast<const T*>(in[1].data),
                        static_cast<T*>(out[0].data)};
  return launch<T>(call, out[0].numel, is_aligned({in[0].data, in[1].data, out[0].data}), f);
}
template <class T>
vt_status backward_of(vt_call* call, const vt_tensor_info* in, const vt_tensor_info* out) {
  const Backward<T> f = {static_cast<const T*>(in[0].data), static_cast<const T*>(in[1].data),
                         static_cast<const T*>(in[2].data), static_cast<T*>(out[0].data), static_cast<T*>(out[1].data)};
  return launch<T>(call, out[0].numel, is_aligned({in[0].data, in[1].data, in[2].data, out[0].data, out[1].data}), f);
}

template <class T>
vt_status run_in(vt_call* call, const vt_tensor_info* in, const vt_tensor_info* out) {
  return call->arg_count == 2 ? forward_of<T>(call, in, out) : backward_of<T>(call, in, out);
}

vt_status kernel(vt_call* call) {
  vt_tensor_info in[3], out[2];
  for (int i = 0; i < call->arg_count; ++i) TRY(contiguous(call->args[i].as.tensor, &in[i]));
  for (int i = 0; i < call->result_count; ++i) TRY(host->tensor_info(call->results[i], &out[i], sizeof out[i]));
  if (in[0].dtype.bits == 32) return run_in<float>(call, in, out);
  if (in[0].dtype.code == VT_BFLOAT) return run_in<__nv_bfloat16>(call, in, out);
  return run_in<__half>(call, in, out);
}

vt_status backward(vt_grad* grad) {
  const vt_function* function = nullptr;
  vt_value arguments[3] = {}, results[2];
  int32_t count = 2;
  arguments[0].as.tensor = grad->grads[0];
  TRY(host->saved_arg(grad, 0, 0, &arguments[1].as.tensor));
  TRY(host->saved_arg(grad, 1, 0, &arguments[2].as.tensor));
  for (vt_value& v : arguments) v.tag = VT_TAG_TENSOR;
  TRY(host->find_op("swiglu::swiglu_backward", &function));
  TRY(host->call_op(function, arguments, 3, results, &count));
  TRY(host->set_grad(grad, 0, 0, results[0].as.tensor));
  return host->set_grad(grad, 1, 0, results[1].as.tensor);
}

vt_status init(const vt_host* h, vt_registration* registration) {
  host = h;
  vt_op op = {};
  op.struct_size = sizeof op;
  op.schema = "swiglu(Tensor gate, Tensor up) -> Tensor";
  op.shape = shape;
  op.cuda = kernel;
  op.backward = backward;
  op.keep_args = 0b11;
  op.doc = "silu(gate) * up.";
  TRY(host->register_op(registration, &op));
  op = {};
  op.struct_size = sizeof op;
  op.schema = "swiglu_backward(Tensor grad, Tensor gate, Tensor up) -> (Tensor, Tensor)";
  op.shape = shape;
  op.cuda = kernel;
  op.doc = "The gradients of swiglu.";
  return host->register_op(registration, &op);
}

}  // namespace

VT_PLUGIN("swiglu", "1.0", init)
