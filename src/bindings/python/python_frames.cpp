#include "bindings/python/python_frames.h"

#include <dlfcn.h>
#if PY_VERSION_HEX < 0x030b0000
#include <frameobject.h>
#endif

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "bindings/python/object.h"
#include "core/macros.h"

namespace vt::python {
namespace {

constexpr size_t kNone = ~size_t{0};
constexpr char kOwnedByC = 3;  // a frame that only marks a call from C

// Where a version of CPython keeps what we read, in bytes.
struct Layout {
  int minor;
  size_t thread_current;  // in PyThreadState: the running frame, or the C frame that has it
  size_t c_frame_current;
  size_t code, previous, instruction, owner;  // in the frame
};
constexpr Layout kLayouts[] = {{11, 56, 8, 32, 48, 56, 69}, {12, 56, 0, 0, 8, 56, 70}, {13, 72, kNone, 0, 8, 56, 70}};

const Layout* known_layout = nullptr;  // of this interpreter; null if it is none of these
const Layout* layout = nullptr;        // in use; null: frame objects are used
size_t code_header = 0;                // bytes of a code object before its instructions

// Public, but outside the limited API.
using FrameToFrame = PyFrameObject* (*)(PyFrameObject*);
using FrameToInt = int (*)(PyFrameObject*);
FrameToFrame frame_back = nullptr;
FrameToInt frame_instruction = nullptr;  // since 3.11
bool objects_are_cheap = false;

template <class T>
T field(const void* base, size_t offset) {
  T value;
  std::memcpy(&value, static_cast<const char*>(base) + offset, sizeof(T));
  return value;
}

int read_interpreter(const Layout& at, RawFrame* frames, int capacity) noexcept {
  const void* frame = field<const void*>(PyThreadState_Get(), at.thread_current);
  if (at.c_frame_current != kNone && frame) frame = field<const void*>(frame, at.c_frame_current);
  int count = 0;
  for (; frame && count < capacity; frame = field<const void*>(frame, at.previous)) {
    if (field<char>(frame, at.owner) == kOwnedByC) continue;
    frames[count++] = {field<PyObject*>(frame, at.code), field<const void*>(frame, at.instruction)};
  }
  return count;
}

int offset_of(PyFrameObject* frame) noexcept {
#if PY_VERSION_HEX < 0x030b0000
  return frame->f_lasti * 2;  // counted in instructions of two bytes
#endif
  if (frame_instruction) return frame_instruction(frame);
  const Ref offset = Ref::steal_or_null(PyObject_GetAttrString(reinterpret_cast<PyObject*>(frame), "f_lasti"));
  if (offset) return static_cast<int>(PyLong_AsLong(offset.get()));
  PyErr_Clear();
  return 0;
}

int read_objects(RawFrame* frames, int capacity) noexcept {
  int count = 0;
  PyFrameObject* frame = PyEval_GetFrame();
  Py_XINCREF(reinterpret_cast<PyObject*>(frame));
  while (frame && count < capacity) {
    PyObject* code = reinterpret_cast<PyObject*>(PyFrame_GetCode(frame));
    frames[count++] = {code, reinterpret_cast<const void*>(static_cast<intptr_t>(offset_of(frame)))};
    Py_DECREF(code);  // the running frame holds it
    PyFrameObject* back = frame_back && count < capacity ? frame_back(frame) : nullptr;
    Py_DECREF(reinterpret_cast<PyObject*>(frame));
    frame = back;
  }
  Py_XDECREF(reinterpret_cast<PyObject*>(frame));
  return count;
}

// Whether both ways see the same frames now.
bool agrees(const Layout& candidate) noexcept {
  constexpr int kChecked = 8;
  RawFrame fast[kChecked], safe[kChecked];
  const int count = read_objects(safe, kChecked);
  if (count == 0 || read_interpreter(candidate, fast, kChecked) != count) return false;
  for (int i = 0; i < count; ++i) {
    const auto start = reinterpret_cast<intptr_t>(fast[i].code) + static_cast<intptr_t>(code_header);
    if (fast[i].code != safe[i].code) return false;
    if (reinterpret_cast<intptr_t>(fast[i].place) - start != reinterpret_cast<intptr_t>(safe[i].place)) return false;
  }
  return true;
}

}  // namespace

void init_frames() {
  frame_back = reinterpret_cast<FrameToFrame>(dlsym(RTLD_DEFAULT, "PyFrame_GetBack"));
  frame_instruction = reinterpret_cast<FrameToInt>(dlsym(RTLD_DEFAULT, "PyFrame_GetLasti"));
  int minor = 0;
  const char* version = Py_GetVersion();  // "3.12.1 (main, ...)"
  if (std::strncmp(version, "3.", 2) == 0) minor = std::atoi(version + 2);
  objects_are_cheap = minor == 10;
  layout = known_layout = nullptr;
#ifndef Py_GIL_DISABLED
  RawFrame innermost;
  if (read_objects(&innermost, 1) != 1 || !frame_instruction) return;
  PyObject* type = reinterpret_cast<PyObject*>(Py_TYPE(innermost.code));
  const Ref size = Ref::steal(PyObject_GetAttrString(type, "__basicsize__"));
  code_header = PyLong_AsSize_t(size.get());
  for (const Layout& candidate : kLayouts) {
    if (candidate.minor == minor && agrees(candidate)) layout = known_layout = &candidate;
  }
#endif
}

int read_frames(RawFrame* frames, int capacity) noexcept {
  return VT_LIKELY(layout != nullptr) ? read_interpreter(*layout, frames, capacity) : read_objects(frames, capacity);
}

void use_frame_objects(bool on) noexcept { layout = on ? nullptr : known_layout; }

bool frames_are_cheap() noexcept { return layout != nullptr || objects_are_cheap; }

Py_ssize_t instruction_offset(const RawFrame& frame) noexcept {
  const auto place = reinterpret_cast<intptr_t>(frame.place);
  const auto code = reinterpret_cast<intptr_t>(frame.code);
  // An address in the code object, which lies behind its start, or an offset, which is smaller than any address.
  return place > code ? place - code - static_cast<intptr_t>(code_header) : place;
}

}  // namespace vt::python
