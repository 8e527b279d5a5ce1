// Strided copies and fills on CUDA.
#include "core/convert.h"
#include "iter/cuda_loops.cuh"
#include "ops/copy/copy_plan.h"
#include "ops/copy/kernels.h"

namespace vt {
namespace {

using cuda::kLoopDims;
using cuda::Loop;

struct Identity {
  template <class T>
  __device__ T operator()(T x) const {
    return x;
  }
};

template <class T>
struct Constant {
  T value;
  __device__ T operator()() const { return value; }
};

template <class To>
struct CastArguments {
  To* to;
  const char* from;
  DType from_dtype;
  int64_t count;
  int ndim;
  int64_t sizes[kLoopDims];
  int64_t to_strides[kLoopDims];    // bytes
  int64_t from_strides[kLoopDims];  // bytes
};

template <class To>
__device__ To load_converted(const char* from, DType dtype) {
  switch (dtype) {
#define VT_DTYPE(name, type, category, bytes, numpy) \
  case DType::name: return convert<To>(*reinterpret_cast<const type*>(from));
#include "core/dtype.def"
#undef VT_DTYPE
  }
  return To();
}

// Any dtype to To; the source's dtype is a run-time value, so that there is one kernel per destination.
template <class To>
__global__ void cast_kernel(CastArguments<To> p) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < p.count; i += step) {
    int64_t rest = i, to = 0, from = 0;
    for (int d = 0; d < p.ndim; ++d) {
      const int64_t next = rest / p.sizes[d], at = rest - next * p.sizes[d];
      to += at * p.to_strides[d];
      from += at * p.from_strides[d];
      rest = next;
    }
    *reinterpret_cast<To*>(reinterpret_cast<char*>(p.to) + to) = load_converted<To>(p.from + from, p.from_dtype);
  }
}

void launch_cast(const Loop& loop) {
  visit_dtype<kAllSet>(loop.operands[0].dtype, [&](auto tag) {
    using To = typename decltype(tag)::type;
    CastArguments<To> p{reinterpret_cast<To*>(loop.operands[0].data),
                        loop.operands[1].data,
                        loop.operands[1].dtype,
                        loop.numel(),
                        loop.ndim,
                        {},
                        {},
                        {}};
    for (int d = 0; d < loop.ndim; ++d) {
      p.sizes[d] = loop.sizes[d];
      p.to_strides[d] = loop.operands[0].strides[d];
      p.from_strides[d] = loop.operands[1].strides[d];
    }
    const cuda::LaunchConfig config{"copy_", loop.stream, dim3(cuda::blocks_for(p.count, 256, 1 << 20)), dim3(256)};
    cuda::launch(config, {loop.operands[0].storage, loop.operands[1].storage}, cast_kernel<To>, p);
  });
}

template <class T>
void launch_move(Loop loop) {
  loop.operands[0].dtype = loop.operands[1].dtype = dtype_of<T>;
  cuda::launch_loop<T, T, 1>(loop, Identity{});
}

void launch_copy(const Loop& loop) {
  const DType to = loop.operands[0].dtype, from = loop.operands[1].dtype;
  if (to == from) {
    switch (size_of(to)) {
      case 1: return launch_move<uint8_t>(loop);
      case 2: return launch_move<int16_t>(loop);
      case 4: return launch_move<int32_t>(loop);
      case 8: return launch_move<int64_t>(loop);
      default: return launch_move<complex<double>>(loop);
    }
  }
  // The casts of mixed-precision training get vector loads of their own.
  if (from == DType::float32 && to == DType::bfloat16) return cuda::launch_loop<float, bfloat16, 1>(loop, Identity{});
  if (from == DType::float32 && to == DType::float16) return cuda::launch_loop<float, float16, 1>(loop, Identity{});
  if (from == DType::bfloat16 && to == DType::float32) return cuda::launch_loop<bfloat16, float, 1>(loop, Identity{});
  if (from == DType::float16 && to == DType::float32) return cuda::launch_loop<float16, float, 1>(loop, Identity{});
  launch_cast(loop);
}

// Runs f on the plan's innermost kLoopDims dims, for every index of the dims outside them.
template <class F>
void for_each_loop(const CopyPlan& plan, Loop loop, int64_t to_bytes, int64_t from_bytes, const F& f) {
  loop.ndim = std::min(plan.ndim(), kLoopDims);
  const int outer = plan.ndim() - loop.ndim;
  for (int d = 0; d < loop.ndim; ++d) {
    const int from_dim = plan.ndim() - 1 - d;
    loop.sizes[d] = plan.sizes[from_dim];
    loop.operands[0].strides[d] = plan.to_strides[from_dim] * to_bytes;
    loop.operands[1].strides[d] = plan.from_strides[from_dim] * from_bytes;
  }
  int64_t rows = 1;
  for (int d = 0; d < outer; ++d) rows *= plan.sizes[d];
  char* to = loop.operands[0].data;
  char* from = loop.operands[1].data;
  CopyRows at(plan, outer, 0);
  for (int64_t row = 0; row < rows; ++row, at.next()) {
    loop.operands[0].data = to + at.to() * to_bytes;
    loop.operands[1].data = from + at.from() * from_bytes;
    f(loop);
  }
}

cuda::LoopOperand operand(const Tensor& t) {
  cuda::LoopOperand o;
  o.data = static_cast<char*>(t.data());
  o.dtype = t.dtype();
  o.storage = t.storage().get();
  return o;
}

}  // namespace

void strided_copy_cuda(const Tensor& to, const Tensor& from) {
  Loop loop;
  loop.op = "copy_";
  loop.stream = cuda::current_stream(to.device().index);
  loop.operand_count = 2;
  loop.operands[0] = operand(to);
  loop.operands[1] = operand(from);
  for_each_loop(plan_copy(to.sizes(), to.strides(), from.strides()), loop, static_cast<int64_t>(to.element_size()),
                static_cast<int64_t>(from.element_size()), launch_copy);
}

void fill_cuda(const Tensor& self, const Scalar& value) {
  Loop loop;
  loop.op = "fill_";
  loop.stream = cuda::current_stream(self.device().index);
  loop.operand_count = 1;
  loop.operands[0] = operand(self);
  const int64_t bytes = static_cast<int64_t>(self.element_size());
  for_each_loop(plan_copy(self.sizes(), self.strides(), self.strides()), loop, bytes, bytes, [&](const Loop& part) {
    visit_dtype<kAllSet>(self.dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      using Compute = opmath_t<T>;
      cuda::launch_loop<T, T, 0>(part, Constant<Compute>{value.to<Compute>()});
    });
  });
}

}  // namespace vt
