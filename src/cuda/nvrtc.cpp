#include "cuda/nvrtc.h"

#include <type_traits>

#include "core/error.h"
#include "cuda/library.h"

namespace vt::cuda {
namespace {

// The part of NVRTC's interface that we call.
using Program = struct ProgramHandle*;
using Status = int;

struct Api {
  Status (*version)(int* major, int* minor);
  Status (*create)(Program*, const char* source, const char* name, int headers, const char* const* texts,
                   const char* const* names);
  Status (*destroy)(Program*);
  Status (*compile)(Program, int options, const char* const* values);
  Status (*log_size)(Program, size_t*);
  Status (*log)(Program, char*);
  Status (*cubin_size)(Program, size_t*);
  Status (*cubin)(Program, char*);
  const char* (*error_text)(Status);
};

Api load() {
  Library& library = nvrtc_library();
  Api a{};
  const auto entry = [&](auto& to, const char* name) {
    to = library.function<std::remove_reference_t<decltype(to)>>(name);
  };
  entry(a.version, "nvrtcVersion");
  entry(a.create, "nvrtcCreateProgram");
  entry(a.destroy, "nvrtcDestroyProgram");
  entry(a.compile, "nvrtcCompileProgram");
  entry(a.log_size, "nvrtcGetProgramLogSize");
  entry(a.log, "nvrtcGetProgramLog");
  entry(a.cubin_size, "nvrtcGetCUBINSize");
  entry(a.cubin, "nvrtcGetCUBIN");
  entry(a.error_text, "nvrtcGetErrorString");
  return a;
}

const Api& api() {
  static const Api table = load();
  return table;
}

void check(Status status, const char* call) {
  VT_CHECK(status == 0, Runtime, call, ": ", api().error_text(status), " (NVRTC error ", status, ")");
}

struct Owned {
  Program program = nullptr;
  ~Owned() { api().destroy(&program); }
};

std::string log_of(Program program) {
  size_t size = 0;
  if (api().log_size(program, &size) != 0 || size <= 1) return "no word of the compiler";
  std::string log(size, '\0');
  if (api().log(program, log.data()) != 0) return "no word of the compiler";
  log.resize(size - 1);
  return log;
}

}  // namespace

std::string compiler_version() {
  int major = 0, minor = 0;
  check(api().version(&major, &minor), "nvrtcVersion");
  return std::to_string(major) + "." + std::to_string(minor);
}

std::vector<char> compile_cuda(const std::string& source, const std::string& name, std::span<const HeaderText> headers,
                               int major, int minor) {
  std::vector<const char*> names, texts;
  for (const HeaderText& h : headers) {
    names.push_back(h.name);
    texts.push_back(h.text);
  }
  Owned owned;
  check(api().create(&owned.program, source.c_str(), name.c_str(), static_cast<int>(headers.size()), texts.data(),
                     names.data()),
        "nvrtcCreateProgram");
  const std::string architecture = "--gpu-architecture=sm_" + std::to_string(major) + std::to_string(minor);
  const char* options[] = {architecture.c_str(), "--std=c++20", "--device-as-default-execution-space"};
  const Status status = api().compile(owned.program, static_cast<int>(std::size(options)), options);
  VT_CHECK(status == 0, Runtime, name, " does not compile: ", log_of(owned.program));
  size_t size = 0;
  check(api().cubin_size(owned.program, &size), "nvrtcGetCUBINSize");
  std::vector<char> cubin(size);
  check(api().cubin(owned.program, cubin.data()), "nvrtcGetCUBIN");
  return cubin;
}

}  // namespace vt::cuda
