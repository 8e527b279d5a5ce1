// Reductions for plugins: any dims of one input to one or two outputs, with the number of each element at hand.
#include <algorithm>
#include <cstring>
#include <numeric>

#include "cpu/thread_pool.h"
#include "iter/promotion.h"
#include "ops/copy/copy.h"
#include "plugin/callback.h"
#include "plugin/host.h"
#include "plugin/op.h"
#include "plugin/values.h"

namespace {

constexpr size_t kMaxState = 256;
constexpr int64_t kLanes = 64;     // states that one pass along kept elements feeds
constexpr int64_t kGrain = 16384;  // elements that a thread is worth waking for
constexpr int64_t kFew = 32;       // outputs, below which each is reduced in parts

// Dims of one group, the fastest first: sizes and what a step along each adds.
struct Dims {
  int ndim = 0;
  int64_t sizes[64], strides[64], other[2][64];  // other: index strides, or the outputs' strides

  int64_t numel() const { return std::accumulate(sizes, sizes + ndim, int64_t{1}, std::multiplies<>()); }
  void add(int64_t size, int64_t stride, int64_t first, int64_t second) {
    sizes[ndim] = size;
    strides[ndim] = stride;
    other[0][ndim] = first;
    other[1][ndim++] = second;
  }
  void order_and_merge();
};

// By stride, and then dims that are one run of the same step become one.
void Dims::order_and_merge() {
  int order[64];
  std::iota(order, order + ndim, 0);
  std::stable_sort(order, order + ndim, [&](int a, int b) { return strides[a] < strides[b]; });
  const Dims from = *this;
  ndim = 0;
  for (int k = 0; k < from.ndim; ++k) {
    const int d = order[k];
    if (from.sizes[d] == 1) continue;
    const int last = ndim - 1;
    const auto runs_on = [&](const int64_t* mine, const int64_t* theirs) {
      return mine[last] * sizes[last] == theirs[d];
    };
    if (ndim > 0 && runs_on(strides, from.strides) && runs_on(other[0], from.other[0]) &&
        runs_on(other[1], from.other[1])) {
      sizes[last] *= from.sizes[d];
    } else {
      add(from.sizes[d], from.strides[d], from.other[0][d], from.other[1][d]);
    }
  }
  if (ndim == 0) add(1, 0, 0, 0);
}

// A position among some dims, and the offsets there.
struct Odometer {
  const Dims& dims;
  int64_t at[64];
  int64_t offset = 0, other[2] = {0, 0};

  Odometer(const Dims& d, int first_dim, int64_t number) : dims(d), first(first_dim) {
    for (int i = first; i < dims.ndim; ++i) {
      at[i] = number % dims.sizes[i];
      number /= dims.sizes[i];
      move(i, at[i]);
    }
  }
  void next() {
    for (int i = first; i < dims.ndim; ++i) {
      move(i, 1);
      if (++at[i] < dims.sizes[i]) return;
      move(i, -dims.sizes[i]);
      at[i] = 0;
    }
  }

 private:
  void move(int i, int64_t steps) {
    offset += steps * dims.strides[i];
    other[0] += steps * dims.other[0][i];
    other[1] += steps * dims.other[1][i];
  }
  const int first;
};

}  // namespace

struct vt_reduction {
  vt::Tensor input;
  vt::Tensor outputs[2];
  int output_count = 1;
  Dims kept, reduced;
};

