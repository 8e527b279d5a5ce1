#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/linalg/grouped_product_launch.cuh"

namespace vt {
namespace {

using namespace linalg::grouped;

// (group, rows, columns) as memory has it: of a matrix whose columns are dense, the transpose.
cuda::TensorMapArgs map_args(const Tensor& t, bool transposed) {
  const int64_t rows = transposed ? -1 : -2, cols = transposed ? -2 : -1;
  cuda::TensorMapArgs args;
  args.dtype = t.dtype();
  args.data = t.data();
  args.sizes[0] = 1;
  args.sizes[1] = t.dim() == 3 ? t.size(0) : 1;
  args.sizes[2] = t.size(rows);
  args.sizes[3] = t.size(cols);
  args.strides[1] = t.dim() == 3 ? t.stride(0) : 0;
  args.strides[2] = t.stride(rows);
  return args;
}

struct Factor {
  Tensor holder;
  cuda::TensorMapArgs args;
  bool transposed = false;
};

// `along`: the dim in which groups lie, -2 or -1, or 0 for none. It may not be the dense one: a box whose first element
// is at no multiple of 16 bytes is an illegal instruction to the copy engine.
Factor factor(const Tensor& t, int64_t along) {
  for (const bool transposed : {false, true}) {
    const int64_t dense = transposed ? -2 : -1;
    const cuda::TensorMapArgs args = map_args(t, transposed);
    if (dense != along && t.stride(dense) == 1 && cuda::suits_tensor_map(args)) return {t, args, transposed};
  }
  // What the op's strides allow and the copy engine does not: an odd address, matrices of stride zero, groups in the
  // dense dim.
  const bool transposed = along == -1;
  const int64_t line = (t.size(transposed ? -2 : -1) + 7) / 8 * 8;
  const DimVec strides = t.dim() == 3 ? DimVec{t.size(1) * line, line, 1}
                         : transposed ? DimVec{1, line}
                                      : DimVec{line, 1};
  const Tensor copy = empty_strided(t.sizes(), strides, t.dtype(), t.device());
  copy_data(copy, t);
  return {copy, map_args(copy, transposed), transposed};
}

void grouped_mm_cuda(const Tensor& a, const Tensor& b, const Tensor& offs, const Tensor&, std::optional<DType>,
                     Tensor& out) {
  const int device = out.device().index;
  const cuda::DeviceProperties& properties = cuda::device_properties(device);
  VT_CHECK(properties.major == 9 && properties.minor == 0 && is_reduced_floating(a.dtype()), NotImplemented,
           "_grouped_mm on CUDA takes bfloat16 and float16 on compute capability 9.0, got ", a.dtype(), " on ",
           properties.major, ".", properties.minor);
  if (out.numel() == 0) return;
  const bool by_terms = a.dim() == 2 && b.dim() == 2;
  if (a.numel() == 0 || b.numel() == 0) return fill_data(out, Scalar(0));
  constexpr int64_t kMost = int64_t{1} << 30;  // indices are 32-bit
  for (const int64_t size : {a.size(-2), a.size(-1), b.size(-1)}) {
    VT_CHECK(size <= kMost, NotImplemented, "_grouped_mm on CUDA of more than 2^30 rows, columns or terms, got ", size);
  }
  const bool by_columns = offs.defined() && a.dim() == 3;
  const Factor left = factor(a, by_terms ? -1 : a.dim() == 2 ? -2 : 0);
  const Factor right = factor(b, by_terms ? -2 : by_columns ? -1 : 0);
  const Tensor ends = offs.defined() ? contiguous_data(offs) : Tensor();
  const auto storage = [](const Tensor& t) { return t.defined() ? t.storage().get() : nullptr; };
  Globals g{};
  g.c = out.data();
  g.ldc = out.stride(-2);
  g.stride_c = out.dim() == 3 ? out.stride(0) : 0;
  g.ends = ends.defined() ? ends.data<int>() : nullptr;
  g.groups = static_cast<int>(ends.defined() ? ends.numel() : a.size(0));
  g.m = static_cast<int>(a.size(-2));
  g.n = static_cast<int>(b.size(-1));
  g.k = static_cast<int>(a.size(-1));
  g.grouping = by_terms          ? Grouping::Terms
               : !offs.defined() ? Grouping::None
               : a.dim() == 2    ? Grouping::Rows
                                 : Grouping::Columns;
  VT_CHECK(most_tiles(g, 128) <= kMost, NotImplemented, "_grouped_mm on CUDA of more than 2^30 tiles");
  const GroupedCall call{g,
                         left.args,
                         right.args,
                         left.transposed,
                         right.transposed,
                         device,
                         {storage(out), storage(left.holder), storage(right.holder), storage(ends)}};
  a.dtype() == DType::bfloat16 ? launch_groups<bfloat16>(call) : launch_groups<float16>(call);
}

}  // namespace

void register_grouped_product_cuda(Registry& r) { r.at("_grouped_mm").cuda(grouped_mm_cuda); }

}  // namespace vt
