"""SummaryWriter: a folder of events."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from vibetensor.torch.utils.tensorboard import media, summary


class FileWriter:
    """Writes messages into a new file of events in `log_dir`."""

    def __init__(self, log_dir: Any, max_queue: int = 10, flush_secs: int = 120, filename_suffix: str = ""):
        self.log_dir = str(log_dir)
        self.event_writer = EventFileWriter(self.log_dir, max_queue, flush_secs, filename_suffix)

    def get_logdir(self) -> str:
        """The folder."""
        return self.log_dir

    def add_summary(self, message: Any, global_step: int | None = None, walltime: float | None = None) -> None:
        """Returns None; writes a message at a step and time, by default now."""
        event = Event(summary=message, wall_time=time.time() if walltime is None else walltime)
        if global_step is not None:
            event.step = int(global_step)
        self.event_writer.add_event(event)

    def flush(self) -> None:
        """Returns None; what was added is on the disk."""
        self.event_writer.flush()

    def close(self) -> None:
        """Returns None; nothing can be added any more."""
        self.event_writer.close()


class SummaryWriter:
    """Writes what TensorBoard shows into `log_dir`, by default runs/ with the time, the host and `comment`.

    purge_step: what an earlier run wrote from this step on is hidden. As a context manager it closes its files.
    """

    def __init__(
        self,
        log_dir: Any = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: int = 120,
        filename_suffix: str = "",
    ):
        if not log_dir:
            import socket
            from datetime import datetime

            log_dir = os.path.join("runs", f"{datetime.now():%b%d_%H-%M-%S}_{socket.gethostname()}{comment}")
        self.log_dir = log_dir
        self.purge_step, self.max_queue = purge_step, max_queue
        self.flush_secs, self.filename_suffix = flush_secs, filename_suffix
        self.all_writers: dict[str, FileWriter] = {}
        self.file_writer = self._writer(str(log_dir))
        if purge_step is not None:
            from tensorboard.compat.proto.event_pb2 import SessionLog

            log = SessionLog(status=SessionLog.START)
            self.file_writer.event_writer.add_event(Event(step=purge_step, wall_time=time.time(), session_log=log))

    def _writer(self, folder: str) -> FileWriter:
        if folder not in self.all_writers:
            self.all_writers[folder] = FileWriter(folder, self.max_queue, self.flush_secs, self.filename_suffix)
        return self.all_writers[folder]

    def get_logdir(self) -> Any:
        """The folder."""
        return self.log_dir

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        new_style: bool = False,
        double_precision: bool = False,
    ) -> None:
        """Returns None; a number at a step."""
        if new_style or double_precision:
            raise NotImplementedError("add_scalar: new_style and double_precision are not there yet")
        self.file_writer.add_summary(summary.scalar(tag, scalar_value), global_step, walltime)

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: Mapping[str, Any],
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Returns None; several numbers that are shown in one chart, each in a folder of its own."""
        walltime = time.time() if walltime is None else walltime
        for tag, value in tag_scalar_dict.items():
            folder = f"{self.log_dir}/{main_tag.replace('/', '_')}_{tag}"
            self._writer(folder).add_summary(summary.scalar(main_tag, value), global_step, walltime)

    def add_histogram(
        self,
        tag: str,
        values: Any,
        global_step: int | None = None,
        bins: Any = "tensorflow",
        walltime: float | None = None,
        max_bins: int | None = None,
    ) -> None:
        """Returns None; how the elements of a tensor are distributed."""
        self.file_writer.add_summary(summary.histogram(tag, values, bins, max_bins), global_step, walltime)

    def add_image(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "CHW",
    ) -> None:
        """Returns None; an image, uint8 or of values 0..1, with its dims in the order of `dataformats`."""
        self.file_writer.add_summary(summary.image(tag, img_tensor, dataformats), global_step, walltime)

    def add_images(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "NCHW",
    ) -> None:
        """Returns None; a batch of images, side by side."""
        self.file_writer.add_summary(summary.image(tag, img_tensor, dataformats), global_step, walltime)

    def add_figure(
        self,
        tag: str,
        figure: Any,
        global_step: int | None = None,
        close: bool = True,
        walltime: float | None = None,
    ) -> None:
        """Returns None; a figure of matplotlib, or a list of them, closed afterwards."""
        import numpy as np
        from matplotlib import pyplot
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        figures = list(figure) if isinstance(figure, Sequence) else [figure]
        drawn = []
        for one in figures:
            canvas = FigureCanvasAgg(one)
            canvas.draw()
            drawn.append(np.asarray(canvas.buffer_rgba())[:, :, :3])
            if close:
                pyplot.close(one)
        self.add_image(tag, np.stack(drawn), global_step, walltime, "NHWC")

    def add_text(
        self, tag: str, text_string: str, global_step: int | None = None, walltime: float | None = None
    ) -> None:
        """Returns None; text in Markdown."""
        self.file_writer.add_summary(summary.text(tag, text_string), global_step, walltime)

    def add_custom_scalars(self, layout: Mapping[str, Any]) -> None:
        """Returns None; how charts are put together: {category: {chart: ["Multiline" or "Margin", tags]}}."""
        self.file_writer.add_summary(summary.layout(layout))

    def add_hparams(
        self,
        hparam_dict: Mapping[str, Any],
        metric_dict: Mapping[str, Any],
        hparam_domain_discrete: Mapping[str, Any] | None = None,
        run_name: str | None = None,
        global_step: int | None = None,
    ) -> None:
        """Returns None; the settings of a run and what came of them, in a folder of their own."""
        if not isinstance(hparam_dict, Mapping) or not isinstance(metric_dict, Mapping):
            raise TypeError("hparam_dict and metric_dict should be dictionary.")
        messages = summary.hparams(hparam_dict, list(metric_dict), hparam_domain_discrete)
        folder = os.path.join(str(self.log_dir), str(time.time()) if run_name is None else run_name)
        with SummaryWriter(folder) as writer:
            for message in messages:
                writer.file_writer.add_summary(message, global_step)
            for tag, value in metric_dict.items():
                writer.add_scalar(tag, value, global_step)

    def add_graph(
        self, model: Any, input_to_model: Any = None, verbose: bool = False, use_strict_trace: bool = True
    ) -> None:
        """Returns None; what `model` calls for an input, a tensor or a tuple of arguments, as torch.jit.trace records it."""
        from vibetensor.torch.utils.tensorboard.graph import graph_of

        graph = graph_of(model, input_to_model, use_strict_trace)
        if verbose:
            print(graph)
        event = Event(graph_def=graph.SerializeToString(), wall_time=time.time())
        self.file_writer.event_writer.add_event(event)

    def add_embedding(
        self,
        mat: Any,
        metadata: Sequence[Any] | None = None,
        label_img: Any = None,
        global_step: int | None = None,
        tag: str = "default",
        metadata_header: Sequence[str] | None = None,
    ) -> None:
        """Returns None; points (N, dims) for the projector, with labels and images (N, C, H, W) for each."""
        from vibetensor.torch.utils.tensorboard import projector

        step = global_step or 0
        inside = f"{step:05d}/{tag}"
        folder = os.path.join(str(self.log_dir), inside)
        os.makedirs(folder, exist_ok=True)
        count = len(mat)
        projector.write_points(folder, mat)
        if metadata is not None:
            projector.write_labels(folder, metadata, metadata_header, count)
        size = None if label_img is None else projector.write_images(folder, label_img, count)
        with open(os.path.join(str(self.log_dir), "projector_config.pbtxt"), "a", encoding="utf-8") as file:
            file.write(projector.settings(tag, step, inside, metadata is not None, size))

    def add_pr_curve(
        self,
        tag: str,
        labels: Any,
        predictions: Any,
        global_step: int | None = None,
        num_thresholds: int = 127,
        weights: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Returns None; precision and recall of predictions 0..1 for labels of 0 and 1, over thresholds."""
        message = summary.pr_curve(tag, labels, predictions, num_thresholds, weights)
        self.file_writer.add_summary(message, global_step, walltime)

    def add_pr_curve_raw(
        self,
        tag: str,
        true_positive_counts: Any,
        false_positive_counts: Any,
        true_negative_counts: Any,
        false_negative_counts: Any,
        precision: Any,
        recall: Any,
        global_step: int | None = None,
        num_thresholds: int = 127,
        weights: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Returns None; the same of what has been counted already; the counts are weighted as they are."""
        rows = (
            true_positive_counts,
            false_positive_counts,
            true_negative_counts,
            false_negative_counts,
            precision,
            recall,
        )
        self.file_writer.add_summary(summary.pr_curve_raw(tag, rows, num_thresholds), global_step, walltime)

    def add_video(
        self,
        tag: str,
        vid_tensor: Any,
        global_step: int | None = None,
        fps: float = 4,
        walltime: float | None = None,
    ) -> None:
        """Returns None; films (N, T, C, H, W), uint8 or of values 0..1, side by side, with `fps` frames a second."""
        self.file_writer.add_summary(media.video(tag, vid_tensor, fps), global_step, walltime)

    def add_audio(
        self,
        tag: str,
        snd_tensor: Any,
        global_step: int | None = None,
        sample_rate: int = 44100,
        walltime: float | None = None,
    ) -> None:
        """Returns None; a sound, (1, samples) of values -1..1, `sample_rate` of them a second."""
        self.file_writer.add_summary(media.audio(tag, snd_tensor, sample_rate), global_step, walltime)

    def add_mesh(
        self,
        tag: str,
        vertices: Any,
        colors: Any = None,
        faces: Any = None,
        config_dict: Mapping[str, Any] | None = None,
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Returns None; points in space (N, points, 3), their colors 0..255 and the triangles (N, faces, 3) between them.

        config_dict: settings of the camera, of materials and lights, by the names of classes of three.js.
        """
        message = media.mesh(tag, vertices, colors, faces, config_dict)
        self.file_writer.add_summary(message, global_step, walltime)

    def flush(self) -> None:
        """Returns None; what was added is on the disk."""
        for writer in self.all_writers.values():
            writer.flush()

    def close(self) -> None:
        """Returns None; flushes and closes the files."""
        for writer in self.all_writers.values():
            writer.flush()
            writer.close()
        self.all_writers = {}

    def __enter__(self) -> SummaryWriter:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
