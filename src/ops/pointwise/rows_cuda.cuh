// Compiles the rows of the .def file that follows into CUDA kernels: include this in a .cu, then the table.
#pragma once

#include "iter/cuda_loops.cuh"
#include "iter/tensor_iter.h"
#include "ops/pointwise/body.h"

namespace vt::pointwise::cuda {

namespace device = ::vt::cuda;

inline device::Loop loop_of(const char* name, const TensorIter& it) {
  device::Loop loop;
  loop.op = name;
  loop.stream = device::current_stream(it.device().index);
  loop.ndim = it.ndim();
  loop.operand_count = it.operand_count();
  for (int d = 0; d < loop.ndim; ++d) loop.sizes[d] = it.shape()[d];
  for (int i = 0; i < loop.operand_count; ++i) {
    device::LoopOperand& o = loop.operands[i];
    o.data = it.data(i);
    o.dtype = it.dtype(i);
    o.is_host_scalar = it.is_host_scalar(i);
    o.storage = it.tensor(i).storage().get();
    for (int d = 0; d < loop.ndim; ++d) o.strides[d] = it.strides(i)[d];
  }
  return loop;
}

// Kernels exist for the floating and complex types and int64; smaller integers and bools are widened as they are read.
template <int Inputs, DTypeRule r, template <class> class Body, class In>
void launch_as(const char* name, const TensorIter& it, const char* params) {
  using Compute = opmath_t<In>;
  using Out = given_t<r, In>;
  device::launch_loop<In, Out, Inputs>(loop_of(name, it), make_functor<Body<Compute>>(params));
}

template <int Inputs, DTypeRule r, template <class> class Body>
void launch_row(const char* name, const TensorIter& it, DType compute, const char* params) {
  if (it.ndim() > device::kLoopDims) {  // one launch per step of the slowest dim
    TensorIter part;
    for (int64_t i = 0; i < it.shape().back(); ++i) {
      part.copy_from(it);
      part.drop_last_dim(i);
      launch_row<Inputs, r, Body>(name, part, compute, params);
    }
    return;
  }
  if constexpr ((r.domain & (kBoolSet | kIntegralSet)) != 0) {
    if (is_integral(compute, true)) return launch_as<Inputs, r, Body, int64_t>(name, it, params);
  }
  visit_dtype<r.domain & kFloatingOrComplexSet>(compute, [&](auto tag) {
    launch_as<Inputs, r, Body, typename decltype(tag)::type>(name, it, params);
  });
}

// The mask of a select arrives as a number of the other operands' type.
template <template <class> class Body>
struct Masked {
  template <class T>
  struct With {
    Body<T> body;
    VT_HD_INLINE auto operator()(T mask, T y, T z) const { return body(mask != T(0), y, z); }
  };
};

}  // namespace vt::pointwise::cuda

#define VT_IN_CUDA(...)             \
  namespace vt::pointwise::cuda {   \
  __VA_ARGS__                       \
  }
#define VT_LAUNCH(id, inputs, rule_, body)                                                                  \
  void id##_launch(const char* name, const TensorIter& it, DType compute, const char* params) {             \
    launch_row<inputs, rule::rule_, body>(name, it, compute, params);                                       \
  }
#define VT_UNARY(id, rule_, body, keeps, d_x) VT_UNARY_WITH(id, "", (), rule_, body, keeps, d_x)
#define VT_UNARY_WITH(id, schema, numbers, rule_, body, keeps, d_x) \
  VT_IN_CUDA(VT_FUNCTOR(id, rule_, numbers, (T x), body) VT_LAUNCH(id, 1, rule_, id##_body))
#define VT_BINARY(id, schema, numbers, rule_, body, keeps, d_x, d_y) \
  VT_IN_CUDA(VT_FUNCTOR(id, rule_, numbers, (T x, T y), body) VT_LAUNCH(id, 2, rule_, id##_body))
#define VT_TERNARY(id, schema, numbers, rule_, body, keeps, d_x, d_y, d_z) \
  VT_IN_CUDA(VT_FUNCTOR(id, rule_, numbers, (T x, T y, T z), body) VT_LAUNCH(id, 3, rule_, id##_body))
#define VT_SELECT(id, schema, numbers, rule_, body, keeps, d_y, d_z) \
  VT_IN_CUDA(VT_FUNCTOR(id, rule_, numbers, (bool mask, T y, T z), body) VT_LAUNCH(id, 3, rule_, Masked<id##_body>::With))
