#include "bindings/python/python_stack.h"

#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <unordered_set>
#include <vector>

#include "bindings/python/object.h"
#include "bindings/python/python_frames.h"
#include "core/error.h"
#include "core/macros.h"

namespace vt::python {
namespace {

constexpr size_t kMaxStacks = size_t{1} << 17;
constexpr size_t kMaxFrames = size_t{1} << 21;  // 32 MiB, taken only as stacks come

// Everything in it is guarded by the GIL.
class StackTable {
 public:
  uint64_t intern(const RawFrame* frames, int count) {
    // The temporaries of one line come one after the other.
    if (latest_ != 0 && is(latest_, frames, count)) return latest_;
    return latest_ = find_or_add(frames, count);
  }

  uint64_t find_or_add(const RawFrame* frames, int count) {
    const uint64_t hash = hash_of(frames, count);
    if (slots_.empty()) slots_.resize(1024);
    size_t slot = hash & (slots_.size() - 1);
    for (; slots_[slot]; slot = (slot + 1) & (slots_.size() - 1)) {
      if (entries_[slots_[slot] - 1].hash == hash && is(slots_[slot], frames, count)) return slots_[slot];
    }
    return add(frames, count, hash, slot);
  }

  size_t size() const { return entries_.size(); }
  const RawFrame* begin(uint64_t stack) const { return frames_.data() + entries_[stack - 1].first; }
  const RawFrame* end(uint64_t stack) const { return begin(stack) + entries_[stack - 1].count; }
  PyObject*& resolved(uint64_t stack) { return entries_[stack - 1].resolved; }
  StackTableSize sizes() const { return {entries_.size(), frames_.size(), codes_.size(), refused_}; }

 private:
  struct Entry {
    uint64_t hash;
    uint32_t first, count;  // in frames_
    PyObject* resolved;     // what stack_frames gave, owned
  };

  bool is(uint64_t stack, const RawFrame* frames, int count) const {
    const Entry& e = entries_[stack - 1];
    return e.count == static_cast<uint32_t>(count) && std::equal(frames, frames + count, frames_.begin() + e.first);
  }

  static uint64_t hash_of(const RawFrame* frames, int count) {
    uint64_t h = static_cast<uint64_t>(count);
    for (int i = 0; i < count; ++i) {
      h = (h ^ reinterpret_cast<uintptr_t>(frames[i].code)) * 0x9e3779b97f4a7c15u;
      h = (h ^ (h >> 29) ^ reinterpret_cast<uintptr_t>(frames[i].place)) * 0xbf58476d1ce4e5b9u;
    }
    return h ^ (h >> 32);
  }

  VT_NOINLINE uint64_t add(const RawFrame* frames, int count, uint64_t hash, size_t slot) {
    if (entries_.size() >= kMaxStacks || frames_.size() + static_cast<size_t>(count) > kMaxFrames) {
      ++refused_;
      return 0;
    }
    const auto first = static_cast<uint32_t>(frames_.size());
    if (entries_.size() == entries_.capacity()) entries_.reserve(2 * entries_.size() + 64);
    frames_.insert(frames_.end(), frames, frames + count);
    for (int i = 0; i < count; ++i) {
      if (codes_.insert(frames[i].code).second) Py_INCREF(frames[i].code);
    }
    entries_.push_back({hash, first, static_cast<uint32_t>(count), nullptr});
    slots_[slot] = static_cast<uint32_t>(entries_.size());
    const uint64_t stack = entries_.size();
    if (entries_.size() * 2 > slots_.size()) grow();
    return stack;
  }
  void grow() {
    std::vector<uint32_t> larger(slots_.size() * 4);
    for (size_t i = 0; i < entries_.size(); ++i) {
      size_t slot = entries_[i].hash & (larger.size() - 1);
      while (larger[slot]) slot = (slot + 1) & (larger.size() - 1);
      larger[slot] = static_cast<uint32_t>(i + 1);
    }
    slots_ = std::move(larger);
  }

