// Thread modes and defaults, and running backward.
#include <nanobind/stl/string.h>

#include <algorithm>
#include <functional>

#include "autograd/anomaly.h"
#include "autograd/autograd.h"
#include "autograd/endpoint.h"
#include "autograd/engine.h"
#include "autograd/jvp.h"
#include "autograd/meta.h"
#include "autograd/nan_watch.h"
#include "bindings/python/generator_object.h"
#include "bindings/python/module.h"
#include "bindings/python/node_object.h"
#include "bindings/python/number.h"
#include "bindings/python/op_function.h"
#include "bindings/python/python_stack.h"
#include "bindings/python/small_types.h"
#include "bindings/python/tensor_object.h"
#include "core/determinism.h"
#include "core/thread_state.h"
#include "cpu/thread_pool.h"
#include "cuda/split_product.h"
#include "iter/promotion.h"
#include "ops/nn/attention_choice.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

nb::object own(PyObject* o) { return nb::steal<nb::object>(o); }

DType dtype_argument(nb::handle o, const char* function) {
  DType d;
  VT_CHECK(dtype_from(o.ptr(), d), Type, function, "(): argument 'dtype' must be torch.dtype, not ",
           type_name_of(o.ptr()));
  return d;
}
int device_type_argument(const std::string& type) { return static_cast<int>(parse_device(type).type); }

std::vector<Tensor> tensor_list(nb::handle sequence, const char* what) {
  std::vector<Tensor> list;
  if (sequence.is_none()) return list;
  const Ref tuple = Ref::steal(PySequence_Tuple(sequence.ptr()));
  for (Py_ssize_t i = 0; i < PyTuple_Size(tuple.get()); ++i) {
    PyObject* o = PyTuple_GetItem(tuple.get(), i);
    list.push_back(o == Py_None ? Tensor() : expect_tensor(o, what));
  }
  return list;
}

// The stack of the forward call as a warning, innermost call last as in a traceback.
void report_node(const autograd::Node& node) noexcept {
  const WithGil gil;
  PyObject *type, *value, *traceback;  // the error on its way stays
  PyErr_Fetch(&type, &value, &traceback);
  try {
    const Ref report = Ref::steal(PyImport_ImportModule("vibetensor.torch.autograd.anomaly_mode"));
    const Ref frames = Ref::steal(stack_frames(node.place()));
    const std::string name = node.name();
    outlive_exit([&] { Ref::steal(PyObject_CallMethod(report.get(), "report", "sO", name.c_str(), frames.get())); });
  } catch (...) {
    PyErr_Clear();  // a warning that is an error, say: the one on its way says more
  }
  PyErr_Restore(type, value, traceback);
}

void set_anomaly(bool enabled, bool check_nan) {
  static StackKind before = stack_kind();
  if (enabled && !autograd::anomaly_enabled()) {
    before = stack_kind();
    set_stack_kind(StackKind::Full);
  } else if (!enabled && autograd::anomaly_enabled()) {
    set_stack_kind(before);
  }
  autograd::set_anomaly(enabled, check_nan);
}

void bind_anomaly(nb::module_& m) {
  autograd::set_place_finder({capture_stack, report_node});
  m.def("set_anomaly", set_anomaly, nb::arg("enabled"), nb::arg("check_nan"));
  m.def("is_anomaly_enabled", [] { return autograd::anomaly_enabled(); });
  m.def("is_anomaly_check_nan_enabled", [] { return autograd::anomaly_checks_nan(); });
}