namespace vt::plugin {
namespace {

struct Plan {
  uint64_t reduced = 0;  // by bit
  DimVec kept_sizes;     // in the result: with keepdim 1 in the reduced dims
  DType computed;
  DType results[2];
};

vt_reduce_plan read_plan(const vt_reduce_plan* given) {
  const vt_reduce_plan plan = read_struct(given, sizeof(vt_reduce_plan), "vt_reduce_plan");
  VT_CHECK((plan.flags & ~uint32_t{VT_ITER_PROMOTE | VT_ITER_FLOAT}) == 0, NotImplemented,
           "vt_reduce_plan: an unknown flag");
  VT_CHECK(plan.output_count == 1 || plan.output_count == 2, Value, "vt_reduce_plan: expected 1 or 2 outputs, got ",
           plan.output_count);
  VT_CHECK(plan.dim_count >= 0 && plan.dim_count <= 64 && (plan.dims || plan.dim_count == 0), Value,
           "vt_reduce_plan: expected up to 64 dims, got ", plan.dim_count);
  checked(plan.input, "an input");
  return plan;
}

Plan plan_of(const vt_reduce_plan& given) {
  const Tensor& in = tensor_in(given.input);
  Plan plan;
  for (int i = 0; i < given.dim_count; ++i) {
    if (in.dim() == 0) {  // as PyTorch: 0 and -1 name the only place there is
      VT_CHECK(given.dims[i] == 0 || given.dims[i] == -1, Index, "expected dim 0 or -1, got ", given.dims[i]);
      continue;
    }
    const uint64_t bit = uint64_t{1} << wrap_dim(given.dims[i], in.dim());
    VT_CHECK(!(plan.reduced & bit), Runtime, "dim ", given.dims[i], " appears multiple times in the list of dims");
    plan.reduced |= bit;
  }
  if (given.dim_count == 0) plan.reduced = in.dim() == 64 ? ~uint64_t{0} : (uint64_t{1} << in.dim()) - 1;
  for (int64_t d = 0; d < in.dim(); ++d) {
    const bool reduced = plan.reduced >> d & 1;
    if (reduced && !given.keepdim) continue;
    plan.kept_sizes.push_back(reduced ? 1 : in.sizes()[static_cast<size_t>(d)]);
  }
  plan.computed = given.flags & VT_ITER_FLOAT ? to_floating_result(in.dtype()) : in.dtype();
  for (int i = 0; i < 2; ++i) {
    plan.results[i] = given.results[i].bits ? dtype_from(given.results[i]) : plan.computed;
  }
  return plan;
}

void set_dims(vt_reduction& r, uint64_t reduced, bool keepdim) {
  const IntSpan sizes = r.input.sizes(), strides = r.input.strides();
  const auto item = static_cast<int64_t>(r.input.element_size());
  int64_t index_stride = 1;
  size_t out_dim = r.outputs[0].sizes().size();
  const auto out_stride = [&](int i) {
    const Tensor& t = r.outputs[i];
    return t.defined() ? t.strides()[out_dim] * static_cast<int64_t>(t.element_size()) : 0;
  };
  for (size_t d = sizes.size(); d-- > 0;) {
    if (reduced >> d & 1) {
      r.reduced.add(sizes[d], strides[d] * item, index_stride, 0);
      index_stride *= sizes[d];
      out_dim -= keepdim;
    } else {
      --out_dim;
      r.kept.add(sizes[d], strides[d] * item, out_stride(0), out_stride(1));
    }
  }
  r.kept.order_and_merge();
  r.reduced.order_and_merge();
}

vt_status reduce_build(const vt_reduce_plan* given, vt_reduction** out) {
  return guarded([&] {
    VT_CHECK(out, Type, "reduce_build: expected room for a reduction, got null");
    *out = nullptr;
    Callback& callback = Callback::current();
    const vt_reduce_plan asked = read_plan(given);
    const Plan plan = plan_of(asked);
    auto r = std::make_unique_for_overwrite<vt_reduction>();
    r->input = ops::as_dtype(tensor_in(asked.input), plan.computed);
    r->output_count = asked.output_count;
    for (int i = 0; i < asked.output_count; ++i) {
      if (!asked.outputs || !asked.outputs[i]) {
        r->outputs[i] = vt::empty(plan.kept_sizes, plan.results[i], r->input.device());
        continue;
      }
      const Tensor& output = tensor_in(asked.outputs[i]);
      check_writable(output);
      VT_CHECK(same(output.sizes(), plan.kept_sizes) && output.device() == r->input.device(), Runtime,
               "expected an output of sizes ", IntSpan(plan.kept_sizes), " on ", r->input.device(), ", got ",
               to_string(output));
      r->outputs[i] = output;
    }
    set_dims(*r, plan.reduced, asked.keepdim != 0);
    *out = callback.keep(std::move(r));
  });
}

vt_reduction& reduction_in(vt_reduction* r) {
  VT_CHECK(r, Type, "expected a reduction, got null");
  return *r;
}

// What a thread does: kept elements [begin, end), over reduced elements [from, to).
class Reducing {
 public:
  Reducing(const vt_reduction& r, const vt_reducer& f, void* context)
      : r_(r), f_(f), context_(context), input_(static_cast<const char*>(r.input.data())) {}

  vt_status finish(const char* state, int64_t kept) const {
    const Odometer at(r_.kept, 0, kept);
    char* outputs[2] = {};
    for (int i = 0; i < r_.output_count; ++i) outputs[i] = static_cast<char*>(r_.outputs[i].data()) + at.other[i];
    return f_.finish(state, r_.reduced.numel(), outputs, context_);
  }