  std::vector<uint32_t> slots_;  // 1 + index of the entry; 0 is empty
  std::vector<Entry> entries_;
  std::vector<RawFrame> frames_;
  std::unordered_set<PyObject*> codes_;  // each with a reference
  uint64_t refused_ = 0;
  uint64_t latest_ = 0;
};

StackTable& table() {
  static auto* t = new StackTable;  // outlives the interpreter
  return *t;
}

std::atomic<StackKind> kind{StackKind::None};
int (*holds_gil)() = nullptr;  // PyGILState_Check: public, but outside the limited API
thread_local uint64_t stack_at_release = 0;

uint64_t take(StackKind depth) noexcept {
  RawFrame frames[kFullStack];
  const int wanted = depth == StackKind::Full ? kFullStack : frames_are_cheap() ? kShortStack : 1;
  const int count = read_frames(frames, wanted);
  if (count == 0) return 0;
  try {
    return table().intern(frames, count);
  } catch (...) {  // no memory for the table
    return 0;
  }
}

// The line of the instruction, from code.co_lines().
long line_of(const RawFrame& frame) {
  const Py_ssize_t offset = instruction_offset(frame);
  const Ref lines = Ref::steal(PyObject_CallMethod(frame.code, "co_lines", nullptr));
  while (const Ref item = Ref::steal_or_null(PyIter_Next(lines.get()))) {
    const Py_ssize_t start = PyLong_AsSsize_t(PyTuple_GetItem(item.get(), 0));
    const Py_ssize_t end = PyLong_AsSsize_t(PyTuple_GetItem(item.get(), 1));
    PyObject* line = PyTuple_GetItem(item.get(), 2);
    if (start <= offset && offset < end && line != Py_None) return PyLong_AsLong(line);
  }
  if (PyErr_Occurred()) throw PythonErrorSet{};
  const Ref first = Ref::steal(PyObject_GetAttrString(frame.code, "co_firstlineno"));
  return PyLong_AsLong(first.get());
}

Ref name_of(PyObject* code) {
  // A method's class is in the qualified name, which 3.11 brought.
  Ref name = Ref::steal_or_null(PyObject_GetAttrString(code, "co_qualname"));
  if (name) return name;
  PyErr_Clear();
  return Ref::steal(PyObject_GetAttrString(code, "co_name"));
}

// Whether the file is of this package: beside the library that this code is in.
bool is_ours(std::string_view file) {
  static const std::string folder = [] {
    Dl_info info;
    if (!dladdr(reinterpret_cast<const void*>(&init_stacks), &info) || !info.dli_fname) return std::string();
    const std::string path = info.dli_fname;
    return path.substr(0, path.rfind('/') + 1);
  }();
  return !folder.empty() && file.starts_with(folder);
}

std::string describe(uint64_t stack) {
  const Ref frames = Ref::steal(stack_frames(stack));
  const Py_ssize_t count = PyList_Size(frames.get());
  std::string text;
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* frame = PyList_GetItem(frames.get(), i);
    const std::string_view file = text_of(PyDict_GetItemString(frame, "filename"));
    if (i > 0 && is_ours(file)) continue;
    const bool found = !is_ours(file);
    const std::string_view base = file.substr(file.rfind('/') == std::string_view::npos ? 0 : file.rfind('/') + 1);
    text = vt::detail::concat(base, ":", PyLong_AsLong(PyDict_GetItemString(frame, "line")), " in ",
                              text_of(PyDict_GetItemString(frame, "name")));
    if (found) break;
  }
  return text;
}

}  // namespace

uint64_t capture_stack() noexcept {
  const StackKind wanted = kind.load(std::memory_order_relaxed);
  if (wanted == StackKind::None || !Py_IsInitialized()) return 0;
  return holds_gil() ? take(wanted) : stack_at_release;
}

void set_stack_kind(StackKind wanted) noexcept { kind.store(holds_gil ? wanted : StackKind::None); }
StackKind stack_kind() noexcept { return kind.load(); }

uint64_t exchange_released_stack(uint64_t stack) noexcept { return std::exchange(stack_at_release, stack); }

PyObject* stack_frames(uint64_t stack) {
  if (stack == 0 || stack > table().size()) return PyList_New(0);
  if (PyObject* known = table().resolved(stack)) return Ref::borrow(known).release();
  // Resolving runs Python code, which may take stacks: nothing of the table is held across it.
  const std::vector<RawFrame> frames(table().begin(stack), table().end(stack));
  Ref list = Ref::steal(PyList_New(0));
  for (const RawFrame& frame : frames) {
    const Ref file = Ref::steal(PyObject_GetAttrString(frame.code, "co_filename"));
    const Ref name = name_of(frame.code);
    const Ref line = Ref::steal(PyLong_FromLong(line_of(frame)));
    const Ref dict = Ref::steal(PyDict_New());
    if (PyDict_SetItemString(dict.get(), "filename", file.get()) < 0 ||
        PyDict_SetItemString(dict.get(), "line", line.get()) < 0 ||
        PyDict_SetItemString(dict.get(), "name", name.get()) < 0 || PyList_Append(list.get(), dict.get()) < 0) {
      throw PythonErrorSet{};
    }
  }
  if (!table().resolved(stack)) table().resolved(stack) = Ref(list).release();
  return list.release();
}

std::string describe_stack(uint64_t stack) {
  if (stack == 0 || !Py_IsInitialized()) return "";
  const WithGil gil;
  PyObject *type, *value, *traceback;  // an error on its way stays
  PyErr_Fetch(&type, &value, &traceback);
  std::string text;
  try {
    text = describe(stack);
  } catch (...) {
    PyErr_Clear();
  }
  PyErr_Restore(type, value, traceback);
  return text;
}

StackTableSize stack_table_size() noexcept { return table().sizes(); }

void init_stacks() {
  holds_gil = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "PyGILState_Check"));
  init_frames();
  set_stack_kind(StackKind::Short);
}

}  // namespace vt::python
