// The transforms of torch.func that are running on a thread, and the tensors that they wrap.
//
// Note [Transforms]
// Every grad and vmap that is entered is a level, numbered from 1. vmap hands its function wrapped tensors: they have
// the shape of one example, and in their storage, in memory's place, a Payload with the whole batch. Views of such a
// tensor are views of its storage, so they need no rule: what a view stands for is the same geometry over the payload.
// The kernel of Key::Transform, below autograd, takes the highest level off a call's tensors and runs the op's batching
// rule on the payloads; that call may be recorded, or unwrapped again, for the levels below.
//
// What grad differentiates at some level is wrapped by the highest vmap below it, batched or not. So a tensor's wrapper
// says whose autograd it belongs to: in one call only those of the highest wrapper are recorded, the others when that
// wrapper is off. Levels of grad need no wrappers of their own, an input of each is a node that nothing else leads to.
#pragma once

#include <vector>

#include "core/tensor.h"

namespace vt {

enum class Randomness : uint8_t { Error, Same, Different };

struct TransformLevel {
  uint64_t id = 0;          // never used again
  int64_t batch_size = -1;  // -1: of grad
  Randomness randomness = Randomness::Error;
  bool grad_enabled = true;  // when it was entered
  // Of grad: a call recorded for it also depends on what is recorded for the levels below.
  bool reaches_below = false;
  bool is_vmap() const { return batch_size >= 0; }
};

// What a wrapped tensor's storage keeps: the value of all examples, along dim 0, or one value for all of them.
struct Payload {
  Tensor value;
  int level;
  uint64_t id;
  bool is_batched;
};

// Enters a level; its id. Levels are left in reverse order; leaving one that is not the last is an Internal error.
VT_API uint64_t push_vmap(int64_t batch_size, Randomness randomness);
VT_API uint64_t push_grad();
VT_API TransformLevel pop_transform(uint64_t id);

// The levels that calls made now pass through, the first one outermost.
VT_API std::span<const TransformLevel> transforms() noexcept;
// The number of the highest vmap among them, 0 if there is none.
VT_API int top_vmap() noexcept;
// Whether a level with that id is among them.
VT_API bool is_running(uint64_t id) noexcept;
// Tells the levels of grad above `level` that what they record depends on what is recorded at or below it.
VT_API void note_reach_below(int level) noexcept;

// Whether a Payload is in the storage's context.
VT_API bool holds_payload(const StorageImpl& storage) noexcept;
inline bool is_wrapped(const Tensor& t) { return t.impl()->keys().has(Key::Transform); }
// RuntimeError for a tensor that outlived its vmap.
VT_API const Payload& payload_of(const Tensor& t);
// The level of the tensor's wrapper, 0 without one.
VT_API int level_of(const Tensor& t);
// Whether the value below the wrappers, or one between them, requires grad.
VT_API bool requires_grad_below(const Tensor& t);

// Whether what is computed from the tensor will be differentiated, at its own level or below.
VT_API bool is_differentiated(const Tensor& t);

// The tensor of one example: of `value` without dim 0, or `value` itself where it is the same for all.
VT_API Tensor wrap_batched(const Tensor& value, int level, bool is_batched);

// Calls made in this scope pass through the levels below `level` only. They are recorded by autograd as they would be
// if they had been made there.
class VT_API BelowLevel {
 public:
  explicit BelowLevel(int level);
  ~BelowLevel();
  BelowLevel(const BelowLevel&) = delete;
  BelowLevel& operator=(const BelowLevel&) = delete;

 private:
  int visible_;
  KeySet included_, excluded_;
  bool grad_enabled_;
};

}  // namespace vt
