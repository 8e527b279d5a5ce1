// Compiles the rows of the .def file that follows into CUDA kernels: include this in a .cu, then the table.
#pragma once

#include "iter/cuda_iter.h"
#include "iter/cuda_loops.cuh"
#include "ops/pointwise/body.h"
#include "ops/pointwise/operand_dtype.h"

namespace vt::pointwise::cuda {

using Launch = void (*)(const ::vt::cuda::Loop& loop, const ::vt::cuda::RowKernels& kernels, const void* f);

// Launches a row's kernels over an iterator whose inputs become what the rule says before they become `in`.
inline void run_row(const char* name, const TensorIter& it, const DTypeRule& r, int inputs, bool mask, DType compute,
                    DType in, Launch launch, const ::vt::cuda::RowKernels& kernels, const void* f) {
  ::vt::cuda::for_each_loop(it, name, [&](::vt::cuda::Loop loop) {
    for (int i = mask ? 2 : 1; i <= inputs; ++i) {
      auto& operand = loop.operands[i];
      operand.via = operand_dtype(r, it.tensor(i), i - 1, compute);
      operand.rounds = operand.via != operand.dtype && operand.via != in;
    }
    launch(loop, kernels, f);
  });
}

// Kernels exist for the types that the CPU's are made for: the 16-bit floats are computed in float, integers in int64.
template <int Inputs, bool mask, DTypeRule r, template <class> class Body>
void launch_row(const char* name, const TensorIter& it, DType compute, const char* params) {
  auto launch = [&]<class T>(TypeTag<T>) {
    if constexpr ((r.domain & domain_of<T>) != 0) {
      const auto f = make_functor<Body<T>>(params);
      static_assert(std::is_trivially_copyable_v<decltype(f)>);
      run_row(name, it, r, Inputs, mask, compute, dtype_of<T>, ::vt::cuda::launch_row<T, given_t<r, T>, Inputs, mask>,
              ::vt::cuda::row_kernels<T, given_t<r, T>, Inputs, mask, std::remove_const_t<decltype(f)>>(), &f);
    }
  };
  switch (compute_type_index(compute_dtype(compute))) {
    case 0: return launch(TypeTag<int64_t>{});
    case 1: return launch(TypeTag<float>{});
    case 2: return launch(TypeTag<double>{});
    case 3: return launch(TypeTag<complex<float>>{});
    default: return launch(TypeTag<complex<double>>{});
  }
}

}  // namespace vt::pointwise::cuda

// Makes the kernels of a row of the table call its function for float32 too; see Note [Functions called, not inlined].
#define VT_CALLED(id)             \
  namespace vt::pointwise::cuda { \
  template <class T>              \
  struct id##_body;               \
  }                               \
  template <>                     \
  inline constexpr bool vt::cuda::kCalled<vt::pointwise::cuda::id##_body<float>> = true;

#define VT_IN_CUDA(...)           \
  namespace vt::pointwise::cuda { \
  __VA_ARGS__                     \
  }
#define VT_LAUNCH(id, inputs, mask, rule_)                                                      \
  void id##_launch(const char* name, const TensorIter& it, DType compute, const char* params) { \
    launch_row<inputs, mask, rule::rule_, id##_body>(name, it, compute, params);                \
  }
#define VT_UNARY(id, rule_, body, keeps, d_x) VT_UNARY_WITH(id, "", (), rule_, body, keeps, d_x)
#define VT_UNARY_WITH(id, schema, numbers, rule_, body, keeps, d_x) \
  VT_IN_CUDA(VT_FUNCTOR(id, rule_, numbers, (T x), body) VT_LAUNCH(id, 1, false, rule_))
#define VT_BINARY(id, schema, numbers, rule_, body, keeps, d_x, d_y) \
  VT_IN_CUDA(VT_FUNCTOR(id, rule_, numbers, (T x, T y), body) VT_LAUNCH(id, 2, false, rule_))
#define VT_TERNARY(id, schema, numbers, rule_, body, keeps, d_x, d_y, d_z) \
  VT_IN_CUDA(VT_FUNCTOR(id, rule_, numbers, (T x, T y, T z), body) VT_LAUNCH(id, 3, false, rule_))
#define VT_SELECT(id, schema, numbers, rule_, body, keeps, d_y, d_z) \
  VT_IN_CUDA(VT_FUNCTOR(id, rule_, numbers, (bool mask, T y, T z), body) VT_LAUNCH(id, 3, true, rule_))
#define VT_COLUMN(...)
