// The layout of the plugin ABI, version 1. A line here never changes: what is new comes after it, with another minor
// version, and the size of a struct that grew moves to the end.
#include "vibetensor/plugin.h"

#include <doctest/doctest.h>

#include <cstring>

#include "plugin/host.h"

namespace {

#define FROZEN(type, field, offset) static_assert(offsetof(type, field) == (offset), #type "." #field " moved")
#define FROZEN_SIZE(type, bytes) static_assert(sizeof(type) == (bytes), #type " has another size")

FROZEN_SIZE(vt_dtype, 4);
FROZEN(vt_dtype, code, 0);
FROZEN(vt_dtype, bits, 1);
FROZEN(vt_dtype, lanes, 2);

FROZEN_SIZE(vt_device, 8);
FROZEN(vt_device, type, 0);
FROZEN(vt_device, index, 4);

FROZEN_SIZE(vt_value, 16);
FROZEN(vt_value, as, 0);
FROZEN(vt_value, size, 8);
FROZEN(vt_value, tag, 12);

FROZEN_SIZE(vt_tensor_info, 56);
FROZEN(vt_tensor_info, data, 0);
FROZEN(vt_tensor_info, sizes, 8);
FROZEN(vt_tensor_info, strides, 16);
FROZEN(vt_tensor_info, numel, 24);
FROZEN(vt_tensor_info, ndim, 32);
FROZEN(vt_tensor_info, dtype, 36);
FROZEN(vt_tensor_info, device, 40);
FROZEN(vt_tensor_info, flags, 48);

FROZEN_SIZE(vt_call, 40);
FROZEN(vt_call, args, 0);
FROZEN(vt_call, arg_count, 8);
FROZEN(vt_call, result_count, 12);
FROZEN(vt_call, results, 16);
FROZEN(vt_call, device, 24);
FROZEN(vt_call, data, 32);

FROZEN_SIZE(vt_grad, 32);
FROZEN(vt_grad, args, 0);
FROZEN(vt_grad, arg_count, 8);
FROZEN(vt_grad, result_count, 12);
FROZEN(vt_grad, grads, 16);
FROZEN(vt_grad, data, 24);

FROZEN_SIZE(vt_op, 80);
FROZEN(vt_op, struct_size, 0);
FROZEN(vt_op, schema, 8);
FROZEN(vt_op, shape, 16);
FROZEN(vt_op, cpu, 24);
FROZEN(vt_op, cuda, 32);
FROZEN(vt_op, backward, 40);
FROZEN(vt_op, keep_args, 48);
FROZEN(vt_op, keep_results, 52);
FROZEN(vt_op, flags, 56);
FROZEN(vt_op, reserved, 60);
FROZEN(vt_op, data, 64);
FROZEN(vt_op, doc, 72);

FROZEN_SIZE(vt_iter_plan, 40);
FROZEN(vt_iter_plan, struct_size, 0);
FROZEN(vt_iter_plan, flags, 8);
FROZEN(vt_iter_plan, output_count, 12);
FROZEN(vt_iter_plan, input_count, 16);
FROZEN(vt_iter_plan, result, 20);
FROZEN(vt_iter_plan, outputs, 24);
FROZEN(vt_iter_plan, inputs, 32);

FROZEN_SIZE(vt_loop_operand, 96);
FROZEN(vt_loop_operand, data, 0);
FROZEN(vt_loop_operand, strides, 8);
FROZEN(vt_loop_operand, value, 72);
FROZEN(vt_loop_operand, dtype, 88);
FROZEN(vt_loop_operand, reserved, 92);

FROZEN_SIZE(vt_loop, 864);
FROZEN(vt_loop, ndim, 0);
FROZEN(vt_loop, operand_count, 4);
FROZEN(vt_loop, output_count, 8);
FROZEN(vt_loop, is_contiguous, 12);
FROZEN(vt_loop, fits_32bit, 16);
FROZEN(vt_loop, reserved, 20);
FROZEN(vt_loop, numel, 24);
FROZEN(vt_loop, sizes, 32);
FROZEN(vt_loop, operands, 96);

FROZEN_SIZE(vt_reduce_plan, 56);
FROZEN(vt_reduce_plan, struct_size, 0);
FROZEN(vt_reduce_plan, flags, 8);
FROZEN(vt_reduce_plan, keepdim, 12);
FROZEN(vt_reduce_plan, dim_count, 16);
FROZEN(vt_reduce_plan, output_count, 20);
FROZEN(vt_reduce_plan, dims, 24);
FROZEN(vt_reduce_plan, input, 32);
FROZEN(vt_reduce_plan, outputs, 40);
FROZEN(vt_reduce_plan, results, 48);

FROZEN_SIZE(vt_reducer, 48);
FROZEN(vt_reducer, struct_size, 0);
FROZEN(vt_reducer, state_size, 8);
FROZEN(vt_reducer, init, 16);
FROZEN(vt_reducer, accumulate, 24);
FROZEN(vt_reducer, combine, 32);
FROZEN(vt_reducer, finish, 40);

FROZEN_SIZE(vt_reduce_loop, 520);
FROZEN(vt_reduce_loop, kept_ndim, 0);
FROZEN(vt_reduce_loop, reduced_ndim, 4);
FROZEN(vt_reduce_loop, output_count, 8);
FROZEN(vt_reduce_loop, fits_32bit, 12);
FROZEN(vt_reduce_loop, kept_numel, 16);
FROZEN(vt_reduce_loop, reduced_numel, 24);
FROZEN(vt_reduce_loop, kept_sizes, 32);
FROZEN(vt_reduce_loop, kept_strides, 96);
FROZEN(vt_reduce_loop, output_strides, 160);
FROZEN(vt_reduce_loop, reduced_sizes, 288);
FROZEN(vt_reduce_loop, reduced_strides, 352);
FROZEN(vt_reduce_loop, index_strides, 416);
FROZEN(vt_reduce_loop, input, 480);
FROZEN(vt_reduce_loop, outputs, 488);
FROZEN(vt_reduce_loop, input_dtype, 504);
FROZEN(vt_reduce_loop, output_dtypes, 508);

FROZEN_SIZE(vt_host, 304);
FROZEN(vt_host, abi_major, 0);
FROZEN(vt_host, abi_minor, 4);
FROZEN(vt_host, struct_size, 8);
FROZEN(vt_host, version, 16);
FROZEN(vt_host, fail, 24);
FROZEN(vt_host, error_message, 32);
FROZEN(vt_host, register_op, 40);
FROZEN(vt_host, tensor_info, 48);
FROZEN(vt_host, empty, 56);
FROZEN(vt_host, retain, 64);
FROZEN(vt_host, release, 72);
FROZEN(vt_host, push_scope, 80);
FROZEN(vt_host, pop_scope, 88);
FROZEN(vt_host, set_shape, 96);
FROZEN(vt_host, set_result, 104);
FROZEN(vt_host, set_list, 112);
FROZEN(vt_host, set_number, 120);
FROZEN(vt_host, needs_grad, 128);
FROZEN(vt_host, saved_arg, 136);
FROZEN(vt_host, saved_result, 144);
FROZEN(vt_host, arg_info, 152);
FROZEN(vt_host, set_grad, 160);
FROZEN(vt_host, find_op, 168);
FROZEN(vt_host, call_op, 176);
FROZEN(vt_host, current_stream, 184);
FROZEN(vt_host, record_stream, 192);
FROZEN(vt_host, is_deterministic, 200);
FROZEN(vt_host, iter_build, 208);
FROZEN(vt_host, iter_run, 216);
FROZEN(vt_host, iter_loops, 224);
FROZEN(vt_host, iter_loop, 232);
FROZEN(vt_host, iter_output, 240);
FROZEN(vt_host, iter_dtype, 248);
FROZEN(vt_host, iter_shape, 256);
FROZEN(vt_host, reduce_build, 264);
FROZEN(vt_host, reduce_run, 272);
FROZEN(vt_host, reduce_loop, 280);
FROZEN(vt_host, reduce_output, 288);
FROZEN(vt_host, reduce_shape, 296);

FROZEN_SIZE(vt_plugin, 40);
FROZEN(vt_plugin, abi_major, 0);
FROZEN(vt_plugin, abi_minor, 4);
FROZEN(vt_plugin, struct_size, 8);
FROZEN(vt_plugin, name, 16);
FROZEN(vt_plugin, version, 24);
FROZEN(vt_plugin, init, 32);

static_assert(VT_PLUGIN_ABI_MAJOR == 1 && VT_PLUGIN_ABI_MINOR == 0);
static_assert(VT_OS_ERROR == 12 && VT_TAG_MEMORY_FORMAT == 14 && VT_OP_OUT == 64 && VT_ITER_FLOAT == 2);
static_assert(VT_INT == 0 && VT_UINT == 1 && VT_FLOAT == 2 && VT_BFLOAT == 4 && VT_COMPLEX == 5 && VT_BOOL == 6);
static_assert(VT_CPU == 1 && VT_CUDA == 2 && VT_META == 1000);

TEST_CASE("the host's table has every function") {
  const vt_host& host = vt::plugin::host_table();
  CHECK(host.abi_major == VT_PLUGIN_ABI_MAJOR);
  CHECK(host.abi_minor == VT_PLUGIN_ABI_MINOR);
  CHECK(host.struct_size == sizeof(vt_host));
  for (size_t at = offsetof(vt_host, fail); at < sizeof(vt_host); at += sizeof(void*)) {
    void* function = nullptr;
    std::memcpy(&function, reinterpret_cast<const char*>(&host) + at, sizeof(function));
    CHECK_MESSAGE(function != nullptr, "at ", at);
  }
}

TEST_CASE("outside of a callback the host refuses") {
  const vt_host& host = vt::plugin::host_table();
  vt_tensor* tensor = nullptr;
  const int64_t size = 2;
  CHECK(host.empty(1, &size, nullptr, {VT_FLOAT, 32, 1}, {VT_CPU, 0}, &tensor) == VT_RUNTIME_ERROR);
  CHECK(tensor == nullptr);
  CHECK(host.push_scope() == VT_RUNTIME_ERROR);
  CHECK(host.release(nullptr) == VT_TYPE_ERROR);
  CHECK(host.set_shape(nullptr, 0, 0, nullptr, nullptr, {VT_FLOAT, 32, 1}, {VT_CPU, 0}) == VT_RUNTIME_ERROR);
  CHECK(host.needs_grad(nullptr, 0, 0) == 0);
  CHECK(host.register_op(nullptr, nullptr) == VT_RUNTIME_ERROR);
  CHECK(std::strlen(host.error_message()) == 0);
}

}  // namespace
