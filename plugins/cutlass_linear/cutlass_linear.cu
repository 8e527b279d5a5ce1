// A plugin that wraps a CUTLASS kernel: a linear layer and gelu in one kernel, float16 or bfloat16 on tensor cores.
//
//   pip install nvidia-cutlass
//   nvcc -std=c++17 -O3 -arch=sm_90 -Xcompiler -fPIC -shared -I include \
//        -I $(python -c "import cutlass_library, os; print(os.path.dirname(cutlass_library.__file__))")/source/include
//        \ plugins/cutlass_linear/cutlass_linear.cu -o cutlass_linear.so
//
//   torch.ops.cutlass_linear.linear_gelu(x, weight, bias)   gelu(x @ weight.T + bias); x (M, K), weight (N, K), bias
//   (N)
#include <cutlass/epilogue/thread/linear_combination_gelu.h>
#include <cutlass/gemm/device/gemm.h>

#include "vibetensor/plugin.h"

namespace {

const vt_host* host;

#define TRY(call)                                               \
  do {                                                          \
    if (const vt_status status = (call); status) return status; \
  } while (0)

template <class T>
using LinearGelu =
    cutlass::gemm::device::Gemm<T, cutlass::layout::RowMajor, T, cutlass::layout::ColumnMajor, T,
                                cutlass::layout::RowMajor, float, cutlass::arch::OpClassTensorOp, cutlass::arch::Sm80,
                                cutlass::gemm::GemmShape<128, 128, 32>, cutlass::gemm::GemmShape<64, 64, 32>,
                                cutlass::gemm::GemmShape<16, 8, 16>,
                                cutlass::epilogue::thread::LinearCombinationGELU<T, 8, float, float>,
                                cutlass::gemm::threadblock::GemmIdentityThreadblockSwizzle<8>, 4>;

constexpr int64_t kAligned = 8;  // elements of 16 bytes

vt_status operands(vt_call* call, vt_tensor_info* info) {
  for (int i = 0; i < 3; ++i) {
    TRY(host->tensor_info(call->args[i].as.tensor, &info[i], sizeof info[i]));
    if (info[i].dtype.bits != 16 || (info[i].dtype.code != VT_FLOAT && info[i].dtype.code != VT_BFLOAT) ||
        info[i].dtype.code != info[0].dtype.code) {
      return host->fail(VT_TYPE_ERROR, "expected three tensors of float16 or of bfloat16");
    }
  }
  const auto &x = info[0], &w = info[1], &b = info[2];
  if (x.ndim != 2 || w.ndim != 2 || b.ndim != 1 || x.sizes[1] != w.sizes[1] || w.sizes[0] != b.sizes[0]) {
    return host->fail(VT_VALUE_ERROR, "expected x (M, K), weight (N, K) and bias (N)");
  }
  if (x.sizes[1] % kAligned != 0 || w.sizes[0] % kAligned != 0) {
    return host->fail(VT_NOT_IMPLEMENTED, "expected K and N to be multiples of 8");
  }
  for (int64_t d : {x.sizes[0], x.sizes[1], w.sizes[0]}) {
    if (d > INT32_MAX) return host->fail(VT_NOT_IMPLEMENTED, "expected sizes below 2^31");
  }
  return VT_OK;
}

vt_status shape(vt_call* call) {
  vt_tensor_info info[3];
  TRY(operands(call, info));
  const int64_t sizes[] = {info[0].sizes[0], info[1].sizes[0]};
  return host->set_shape(call, 0, 2, sizes, nullptr, info[0].dtype, info[0].device);
}

template <class T>
vt_status run(vt_call* call, const vt_tensor_info* info, void* result) {
  const auto m = static_cast<int>(info[0].sizes[0]), n = static_cast<int>(info[1].sizes[0]),
             k = static_cast<int>(info[0].sizes[1]);
  if (m == 0 || n == 0) return VT_OK;
  auto* const x = static_cast<const T*>(info[0].data);
  auto* const weight = static_cast<const T*>(info[1].data);
  auto* const bias = static_cast<const T*>(info[2].data);
  // a bias with rows of stride 0 is added to every row
  typename LinearGelu<T>::Arguments arguments({m, n, k}, {x, k}, {weight, k}, {bias, 0}, {static_cast<T*>(result), n},
                                              {1.0f, 1.0f});
  void* stream = nullptr;
  TRY(host->current_stream(call->device, &stream));
  LinearGelu<T> gemm;
  cutlass::Status status = gemm.can_implement(arguments);
  if (status == cutlass::Status::kSuccess) status = gemm(arguments, nullptr, static_cast<cudaStream_t>(stream));
  return status == cutlass::Status::kSuccess ? VT_OK : host->fail(VT_CUDA_ERROR, cutlassGetStatusString(status));
}

vt_status contiguous(vt_tensor* tensor, vt_tensor_info* info) {
  const vt_function* function = nullptr;
  vt_value argument = {}, result;
  argument.as.tensor = tensor;
  argument.tag = VT_TAG_TENSOR;
  int32_t count = 1;
  TRY(host->find_op("contiguous", &function));
  TRY(host->call_op(function, &argument, 1, &result, &count));
  TRY(host->tensor_info(result.as.tensor, info, sizeof *info));
  const bool aligned = reinterpret_cast<uintptr_t>(info->data) % 16 == 0;
  return aligned ? VT_OK : host->fail(VT_NOT_IMPLEMENTED, "expected memory at a multiple of 16 bytes");
}

vt_status linear_gelu(vt_call* call) {
  vt_tensor_info info[3], out;
  for (int i = 0; i < 3; ++i) TRY(contiguous(call->args[i].as.tensor, &info[i]));
  TRY(host->tensor_info(call->results[0], &out, sizeof out));
  return info[0].dtype.code == VT_FLOAT ? run<cutlass::half_t>(call, info, out.data)
                                        : run<cutlass::bfloat16_t>(call, info, out.data);
}

vt_status init(const vt_host* h, vt_registration* registration) {
  host = h;
  vt_op op = {};
  op.struct_size = sizeof op;
  op.schema = "linear_gelu(Tensor x, Tensor weight, Tensor bias) -> Tensor";
  op.shape = shape;
  op.cuda = linear_gelu;
  op.doc = "gelu(x @ weight.T + bias).";
  return host->register_op(registration, &op);
}

}  // namespace

VT_PLUGIN("cutlass_linear", "1.0", init)