  // One state over reduced elements [from, to), run by run of the fastest reduced dim.
  vt_status one(char* state, int64_t kept_offset, int64_t from, int64_t to) const {
    const Dims& d = r_.reduced;
    for (int64_t at = from; at < to;) {
      const int64_t first = at % d.sizes[0], n = std::min(d.sizes[0] - first, to - at);
      const Odometer outer(d, 1, at / d.sizes[0]);
      const vt_status status =
          f_.accumulate(state, 0, input_ + kept_offset + outer.offset + first * d.strides[0], d.strides[0],
                        outer.other[0] + first * d.other[0][0], d.other[0][0], n, context_);
      if (status != VT_OK) return status;
      at += n;
    }
    return VT_OK;
  }

  // Kept elements [begin, end) with all of the reduced ones.
  vt_status range(int64_t begin, int64_t end) const {
    const bool across = r_.kept.strides[0] < r_.reduced.strides[0] && r_.kept.sizes[0] > 1;
    return across ? rows_of_states(begin, end) : state_by_state(begin, end);
  }

 private:
  vt_status state_by_state(int64_t begin, int64_t end) const {
    alignas(64) char state[kMaxState];
    for (int64_t kept = begin; kept < end; ++kept) {
      vt_status status = f_.init(state, context_);
      if (status == VT_OK) status = one(state, Odometer(r_.kept, 0, kept).offset, 0, r_.reduced.numel());
      if (status == VT_OK) status = finish(state, kept);
      if (status != VT_OK) return status;
    }
    return VT_OK;
  }

  // The kept dim is the faster one in memory: a block of states walks along it, one reduced element at a time.
  vt_status rows_of_states(int64_t begin, int64_t end) const {
    const auto size = static_cast<int64_t>(f_.state_size);
    const Dims& k = r_.kept;
    alignas(64) char states[kLanes * kMaxState];
    for (int64_t kept = begin; kept < end;) {
      const int64_t first = kept % k.sizes[0], n = std::min({kLanes, k.sizes[0] - first, end - kept});
      const Odometer base(k, 0, kept);
      for (int64_t i = 0; i < n; ++i) {
        if (const vt_status status = f_.init(states + i * size, context_)) return status;
      }
      Odometer at(r_.reduced, 0, 0);
      for (int64_t i = 0, count = r_.reduced.numel(); i < count; ++i, at.next()) {
        if (const vt_status status = f_.accumulate(states, size, input_ + base.offset + at.offset, k.strides[0],
                                                   at.other[0], 0, n, context_)) {
          return status;
        }
      }
      for (int64_t i = 0; i < n; ++i) {
        if (const vt_status status = finish(states + i * size, kept + i)) return status;
      }
      kept += n;
    }
    return VT_OK;
  }

