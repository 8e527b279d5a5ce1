/* The plugin ABI of VibeTensor: ops of your own in a shared library that includes this file and links nothing.
 *
 *   #include <vibetensor/plugin.h>
 *
 *   static const vt_host* host;
 *
 *   static vt_status twice_shape(vt_call* call) {
 *     vt_tensor_info x;
 *     vt_status status = host->tensor_info(call->args[0].as.tensor, &x, sizeof x);
 *     if (status != VT_OK) return status;
 *     return host->set_shape(call, 0, x.ndim, x.sizes, NULL, x.dtype, x.device);
 *   }
 *   static vt_status twice_cpu(vt_call* call) { ... writes call->results[0] ... }
 *
 *   static vt_status init(const vt_host* h, vt_registration* registration) {
 *     host = h;
 *     vt_op twice = {sizeof twice, "twice(Tensor x) -> Tensor"};
 *     twice.shape = twice_shape;
 *     twice.cpu = twice_cpu;
 *     return host->register_op(registration, &twice);
 *   }
 *   VT_PLUGIN("demo", "1.0", init)
 *
 * Python then has torch.ops.demo.twice, Node plugins.demo.twice, with autograd, autocast, vmap and the profiler around
 * it.
 *
 * Versions. A plugin states the version that it was compiled for. The host refuses another major version and a minor
 * one above its own, before any code of the plugin runs but the function that returns the statement. Within a major
 * version fields, functions, tags and flags are only ever appended: a struct that the plugin fills starts with its
 * size, one that the host fills is given with the size that the plugin knows.
 *
 * Callbacks. Every function of a plugin that the host calls returns VT_OK, or a status after host->fail; or simply the
 * status that a function of the host returned, whose message is then kept. A C++ exception that leaves one is caught
 * and becomes a RuntimeError. Callbacks come from any thread, several at once; they hold no lock.
 *
 * Tensors. A vt_tensor* that a callback is given or that the host makes for it is borrowed: it is good until the
 * callback returns. `retain` keeps one longer, `push_scope` and `pop_scope` let go of temporaries earlier.
 */
#ifndef VIBETENSOR_PLUGIN_H
#define VIBETENSOR_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VT_PLUGIN_ABI_MAJOR 1
#define VT_PLUGIN_ABI_MINOR 0

/* What a function came to. Python raises the exception of that name, Node an error with code ERR_VT_<name>. */
typedef int32_t vt_status;
enum {
  VT_OK = 0,
  VT_VALUE_ERROR = 1,
  VT_TYPE_ERROR = 2,
  VT_INDEX_ERROR = 3,
  VT_RUNTIME_ERROR = 4,
  VT_NOT_IMPLEMENTED = 5,
  VT_OUT_OF_MEMORY = 6,
  VT_ATTRIBUTE_ERROR = 7,
  VT_OVERFLOW_ERROR = 8,
  VT_CUDA_ERROR = 9,
  VT_INTERNAL_ERROR = 10,
  VT_BUFFER_ERROR = 11,
  VT_OS_ERROR = 12
};

/* An element type in DLPack's terms; DLPack's codes: 0 int, 1 uint, 2 float, 4 bfloat, 5 complex, 6 bool, 8 bits and
 * up. */
typedef struct vt_dtype {
  uint8_t code;
  uint8_t bits;
  uint16_t lanes; /* 1 */
} vt_dtype;
enum { VT_INT = 0, VT_UINT = 1, VT_FLOAT = 2, VT_BFLOAT = 4, VT_COMPLEX = 5, VT_BOOL = 6 };

/* A device in DLPack's terms. Meta, whose tensors have shapes but no memory, has no number there: it has one of ours.
 */
typedef struct vt_device {
  int32_t type;
  int32_t index; /* 0 where devices are not numbered */
} vt_device;
enum { VT_CPU = 1, VT_CUDA = 2, VT_META = 1000 };

typedef struct vt_tensor vt_tensor;
typedef struct vt_function vt_function; /* a registered op, good for ever */
typedef struct vt_registration vt_registration;
typedef struct vt_iter vt_iter;           /* good until the callback returns */
typedef struct vt_reduction vt_reduction; /* the same */

