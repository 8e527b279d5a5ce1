#include "profiler/chrome_trace.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <unordered_map>

#include "core/error.h"
#include "dispatch/op.h"

namespace vt::profiler {
namespace {

using vt::detail::concat;

constexpr size_t kPiece = size_t{256} << 10;
constexpr int kGraphLane = 1 << 24;  // lanes of graphs come after those of streams

// Length of the UTF-8 sequence at `text`, 0 if it is none.
size_t sequence_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const size_t length = first < 0x80                    ? 1
                        : first >= 0xc2 && first < 0xe0 ? 2
                        : first >= 0xe0 && first < 0xf0 ? 3
                        : first >= 0xf0 && first < 0xf5 ? 4
                                                        : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool surrogate = first == 0xed && byte(1) >= 0xa0;
  const bool too_large = first == 0xf4 && byte(1) >= 0x90;
  return overlong || surrogate || too_large ? 0 : length;
}

// Members of one JSON object, in the order they are added.
class Object {
 public:
  Object& json(std::string_view name, std::string_view value) {
    text_ += text_.empty() ? "{" : ", ";
    text_.append("\"").append(name).append("\": ").append(value);
    return *this;
  }
  Object& add(std::string_view name, std::string_view text) { return json(name, json_string(text)); }
  Object& add(std::string_view name, const char* text) { return json(name, json_string(text)); }
  template <class Number>
    requires std::is_arithmetic_v<Number>
  Object& add(std::string_view name, Number n) {
    return json(name, std::to_string(n));
  }
  std::string text() const { return text_.empty() ? "{}" : text_ + "}"; }

 private:
  std::string text_;
};

template <class Items, class Text>
std::string list(const Items& items, Text text) {
  std::string out = "[";
  for (const auto& item : items) out += (out.size() > 1 ? ", " : "") + text(item);
  return out + "]";
}
template <class Items>
std::string numbers(const Items& items) {
  return list(items, [](auto n) { return std::to_string(n); });
}

// "12.345": nanoseconds as microseconds.
std::string microseconds(int64_t ns) {
  char text[40];
  std::snprintf(text, sizeof(text), "%s%lld.%03lld", ns < 0 ? "-" : "", static_cast<long long>(std::abs(ns) / 1000),
                static_cast<long long>(std::abs(ns) % 1000));
  return text;
}

class Writer {
 public:
  Writer(const Profile& profile, const TraceOptions& options, const std::function<void(std::string_view)>& write)
      : profile_(profile), options_(options), write_(write), process_(getpid()) {
    for (const HostSpan& span : profile.host) {
      by_id_[span.id] = &span;
      if (span.kind == SpanKind::Op && span.sequence >= 0) {
        // Calls inside one another have the same number: the outermost made the node.
        forward_.try_emplace({span.thread, span.sequence}, &span);
      }
    }
  }

  void run() {
    head();
    lanes();
    for (const HostSpan& span : profile_.host) host_span(span);
    for (const MemoryEvent& event : profile_.memory) memory_event(event);
    for (const RuntimeCall& call : profile_.runtime) runtime_call(call);
    for (const DeviceSpan& span : profile_.device) device_span(span);
    replays();
    text_ += "\n]}\n";
    write_(text_);
  }

 private:
  std::string at(int64_t ns) const { return microseconds(ns - profile_.begin_ns); }

  void head() {
    Object members;
    members.add("schemaVersion", 1).add("displayTimeUnit", "ms");
    members.add("baseTimeNanoseconds", profile_.begin_unix_ns);
    members.add("record_shapes", profile_.options.shapes ? 1 : 0);
    members.add("profile_memory", profile_.options.memory ? 1 : 0);
    members.add("with_stack", profile_.options.stacks ? 1 : 0);
    members.add("with_flops", profile_.options.flops ? 1 : 0);
    Object dropped;
    dropped.add("host", profile_.dropped.host).add("device", profile_.dropped.device);
    dropped.add("runtime", profile_.dropped.runtime).add("memory", profile_.dropped.memory);
    members.add("recordLimit", profile_.options.limit).json("droppedRecords", dropped.text());
    int device = 0;
    members.json("deviceProperties", list(profile_.device_names, [&](const std::string& name) {
                   return Object().add("id", device++).add("name", name).text();
                 }));
    for (const auto& [name, value] : options_.metadata) members.json(name, value);
    std::string text = members.text();
    text.pop_back();
    text_ = text + ", \"traceEvents\": [";
  }