  const vt_reduction& r_;
  const vt_reducer& f_;
  void* context_;
  const char* input_;
};

// Few outputs of many elements: parts of each, joined in order, so that the result does not depend on threads.
void reduce_in_parts(const vt_reduction& r, const vt_reducer& f, void* context) {
  const Reducing reducing(r, f, context);
  const int64_t reduced = r.reduced.numel(), parts = (reduced + kGrain - 1) / kGrain;
  std::vector<char> memory(static_cast<size_t>(parts) * kMaxState + 64);
  char* states = memory.data() + (64 - reinterpret_cast<uintptr_t>(memory.data()) % 64) % 64;
  for (int64_t kept = 0, count = r.kept.numel(); kept < count; ++kept) {
    const int64_t offset = Odometer(r.kept, 0, kept).offset;
    parallel_for(0, parts, 1, [&](int64_t begin, int64_t end) {
      Callback callback;
      callback.run("the reducer", [&] {
        for (int64_t p = begin; p < end; ++p) {
          char* state = states + p * static_cast<int64_t>(kMaxState);
          vt_status status = f.init(state, context);
          if (status == VT_OK) {
            status = reducing.one(state, offset, p * kGrain, std::min(reduced, (p + 1) * kGrain));
          }
          if (status != VT_OK) return status;
        }
        return vt_status{VT_OK};
      });
    });
    Callback callback;
    callback.run("the reducer", [&] {
      for (int64_t p = 1; p < parts; ++p) {
        if (const vt_status status = f.combine(states, states + p * static_cast<int64_t>(kMaxState), context)) {
          return status;
        }
      }
      return reducing.finish(states, kept);
    });
  }
}

vt_status reduce_run(vt_reduction* reduction, const vt_reducer* given, void* context) {
  return guarded([&] {
    const vt_reduction& r = reduction_in(reduction);
    const vt_reducer f = read_struct(given, sizeof(vt_reducer), "vt_reducer");
    VT_CHECK(f.init && f.accumulate && f.combine && f.finish, Type, "vt_reducer: a function is null");
    VT_CHECK(f.state_size > 0 && f.state_size <= kMaxState, Value, "vt_reducer: expected a state of 1 to ", kMaxState,
             " bytes, got ", f.state_size);
    VT_CHECK(r.input.is_cpu(), Runtime, "reduce_run is for the CPU; the tensors are on ", r.input.device());
    const int64_t kept = r.outputs[0].numel(), reduced = r.input.numel() / std::max<int64_t>(kept, 1);
    if (kept == 0) return;
    if (kept < kFew && reduced > kGrain) return reduce_in_parts(r, f, context);
    parallel_for(0, kept, std::max<int64_t>(1, kGrain / std::max<int64_t>(reduced, 1)),
                 [&](int64_t begin, int64_t end) {
                   Callback callback;
                   callback.run("the reducer", [&] { return Reducing(r, f, context).range(begin, end); });
                 });
  });
}

vt_status reduce_loop(vt_reduction* reduction, vt_reduce_loop* loop, size_t size) {
  return guarded([&] {
    const vt_reduction& r = reduction_in(reduction);
    VT_CHECK(r.input.is_cpu() || (r.kept.ndim <= VT_LOOP_DIMS && r.reduced.ndim <= VT_LOOP_DIMS), NotImplemented,
             "a reduction with strides that leave more than ", static_cast<int>(VT_LOOP_DIMS),
             " dims is not there on CUDA: make the input contiguous");
    vt_reduce_loop l{};
    l.kept_ndim = r.kept.ndim;
    l.reduced_ndim = r.reduced.ndim;
    l.output_count = r.output_count;
    l.kept_numel = r.outputs[0].numel();
    l.reduced_numel = r.reduced.numel();
    int64_t extent = static_cast<int64_t>(r.input.element_size());
    for (int d = 0; d < std::min<int>(r.kept.ndim, VT_LOOP_DIMS); ++d) {
      l.kept_sizes[d] = r.kept.sizes[d];
      l.kept_strides[d] = r.kept.strides[d];
      for (int i = 0; i < 2; ++i) l.output_strides[i][d] = r.kept.other[i][d];
      extent += std::max<int64_t>(r.kept.sizes[d] - 1, 0) * r.kept.strides[d];
    }
    for (int d = 0; d < std::min<int>(r.reduced.ndim, VT_LOOP_DIMS); ++d) {
      l.reduced_sizes[d] = r.reduced.sizes[d];
      l.reduced_strides[d] = r.reduced.strides[d];
      l.index_strides[d] = r.reduced.other[0][d];
      extent += std::max<int64_t>(r.reduced.sizes[d] - 1, 0) * r.reduced.strides[d];
    }
    l.fits_32bit = extent <= INT32_MAX && l.kept_numel <= INT32_MAX && l.reduced_numel <= INT32_MAX;
    l.input = static_cast<const char*>(r.input.impl()->address());
    l.input_dtype = to_abi(r.input.dtype());
    for (int i = 0; i < r.output_count; ++i) {
      l.outputs[i] = static_cast<char*>(r.outputs[i].impl()->address());
      l.output_dtypes[i] = to_abi(r.outputs[i].dtype());
    }
    fill(loop, size, l);
  });
}

vt_status reduce_output(vt_reduction* reduction, int32_t output, vt_tensor** tensor) {
  return guarded([&] {
    const vt_reduction& r = reduction_in(reduction);
    VT_CHECK(tensor && output >= 0 && output < r.output_count, Index, "reduce_output: expected an output below ",
             r.output_count, ", got ", output);
    *tensor = Callback::current().give(r.outputs[output]);
  });
}

vt_status reduce_shape(vt_call* call, const vt_reduce_plan* given) {
  return guarded([&] {
    const vt_reduce_plan asked = read_plan(given);
    const Plan plan = plan_of(asked);
    for (int i = 0; i < asked.output_count; ++i) {
      plugin::set_shape(call, i, {plan.kept_sizes, plan.results[i], tensor_in(asked.input).device(), {}});
    }
  });
}

}  // namespace

void add_reduction(vt_host& host) {
  host.reduce_build = reduce_build;
  host.reduce_run = reduce_run;
  host.reduce_loop = reduce_loop;
  host.reduce_output = reduce_output;
  host.reduce_shape = reduce_shape;
}

}  // namespace vt::plugin
