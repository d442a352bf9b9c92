"""What ships, behind the doors that benchmarks ask for: built as the service builds it, with the shipped settings."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.annotate import Annotator
from analysis.annotation import Document
from benchmarks.detectors import detector, volume_detector
from benchmarks.topics import shipped
from monitor.service import make_annotator

__all__ = ["Sentiments", "complaints", "detector", "sentiment", "volume_detector"]


class Sentiments:
    """Of whole texts, quoted words and all, as people labelled them. The service hands over the author's own."""

    def label(self, texts: Sequence[str]) -> list[str]:
        return [reading.label or "neutral" for reading in annotator().sentiment.read(texts)]

    def polarity(self, texts: Sequence[str]) -> list[float | None]:
        return [reading.balance for reading in annotator().sentiment.read(texts)]


def sentiment() -> Sentiments:
    return Sentiments()


def complaints(texts: Sequence[str]) -> list[list[str]]:
    """The complaint categories of each text, strongest first; none: no complaint."""
    documents = [Document(text=text, platform="weibo") for text in texts]
    return [[found.category for found in each.complaints] for each in annotator().annotate(documents)]


@cache
def annotator() -> Annotator:
    with TemporaryDirectory() as folder:
        return make_annotator(shipped(Path(folder)))