  void put(const Object& event) {
    text_ += first_ ? "\n" : ",\n";
    first_ = false;
    text_ += event.text();
    if (text_.size() < kPiece) return;
    write_(text_);
    text_.clear();
  }

  void name_lane(std::string_view what, int process, int thread, std::string_view name, int order) {
    const auto metadata = [&](std::string_view kind, const Object& args) {
      Object event;
      event.add("ph", "M").add("name", kind).add("pid", process).add("tid", thread).json("args", args.text());
      put(event);
    };
    metadata(concat(what, "_name"), Object().add("name", name));
    metadata(concat(what, "_sort_index"), Object().add("sort_index", order));
  }

  void lanes() {
    name_lane("process", process_, 0, "Host", -1);
    int order = 0;
    for (const Thread& thread : profile_.threads) {
      const auto id = static_cast<int>(thread.system_id);
      name_lane("thread", process_, id, concat("thread ", id, " (", thread.name, ")"), order++);
    }
    std::set<std::pair<uint32_t, uint32_t>> streams;
    for (const DeviceSpan& span : profile_.device) streams.insert({span.device, span.stream});
    std::set<uint32_t> devices;
    for (const auto& [device, stream] : streams) {
      const auto number = static_cast<int>(device);
      if (devices.insert(device).second) {
        const bool known = device < profile_.device_names.size();
        name_lane("process", number, 0,
                  concat("GPU ", device, known ? ": " + profile_.device_names[device] : std::string()), number);
      }
      name_lane("thread", number, static_cast<int>(stream), concat("stream ", stream), static_cast<int>(stream));
    }
  }

  Object slice(std::string_view category, std::string_view name, int process, int64_t thread, int64_t begin,
               int64_t end) const {
    Object event;
    event.add("ph", "X").add("cat", category).add("name", name).add("pid", process).add("tid", thread);
    event.json("ts", at(begin)).json("dur", microseconds(std::max<int64_t>(end - begin, 0)));
    return event;
  }

  // An arrow from a slice to another one.
  void arrow(std::string_view category, uint64_t id, int from_process, int64_t from_thread, int64_t from,
             int to_process, int64_t to_thread, int64_t to) {
    const auto end = [&](const char* phase, int process, int64_t thread, int64_t time) {
      Object event;
      event.add("ph", phase).add("id", id).add("cat", category).add("name", category);
      event.add("pid", process).add("tid", thread).json("ts", at(time));
      if (*phase == 'f') event.add("bp", "e");
      put(event);
    };
    end("s", from_process, from_thread, from);
    end("f", to_process, to_thread, to);
  }

  uint32_t system_id(uint32_t thread) const { return profile_.threads[thread].system_id; }

  void add_inputs(Object& args, const std::vector<Input>& inputs) const {
    const auto per_tensor = [](const Input& input, auto text) {
      if (input.type == Input::Type::TensorList) return list(input.tensors, text);
      return input.type == Input::Type::Tensor ? text(input.tensors[0]) : std::string("[]");
    };
    const auto sizes = [](const Input::Shape& s) { return numbers(s.sizes); };
    const auto strides = [](const Input::Shape& s) { return numbers(s.strides); };
    args.json("Input Dims", list(inputs, [&](const Input& i) { return per_tensor(i, sizes); }));
    args.json("Input Strides", list(inputs, [&](const Input& i) { return per_tensor(i, strides); }));
    args.json("Input type", list(inputs, [](const Input& i) { return json_string(type_of(i)); }));
    args.json("Concrete Inputs", list(inputs, [](const Input& i) { return json_string(i.value); }));
  }

