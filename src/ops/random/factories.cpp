// New random tensors: rand, randn, randint, randperm, normal, bernoulli and their _like forms.
#include <limits>

#include "core/waiting_memory.h"
#include "cpu/random/fill.h"
#include "ops/copy/memory_format.h"
#include "ops/random/random.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/sort.h"

namespace vt::random {

namespace {

using OptDType = std::optional<DType>;
using OptDevice = std::optional<Device>;
using OptFormat = std::optional<MemoryFormat>;

Tensor make(IntSpan size, OptDType dtype, OptDevice device, DType fallback = default_dtype()) {
  return empty(size, dtype.value_or(fallback), device.value_or(kCPU));
}

Tensor make_like(const Tensor& self, OptDType dtype, OptDevice device, OptFormat format) {
  return empty_strided(self.sizes(), format_strides(format.value_or(MemoryFormat::Preserve), self),
                       dtype.value_or(self.dtype()), device.value_or(self.device()));
}

Tensor rand(IntSpan size, Generator* generator, OptDType dtype, OptDevice device) {
  return uniform_(make(size, dtype, device), 0, 1, generator);
}
Tensor randn(IntSpan size, Generator* generator, OptDType dtype, OptDevice device) {
  return normal_(make(size, dtype, device), 0, 1, generator);
}
Tensor randint_low(int64_t low, int64_t high, IntSpan size, Generator* generator, OptDType dtype, OptDevice device) {
  return random_from_(make(size, dtype, device, DType::int64), low, high, generator);
}
Tensor randint(int64_t high, IntSpan size, Generator* generator, OptDType dtype, OptDevice device) {
  return randint_low(0, high, size, generator, dtype, device);
}

Tensor rand_like(const Tensor& self, Generator* generator, OptDType dtype, OptDevice device, OptFormat format) {
  return uniform_(make_like(self, dtype, device, format), 0, 1, generator);
}
Tensor randn_like(const Tensor& self, Generator* generator, OptDType dtype, OptDevice device, OptFormat format) {
  return normal_(make_like(self, dtype, device, format), 0, 1, generator);
}
Tensor randint_like_low(const Tensor& self, int64_t low, int64_t high, Generator* generator, OptDType dtype,
                        OptDevice device, OptFormat format) {
  return random_from_(make_like(self, dtype, device, format), low, high, generator);
}
Tensor randint_like(const Tensor& self, int64_t high, Generator* generator, OptDType dtype, OptDevice device,
                    OptFormat format) {
  return randint_like_low(self, 0, high, generator, dtype, device, format);
}

// The dtype must tell n - 1 from its neighbours; bfloat16 is let through, as in PyTorch.
void check_countable(int64_t n, DType dtype) {
  VT_CHECK(is_integral(dtype) || is_floating(dtype), NotImplemented,
           "expected an integer or floating-point dtype, got ", dtype);
  if (dtype == DType::bfloat16) return;
  const int64_t most =
      visit_dtype < kIntegralSet | kFloatingSet > (dtype, [](auto tag) {
                                     using T = typename decltype(tag)::type;
                                     if constexpr (std::numeric_limits<T>::is_integer) {
                                       return sizeof(T) == 8 ? std::numeric_limits<int64_t>::max()
                                                             : static_cast<int64_t>(std::numeric_limits<T>::max()) + 1;
                                     } else {
                                       return (int64_t{1} << std::numeric_limits<T>::digits) + 1;
                                     }
                                   });
  VT_CHECK(n <= most, Runtime, "expected n <= ", most, " for ", dtype, ", got ", n);
}

TensorSpec randperm_meta(int64_t& n, Generator*&, OptDType& dtype, OptDevice& device) {
  VT_CHECK(n >= 0, Runtime, "expected n >= 0, got ", n);
  dtype = dtype.value_or(DType::int64);
  check_countable(n, *dtype);
  return {DimVec{n}, *dtype, resolve_device(device.value_or(kCPU))};
}

void randperm_cpu(int64_t n, Generator* generator, OptDType dtype, OptDevice, Tensor& out) {
  CpuGenerator& g = cpu_generator_or_default(generator);
  const std::lock_guard lock(g.mutex());
  cpu::fill_permutation(g, *dtype, out.data(), n);
}

// The order of random 63-bit keys.
void randperm_cuda(int64_t n, Generator* generator, OptDType, OptDevice, Tensor& out) {
  const Tensor keys = random_from_(empty(DimVec{n}, DType::int64, out.device()), 0, std::nullopt, generator);
  ops::copy_(out, ops::argsort(keys));
}

Tensor normal_float_float(double mean, double std, IntSpan size, Generator* generator, OptDType dtype,
                          OptDevice device) {
  return normal_(make(size, dtype, device), mean, std, generator);
}

void check_std(const Tensor& std) {
  VT_CHECK(!is_complex(std.dtype()), Runtime, "expected a real std, got ", std);
  if (std.numel() == 0 || !has_values(std)) return;
  const Tensor fine = ops::all(ops::ge(std, wrapped_number(Scalar(0))));
  VT_CHECK(ops::item(fine).to_bool(), Runtime, "expected all elements of std >= 0");
}

// These have a derivative, so the ops they call run below autograd.
Tensor normal_tensor_float(const Tensor& mean, double std, Generator* generator) {
  const Tensor result = normal_(empty_like(mean), 0, std, generator);
  ops::add_(result, mean);
  return result;
}
Tensor normal_float_tensor(double mean, const Tensor& std, Generator* generator) {
  check_std(std);
  const Tensor result = normal_(empty_like(std), 0, 1, generator);
  ops::mul_(result, std);
  ops::add_(result, wrapped_number(Scalar(mean)));
  return result;
}
Tensor normal_tensor_tensor(const Tensor& mean, const Tensor& std, Generator* generator) {
  check_std(std);
  const Tensor result =
      normal_(empty(broadcast_sizes(mean.sizes(), std.sizes()), mean.dtype(), mean.device()), 0, 1, generator);
  ops::mul_(result, std);
  ops::add_(result, mean);
  return result;
}

Tensor bernoulli(const Tensor& self, Generator* generator) {
  return bernoulli_tensor_(empty_like(self), self, generator);
}
Tensor bernoulli_p(const Tensor& self, double p, Generator* generator) {
  return bernoulli_float_(empty_like(self), p, generator);
}

void zero_gradient_of_std(GradContext& ctx) { set_zero_gradient(ctx, 1); }
void zero_gradients(GradContext& ctx) {
  set_zero_gradient(ctx, 0);
  set_zero_gradient(ctx, 1);
}

}  // namespace

void register_factories(Registry& r) {
  r.def("rand(int[] size, *, Generator? generator=None, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .all(rand)
      .random()
      .not_differentiable()
      .out();
  r.def("randn(int[] size, *, Generator? generator=None, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .all(randn)
      .random()
      .not_differentiable()
      .out();
  r.def(
       "randint(int high, int[] size, *, Generator? generator=None, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .all(randint)
      .random()
      .not_differentiable()
      .out();
  r.def(
       "randint.low(int low, int high, int[] size, *, Generator? generator=None, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .all(randint_low)
      .random()
      .not_differentiable()
      .out();
  r.def("randperm(int n, *, Generator? generator=None, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .meta(randperm_meta)
      .cpu(randperm_cpu)
      .cuda(randperm_cuda)
      .random()
      .not_differentiable()
      .out();
  r.def(
       "rand_like(Tensor self, *, Generator? generator=None, ScalarType? dtype=None, Device? device=None, MemoryFormat? memory_format=None) -> Tensor")
      .all(rand_like)
      .random()
      .not_differentiable()
      .function_only();
  r.def(
       "randn_like(Tensor self, *, Generator? generator=None, ScalarType? dtype=None, Device? device=None, MemoryFormat? memory_format=None) -> Tensor")
      .all(randn_like)
      .random()
      .not_differentiable()
      .function_only();
  r.def(
       "randint_like(Tensor self, int high, *, Generator? generator=None, ScalarType? dtype=None, Device? device=None, MemoryFormat? memory_format=None) -> Tensor")
      .all(randint_like)
      .random()
      .not_differentiable()
      .function_only();
  r.def(
       "randint_like.low_dtype(Tensor self, int low, int high, *, Generator? generator=None, ScalarType? dtype=None, Device? device=None, MemoryFormat? memory_format=None) -> Tensor")
      .all(randint_like_low)
      .random()
      .not_differentiable()
      .function_only();
  r.def("normal.Tensor_Tensor(Tensor mean, Tensor std, *, Generator? generator=None) -> Tensor")
      .all(normal_tensor_tensor)
      .random()
      .backward(keep::none, zero_gradients)
      .out();
  r.def("normal.Tensor_float(Tensor mean, float std=1, *, Generator? generator=None) -> Tensor")
      .all(normal_tensor_float)
      .random()
      .backward(keep::none, zero_gradient)
      .out();
  r.def("normal.float_Tensor(float mean, Tensor std, *, Generator? generator=None) -> Tensor")
      .all(normal_float_tensor)
      .random()
      .backward(keep::none, zero_gradient_of_std)
      .out();
  r.def(
       "normal.float_float(float mean, float std, int[] size, *, Generator? generator=None, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .all(normal_float_float)
      .random()
      .not_differentiable()
      .out();
  r.def("bernoulli(Tensor self, *, Generator? generator=None) -> Tensor")
      .all(bernoulli)
      .random()
      .backward(keep::none, zero_gradient)
      .out();
  r.def("bernoulli.p(Tensor self, float p, *, Generator? generator=None) -> Tensor")
      .all(bernoulli_p)
      .random()
      .backward(keep::none, zero_gradient);
}

}  // namespace vt::random
