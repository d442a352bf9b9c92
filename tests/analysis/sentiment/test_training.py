"""Training: the command, and what it learns from a handful of posts."""

import random
import struct
from pathlib import Path

import numpy as np
import pytest

from analysis.sentiment.embeddings import BadEmbeddings, read_embeddings
from analysis.sentiment.sentiment import Sentiment
from analysis.sentiment.train import main
from analysis.sentiment.vocabulary import make_vocabulary
from analysis.sentiment.weights import read_weights

GOOD, BAD, PLAIN = ["好喝", "喜欢", "开心", "贴心"], ["难喝", "讨厌", "生气", "粗鲁"], ["周一", "开会", "公告", "通知"]


def posts(tmp_path: Path, name: str = "posts.tsv") -> Path:
    dice = random.Random(7)
    places = ["奶茶", "店员", "排队", "杯子", "小程序"]
    lines = [
        f"{label}\t{dice.choice(places)}{dice.choice(words)}{dice.choice(places)}{number}"
        for number in range(200)
        for label, words in (("positive", GOOD), ("negative", BAD), ("neutral", PLAIN))
    ]
    path = tmp_path / name
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def embeddings(tmp_path: Path, words: dict[str, list[int]]) -> Path:
    """A file of the form that is read: 32 weights a word, each a whole number from -8 to 7."""
    pieces = list(words)
    blob = [word.encode() for word in pieces]
    head = b"E5S1" + struct.pack("<I7ifi", 1, 32, 0, 0, 0, len(pieces), 0, 0, 0.0, 32)
    head += struct.pack("<5iQ", len(pieces), 0, 0, 0, 0, sum(map(len, blob)))
    edges = np.cumsum([0, *map(len, blob)]).astype("<u4").tobytes()
    head += edges + bytes(4 * len(pieces)) + b"".join(blob) + struct.pack("<iI", 0, 0)
    entry = struct.pack("<H", 8) + b"emb.word"
    offset = len(head) + 4 + len(entry) + 21
    head += struct.pack("<i", 1) + entry + struct.pack("<BIQQ", 1, 0, offset, 0)
    for vector in words.values():
        low, high = (np.array(part, np.int8) + 8 for part in (vector[:16], vector[16:]))
        head += np.float16(1).tobytes() + (low | high << 4).astype(np.uint8).tobytes()
    path = tmp_path / "vectors.bin"
    path.write_bytes(head)
    return path


def test_token_vectors_are_read_and_only_those_of_chinese_words_and_symbols(tmp_path: Path) -> None:
    up, down, side = [4] * 16 + [0] * 16, [-4] * 16 + [0] * 16, [0] * 16 + [6] * 16
    words = {"<s>": side, "▁好": up, "坏": down, "abc": side, "平常": side, "很长的词": side, "😀": up}
    read = read_embeddings(embeddings(tmp_path, words), dimensions=2)
    assert read.words == ["坏", "好", "平常", "😀"]
    vectors = dict(zip(read.words, read.vectors, strict=True))
    assert np.allclose(vectors["好"], vectors["😀"])
    assert np.dot(vectors["好"], vectors["坏"]) < 0


def test_another_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "vectors.bin"
    path.write_bytes(b"something else")
    with pytest.raises(BadEmbeddings, match=r"vectors\.bin: not an E5S1 file; name the e5-small-q4\.bin"):
        read_embeddings(path)


@pytest.mark.parametrize("size", [10, 90, 140, -3])
def test_a_file_that_was_cut_off_is_told(tmp_path: Path, size: int) -> None:
    path = embeddings(tmp_path, {"好": [1] * 32, "坏": [-1] * 32})
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(BadEmbeddings, match=r"vectors\.bin: not a whole E5S1 file"):
        read_embeddings(path)


def test_a_model_learns_what_its_tables_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "m.npz"
    assert main([str(posts(tmp_path)), "--out", str(out)]) == 0
    assert "n-grams from 600 posts" in capsys.readouterr().out
    model = Sentiment(read_weights(out))
    read = [reading.label for reading in model.read(["奶茶好喝", "店员粗鲁", "周一开会"])]
    assert read == ["positive", "negative", "neutral"]
    first = out.read_bytes()
    assert main([str(posts(tmp_path)), "--out", str(out)]) == 0
    assert out.read_bytes() == first


def test_what_must_not_be_learned_from_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, left_out = posts(tmp_path), tmp_path / "dev.tsv"
    left_out.write_text("\n".join(table.read_text(encoding="utf-8").split("\n")[:30]), encoding="utf-8")
    assert main([str(table), "--exclude", str(left_out), "--out", str(tmp_path / "m.npz")]) == 0
    assert "from 570 posts" in capsys.readouterr().out


def test_a_word_that_no_post_holds_gets_the_weight_of_words_like_it(tmp_path: Path) -> None:
    up, down = [5] * 16 + [-5] * 16, [-5] * 16 + [5] * 16
    vectors = embeddings(tmp_path, {**dict.fromkeys([*GOOD, "惬意"], up), **dict.fromkeys([*BAD, "恶劣"], down)})
    out = tmp_path / "m.npz"
    assert main([str(posts(tmp_path)), "--embeddings", str(vectors), "--out", str(out)]) == 0
    good, bad = (reading.balance for reading in Sentiment(read_weights(out)).read(["惬意", "恶劣"]))
    assert good is not None
    assert bad is not None
    assert bad < 0 < good


def test_a_bad_table_ends_the_command_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "posts.tsv"
    path.write_text("no tab\n", encoding="utf-8")
    assert main([str(path), "--out", str(tmp_path / "m.npz")]) == 1
    assert "posts.tsv:1: expected label<TAB>text" in capsys.readouterr().err


def test_the_slope_of_the_sums_is_what_the_sums_change_by() -> None:
    known = make_vocabulary(["好喝", "好喝难喝", "难喝"], None)
    grams = known.grams(["好喝", "", "难喝好喝"])
    dice = np.random.default_rng(3)
    weights = dice.normal(size=(len(known.keys), 2)).astype(np.float32)
    slope = dice.normal(size=(3, 2)).astype(np.float32)
    there, back = (grams.times(weights) * slope).sum(), (weights * grams.spread(slope, len(known.keys))).sum()
    assert there == pytest.approx(back, rel=1e-4)
    assert np.array_equal(grams.of(np.array([2, 0])).times(weights), grams.times(weights)[[2, 0]])