  void host_span(const HostSpan& span) {
    const uint32_t thread = system_id(span.thread);
    const bool is_range = span.kind == SpanKind::Range;
    const bool is_graph = span.kind == SpanKind::Replay || span.kind == SpanKind::Capture;
    Object args;
    args.add("External id", span.id);
    if (span.sequence >= 0) args.add("Sequence number", span.sequence);
    if (span.flops > 0) args.json("flops", std::to_string(static_cast<int64_t>(span.flops)));
    if (span.graph) args.add("graph", span.graph);
    if (!span.finished) args.json("finished", "false");
    if (span.detail && !span.detail->text.empty()) args.add("args", span.detail->text);
    if (span.detail && span.kind == SpanKind::Op) add_inputs(args, span.detail->inputs);
    if (span.stack && options_.frames) {
      std::string stack;
      for (const std::string& frame : options_.frames(span.stack)) stack += (stack.empty() ? "" : ";") + frame;
      args.add("Call stack", stack);
    }
    Object event = slice(is_range   ? "user_annotation"
                         : is_graph ? "cuda_graph"
                                    : "cpu_op",
                         name_of(span), process_, thread, span.begin_ns, span.end_ns);
    event.json("args", args.text());
    put(event);
    if (span.kind != SpanKind::NodeEvaluate || span.sequence < 0) return;
    const auto made = forward_.find({span.thread, span.sequence});
    if (made == forward_.end() || made->second->begin_ns > span.begin_ns) return;
    const HostSpan& forward = *made->second;
    arrow("fwdbwd", ++arrows_, process_, system_id(forward.thread), forward.begin_ns, process_, thread, span.begin_ns);
  }

  void memory_event(const MemoryEvent& event) {
    Object args;
    args.add("Total Allocated", event.total_allocated).add("Bytes", event.bytes).add("Addr", event.address);
    args.add("Device Type", event.device.is_cuda() ? 1 : 0).add("Device Id", static_cast<int>(event.device.index));
    if (event.span) args.add("External id", event.span);
    Object instant;
    instant.add("ph", "i").add("cat", "cpu_instant_event").add("s", "t").add("name", "[memory]");
    instant.add("pid", process_).add("tid", system_id(event.thread)).json("ts", at(event.at_ns));
    instant.json("args", args.text());
    put(instant);
    Object counter;
    counter.add("ph", "C").add("cat", "memory").add("name", "allocated on " + to_string(event.device));
    counter.add("pid", process_).json("ts", at(event.at_ns));
    counter.json("args", Object().add("bytes", event.total_allocated).text());
    put(counter);
  }

  void runtime_call(const RuntimeCall& call) {
    Object args;
    args.add("External id", call.span).add("correlation", call.correlation);
    if (call.status != 0) args.add("status", call.status);
    Object event = slice("cuda_runtime", call.name, process_, call.system_thread, call.begin_ns, call.end_ns);
    event.json("args", args.text());
    put(event);
    calls_[call.correlation] = &call;
  }

  void device_span(const DeviceSpan& span) {
    const int device = static_cast<int>(span.device);
    const char* category = span.work == DeviceWork::Kernel ? "kernel"
                           : span.work == DeviceWork::Copy ? "gpu_memcpy"
                                                           : "gpu_memset";
    Object args;
    args.add("External id", span.span).add("correlation", span.correlation);
    args.add("device", span.device).add("context", span.context).add("stream", span.stream);
    if (span.graph) args.add("graph id", span.graph).add("graph node id", span.graph_node);
    if (span.work == DeviceWork::Kernel) {
      args.add("registers per thread", span.registers);
      args.add("shared memory", span.static_shared + span.dynamic_shared);
      args.json("grid", numbers(span.grid)).json("block", numbers(span.block));
    } else {
      args.add("bytes", span.bytes);
      const int64_t ns = span.end_ns - span.begin_ns;
      if (ns > 0) args.add("memory bandwidth (GB/s)", static_cast<double>(span.bytes) / static_cast<double>(ns));
    }
    if (const auto host = by_id_.find(span.span); host != by_id_.end()) args.add("op", name_of(*host->second));
    Object event = slice(category, name_of(span), device, span.stream, span.begin_ns, span.end_ns);
    event.json("args", args.text());
    put(event);
    if (const auto call = calls_.find(span.correlation); call != calls_.end()) {
      const RuntimeCall& c = *call->second;
      arrow("ac2g", span.correlation, process_, c.system_thread, c.begin_ns, device, span.stream, span.begin_ns);
    }
    note_replay(span);
  }

