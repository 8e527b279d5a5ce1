// Tensors made of tensors: complex, meshgrid, one_hot.
#include "core/transform.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/copy/read_at_once.h"
#include "ops/copy/value_range.h"
#include "ops/factory/factory.h"
#include "ops/factory/register.h"
#include "ops/typed/index.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

Tensor complex_kernel(const Tensor& real, const Tensor& imag) {
  VT_CHECK(real.dtype() == imag.dtype(), Runtime, "Expected object of scalar type ", real.dtype(),
           " but got scalar type ", imag.dtype(), " for second argument");
  const DType d = real.dtype();
  VT_CHECK(d == DType::float32 || d == DType::float64, Runtime,
           "Expected both inputs to be Half, Float or Double tensors but got ", d, " and ", imag.dtype());
  const DimVec sizes = broadcast_sizes(real.sizes(), imag.sizes());
  Tensor out = empty(sizes, to_complex(d), real.device());
  DimVec strides(out.strides());
  for (auto& s : strides) s *= 2;
  for (int part = 0; part < 2; ++part) {
    const Tensor side(make_intrusive<TensorImpl>(out.storage(), d, sizes, strides, out.numel() == 0 ? 0 : part));
    copy_data(side, ops::expand(part == 0 ? real : imag, sizes));
  }
  return out;
}

void complex_backward(GradContext& ctx) {
  if (ctx.needs(0)) ctx.set(0, ops::real(ctx.grad()));
  if (ctx.needs(1)) ctx.set(1, ops::imag(ctx.grad()));
}

std::vector<Tensor> meshgrid_indexing(TensorSpan tensors, std::string_view indexing) {
  VT_CHECK(!tensors.empty(), Runtime, "meshgrid expects a non-empty TensorList");
  VT_CHECK(indexing == "ij" || indexing == "xy", Runtime,
           "torch.meshgrid: indexing must be one of \"xy\" or \"ij\", but received: ", indexing);
  std::vector<Tensor> inputs(tensors.begin(), tensors.end());
  for (const Tensor& t : inputs) {
    VT_CHECK(t.dim() <= 1, Runtime, "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: ", t);
    VT_CHECK(t.dtype() == inputs[0].dtype(), Runtime, "torch.meshgrid expects all tensors to have the same dtype");
    VT_CHECK(t.device() == inputs[0].device(), Runtime, "torch.meshgrid expects all tensors to have the same device");
  }
  const bool swapped = indexing == "xy" && inputs.size() >= 2;
  if (swapped) std::swap(inputs[0], inputs[1]);
  DimVec shape;
  for (const Tensor& t : inputs) shape.push_back(t.numel());
  std::vector<Tensor> grids;
  for (size_t i = 0; i < inputs.size(); ++i) {
    DimVec own(inputs.size(), 1);
    own[i] = shape[i];
    grids.push_back(ops::expand(ops::view(inputs[i], own), shape));
  }
  if (swapped) std::swap(grids[0], grids[1]);
  return grids;
}
std::vector<Tensor> meshgrid(TensorSpan tensors) { return meshgrid_indexing(tensors, "ij"); }

Tensor one_hot(const Tensor& self, int64_t num_classes) {
  VT_CHECK(self.dtype() == DType::int64, Runtime, "one_hot is only applicable to index tensor of type LongTensor, got ",
           self.dtype());
  DimVec shape(self.sizes());
  if (self.numel() == 0) {
    VT_CHECK(num_classes > 0, Runtime, "Can not infer total number of classes from empty tensor.");
    shape.push_back(num_classes);
    return ops::filled(shape, 0, DType::int64, self.device());
  }
  VT_CHECK(!is_wrapped(self) || num_classes > 0, Runtime,
           "When vmap-ing torch.nn.functional.one_hot, please provide an explicit positive num_classes argument.");
  // With the number of classes given, nobody waits for a GPU: scatter's kernel reports what is out of range.
  if (is_read_at_once(self) || num_classes == -1) {
    const auto [least, most] = value_range(self);
    VT_CHECK(least.to_int() >= 0, Runtime, "Class values must be non-negative.");
    if (num_classes == -1) num_classes = most.to_int() + 1;
    VT_CHECK(num_classes > most.to_int(), Runtime, "Class values must be smaller than num_classes.");
  }
  VT_CHECK(num_classes > 0, Runtime, "one_hot: expected num_classes > 0, got ", num_classes);
  shape.push_back(num_classes);
  const Tensor out = ops::filled(shape, 0, DType::int64, self.device());
  if (is_wrapped(self)) return ops::scatter(out, -1, ops::unsqueeze(self, -1), Scalar(1));
  return ops::scatter_(out, -1, ops::unsqueeze(self, -1), Scalar(1));
}

}  // namespace

void register_grids(Registry& r) {
  r.def("complex(Tensor real, Tensor imag) -> Tensor").all(complex_kernel).out().backward(keep::none, complex_backward);
  r.def("meshgrid(Tensor[] tensors) -> Tensor[]").composite(meshgrid);
  r.def("meshgrid.indexing(Tensor[] tensors, *, str indexing) -> Tensor[]").composite(meshgrid_indexing);
  r.def("one_hot(Tensor self, int num_classes=-1) -> Tensor")
      .composite(one_hot)
      .surface(kFunctional)
      .doc("Zeros with a one where the class number points: self (*) of int64, result (*, num_classes) of int64.");
}

}  // namespace vt
