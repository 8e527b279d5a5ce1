#pragma once

namespace vt {

// How this libvibetensor.so was built. The strings live as long as the library.
struct BuildInfo {
  const char* version;        // of the package, e.g. "0.1.0"
  const char* build_type;     // CMake's, e.g. "Release"
  const char* compiler;       // host compiler and its version
  const char* cuda_compiler;  // device compiler and its version
  const char* cuda_archs;     // comma-separated, as CMake writes them: "80-real,90-real,100,90a-real"
  const char* sanitizers;     // "" in an ordinary build
  bool sm90;                  // with the kernels of *.sm90.cu
};

const BuildInfo& build_info();

}  // namespace vt
