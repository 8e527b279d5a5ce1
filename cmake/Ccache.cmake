# Compiles through ccache when it is there. CCACHE_BASEDIR and -ffile-prefix-map make the objects of two checkouts
# equal, so that worktrees and a fresh clone share one cache.
find_program(VT_CCACHE ccache)
if(VT_CCACHE)
  set(launcher "${CMAKE_COMMAND};-E;env;CCACHE_BASEDIR=${PROJECT_SOURCE_DIR};CCACHE_NOHASHDIR=1")
  if(VT_PRECOMPILE)
    # What ccache asks for then: the headers are the standard library's, which have neither macros nor times of ours.
    list(APPEND launcher "CCACHE_SLOPPINESS=pch_defines,time_macros")
  endif()
  list(APPEND launcher "${VT_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${launcher}")
  set(CMAKE_CUDA_COMPILER_LAUNCHER "${launcher}")
endif()
