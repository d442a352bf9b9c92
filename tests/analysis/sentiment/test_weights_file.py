"""The model's file: what it holds comes back, and what is no model is told with the file's name."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.sentiment.characters import read_characters
from analysis.sentiment.ngrams import hash_ngrams
from analysis.sentiment.sentiment import Sentiment
from analysis.sentiment.weights import SHIPPED, BadModel, Weights, read_weights, slots, write_weights


def hash_of(word: str) -> int:
    return int(hash_ngrams(read_characters([word]))[len(word) - 1][2])


def small() -> Weights:
    """坏 is worth ln 9 to negative, 好 to positive; both equally rare."""
    worth = {hash_of("坏"): (1000, 0), hash_of("好"): (0, 1000)}
    keys = np.array(sorted(worth), np.uint32)
    return Weights(
        keys=keys,
        worth=np.array([worth[int(key)] for key in keys], np.int16),
        rarity=np.array([10, 10], np.uint8),
        worth_unit=float(np.log(9)) / 1000,
        rarity_unit=0.1,
        bias=(0.0, 0.0),
        sureness=1.0,
        about={"trained_on": {"own": "…"}},
    )


def test_the_sums_are_those_that_the_module_tells() -> None:
    bad, good, both, neither = Sentiment(small()).read(["坏", "好", "好坏", "平"])
    assert bad.probabilities == pytest.approx((9 / 11, 1 / 11, 1 / 11))
    assert good.probabilities == pytest.approx((1 / 11, 1 / 11, 9 / 11))
    spread = 9 ** (0.5**0.5)  # two n-grams of equal rarity: each counts 1/√2
    assert both.probabilities == pytest.approx(
        (spread / (2 * spread + 1), 1 / (2 * spread + 1), spread / (2 * spread + 1))
    )
    assert neither.probabilities is None


def test_an_n_gram_counts_once_a_text() -> None:
    once, twice = Sentiment(small()).read(["好坏", "好坏，好好"])
    assert once == twice


@pytest.mark.parametrize("sureness", [0.5, 1.0, 2.0])
def test_more_sureness_moves_probabilities_but_no_label(sureness: float) -> None:
    (plain,), (sure,) = (Sentiment(w).read(["坏"]) for w in (small(), replace(small(), sureness=sureness)))
    assert plain.probabilities is not None
    assert sure.probabilities is not None
    assert sure.label == plain.label
    assert (sure.probabilities[0] > plain.probabilities[0]) == (sureness > 1)


def test_what_was_written_comes_back_and_twice_the_same_bytes(tmp_path: Path) -> None:
    write_weights(small(), tmp_path / "one.npz")
    write_weights(small(), tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    back = read_weights(tmp_path / "one.npz")
    assert Sentiment(back).read(["坏", "好"]) == Sentiment(small()).read(["坏", "好"])
    assert back.about["trained_on"] == {"own": "…"}
    assert len(back.version) == 12


def test_other_weights_have_another_version(tmp_path: Path) -> None:
    write_weights(small(), tmp_path / "one.npz")
    write_weights(replace(small(), sureness=2.0), tmp_path / "two.npz")
    assert read_weights(tmp_path / "one.npz").version != read_weights(tmp_path / "two.npz").version


@pytest.mark.parametrize("size", [0, 1, 100, -1])
def test_a_file_that_is_no_model_is_named(tmp_path: Path, size: int) -> None:
    path = tmp_path / "broken.npz"
    write_weights(small(), path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(BadModel, match=r"broken\.npz: not a sentiment model .*analysis\.sentiment\.train"):
        read_weights(path)


def test_a_file_of_another_format_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.sentiment.weights.FORMAT", 99)
    write_weights(small(), tmp_path / "later.npz")
    monkeypatch.undo()
    with pytest.raises(BadModel, match=r"later\.npz: model format 99, expected 1"):
        read_weights(tmp_path / "later.npz")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"worth": np.zeros((1, 2), np.int16)}, "not of one length"),
        ({"worth": np.zeros((2, 2), np.float32)}, "expected int16"),
        ({"keys": small().keys[::-1].copy()}, "not in order"),
        ({"rarity": np.zeros(2, np.uint8)}, "has no rarity"),
    ],
)
def test_arrays_that_do_not_fit_are_told(tmp_path: Path, change: dict[str, object], told: str) -> None:
    write_weights(replace(small(), **change), tmp_path / "odd.npz")  # type: ignore[arg-type]
    with pytest.raises(BadModel, match=rf"odd\.npz: .*{told}"):
        read_weights(tmp_path / "odd.npz")


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"none\.npz"):
        read_weights(tmp_path / "none.npz")


def test_the_shipped_model_is_small_and_says_what_it_was_trained_on() -> None:
    weights = read_weights()
    assert SHIPPED.stat().st_size <= 5_000_000
    assert sorted(weights.about["posts"]) == ["negative", "neutral", "positive"]
    notice = SHIPPED.with_name("MODEL.md").read_text(encoding="utf-8")
    assert all(name in notice for name in weights.about["trained_on"])
    assert len(np.unique(slots(weights.keys))) == len(weights.keys)
