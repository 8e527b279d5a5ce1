"""CUDA graphs: work recorded once and given to the GPU again with one call."""

from __future__ import annotations

import warnings
from typing import Any

from vibetensor import _C
from vibetensor.torch.cuda.streams import StreamContext

Pool = tuple[int, int]


def is_current_stream_capturing() -> bool:
    """Whether work on the current stream is being recorded into a graph; False where CUDA is not available."""
    return _C.cuda_is_current_stream_capturing()


def graph_pool_handle() -> Pool:
    """A name for a memory pool that graphs may share through their `pool` argument."""
    return _C.cuda_graph_pool_handle()


class CUDAGraph(_C.CudaGraph):
    """A recording of CUDA work, empty at first; `torch.cuda.graph` is the usual way to fill it.

    A graph keeps all memory alive that its work reads or writes. keep_graph=True: the captured graph is kept for
    `raw_cuda_graph` and `debug_dump`, and is made executable by `instantiate` or the first `replay`.
    """

    def __init__(self, keep_graph: bool = False):
        super().__init__(keep_graph)

    def capture_begin(
        self, pool: Pool | None = None, capture_error_mode: str = "global", check_input_liveness: bool = False
    ) -> None:
        """Returns None; from here on this thread's work on the current stream, not a default one, is recorded.

        pool: from `graph_pool_handle` or another graph's `pool()`, to share memory with graphs that never run at the
        same time. capture_error_mode: "global", "thread_local" or "relaxed", which say what other threads may do
        meanwhile. check_input_liveness: always given, since a graph keeps its inputs alive. RuntimeError, with nothing
        changed, where a capture can't begin.
        """
        super().capture_begin(pool, capture_error_mode)

    def capture_end(self) -> None:
        """Returns None; ends the recording. RuntimeError that names what broke it; then all is as before it began."""
        super().capture_end()
        if self.node_count == 0:
            warnings.warn(
                "The CUDA Graph is empty: no work was given to the captured stream between capture_begin and "
                "capture_end. Was it given to another device or stream?",
                stacklevel=2,
            )

    def instantiate(self) -> None:
        """Returns None; makes a graph with keep_graph=True executable, anew if it was changed."""
        super().instantiate()

    def reset(self) -> None:
        """Returns None; gives up the recording, its memory pool and the memory that it kept alive."""
        super().reset()

    def pool(self) -> Pool:
        """The name of the pool that the graph's memory comes from."""
        return super().pool()

    def enable_debug_mode(self) -> None:
        """Returns None; keeps the captured graph for `debug_dump`. To be called before capture_end."""
        super().enable_debug_mode()

    def debug_dump(self, debug_path: str) -> None:
        """Returns None; writes the captured graph to a file, as text for Graphviz."""
        super().debug_dump(str(debug_path))

    def raw_cuda_graph(self) -> int:
        """The address of the cudaGraph_t; needs keep_graph=True."""
        return super().raw_cuda_graph()

    def raw_cuda_graph_exec(self) -> int:
        """The address of the cudaGraphExec_t; it changes with `instantiate`."""
        return super().raw_cuda_graph_exec()

    def get_graph_data(self) -> dict[str, Any]:
        raise NotImplementedError("CUDAGraph.get_graph_data is not there yet; debug_dump prints the nodes")


class graph:
    """Context in which CUDA work is recorded into `cuda_graph` instead of being run.

    It runs on `stream`, by default one of its own. If its body raises, the recording is dropped, the stream, the
    allocator and the random generators are as before, and the error goes on. For pool and capture_error_mode see
    CUDAGraph.capture_begin.
    """

    def __init__(
        self,
        cuda_graph: CUDAGraph,
        pool: Pool | None = None,
        stream: Any = None,
        capture_error_mode: str = "global",
        enable_annotations: bool = False,
        check_input_liveness: bool = False,
    ):
        if enable_annotations:
            raise NotImplementedError("torch.cuda.graph: enable_annotations is not there yet")
        self.cuda_graph = cuda_graph
        self.pool = pool
        self.capture_error_mode = capture_error_mode
        self.capture_stream = _C.cuda_capture_stream(_C.cuda_current_device()) if stream is None else stream
        self.stream_ctx = StreamContext(self.capture_stream)

    def __enter__(self) -> None:
        from vibetensor.torch.cuda import empty_cache, synchronize

        synchronize()
        empty_cache()  # under capture nothing can be given back, so that all of it is there for the graph
        self.stream_ctx.__enter__()
        try:
            self.cuda_graph.capture_begin(self.pool, self.capture_error_mode)
        except BaseException:
            self.stream_ctx.__exit__()
            raise

    def __exit__(self, exc_type: Any, *exc: object) -> None:
        try:
            if exc_type is None:
                self.cuda_graph.capture_end()
            else:
                self.cuda_graph.abort_capture()
        finally:
            self.stream_ctx.__exit__()
