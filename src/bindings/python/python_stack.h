// Which Python code asked: stacks as numbers, cheap to take at every allocation and resolved when somebody looks.
//
// A stack is interned: the same chain of (code object, instruction) has the same number for the life of the process,
// so a number may be kept anywhere. The table holds a reference to each code object it has seen and stops taking new
// stacks when full; known ones are still found.
#pragma once

#include <Python.h>

#include <cstdint>
#include <string>

namespace vt::python {

inline constexpr int kShortStack =
    12;  // frames of a stack that is always taken; a function that may be overridden has three
inline constexpr int kFullStack = 128;  // frames when history asks for whole stacks

/// The number of the calling thread's stack. A thread that has given up the GIL gets the stack that it had then.
/// 0: no Python code runs on this thread, or the table is full. Any thread.
uint64_t capture_stack() noexcept;
/// Takes whole stacks from now on, or short ones; of none, 0 is returned at once.
enum class StackKind { None, Short, Full };
void set_stack_kind(StackKind kind) noexcept;
StackKind stack_kind() noexcept;

/// [{"filename": str, "line": int, "name": str}, ...], innermost first; the same list object each time, so that a
/// pickle of many holds it once. Empty for 0. New reference; with the GIL.
PyObject* stack_frames(uint64_t stack);
/// "train.py:42 in forward": the innermost frame outside this package; "" for 0. Any thread, no lock held: takes the
/// GIL.
std::string describe_stack(uint64_t stack);

struct StackTableSize {
  size_t stacks, frames, codes;
  uint64_t refused;  // stacks not taken since the table was full
};
StackTableSize stack_table_size() noexcept;  // with the GIL

/// Reads frames the quickest way, and has allocators take stacks.
void init_stacks();

}  // namespace vt::python
