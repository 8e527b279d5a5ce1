#!/bin/sh
# Runs the native suite of the CUDA kernels under each tool of compute-sanitizer, with every block an allocation of its
# own and with the caching allocator, and stops at the first finding. Needs a GPU and a build with tests (make test).
# Results go to the folder named first, if one is.
suite=${SUITE:-build/dev/tests/gpu_kernels_test}
out=${1:-$(mktemp -d)}
mkdir -p "$out"
for tool in memcheck racecheck initcheck synccheck; do
  for backend in passthrough native; do
    log="$out/$tool-$backend.txt"
    if VIBETENSOR_ALLOC_CONF=backend:$backend compute-sanitizer --tool "$tool" --error-exitcode 1 "$suite" >"$log" 2>&1; then
      echo "$tool, backend $backend: $(sed -n 's/^=* *\(.* SUMMARY: .*\)/\1/p' "$log")"
    else
      cat "$log"
      exit 1
    fi
  done
done
