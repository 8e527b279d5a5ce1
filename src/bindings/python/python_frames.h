// The frames of running Python code, read fast enough to be read at every allocation.
//
// Since CPython 3.11 a call makes no frame object unless somebody asks for one, and asking costs about 100 ns for each.
// So on the versions whose frames we know the chain is followed in the interpreter's own memory, after a check at start
// that it tells the same as the public functions; on others the public functions are used.
#pragma once

#include <Python.h>

namespace vt::python {

/// One frame: a code object (borrowed while it runs) and where in it the frame stands, in a form for
/// instruction_offset.
struct RawFrame {
  PyObject* code;
  const void* place;
  bool operator==(const RawFrame&) const = default;
};

/// Chooses how frames are read. Once, with the GIL, while Python code runs.
void init_frames();
/// Fills `frames` with the calling thread's frames, innermost first; returns how many, at most `capacity`. With the
/// GIL.
int read_frames(RawFrame* frames, int capacity) noexcept;
/// Frames that cost little to read: all where the interpreter's memory is read, else the innermost.
bool frames_are_cheap() noexcept;
/// For tests: on, the public functions are used whatever the version.
void use_frame_objects(bool on) noexcept;
/// The offset in bytes of the frame's instruction in its code, as f_lasti has it.
Py_ssize_t instruction_offset(const RawFrame& frame) noexcept;

}  // namespace vt::python
