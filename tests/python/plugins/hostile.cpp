// Plugins that are wrong, one for each value of CASE: none may leave a trace or end the process.
#include <stdexcept>

#include <vibetensor/plugin.h>

namespace {

vt_status nothing(vt_call*) { return VT_OK; }
vt_status no_derivative(vt_grad*) { return VT_OK; }

vt_op op_of(const char* schema) {
  vt_op op = {};
  op.struct_size = sizeof op;
  op.schema = schema;
  op.cpu = nothing;
  return op;
}

struct LaterOp {
  vt_op op;
  int64_t field_of_a_later_version;
};

[[maybe_unused]] vt_status init(const vt_host* host, vt_registration* registration) {
  vt_op op = op_of("first(Tensor x) -> Tensor");
  switch (CASE) {
    case 12: return VT_OK;
    case 13: return 99;
    case 14: return host->fail(VT_OS_ERROR, "no licence found");
    case 15: host->register_op(registration, &op); return host->fail(VT_VALUE_ERROR, "half-way");
    case 16: op.schema = "first(Tensor x -> Tensor"; break;
    case 17: op.schema = nullptr; break;
    case 18: op.struct_size = 0; break;
    case 19: {
      LaterOp later = {op, 1};
      later.op.struct_size = sizeof later;
      return host->register_op(registration, &later.op);
    }
    case 20: op.flags = 1u << 30; break;
    case 21: op.cpu = nullptr; break;
    case 22: host->register_op(registration, &op); break;
    case 23: op.schema = "gain(Tensor self) -> Tensor"; break;
    case 24: {
      vt_op inplace = op_of("first(Tensor self) -> Tensor");
      inplace.shape = nothing;
      inplace.flags = VT_OP_INPLACE;
      host->register_op(registration, &inplace);
      op.schema = "first_(Tensor self) -> Tensor";
      break;
    }
    case 25:
      op.backward = no_derivative;
      op.keep_args = 1u << 5;
      break;
    case 26:
      op.schema = "first(Tensor x, int n) -> Tensor";
      op.backward = no_derivative;
      op.keep_args = 2;
      break;
    case 27:
      op.backward = no_derivative;
      op.flags = VT_OP_NOT_DIFFERENTIABLE;
      break;
    case 28:
      op.schema = "first(Tensor x) -> int";
      op.shape = nothing;
      break;
    case 29: op.schema = "first(Tensor(a!) x, Tensor(b!) y) -> ()"; break;
    case 30: op.schema = "first(Tensor(a) x) -> Tensor(a)"; break;
    case 31: return host->register_op(registration, nullptr);
    case 32: return host->register_op(nullptr, &op);
    case 33: {
      const int64_t sizes[] = {-3, 4};
      vt_tensor* tensor;
      return host->empty(2, sizes, nullptr, vt_dtype{VT_FLOAT, 32, 1}, vt_device{VT_CPU, 0}, &tensor);
    }
    case 34: {
      op.shape = nothing;
      op.flags = VT_OP_INPLACE;
      break;
    }
    case 35:
      op.schema =
          "first(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k, int l, int m, int n, int o, "
          "int p, int q, int r, int s, int t, int u, int v, int w, int x, int y, int z) -> Tensor";
      break;
    case 36: throw std::runtime_error("out of init");
    case 37: throw 37;
    case 38: op.reserved = 7; break;
    case 39: op.keep_results = 1; break;
    case 40: op.schema = "first(Tensor x) -> (Tensor, int)"; break;
    case 41: op.schema = "first(Tensor x) -> (Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor)"; break;
    case 42: op.schema = "first(Tensor x, Tensor x) -> Tensor"; break;
    case 43: op.schema = "a.b.c(Tensor x) -> Tensor"; break;
    case 44: op.schema = "other::first(Tensor x) -> Tensor"; break;
    case 45: op.schema = "first(Quaternion x) -> Tensor"; break;
    case 46: op.schema = "first(Tensor x, int n=99999999999999999999) -> Tensor"; break;
    case 47: op.schema = ""; break;
    case 48: op.schema = "first(Tensor x, int[] n=[) -> Tensor"; break;
    case 49: op.flags = VT_OP_OUT; break;
    case 50: op.struct_size = ~size_t{0}; break;
  }
  return host->register_op(registration, &op);
}

}  // namespace

#if CASE != 0
VT_PLUGIN_EXPORT const vt_plugin* vibetensor_plugin(void) {
  static vt_plugin p = {VT_PLUGIN_ABI_MAJOR, VT_PLUGIN_ABI_MINOR, sizeof(vt_plugin), "hostile", "1.0", init};
  switch (CASE) {
    case 1: return nullptr;
    case 2: p.abi_major = VT_PLUGIN_ABI_MAJOR + 1; break;
    case 3: p.abi_minor = VT_PLUGIN_ABI_MINOR + 1; break;
    case 4: p.abi_major = 0; break;
    case 5: p.struct_size = 0; break;
    case 6: p.struct_size = ~size_t{0}; break;
    case 7: p.name = nullptr; break;
    case 8: p.name = "two words"; break;
    case 9: p.name = "aten"; break;
    case 10: p.name = ""; break;
    case 11: p.init = nullptr; break;
    case 23: p.name = "gain"; break;
    case 51: throw std::runtime_error("out of the statement");
  }
  return &p;
}
#endif

#if CASE == 52
extern "C" void defined_nowhere();
VT_PLUGIN_EXPORT void calls_it() { defined_nowhere(); }
#endif
