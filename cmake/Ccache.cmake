# Compiles through ccache when it is there. CCACHE_BASEDIR and -ffile-prefix-map make the objects of two checkouts
# equal, so that worktrees and a fresh clone share one cache.
find_program(VT_CCACHE ccache)
if(VT_CCACHE)
  set(launcher "${CMAKE_COMMAND};-E;env;CCACHE_BASEDIR=${PROJECT_SOURCE_DIR};CCACHE_NOHASHDIR=1;${VT_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${launcher}")
  set(CMAKE_CUDA_COMPILER_LAUNCHER "${launcher}")
endif()
