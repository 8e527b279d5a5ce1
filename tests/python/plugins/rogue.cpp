// A plugin whose ops do one thing wrong, chosen by a number.
#include <cstring>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <thread>

#include <vibetensor/plugin.h>

namespace {

const vt_host* host;
vt_registration* registration_of_init = nullptr;
vt_tensor* held = nullptr;

constexpr vt_dtype kFloat = {VT_FLOAT, 32, 1};
constexpr vt_device kCpu = {VT_CPU, 0};

vt_value of(vt_tensor* t) {
  vt_value v = {};
  v.as.tensor = t;
  v.tag = VT_TAG_TENSOR;
  return v;
}
vt_value of(int64_t i) {
  vt_value v = {};
  v.as.i = i;
  v.tag = VT_TAG_INT;
  return v;
}

vt_status call(const char* name, std::initializer_list<vt_value> args, vt_value* results, int32_t room) {
  const vt_function* function;
  const vt_status status = host->find_op(name, &function);
  return status ? status : host->call_op(function, args.begin(), static_cast<int32_t>(args.size()), results, &room);
}

vt_status failing_loop(char* const*, const int64_t*, int64_t, void*) {
  return host->fail(VT_VALUE_ERROR, "in the loop");
}
vt_status throwing_loop(char* const*, const int64_t*, int64_t, void*) { throw std::logic_error("from the loop"); }
vt_status init_state(char*, void*) { return VT_OK; }
vt_status accumulate(char*, int64_t, const char*, int64_t, int64_t, int64_t, int64_t, void*) {
  return host->fail(VT_INDEX_ERROR, "in the reduction");
}
vt_status combine(char*, const char*, void*) { return VT_OK; }
vt_status finish(const char*, int64_t, char* const*, void*) { return VT_OK; }

vt_status good(vt_call* c) {
  const int64_t two = 2;
  vt_tensor* made;
  const vt_status status = host->empty(1, &two, nullptr, kFloat, kCpu, &made);
  if (status) return status;
  vt_tensor_info info;
  host->tensor_info(made, &info, sizeof info);
  static_cast<float*>(info.data)[0] = static_cast<float*>(info.data)[1] = 1;
  return host->set_result(c, 0, made);
}

vt_status do_wrong(vt_call* c) {
  vt_tensor* x = c->args[0].as.tensor;
  vt_value results[2];
  vt_tensor* made = nullptr;
  const int64_t huge[] = {int64_t{1} << 40, int64_t{1} << 40};
  vt_iter_plan plan = {sizeof(vt_iter_plan), 0, 1, 1, {}, nullptr, &x};
  vt_reduce_plan reduce = {sizeof(vt_reduce_plan), 0, 0, 0, 1, nullptr, x, nullptr, {}};
  vt_reducer reducer = {sizeof(vt_reducer), 8, init_state, accumulate, combine, finish};
  vt_iter* iter = nullptr;
  vt_reduction* reduction = nullptr;
  switch (c->args[1].as.i) {
    case 0: return good(c);
    case 1: return VT_OK;
    case 2: return 77;
    case 3: return -5;
    case 4: throw std::runtime_error("a C++ exception");
    case 5: throw 5;
    case 6: return host->set_result(c, 0, x);
    case 7: return host->set_result(c, 0, nullptr);
    case 8: return host->set_result(c, 3, x);
    case 9: return host->set_shape(c, 0, 0, nullptr, nullptr, kFloat, kCpu);
    case 10: return host->set_number(c, of(int64_t{3}));
    case 11: {
      vt_call copy = *c;
      return good(&copy);
    }
    case 13: return call("add.Tensor", {of(x), of(x), of(x)}, results, 2);
    case 14: return call("softmax.int", {of(x)}, results, 2);
    case 15: return call("add.Tensor", {of(x), of(nullptr)}, results, 2);
    case 16: return call("absent", {of(x)}, results, 2);
    case 17: return call("exp", {of(x), of(x), of(x)}, results, 2);
    case 18: return call("max.dim", {of(x), of(int64_t{0})}, results, 1);
    case 19: return call("exp", {of(x)}, nullptr, 1);
    case 20: return host->pop_scope(nullptr);
    case 21: return host->release(x);
    case 22: {
      void* stream;
      return host->current_stream(kCpu, &stream);
    }
    case 23: return host->iter_build(nullptr, &iter);
    case 24: plan.input_count = 9; return host->iter_build(&plan, &iter);
    case 25: plan.struct_size = 4; return host->iter_build(&plan, &iter);
    case 26: return host->empty(2, huge, nullptr, kFloat, kCpu, &made);
    case 27: return host->empty(1, huge, nullptr, vt_dtype{9, 3, 2}, kCpu, &made);
    case 28: return host->empty(1, huge, nullptr, kFloat, vt_device{55, 0}, &made);
    case 29: return host->empty(-1, huge, nullptr, kFloat, kCpu, &made);
    case 30:
    case 31: {
      const vt_status status = host->iter_build(&plan, &iter);
      return status ? status : host->iter_run(iter, c->args[1].as.i == 30 ? failing_loop : throwing_loop, nullptr, 1);
    }
    case 32:
    case 33: {
      const vt_status status = host->reduce_build(&reduce, &reduction);
      if (c->args[1].as.i == 33) reducer.state_size = 1000;
      return status ? status : host->reduce_run(reduction, &reducer, nullptr);
    }
    case 34: {
      vt_op op = {};
      op.struct_size = sizeof op;
      op.schema = "late(Tensor x) -> Tensor";
      op.cpu = good;
      return host->register_op(registration_of_init, &op);
    }
    case 35: {
      vt_status status = VT_OK;  // a thread of its own has no callback
      std::thread([&] { status = host->empty(1, huge, nullptr, kFloat, kCpu, &made); }).join();
      return status;
    }
    case 36: return host->set_list(c, &x, 1);
    case 37: return host->tensor_info(nullptr, nullptr, 0);
    case 38: return host->fail(12345, nullptr);
    case 39: return call("rogue::wrong", {of(x), of(int64_t{4})}, results, 1);  // the error of an op inside
    case 40: return call("reshape", {of(x), of(int64_t{7})}, results, 1);
    case 41: {
      vt_value bad = {};
      bad.tag = 200;
      return call("exp", {bad}, results, 1);
    }
    case 42:
      host->retain(x);
      held = x;
      return good(c);
    case 43: host->release(held); return good(c);
    case 44: host->fail(VT_VALUE_ERROR, "reported and then forgotten"); return good(c);
    case 45: {  // temporaries that a scope lets go of
      vt_value total = of(x);
      for (int i = 0; i < 1000; ++i) {
        host->push_scope();
        const vt_status status = call("add.Tensor", {total, of(x)}, results, 1);
        if (status) return status;
        total = results[0];
        host->pop_scope(total.as.tensor);
      }
      return host->set_result(c, 0, total.as.tensor);
    }
    case 46: return host->iter_loop(nullptr, 0, nullptr, 0);
    case 47: return host->record_stream(x, nullptr);
  }
  return host->fail(VT_NOT_IMPLEMENTED, "no such case");
}

vt_status bad_shape(vt_call* c) {
  const int64_t negative = -1, many[65] = {};
  vt_tensor_info info;
  const int64_t how = c->args[1].as.i;
  if (how == 0) {
    host->tensor_info(c->args[0].as.tensor, &info, sizeof info);
    return host->set_shape(c, 0, info.ndim, info.sizes, nullptr, info.dtype, info.device);
  }
  if (how == 1) return VT_OK;
  if (how == 2) return host->set_shape(c, 0, 1, &negative, nullptr, kFloat, kCpu);
  if (how == 3) return host->set_shape(c, 1, 0, nullptr, nullptr, kFloat, kCpu);
  if (how == 4) return host->set_shape(c, 0, 65, many, nullptr, kFloat, kCpu);
  if (how == 5) return host->set_result(c, 0, c->args[0].as.tensor);
  if (how == 6) throw std::runtime_error("in a shape function");
  return host->set_shape(c, 0, 2, nullptr, nullptr, kFloat, kCpu);
}

vt_status write_ones(vt_call* c) {
  vt_tensor_info info;
  host->tensor_info(c->results[0], &info, sizeof info);
  for (int64_t i = 0; i < info.numel; ++i) static_cast<float*>(info.data)[i] = 1;
  return VT_OK;
}

vt_status bad_derivative(vt_grad* g) {
  vt_tensor* t;
  const int64_t three = 3;
  switch (g->args[1].as.i) {
    case 0: return host->set_grad(g, 1, 0, g->grads[0]);
    case 1: return host->set_grad(g, 7, 0, g->grads[0]);
    case 2: return host->saved_arg(g, 0, 0, &t);
    case 3: return host->saved_result(g, 0, &t);
    case 4: throw std::runtime_error("in a derivative");
    case 5: return host->set_grad(g, 0, 0, nullptr);
    case 6: {
      const vt_status status = host->empty(1, &three, nullptr, kFloat, kCpu, &t);
      return status ? status : host->set_grad(g, 0, 0, t);
    }
    case 7: return VT_OK;
    case 8: {
      vt_grad copy = *g;
      return host->set_grad(&copy, 0, 0, g->grads[0]);
    }
    case 9: return host->set_grad(g, 0, 4, g->grads[0]);
  }
  return host->set_grad(g, 0, 0, g->grads[0]);
}

vt_status init(const vt_host* h, vt_registration* registration) {
  host = h;
  registration_of_init = registration;
  vt_op op = {};
  op.struct_size = sizeof op;
  op.schema = "wrong(Tensor x, int how) -> Tensor";
  op.cpu = do_wrong;
  if (const vt_status status = host->register_op(registration, &op)) return status;
  op.schema = "shaped(Tensor x, int shape, int derivative=10) -> Tensor";
  op.shape = bad_shape;
  op.cpu = write_ones;
  if (const vt_status status = host->register_op(registration, &op)) return status;
  op.schema = "derived(Tensor x, int how, int shape=0) -> Tensor";
  op.shape = [](vt_call* c) {
    vt_tensor_info info;
    host->tensor_info(c->args[0].as.tensor, &info, sizeof info);
    return host->set_shape(c, 0, info.ndim, info.sizes, nullptr, info.dtype, info.device);
  };
  op.backward = bad_derivative;
  return host->register_op(registration, &op);
}

}  // namespace

VT_PLUGIN("rogue", "0.1", init)
