#include "bindings/node/handle.h"

#include <algorithm>
#include <utility>

#include "bindings/node/error.h"
#include "bindings/node/program.h"

namespace vt::node {
namespace {

constexpr int64_t kReportedAtOnce = 1 << 16;  // bytes; the collector need not hear of each
// Tensors that are made before the table looks again for a collection; one of many bytes counts as several.
constexpr int64_t kUnwatched = 16, kUnwatchedBytes = 1 << 12;

// What freeing the handle may free: views count nothing beyond what their base counts.
int64_t bytes_of(const Tensor& t) {
  if (!t.defined() || t.impl()->view_base() || !t.impl()->has_memory()) return 0;
  return static_cast<int64_t>(t.storage()->bytes());
}

}  // namespace

Scope::~Scope() {
  while (first) HandleTable::leave_scope(first);
}

Handle* HandleTable::attach(napi_value object, Tensor tensor, Scope* scope) {
  if (unwatched_ += 1 + bytes_of(tensor) / kUnwatchedBytes; unwatched_ >= kUnwatched) watch_collector();
  Handle* handle = take();
  check(napi_wrap(env_, object, handle, finalize, nullptr, &handle->object));
  ++attached_;
  set(handle, std::move(tensor));
  if (scope) enter_scope(handle, scope);
  if (debug_) handle->stack = stack_here();
  return handle;
}

Handle* HandleTable::find(napi_value object) const {
  void* data = nullptr;
  if (napi_unwrap(env_, object, &data) != napi_ok) return nullptr;
  auto* handle = static_cast<Handle*>(data);
  return owns(handle) ? handle : nullptr;  // else of a class of another addon
}

Handle* HandleTable::find_any(napi_value value) const {
  napi_valuetype type = napi_undefined;
  napi_typeof(env_, value, &type);
  return type == napi_object ? find(value) : nullptr;
}

bool HandleTable::owns(const Handle* handle) const {
  const auto after = std::ranges::upper_bound(ranges_, handle, {}, &std::pair<const Handle*, const Handle*>::first);
  return after != ranges_.begin() && handle < std::prev(after)->second;
}

Handle* HandleTable::take() {
  if (free_.empty()) {
    auto& chunk = chunks_.emplace_back(std::make_unique<Handle[]>(kChunk));
    for (size_t i = kChunk; i-- > 0;) {
      chunk[i].table = this;
      free_.push_back(&chunk[i]);
    }
    const std::pair<const Handle*, const Handle*> range(chunk.get(), chunk.get() + kChunk);
    ranges_.insert(std::ranges::upper_bound(ranges_, range), range);
  }
  Handle* handle = free_.back();
  free_.pop_back();
  handle->in_use = true;
  handle->gone = nullptr;
  return handle;
}

void HandleTable::give_back(Handle* handle) {
  dispose(handle, "collected");
  handle->in_use = false;
  handle->stack.clear();
  --attached_;
  free_.push_back(handle);
}

void HandleTable::set(Handle* handle, Tensor tensor) {
  if (handle->tensor.defined()) --live_;
  handle->tensor = std::move(tensor);
  if (handle->tensor.defined()) ++live_;
  const int64_t bytes = handle->program ? 0 : bytes_of(handle->tensor);
  account(bytes - handle->accounted);
  handle->accounted = bytes;
}

void HandleTable::dispose(Handle* handle, const char* why) {
  leave_scope(handle);
  if (Program* program = std::exchange(handle->program, nullptr); program && !ending_) program->forget(handle);
  if (!handle->tensor.defined()) return;
  handle->gone = why;
  set(handle, Tensor());
}

void HandleTable::enter_scope(Handle* handle, Scope* scope) {
  leave_scope(handle);
  handle->scope = scope;
  handle->next = scope->first;
  if (scope->first) scope->first->previous = handle;
  scope->first = handle;
}

void HandleTable::leave_scope(Handle* handle) {
  if (!handle->scope) return;
  if (handle->next) handle->next->previous = handle->previous;
  (handle->previous ? handle->previous->next : handle->scope->first) = handle->next;
  handle->scope = nullptr;
  handle->previous = handle->next = nullptr;
}

void HandleTable::account(int64_t bytes) {
  unreported_ += bytes;
  if (std::abs(unreported_) < kReportedAtOnce) return;
  int64_t total;
  napi_adjust_external_memory(env_, std::exchange(unreported_, 0), &total);
}

// In scopes of its own: a handle on the sentinel would keep it alive through the collection that making a tensor
// starts.
void HandleTable::watch_collector() {
  unwatched_ = 0;
  napi_value value = nullptr;
  napi_handle_scope scope;
  check(napi_open_handle_scope(env_, &scope));
  const bool alive = sentinel_ && napi_get_reference_value(env_, sentinel_, &value) == napi_ok && value;
  if (!alive) {
    if (sentinel_) {
      napi_delete_reference(env_, std::exchange(sentinel_, nullptr));
      sweep();
    }
    check(napi_create_object(env_, &value));
    check(napi_create_reference(env_, value, 0, &sentinel_));
  }
  check(napi_close_handle_scope(env_, scope));
}

void HandleTable::sweep() {
  for (const auto& chunk : chunks_) {
    napi_handle_scope scope;
    check(napi_open_handle_scope(env_, &scope));
    for (size_t i = 0; i < kChunk; ++i) {
      Handle& handle = chunk[i];
      if (!handle.in_use || !handle.object || !handle.tensor.defined()) continue;
      napi_value value = nullptr;
      if (napi_get_reference_value(env_, handle.object, &value) == napi_ok && !value) dispose(&handle, "collected");
    }
    check(napi_close_handle_scope(env_, scope));
  }
}

std::string HandleTable::stack_here() const {
  napi_value error, text, message;
  size_t length = 0;
  if (napi_create_string_utf8(env_, "", 0, &message) != napi_ok ||
      napi_create_error(env_, nullptr, message, &error) != napi_ok ||
      napi_get_named_property(env_, error, "stack", &text) != napi_ok ||
      napi_get_value_string_utf8(env_, text, nullptr, 0, &length) != napi_ok) {
    return {};
  }
  std::string stack(length, '\0');
  napi_get_value_string_utf8(env_, text, stack.data(), length + 1, &length);
  return stack;
}

void HandleTable::finalize(napi_env env, void* data, void*) {
  auto* handle = static_cast<Handle*>(data);
  if (handle->object) napi_delete_reference(env, std::exchange(handle->object, nullptr));
  HandleTable* table = handle->table;
  table->give_back(handle);
  if (table->closed_ && table->attached_ == 0) delete table;
}

void HandleTable::begin_end() {
  ending_ = true;
  for (const auto& chunk : chunks_) {
    for (size_t i = 0; i < kChunk; ++i) leave_scope(&chunk[i]);
  }
}

void HandleTable::close() {
  closed_ = true;
  if (attached_ == 0) delete this;
}

}  // namespace vt::node