void bind_nan_watch(nb::module_& m) {
  m.def("start_nan_watch", [](bool forward, bool backward, bool inf) {
    autograd::start_nan_watch({.forward = forward, .backward = backward, .inf = inf});
  });
  m.def("stop_nan_watch", autograd::stop_nan_watch);
  m.def("set_nan_watch_module", autograd::set_nan_watch_module);
  // None, or {"name", "in_backward", "module", "frames"} of what made the first NaN since it was last asked.
  m.def("take_nan_source", []() -> nb::object {
    std::optional<autograd::NanSource> found;
    {
      const WithoutGil devices_are_waited_for;
      found = autograd::take_nan_source();
    }
    if (!found) return nb::none();
    nb::dict source;
    source["name"] = found->name;
    source["in_backward"] = found->in_backward;
    source["module"] = found->module;
    source["frames"] = own(stack_frames(found->place));
    return source;
  });
  // Whole stacks from now on, or those that it returned before.
  m.def("set_whole_stacks", [](bool whole) {
    static StackKind before = stack_kind();
    if (whole) before = stack_kind();
    set_stack_kind(whole ? StackKind::Full : before);
  });
}

// Tensors, and pairs of a node and the number of one of its results, as GradientEdge is.
std::vector<autograd::Endpoint> endpoints(nb::handle given, const char* what) {
  std::vector<autograd::Endpoint> result;
  if (given.is_none()) return result;
  for (nb::handle one : given) {
    if (!PyTuple_Check(one.ptr()) || PyTuple_Size(one.ptr()) < 2) {
      result.push_back({expect_tensor(one.ptr(), what), {}});
      continue;
    }
    const auto node = node_of(PyTuple_GetItem(one.ptr(), 0));
    VT_CHECK(node, Type, what, " is a tuple that does not start with a node of the graph");
    const auto number = nb::cast<int64_t>(one[1]);
    VT_CHECK(number >= 0 && number < node->input_count(), Runtime, what, ": ", node->name(), " has no result ", number);
    result.push_back({Tensor(), {node, static_cast<uint32_t>(number)}});
  }
  return result;
}

// Functions of Python that run when the outermost backward pass of the thread has ended well.
struct PassEnd {
  int depth = 0;
  std::vector<Ref> functions;
};
PassEnd& pass_end() {
  static thread_local PassEnd end;
  return end;
}

void at_end_of_backward(nb::handle function) {
  VT_CHECK(pass_end().depth > 0, Runtime, "Final callbacks can only be installed during backward pass.");
  pass_end().functions.push_back(Ref::borrow(function.ptr()));
}

class BackwardPass {
 public:
  BackwardPass() { ++pass_end().depth; }
  ~BackwardPass() {
    if (--pass_end().depth == 0) pass_end().functions.clear();
  }
  void finish() {
    while (pass_end().depth == 1 && !pass_end().functions.empty()) {
      for (const Ref& function : std::exchange(pass_end().functions, {})) {
        Ref::steal(outlive_exit([&] { return PyObject_CallNoArgs(function.get()); }));
      }
    }
  }
};

nb::object run_backward(nb::handle tensors, nb::handle gradients, bool retain_graph, bool create_graph,
                        nb::handle inputs, bool allow_unused, bool accumulate) {
  const auto outputs = endpoints(tensors, "backward(): an output");
  const auto sources = endpoints(inputs, "backward(): an input");
  const autograd::Grads grads = tensor_list(gradients, "backward(): a gradient");
  VT_CHECK(!inputs.is_none() || accumulate, Value, "grad requires non-empty inputs.");
  VT_CHECK(inputs.is_none() || !sources.empty(), Runtime, "'inputs' argument to backward() cannot be empty.");
  autograd::Grads found;
  BackwardPass pass;
  {
    const WithoutGil others_run;  // hooks and Functions take it again
    found = autograd::backward_between(outputs, grads, retain_graph, create_graph, sources, allow_unused, accumulate);
  }
  pass.finish();
  if (accumulate) return nb::none();
  return own(wrap_grads(found));
}

// Whether the backward pass that is running gives the tensor a gradient.
bool is_reached(nb::handle tensor) {
  const Tensor& t = expect_tensor(tensor.ptr(), "is_reached_by_backward(): argument 'tensor'");
  const auto fn = autograd::grad_fn(t);
  const auto node = fn ? fn : autograd::grad_accumulator(t);
  return node && autograd::is_reached(*node);
}