  // Work of graphs, one slice from the first of a replay to the last.
  struct ReplayOnDevice {
    uint32_t device, correlation;
    uint64_t graph, host_span;
    int64_t begin_ns, end_ns;
    uint64_t count;
  };
  void note_replay(const DeviceSpan& span) {
    const auto host = by_id_.find(span.span);
    const bool is_ours = host != by_id_.end() && host->second->kind == SpanKind::Replay;
    if (!is_ours && span.graph == 0) return;
    const auto [at, fresh] = replays_.try_emplace({span.correlation, span.device});
    ReplayOnDevice& r = at->second;
    if (fresh) {
      r = {span.device, span.correlation, is_ours ? host->second->graph : 0, span.span, span.begin_ns, span.end_ns, 0};
    }
    r.begin_ns = std::min(r.begin_ns, span.begin_ns);
    r.end_ns = std::max(r.end_ns, span.end_ns);
    ++r.count;
  }
  void replays() {
    std::set<std::pair<uint32_t, uint64_t>> named;
    for (const auto& [key, r] : replays_) {
      const int device = static_cast<int>(r.device), lane = kGraphLane + static_cast<int>(r.graph);
      const std::string name = r.graph ? concat("CUDA graph ", r.graph) : std::string("CUDA graphs of other libraries");
      if (named.insert({r.device, r.graph}).second) name_lane("thread", device, lane, name, lane);
      Object event = slice("cuda_graph", name, device, lane, r.begin_ns, r.end_ns);
      event.json("args", Object()
                             .add("External id", r.host_span)
                             .add("correlation", r.correlation)
                             .add("kernels and copies", r.count)
                             .text());
      put(event);
    }
  }

  static std::string type_of(const Input& input) {
    switch (input.type) {
      case Input::Type::None: return "";
      case Input::Type::Tensor: return to_string(input.tensors[0].dtype);
      case Input::Type::TensorList: return "TensorList";
      case Input::Type::Other: return "Scalar";
    }
    return "";
  }

  const Profile& profile_;
  const TraceOptions& options_;
  const std::function<void(std::string_view)>& write_;
  const int process_;
  std::string text_;
  bool first_ = true;
  uint64_t arrows_ = 0;
  std::unordered_map<uint64_t, const HostSpan*> by_id_;
  std::map<std::pair<uint32_t, int64_t>, const HostSpan*> forward_;  // by thread and sequence number
  std::unordered_map<uint32_t, const RuntimeCall*> calls_;
  std::map<std::pair<uint32_t, uint32_t>, ReplayOnDevice> replays_;  // by correlation and device
};

}  // namespace

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (size_t i = 0; i < text.size();) {
    const size_t length = sequence_length(text.substr(i));
    const auto c = static_cast<unsigned char>(text[i]);
    if (length == 0) {
      out += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += text[i];
    } else if (c < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof(escape), "\\u%04x", c);
      out += escape;
    } else {
      out += text.substr(i, length);
    }
    i += std::max<size_t>(length, 1);
  }
  return out + '"';
}

void write_chrome_trace(const Profile& profile, const TraceOptions& options,
                        const std::function<void(std::string_view)>& write) {
  Writer(profile, options, write).run();
}

}  // namespace vt::profiler
