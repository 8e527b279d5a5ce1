// sort, argsort, msort.
#include "ops/sort/sort.h"

#include "cpu/thread_pool.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/pointwise/signed_order.h"
#include "ops/sort/register.h"
#include "ops/sort/slices.h"
#include "ops/typed/index.h"
#include "ops/typed/sort.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

std::array<TensorSpec, 2> sort_meta(const Tensor& self, int64_t& dim, bool&) {
  dim = wrap_dim(dim, self.dim());
  VT_CHECK(!is_complex(self.dtype()), Runtime, "Sort does not support complex dtypes on CPU");
  return values_and_positions(DimVec(self.sizes()), self);
}

template <class T>
struct Keyed {
  T key;
  int64_t position;
};

template <class T, class Order>
void sort_slices(const Tensor& self, int64_t dim, Tensor& values, Tensor& indices) {
  const Slices in(self, dim), out(values, dim);
  const int64_t n = in.size();
  const T* from = self.data<T>();
  T* to = values.data<T>();
  int64_t* at = indices.data<int64_t>();
  parallel_for(0, in.count(), std::max<int64_t>(1, 4096 / n), [&](int64_t begin, int64_t end) {
    std::vector<Keyed<T>> slice(static_cast<size_t>(n));
    for (int64_t s = begin; s < end; ++s) {
      const T* source = from + in.offset(s);
      for (int64_t i = 0; i < n; ++i) slice[i] = {source[i * in.stride()], i};
      std::stable_sort(slice.begin(), slice.end(),
                       [](const Keyed<T>& a, const Keyed<T>& b) { return Order()(a.key, b.key); });
      const int64_t target = out.offset(s);
      for (int64_t i = 0; i < n; ++i) {
        to[target + i * out.stride()] = slice[i].key;
        at[target + i * out.stride()] = slice[i].position;
      }
    }
  });
}

void sort_cpu(const Tensor& self, int64_t dim, bool descending, Tensor& values, Tensor& indices) {
  if (self.numel() == 0) return;
  if (is_wide_unsigned(self.dtype())) {
    return pointwise::run_in_signed_order(self, values, [&](const Tensor& ordered, Tensor& sorted) {
      sort_cpu(ordered, dim, descending, sorted, indices);
    });
  }
  visit_dtype<kRealSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (descending) {
      sort_slices<T, Descending<T>>(self, dim, values, indices);
    } else {
      sort_slices<T, Ascending<T>>(self, dim, values, indices);
    }
  });
}

void sort_backward(GradContext& ctx) { selected_along_dim_backward(ctx, 1, -1); }

// Every sort here is stable, whatever the caller asked for.
std::tuple<Tensor, Tensor> sort_stable(const Tensor& self, std::optional<bool>, int64_t dim, bool descending) {
  return ops::sort(self, dim, descending);
}
Tensor argsort(const Tensor& self, int64_t dim, bool descending) {
  return std::get<1>(ops::sort(self, dim, descending));
}
Tensor argsort_stable(const Tensor& self, bool, int64_t dim, bool descending) {
  return std::get<1>(ops::sort(self, dim, descending));
}
Tensor msort(const Tensor& self) { return std::get<0>(ops::sort(self, 0)); }

}  // namespace

DimVec sizes_without(const Tensor& self, int64_t dim, bool keepdim) {
  DimVec sizes(self.sizes());
  if (sizes.empty()) return sizes;
  if (keepdim) {
    sizes[dim] = 1;
  } else {
    sizes.erase(static_cast<size_t>(dim));
  }
  return sizes;
}

void selected_along_dim_backward(GradContext& ctx, int dim_arg, int keepdim_arg) {
  const IntSpan sizes = ctx.sizes(0);
  const int64_t dim = wrap_dim(ctx.arg<int64_t>(dim_arg), static_cast<int64_t>(sizes.size()));
  Tensor grad = ctx.grad(0), at = ctx.saved_result(1);
  if (!grad.defined()) return;
  if (keepdim_arg >= 0 && !ctx.arg<bool>(keepdim_arg) && !sizes.empty()) {
    grad = ops::unsqueeze(grad, dim);
    at = ops::unsqueeze(at, dim);
  }
  ctx.set(0, ops::scatter(ops::filled(sizes, 0, grad.dtype(), grad.device()), dim, at, grad));
}

void register_sort(Registry& r) {
  r.def("sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)")
      .meta(sort_meta)
      .cpu(sort_cpu)
      .backward(Keep::result(1), sort_backward);
  r.def(
       "sort.stable(Tensor self, *, bool? stable, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)")
      .composite(sort_stable)
      .out();
  r.def("argsort(Tensor self, int dim=-1, bool descending=False) -> Tensor").composite(argsort);
  r.def("argsort.stable(Tensor self, *, bool stable, int dim=-1, bool descending=False) -> Tensor")
      .composite(argsort_stable);
  r.def("msort(Tensor self) -> Tensor").composite(msort).out();
  register_topk(r);
  register_rank(r);
  register_mode(r);
  register_unique(r);
}

}  // namespace vt