// An op's results and their tangents, None for zeros, where `inputs` among the arguments change by `tangents`.
// `by_derivative`: not by the op's own jvp.
nb::object op_jvp(const std::string& name, nb::handle args, nb::dict kwargs, nb::handle inputs, nb::handle tangents,
                  bool by_derivative) {
  const std::vector<Tensor> changing = tensor_list(inputs, "op_jvp(): an input");
  const std::vector<Tensor> changes = tensor_list(tangents, "op_jvp(): a tangent");
  VT_CHECK(changing.size() == changes.size(), Value, "op_jvp(): ", changing.size(), " inputs and ", changes.size(),
           " tangents");
  std::vector<PyObject*> values;
  for (nb::handle a : args) values.push_back(a.ptr());
  const auto positional = static_cast<Py_ssize_t>(values.size());
  for (nb::handle v : kwargs.values()) values.push_back(v.ptr());
  const nb::tuple names(kwargs.keys());
  const PythonCall call{values.data(), positional, names.ptr(), CallStyle::Function};
  const OpEntry& entry = entry_of(name);
  CallArguments arguments;
  for (const Overload& overload : entry.overloads()) {
    if (!arguments.fit(overload, call)) continue;
    const Op& op = *overload.op;
    const std::span<const Value> primals(arguments.values(), static_cast<size_t>(op.arg_count()));
    std::vector<Tensor> along;
    for_each_tensor(primals, [&](int, const Tensor& t) {
      const auto at = std::ranges::find_if(changing, [&](const Tensor& input) { return input.is_same(t); });
      along.push_back(at == changing.end() ? Tensor() : changes[static_cast<size_t>(at - changing.begin())]);
    });
    const auto run = by_derivative ? autograd::jvp_by_derivative : autograd::jvp;
    auto found = run(op, primals, along);
    const nb::object results = own(wrap_results(entry, op, found.results));
    return nb::make_tuple(results, own(wrap_grads(found.tangents)));
  }
  throw_no_overload(entry, call);
}

void bind_autocast(nb::module_& m) {
  m.def("set_autocast_enabled", [](const std::string& type, bool on) {
    ThreadState& s = thread_state();
    s.autocast_enabled[device_type_argument(type)] = on;
    const bool any = std::ranges::any_of(s.autocast_enabled, std::identity{});
    s.included = any ? s.included | Key::Autocast : s.included - Key::Autocast;
  });
  m.def("is_autocast_enabled",
        [](const std::string& type) { return thread_state().autocast_enabled[device_type_argument(type)]; });
  m.def("set_autocast_dtype", [](const std::string& type, nb::handle dtype) {
    thread_state().autocast_dtype[device_type_argument(type)] = dtype_argument(dtype, "set_autocast_dtype");
  });
  m.def("get_autocast_dtype", [](const std::string& type) {
    return nb::borrow(dtype_object(thread_state().autocast_dtype[device_type_argument(type)]));
  });
  m.def("is_autocast_cache_enabled", [] { return thread_state().autocast_cache_enabled; });
  m.def("set_autocast_cache_enabled", [](bool on) { thread_state().autocast_cache_enabled = on; });
  m.def("clear_autocast_cache", [] { autograd::clear_autocast_cache(); });
  static thread_local int nesting = 0;
  m.def("autocast_increment_nesting", [] { return ++nesting; });
  m.def("autocast_decrement_nesting", [] { return --nesting; });
}

}  // namespace

