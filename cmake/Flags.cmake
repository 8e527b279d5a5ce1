# vt_flags: what every target of ours compiles with.
add_library(vt_flags INTERFACE)
target_include_directories(vt_flags INTERFACE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include")

# Every function may be replaced by another library's of the same name unless we say otherwise; saying so lets the
# compiler inline across the functions of one file although all symbols of vt:: are exported.
set(vt_host_flags -fno-math-errno -fno-trapping-math -fno-semantic-interposition)
list(JOIN vt_host_flags "," vt_host_flags_joined)

# Sanitizers watch the host code of *.cpp; the little of *.cu would only make nvcc compile everything once more.
if(VT_SANITIZE)
  list(APPEND vt_host_flags -fsanitize=${VT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(vt_flags INTERFACE -fsanitize=${VT_SANITIZE})
endif()

target_compile_options(vt_flags INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:${vt_host_flags};-Wall;-Wextra;-Wno-unused-parameter;-Wno-missing-field-initializers>
  $<$<COMPILE_LANGUAGE:CXX>:-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=>
  # NDEBUG always: with asserts in device code ptxas serialises wgmma
  $<$<COMPILE_LANGUAGE:CUDA>:-DNDEBUG;--expt-relaxed-constexpr;-Xfatbin=-compress-all;-Xcompiler=${vt_host_flags_joined}>)

# What is packaged is made a third smaller; what stays here is compiled faster.
if(NOT VT_IN_PLACE AND NOT VT_SANITIZE)
  target_compile_options(vt_flags INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:--compress-mode=size>)
endif()

# The baseline of everything but the *.simd.cpp files, which are compiled once per level below.
add_library(vt_baseline INTERFACE)
target_link_libraries(vt_baseline INTERFACE vt_flags)
target_compile_options(vt_baseline INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-march=x86-64-v2> $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-march=x86-64-v2>)

set(VT_ISA_LEVELS v2 v3 v4)
set(vt_isa_flags_v2 -march=x86-64-v2)
set(vt_isa_flags_v3 -march=x86-64-v3)
set(vt_isa_flags_v4 -march=x86-64-v4 -mavx512bf16 -mprefer-vector-width=512)
set(vt_isa_optimization -O3)
if(VT_SANITIZE)
  # Kernels inlined a thousandfold and checked at every access would take minutes to optimise.
  set(vt_isa_optimization -O1)
endif()

# Precompiles the standard library's headers (and those named) for a target's C++ units (VT_PRECOMPILE): reading them is
# a third of a small unit's time. None of ours: one that changes would compile everything again.
set(vt_standard_headers <algorithm> <array> <atomic> <cmath> <cstring> <functional> <limits> <map> <memory> <mutex>
  <optional> <span> <string> <string_view> <tuple> <type_traits> <typeinfo> <unordered_map> <utility> <vector>)
function(vt_precompile_headers target)
  if(VT_PRECOMPILE)
    set(headers ${vt_standard_headers} ${ARGN})
    list(TRANSFORM headers REPLACE "^<(.+)>$" "$<$<COMPILE_LANGUAGE:CXX>:<\\1$<ANGLE-R>>")
    target_precompile_headers(${target} PRIVATE ${headers})
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)  # for ccache
  endif()
endfunction()
