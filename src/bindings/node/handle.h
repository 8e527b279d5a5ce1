// What a JavaScript Tensor holds, and the table of all of an environment.
#pragma once

#include <node_api.h>

#include <memory>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace vt::node {

class Program;
struct Scope;

// One JavaScript Tensor. Used on its environment's thread only.
struct Handle {
  Tensor tensor;  // undefined once disposed; while `program` is set, shape and dtype alone (on the meta device)
  Program* program = nullptr;  // that will compute it
  uint32_t slot = 0;           // of the program
  napi_ref object = nullptr;   // weak
  Scope* scope = nullptr;      // that frees it at its end, with its neighbours there
  Handle* previous = nullptr;
  Handle* next = nullptr;
  int64_t accounted = 0;  // bytes that the garbage collector was told of
  class HandleTable* table = nullptr;
  bool in_use = false;
  std::string stack;           // where it was made, in debug mode
  const char* gone = nullptr;  // why there is no tensor
};

// The handles that a scope frees at its end. Scopes nest.
struct Scope {
  Scope() = default;
  Scope(const Scope&) = delete;
  ~Scope();
  std::shared_ptr<Scope> outer;
  Handle* first = nullptr;
  bool ended = false;
};

// Note [Memory of handles]
// Node runs finalizers between events, so a synchronous loop that makes tensors would keep them all, although the
// collector has long found them dead. But a weak reference is cleared by the collector itself. So the table keeps one
// such reference on an object that nothing else holds: once that one is cleared there was a collection, and the next
// tensor that is made first frees what every cleared reference belonged to. The collector knows of the bytes behind
// handles, and so runs when they grow. Finalizers remain for whoever stops making tensors.
class HandleTable {
 public:
  explicit HandleTable(napi_env env) : env_(env) {}

  // A handle for `object`, which was made by the class Tensor.
  Handle* attach(napi_value object, Tensor tensor, Scope* scope);
  // The handle of an object; null for what is none of ours.
  Handle* find(napi_value object) const;
  // The same of any value.
  Handle* find_any(napi_value value) const;

  // Frees the tensor now. Disposing again is fine.
  void dispose(Handle* handle, const char* why);
  // Another tensor in it, or the first one: tells the collector of its bytes.
  void set(Handle* handle, Tensor tensor);
  void enter_scope(Handle* handle, Scope* scope);
  static void leave_scope(Handle* handle);

  // Handles with a tensor.
  size_t live() const { return live_; }
  template <class F>
  void for_each_live(const F& f) const {
    for (const auto& chunk : chunks_) {
      for (size_t i = 0; i < kChunk; ++i) {
        if (chunk[i].in_use && chunk[i].tensor.defined()) f(chunk[i]);
      }
    }
  }
  void set_debug(bool on) { debug_ = on; }
  // The environment ends: what programs would fill in is forgotten, and no scope has handles any more, since work that
  // is under way may let go of the last scope on a thread of its own.
  void begin_end();
  // Finalizers may come after the environment's data is gone; the last one frees the table.
  void close();

 private:
  static constexpr size_t kChunk = 512;
  static void finalize(napi_env env, void* data, void*);
  bool owns(const Handle* handle) const;
  Handle* take();
  void give_back(Handle* handle);
  void account(int64_t bytes);
  void watch_collector();
  void sweep();
  std::string stack_here() const;

  napi_env env_;
  std::vector<std::unique_ptr<Handle[]>> chunks_;
  std::vector<std::pair<const Handle*, const Handle*>> ranges_;  // of chunks_, in order of address
  std::vector<Handle*> free_;
  napi_ref sentinel_ = nullptr;
  int64_t unreported_ = 0, unwatched_ = 0;
  size_t live_ = 0;
  size_t attached_ = 0;  // handles whose object's finalizer has not run
  bool debug_ = false;
  bool ending_ = false, closed_ = false;
};

}  // namespace vt::node