void bind_modes(nb::module_& m) {
  m.def("set_grad_enabled", [](bool on) { thread_state().grad_enabled = on; });
  m.def("is_grad_enabled", [] { return thread_state().grad_enabled; });
  m.def("set_inference_mode", [](bool on) { thread_state().inference_mode = on; });
  m.def("is_inference_mode_enabled", [] { return thread_state().inference_mode; });
  m.def("running_backward_pass", autograd::running_pass);
  m.def("is_reached_by_backward", is_reached);
  m.def("at_end_of_backward", at_end_of_backward, nb::arg("function"));
  m.def("run_backward", run_backward, nb::arg("tensors"), nb::arg("grads").none(), nb::arg("retain_graph"),
        nb::arg("create_graph"), nb::arg("inputs").none(), nb::arg("allow_unused"), nb::arg("accumulate"));
  m.def("op_jvp", op_jvp, nb::arg("name"), nb::arg("args"), nb::arg("kwargs"), nb::arg("inputs"), nb::arg("tangents"),
        nb::arg("by_derivative") = false);
  bind_autocast(m);
  bind_anomaly(m);
  bind_nan_watch(m);

  m.def("get_default_device", [] {
    const Device d = default_device();
    return own(make_device(is_numbered(d.type) ? resolve_device(d) : d));
  });
  m.def(
      "set_default_device",
      [](nb::handle device) {
        Device d;
        VT_CHECK(device.is_none() || device_from(device.ptr(), d), Type,
                 "set_default_device(): argument 'device' must be torch.device, not ", type_name_of(device.ptr()));
        thread_state().default_device = d;
      },
      nb::arg("device").none());
  m.def("get_default_dtype", [] { return nb::borrow(dtype_object(default_dtype())); });
  m.def("set_default_dtype", [](nb::handle dtype) { set_default_dtype(dtype_argument(dtype, "set_default_dtype")); });
  m.def("promote_types", [](nb::handle a, nb::handle b) {
    return nb::borrow(dtype_object(promote(dtype_argument(a, "promote_types"), dtype_argument(b, "promote_types"))));
  });
  m.def("result_type", [](nb::handle a, nb::handle b) {
    PromotionState state;
    for (const nb::handle operand : {a, b}) {
      Scalar number;
      if (number_from(operand.ptr(), number)) state.add(number);
      else state.add(*expect_tensor(operand.ptr(), "result_type").impl());
    }
    return nb::borrow(dtype_object(state.result()));
  });
  m.def("can_cast", [](nb::handle from, nb::handle to) {
    return can_cast(dtype_argument(from, "can_cast"), dtype_argument(to, "can_cast"));
  });
  m.def(
      "allow_attention", [](bool fused, bool parts) { ops::allow_attention({fused, parts}); }, nb::arg("fused"),
      nb::arg("parts"));
  m.def("portable_attention", &ops::portable_attention);
  m.def(
      "set_split_tiles",
      [](nb::handle small) {
        using cuda::SplitTiles;
        const auto tiles = [&] { return nb::cast<bool>(small) ? SplitTiles::Small : SplitTiles::Large; };
        cuda::set_split_tiles(small.is_none() ? std::nullopt : std::optional(tiles()));
      },
      nb::arg("small").none());
  m.def("set_portable_attention", &ops::set_portable_attention, nb::arg("alone"));
  m.def("can_fuse_attention",
        [](nb::handle q, nb::handle k, nb::handle v, nb::handle mask, double dropout, bool causal, bool gqa) {
          const Tensor& query = expect_tensor(q.ptr(), "query");
          const Tensor attn_mask = mask.is_none() ? Tensor() : expect_tensor(mask.ptr(), "attn_mask");
          return ops::can_fuse_attention(query, expect_tensor(k.ptr(), "key"), expect_tensor(v.ptr(), "value"),
                                         attn_mask, dropout, causal, std::nullopt, gqa);
        });
  m.def("determinism", [] { return static_cast<int>(determinism()); });
  m.def("set_determinism", [](int wanted) {
    VT_CHECK(wanted >= 0 && wanted <= 2, Value, "determinism is 0, 1 or 2, not ", wanted);
    set_determinism(static_cast<Determinism>(wanted));
  });
  m.def("set_num_threads", [](int n) { set_num_threads(n); });
  m.def("get_num_threads", [] { return get_num_threads(); });

  m.attr("default_generator") = own(wrap_generator(default_cpu_generator()));
  m.def("cuda_default_generator", [](int index) { return own(wrap_generator(default_cuda_generator(index))); });
  m.def("seed_cuda_generators", [](uint64_t seed) { seed_default_cuda_generators(seed); });
}

}  // namespace vt::python
