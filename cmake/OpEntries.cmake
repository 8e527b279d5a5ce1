# Typed C++ entries of the ops, written into the build tree by tools/op_entries.cpp from the declarations in src/ops:
# "ops/typed/<family>.h" for everything above dispatch, and the sources in vt_op_sources.
add_executable(vt_op_entries
  "${PROJECT_SOURCE_DIR}/tools/op_entries.cpp" "${PROJECT_SOURCE_DIR}/src/dispatch/schema.cpp"
  "${PROJECT_SOURCE_DIR}/src/core/error.cpp" "${PROJECT_SOURCE_DIR}/src/core/shape.cpp")
target_include_directories(vt_op_entries PRIVATE "${PROJECT_SOURCE_DIR}/src")
target_compile_options(vt_op_entries PRIVATE -O0)  # everything waits for it, and it has little to do

set(vt_generated "${PROJECT_BINARY_DIR}/generated")
file(GLOB_RECURSE vt_op_declarations CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/src/ops/*.cpp" "${PROJECT_SOURCE_DIR}/src/ops/*.def")
set(vt_op_families ${vt_op_declarations})
list(FILTER vt_op_families INCLUDE REGEX "/src/ops/[^/]+/")
list(TRANSFORM vt_op_families REPLACE ".*/src/ops/([^/]+)/.*" "\\1")
list(REMOVE_DUPLICATES vt_op_families)
set(vt_op_sources ${vt_op_families})
list(TRANSFORM vt_op_sources REPLACE "(.+)" "${vt_generated}/ops/typed/\\1.cpp")
set(vt_op_headers ${vt_op_families})
list(TRANSFORM vt_op_headers REPLACE "(.+)" "${vt_generated}/ops/typed/\\1.h")

# The tool leaves alone what would not change, so that a changed kernel compiles nothing else again.
add_custom_command(
  OUTPUT ${vt_op_headers} ${vt_op_sources} "${vt_generated}/ops/typed/entries.def"
  COMMAND vt_op_entries "${PROJECT_SOURCE_DIR}/src/ops" "${vt_generated}/ops/typed"
  DEPENDS vt_op_entries ${vt_op_declarations}
  COMMENT "Typed entries of the ops" VERBATIM)
add_custom_target(vt_typed_ops DEPENDS ${vt_op_headers} ${vt_op_sources})
target_include_directories(vt_flags INTERFACE "${vt_generated}")
add_dependencies(vt_flags vt_typed_ops)