/* One argument or result: a tag and what it says. Lists and strings are borrowed for the length of the call. */
enum {
  VT_TAG_NONE = 0,
  VT_TAG_TENSOR = 1,        /* tensor */
  VT_TAG_TENSOR_LIST = 2,   /* ptr: vt_tensor* const[size]; null where `Tensor?[]` has a gap */
  VT_TAG_BOOL = 3,          /* i */
  VT_TAG_INT = 4,           /* i */
  VT_TAG_FLOAT = 5,         /* d */
  VT_TAG_COMPLEX = 6,       /* ptr: double[2] */
  VT_TAG_INT_LIST = 7,      /* ptr: int64_t[size] */
  VT_TAG_FLOAT_LIST = 8,    /* ptr: double[size] */
  VT_TAG_BOOL_LIST = 9,     /* ptr: uint8_t[size], 0 or 1 */
  VT_TAG_STRING = 10,       /* ptr: char[size] in UTF-8, not terminated */
  VT_TAG_DTYPE = 11,        /* dtype */
  VT_TAG_DEVICE = 12,       /* device */
  VT_TAG_GENERATOR = 13,    /* ptr: to be handed to other ops */
  VT_TAG_MEMORY_FORMAT = 14 /* i: 0 contiguous, 1 preserve, 2 channels last, 3 channels last in 3-d */
};
typedef struct vt_value {
  union {
    vt_tensor* tensor;
    int64_t i;
    double d;
    const void* ptr;
    vt_dtype dtype;
    vt_device device;
  } as;
  uint32_t size;
  uint32_t tag;
} vt_value;

/* Bits of vt_tensor_info.flags. */
enum { VT_TENSOR_CONTIGUOUS = 1, VT_TENSOR_READ_ONLY = 2, VT_TENSOR_REQUIRES_GRAD = 4 };
typedef struct vt_tensor_info {
  void* data;             /* of the first element; null on meta and for tensors that wrap others */
  const int64_t* sizes;   /* ndim of them, as long as the tensor keeps its shape */
  const int64_t* strides; /* ndim, in elements, never negative */
  int64_t numel;
  int32_t ndim;
  vt_dtype dtype;
  vt_device device;
  uint32_t flags;
} vt_tensor_info;

/* One call of an op: what the shape function and the kernels see. */
typedef struct vt_call {
  const vt_value* args; /* in the order of the schema, defaults filled in */
  int32_t arg_count;
  int32_t result_count;
  /* To kernels of an op with a shape function: the tensors to write, contiguous unless that function said otherwise.
   * Null in a shape function and without one. */
  vt_tensor* const* results;
  vt_device device; /* where the call runs; it is current */
  void* data;       /* vt_op.data */
} vt_call;

/* One call of a derivative. */
typedef struct vt_grad {
  const vt_value* args; /* what came that is no tensor; None in the place of tensors */
  int32_t arg_count;
  int32_t result_count;
  vt_tensor* const* grads; /* of the results; null where nothing used that result */
  void* data;              /* vt_op.data */
} vt_grad;

/* Bits of vt_op.flags. */
enum {
  VT_OP_NOT_DIFFERENTIABLE = 1, /* results never require grad */
  VT_OP_ANY_DEVICE = 2,         /* tensors may be on different devices; else the host refuses a mix */
  VT_OP_RANDOM = 4,             /* draws numbers */
  VT_OP_VALUE_DEPENDENT = 8,    /* shapes of results depend on values, so there is no shape function */
  VT_OP_NONDETERMINISTIC = 16,  /* the CUDA kernel's results differ from run to run: refused where that is asked for */
  VT_OP_INPLACE = 32,           /* make `name_` too; needs a shape function and `Tensor self` first */
  VT_OP_OUT = 64                /* make `name(..., out=)` too; needs a shape function */
};

