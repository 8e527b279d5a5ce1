# Writes a C++ source with files as text, for NVRTC:
#   cmake -D OUT=x.cpp -D ROOT=src -D FILES="core/math.h;..." -D SHIMS="cstdint;..." -P embed_texts.cmake
# FILES keep their paths below ROOT as names; SHIMS, of src/program/device_text, have their own name alone.
cmake_minimum_required(VERSION 3.25)
set(entries "")
foreach(file IN LISTS FILES SHIMS)
  if(file IN_LIST SHIMS)
    file(READ "${ROOT}/program/device_text/${file}" text)
  else()
    file(READ "${ROOT}/${file}" text)
  endif()
  string(APPEND entries "    {\"${file}\", R\"vt_text(${text})vt_text\"},\n")
endforeach()
file(WRITE "${OUT}" "// Written by cmake/embed_texts.cmake.
#include \"program/device_texts.h\"

namespace vt::program {

std::span<const cuda::HeaderText> device_texts() {
  static constexpr cuda::HeaderText kTexts[] = {
${entries}  };
  return kTexts;
}

}  // namespace vt::program
")
