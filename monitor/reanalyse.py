"""Stored posts annotated again, on all cores, and put in the place of what is stored at once.

Reading is spread over processes; staging is done here, in the order in which the posts were stored. So the result does
not depend on the number of processes, nor on where an earlier attempt was interrupted.
"""

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from analysis.annotate import Annotator
from analysis.annotation import Annotation, Document
from analysis.matching import Topic
from monitor.store.reanalysis import Batch, Reanalysis

BATCH = 500  # posts; more where a visit had more
AHEAD = 2  # batches on their way per process: memory stays bounded

_annotator: Annotator | None = None  # of a worker process, made once


def stage(
    reading: Reanalysis, version: str, topics: Sequence[Topic], *, jobs: int, progress: Callable[[int], None]
) -> None:
    """Annotate and stage what is not staged yet; `progress` is told of how many posts at a time."""
    for batch, annotations in _annotated(reading.batches(BATCH), topics, jobs):
        other = {annotation.version for annotation in annotations} - {version}
        if other:
            raise ValueError(f"annotations of version {other} where {version} was asked for")
        reading.stage(batch, annotations)
        progress(len(batch.posts))


def _annotated(
    batches: Iterator[Batch], topics: Sequence[Topic], jobs: int
) -> Iterator[tuple[Batch, Sequence[Annotation]]]:
    """Batches in their order, whoever is done first."""
    if jobs == 1:
        annotator = Annotator(topics)
        for batch in batches:
            yield batch, annotator.annotate(_documents(batch))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _begin, (tuple(topics),)) as pool:
        waiting: deque[tuple[Batch, Future[list[Annotation]]]] = deque()
        try:
            for batch in batches:
                waiting.append((batch, pool.submit(_annotate, _documents(batch))))
                if len(waiting) >= AHEAD * jobs:
                    yield waiting[0][0], waiting[0][1].result()
                    waiting.popleft()
            while waiting:
                yield waiting[0][0], waiting[0][1].result()
                waiting.popleft()
        except BrokenProcessPool as error:
            raise ChildProcessError(
                "a process that annotates was killed (out of memory?): run the same command again, with fewer --jobs"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _documents(batch: Batch) -> list[Document]:
    return [
        Document(text=post.text, platform=post.platform, kind=post.kind, author_id=post.author_id)
        for post in batch.posts
    ]


def _begin(topics: Sequence[Topic]) -> None:
    """A worker leaves Ctrl-C to its parent, and ends with it however that ends."""
    global _annotator
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def end_with_it() -> None:
            multiprocessing.connection.wait([sentinel])
            os._exit(1)

        threading.Thread(target=end_with_it, daemon=True).start()
    _annotator = Annotator(topics)


def _annotate(documents: Sequence[Document]) -> list[Annotation]:
    assert _annotator is not None
    return _annotator.annotate(documents)