/* An op. Fill struct_size and schema; the rest may be zero. */
typedef struct vt_op {
  size_t struct_size; /* sizeof(vt_op) */
  /* "name.overload(Tensor x, Tensor? mask=None, *, float factor=1.0) -> (Tensor, Tensor)" in PyTorch's grammar: Tensor,
   * Scalar, int, float, bool, str, ScalarType, Device, Generator, MemoryFormat, `?`, `[]`; one argument at most may be
   * written to, `Tensor(a!) x`, and is what a result `Tensor(a!)` gives back. Results: tensors (6 at most), Tensor[],
   * or one bool, int, float or Scalar. The namespace comes from the plugin. */
  const char* schema;
  /* Describes every result with set_shape, from shapes and dtypes alone, before anything is allocated: it refuses wrong
   * arguments, and lets the op run on meta. An op that gives only tensors may have one; without it kernels make their
   * results and hand them over with set_result, set_list or set_number. */
  vt_status (*shape)(vt_call* call);
  vt_status (*cpu)(vt_call* call);
  vt_status (*cuda)(vt_call* call);
  /* Gives gradients of the arguments with set_grad, from ops, so that it can be differentiated again. */
  vt_status (*backward)(vt_grad* grad);
  uint32_t keep_args;    /* by bit, the tensor arguments that `backward` reads */
  uint32_t keep_results; /* by bit, the results that it reads */
  uint32_t flags;
  uint32_t reserved; /* 0 */
  void* data;        /* handed to every callback */
  const char* doc;   /* a sentence for people */
} vt_op;

/* ---- Iteration: the host's rules of promotion, broadcasting, layout and overlap, for loops of a plugin's own. */

enum { VT_LOOP_OPERANDS = 8, VT_LOOP_DIMS = 8 };

/* Bits of vt_iter_plan.flags. What inputs are computed in; unless said, each comes in its own dtype. */
enum {
  VT_ITER_PROMOTE = 1, /* all inputs in their promoted dtype */
  VT_ITER_FLOAT = 2    /* that, and the default float dtype for integers */
};
/* An elementwise operation. */
typedef struct vt_iter_plan {
  size_t struct_size; /* sizeof(vt_iter_plan) */
  uint32_t flags;
  int32_t output_count;      /* 1 or 2 */
  int32_t input_count;       /* 1 to VT_LOOP_OPERANDS - output_count */
  vt_dtype result;           /* of outputs that the host makes; bits 0: what is computed in */
  vt_tensor* const* outputs; /* null, or null in places: the host makes them */
  vt_tensor* const* inputs;
} vt_iter_plan;

/* The inner loop on the CPU: `n` elements, operands (outputs first) at data[i] with a step of strides[i] bytes, which
 * may be 0 for inputs. Called from several threads on parts of the whole. */
typedef vt_status (*vt_loop_function)(char* const* data, const int64_t* strides, int64_t n, void* context);

/* The iteration itself, for CUDA kernels; vibetensor/plugin_iter.cuh has the loops. */
typedef struct vt_loop_operand {
  char* data;                    /* null for a value */
  int64_t strides[VT_LOOP_DIMS]; /* bytes; 0 where broadcast */
  uint8_t value[16];             /* of a number that came from the host, in its dtype, if data is null */
  vt_dtype dtype;
  uint32_t reserved;
} vt_loop_operand;
typedef struct vt_loop {
  int32_t ndim;          /* at most VT_LOOP_DIMS; dim 0 is the fastest */
  int32_t operand_count; /* outputs first */
  int32_t output_count;
  int32_t is_contiguous; /* one dim that every operand but a value steps through element by element */
  int32_t fits_32bit;    /* element numbers and byte offsets do */
  int32_t reserved;
  int64_t numel;
  int64_t sizes[VT_LOOP_DIMS];
  vt_loop_operand operands[VT_LOOP_OPERANDS];
} vt_loop;

/* A reduction of one input to 1 or 2 outputs of one shape. */
typedef struct vt_reduce_plan {
  size_t struct_size; /* sizeof(vt_reduce_plan) */
  uint32_t flags;     /* of vt_iter_plan */
  int32_t keepdim;
  int32_t dim_count; /* 0: all dims */
  int32_t output_count;
  const int64_t* dims; /* negative ones count from the end */
  vt_tensor* input;
  vt_tensor* const* outputs; /* null, or null in places: the host makes them */
  vt_dtype results[2];       /* of outputs that the host makes; bits 0: what is computed in */
} vt_reduce_plan;

