# Settles which architectures VT_CUDA_ARCHS asks for, once the compiler is known. Sets CMAKE_CUDA_ARCHITECTURES for the
# general kernels, VT_SM90 where the units *.sm90.cu are built, and VT_CUDA_ARCHS_TEXT, the whole of it in words.
execute_process(
  COMMAND "${Python_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/tools/cuda_archs.py" "${VT_CUDA_ARCHS}"
          --nvcc "${CMAKE_CUDA_COMPILER}"
  OUTPUT_VARIABLE vt_archs_found ERROR_VARIABLE vt_archs_error RESULT_VARIABLE vt_archs_failed)
if(vt_archs_failed)
  message(FATAL_ERROR "${vt_archs_error}")
endif()
string(REGEX MATCH "^([^\n]*)\n([^\n]*)" _ "${vt_archs_found}")
set(CMAKE_CUDA_ARCHITECTURES "${CMAKE_MATCH_1}")
set(vt_archs_reason "${CMAKE_MATCH_2}")

# Hopper units (wgmma, TMA) are made of instructions of compute capability 9.0 alone.
set(VT_SM90 OFF)
if(CMAKE_CUDA_ARCHITECTURES MATCHES "(^|;)90")
  set(VT_SM90 ON)
endif()
string(REPLACE ";" "," VT_CUDA_ARCHS_TEXT "${CMAKE_CUDA_ARCHITECTURES}")
if(VT_SM90)
  string(APPEND VT_CUDA_ARCHS_TEXT ",90a-real")
endif()
message(STATUS "vibetensor ${PROJECT_VERSION}: nvcc ${CMAKE_CUDA_COMPILER_VERSION} (${CMAKE_CUDA_COMPILER}), "
               "CUDA code for ${VT_CUDA_ARCHS_TEXT}, ${vt_archs_reason}")
