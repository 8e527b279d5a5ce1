# Picks nvcc and sets CMAKE_CUDA_COMPILER, before enable_language(CUDA). In this order:
#   1. -DCMAKE_CUDA_COMPILER=... or the environment's CUDACXX (CMake's own rules)
#   2. $CUDA_HOME/bin/nvcc or $CUDA_PATH/bin/nvcc
#   3. the toolkit wheels beside the interpreter: pip install "cuda-toolkit[nvcc,cccl]==13.0.*"
#   4. an nvcc on PATH
# tools/build_backend.py asks for the wheels unless 1, 2 or 4 already gives a compiler; keep the two in step.

function(vt_find_wheel_toolkit out)
  set(probe [=[
import importlib.util, os
spec = importlib.util.find_spec("nvidia")
for root in (spec.submodule_search_locations if spec else []):
    toolkit = os.path.join(root, "cu13")
    if os.path.exists(os.path.join(toolkit, "bin", "nvcc")):
        print(toolkit)
        break
]=])
  execute_process(COMMAND "${Python_EXECUTABLE}" -c "${probe}" OUTPUT_VARIABLE root OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(${out} "${root}" PARENT_SCOPE)
endfunction()

if(NOT CMAKE_CUDA_COMPILER AND "$ENV{CUDACXX}" STREQUAL "")
  find_program(VT_NVCC nvcc HINTS ENV CUDA_HOME ENV CUDA_PATH PATH_SUFFIXES bin NO_DEFAULT_PATH)
  if(NOT VT_NVCC)
    vt_find_wheel_toolkit(VT_CUDA_WHEEL_ROOT)
    if(VT_CUDA_WHEEL_ROOT)
      set(VT_NVCC "${VT_CUDA_WHEEL_ROOT}/bin/nvcc" CACHE FILEPATH "the CUDA compiler" FORCE)
    endif()
  endif()
  find_program(VT_NVCC nvcc)
  if(NOT VT_NVCC)
    message(FATAL_ERROR "No CUDA compiler found. Set CUDACXX or CUDA_HOME, put nvcc on PATH, or install the one from "
                        "PyPI: ${Python_EXECUTABLE} -m pip install 'cuda-toolkit[nvcc,cccl]==13.0.*'")
  endif()
  set(CMAKE_CUDA_COMPILER "${VT_NVCC}")
endif()

# The wheels differ from an installed toolkit in two ways: they have lib/ without lib64/ (nvcc.profile adds only the
# latter, so nvcc's own link test would fail), and no libcudart.so (which FindCUDAToolkit insists on, although the
# static one is linked).
if(CMAKE_CUDA_COMPILER MATCHES "^(.*/nvidia/cu13)/bin/nvcc$")
  set(CUDAToolkit_ROOT "${CMAKE_MATCH_1}")
  string(APPEND CMAKE_CUDA_FLAGS_INIT " -L${CUDAToolkit_ROOT}/lib")
  set(CUDA_CUDART "${CUDAToolkit_ROOT}/lib/libcudart.so.13" CACHE FILEPATH "the shared CUDA runtime, not linked" FORCE)
endif()