/* How a reduction works on the CPU: states of state_size bytes (256 at most) that are made, fed, joined and read. */
typedef struct vt_reducer {
  size_t struct_size; /* sizeof(vt_reducer) */
  size_t state_size;
  vt_status (*init)(char* state, void* context);
  /* For i < n: the element at data + i * step, whose number among those reduced (row-major over the reduced dims) is
   * index + i * index_step, into the state at states + i * state_step. state_step is 0 or state_size. */
  vt_status (*accumulate)(char* states, int64_t state_step, const char* data, int64_t step, int64_t index,
                          int64_t index_step, int64_t n, void* context);
  vt_status (*combine)(char* into, const char* from, void* context); /* `from` saw later elements, or earlier ones */
  vt_status (*finish)(const char* state, int64_t count, char* const* outputs, void* context);
} vt_reducer;

typedef struct vt_reduce_loop {
  int32_t kept_ndim, reduced_ndim; /* at most VT_LOOP_DIMS each; dim 0 is the fastest */
  int32_t output_count;
  int32_t fits_32bit;
  int64_t kept_numel, reduced_numel;
  int64_t kept_sizes[VT_LOOP_DIMS];
  int64_t kept_strides[VT_LOOP_DIMS];      /* of the input, bytes */
  int64_t output_strides[2][VT_LOOP_DIMS]; /* of the outputs over the kept dims, bytes */
  int64_t reduced_sizes[VT_LOOP_DIMS];
  int64_t reduced_strides[VT_LOOP_DIMS]; /* of the input, bytes */
  int64_t index_strides[VT_LOOP_DIMS];   /* what a step along a reduced dim adds to the element's number */
  const char* input;
  char* outputs[2];
  vt_dtype input_dtype;
  vt_dtype output_dtypes[2];
} vt_reduce_loop;

/* ---- What the host offers: one table, the same for every plugin, good for ever. */
typedef struct vt_host {
  uint32_t abi_major, abi_minor;
  size_t struct_size;  /* of the host's table: see VT_HOST_HAS */
  const char* version; /* of VibeTensor */

  /* Says what went wrong and returns `status`, to be returned by the callback. The text is copied. */
  vt_status (*fail)(vt_status status, const char* message);
  /* The message of the last failure in this callback, "" if there is none. */
  const char* (*error_message)(void);

  /* Adds an op. Nothing is public before the plugin's init returned VT_OK, and nothing stays if it did not. */
  vt_status (*register_op)(vt_registration* registration, const vt_op* op);

  /* Tensors. `size`: sizeof(vt_tensor_info). */
  vt_status (*tensor_info)(const vt_tensor* tensor, vt_tensor_info* info, size_t size);
  /* Uninitialised; `strides` in elements, null for contiguous. Memory of CUDA is in order with the current stream. */
  vt_status (*empty)(int32_t ndim, const int64_t* sizes, const int64_t* strides, vt_dtype dtype, vt_device device,
                     vt_tensor** tensor);
  /* Keeps a tensor after the callback, until `release`; both may be called from anywhere. */
  vt_status (*retain)(vt_tensor* tensor);
  vt_status (*release)(vt_tensor* tensor);
  /* What the host makes after push_scope lives until pop_scope, but for `keep` (or null), which goes to the scope
   * around. */
  vt_status (*push_scope)(void);
  vt_status (*pop_scope)(vt_tensor* keep);

  /* Results of a call. A tensor that is handed over must be the op's own: no argument and no view of one. */
  vt_status (*set_shape)(vt_call* call, int32_t result, int32_t ndim, const int64_t* sizes, const int64_t* strides,
                         vt_dtype dtype, vt_device device);
  vt_status (*set_result)(vt_call* call, int32_t result, vt_tensor* tensor);
  vt_status (*set_list)(vt_call* call, vt_tensor* const* tensors, int64_t count);
  vt_status (*set_number)(vt_call* call, vt_value number);

  /* Derivatives. `element`: of a list argument, else 0. */
  int32_t (*needs_grad)(const vt_grad* grad, int32_t arg, int32_t element);
  vt_status (*saved_arg)(const vt_grad* grad, int32_t arg, int32_t element, vt_tensor** tensor); /* null: it was None */
  vt_status (*saved_result)(const vt_grad* grad, int32_t result, vt_tensor** tensor);
  /* Sizes, dtype and device of a tensor argument, kept or not; strides and data are null. */
  vt_status (*arg_info)(const vt_grad* grad, int32_t arg, int32_t element, vt_tensor_info* info, size_t size);
  /* The host sums it to the argument's shape if it was broadcast, and casts its dtype. */
  vt_status (*set_grad)(vt_grad* grad, int32_t arg, int32_t element, vt_tensor* gradient);

  /* Other ops, by their full name: "add.Tensor", "softmax.int", "demo::twice". Arguments are checked against the
   * schema; absent trailing ones take its defaults. `result_count`: room in `results` on the way in, results on the way
   * out. */
  vt_status (*find_op)(const char* name, const vt_function** function);
  vt_status (*call_op)(const vt_function* function, const vt_value* args, int32_t arg_count, vt_value* results,
                       int32_t* result_count);

  /* The cudaStream_t on which work of this thread for a device runs, also while it is captured into a graph. The host
   * has noted that the call's tensors are used there; `record_stream` says so of another stream or another tensor. */
  vt_status (*current_stream)(vt_device device, void** stream);
  vt_status (*record_stream)(vt_tensor* tensor, void* stream);
  /* 1 where results must be the same in every run (torch.use_deterministic_algorithms). */
  int32_t (*is_deterministic)(void);

  /* Elementwise iteration. Tensors that inputs are converted to are temporaries of the callback. */
  vt_status (*iter_build)(const vt_iter_plan* plan, vt_iter** iter);
  vt_status (*iter_run)(vt_iter* iter, vt_loop_function loop, void* context,
                        int64_t grain); /* CPU; grain 0: the host's */
  /* The loops that a CUDA kernel runs, mostly 1: more where there are more than VT_LOOP_DIMS dims. */
  vt_status (*iter_loops)(vt_iter* iter, int64_t* count);
  vt_status (*iter_loop)(vt_iter* iter, int64_t number, vt_loop* loop, size_t size);
  vt_status (*iter_output)(vt_iter* iter, int32_t output, vt_tensor** tensor);
  vt_status (*iter_dtype)(vt_iter* iter, int32_t operand, vt_dtype* dtype);
  /* The shape function of an elementwise op: set_shape of the first output_count results. */
  vt_status (*iter_shape)(vt_call* call, const vt_iter_plan* plan);

  /* Reductions. */
  vt_status (*reduce_build)(const vt_reduce_plan* plan, vt_reduction** reduction);
  vt_status (*reduce_run)(vt_reduction* reduction, const vt_reducer* reducer, void* context); /* CPU */
  vt_status (*reduce_loop)(vt_reduction* reduction, vt_reduce_loop* loop, size_t size);
  vt_status (*reduce_output)(vt_reduction* reduction, int32_t output, vt_tensor** tensor);
  vt_status (*reduce_shape)(vt_call* call, const vt_reduce_plan* plan);
} vt_host;

/* Whether a host has a function that came with a later minor version than the plugin asks for. */
#define VT_HOST_HAS(host, function) \
  ((host)->struct_size >= offsetof(vt_host, function) + sizeof((host)->function) && (host)->function != NULL)

/* The statement that a plugin exports through vibetensor_plugin. */
typedef struct vt_plugin {
  uint32_t abi_major, abi_minor;
  size_t struct_size; /* sizeof(vt_plugin) */
  const char* name;   /* the namespace of its ops: letters, digits and _ */
  const char* version;
  vt_status (*init)(const vt_host* host, vt_registration* registration); /* once; see register_op */
} vt_plugin;

#ifdef __cplusplus
}
#define VT_PLUGIN_EXTERN extern "C"
#else
#define VT_PLUGIN_EXTERN
#endif
#define VT_PLUGIN_EXPORT VT_PLUGIN_EXTERN __attribute__((visibility("default")))

/* The one symbol that a plugin exports. */
VT_PLUGIN_EXPORT const vt_plugin* vibetensor_plugin(void);

#define VT_PLUGIN(name, version, init)                                                     \
  VT_PLUGIN_EXPORT const vt_plugin* vibetensor_plugin(void) {                              \
    static const vt_plugin plugin = {                                                      \
        VT_PLUGIN_ABI_MAJOR, VT_PLUGIN_ABI_MINOR, sizeof(vt_plugin), name, version, init}; \
    return &plugin;                                                                        \
  }

#endif
