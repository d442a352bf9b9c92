"""The model's file: which n-grams it knows, what each is worth, and how sure to be of the sum.

A NumPy archive without pickles. `keys` [n, uint32]: n-gram hashes, ascending, no two in one slot. `worth` [n × 2,
int16]: what an n-gram adds to negative and to positive, against neutral, in `worth_unit`s. `rarity` [n, uint8]: its
inverse document frequency in `rarity_unit`s. `bias` [2]. `sureness`: the factor that calibrates. `about`: what it was
trained on.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FORMAT = 1
SLOT_BITS = 20
SHIPPED = Path(__file__).with_name("model.npz")
_SHAPES = {"keys": (1, "uint32"), "worth": (2, "int16"), "rarity": (1, "uint8"), "scalars": (1, "float64")}


class BadModel(ValueError):
    """A file that is not a model this version can read; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    keys: npt.NDArray[np.uint32]
    worth: npt.NDArray[np.int16]
    rarity: npt.NDArray[np.uint8]
    worth_unit: float
    rarity_unit: float
    bias: tuple[float, float]
    sureness: float
    about: Mapping[str, Any]
    version: str = ""  # 12 hexadecimal digits over the file; empty before it is written


def slots(keys: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """The place of each n-gram in the look-up table, by its upper bits."""
    return keys >> np.uint32(32 - SLOT_BITS)


def write_weights(weights: Weights, path: Path) -> None:
    """The same weights give the same bytes."""
    scalars = [weights.worth_unit, weights.rarity_unit, *weights.bias, weights.sureness]
    about = json.dumps({"format": FORMAT, **weights.about}, ensure_ascii=False, sort_keys=True)
    np.savez_compressed(
        path,
        keys=weights.keys,
        worth=weights.worth,
        rarity=weights.rarity,
        scalars=np.array(scalars),
        about=np.frombuffer(about.encode(), np.uint8),
    )


def read_weights(path: Path = SHIPPED) -> Weights:
    """Raises BadModel for what is no model, and OSError where there is no such file."""
    content = path.read_bytes()
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in (*_SHAPES, "about")}
            about = json.loads(arrays.pop("about").tobytes())
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile, TypeError) as error:
        made = "`python -m analysis.sentiment.train` makes one"
        raise BadModel(f"{path}: not a sentiment model ({error}); {made}") from None
    if about.get("format") != FORMAT:
        raise BadModel(f"{path}: model format {about.get('format')}, expected {FORMAT}; train it anew")
    for name, (dimensions, kind) in _SHAPES.items():
        if arrays[name].ndim != dimensions or arrays[name].dtype != kind:
            raise BadModel(f"{path}: {name} is {arrays[name].dtype} in {arrays[name].ndim} dimensions, expected {kind}")
    known = len(arrays["keys"])
    if arrays["worth"].shape != (known, 2) or len(arrays["rarity"]) != known or len(arrays["scalars"]) != 5:
        raise BadModel(f"{path}: keys, worth and rarity are not of one length")
    if not known or not np.all(np.diff(slots(arrays["keys"]).astype(np.int64)) > 0) or not arrays["rarity"].all():
        raise BadModel(f"{path}: the n-grams are not in order, or one has no rarity")
    worth_unit, rarity_unit, negative, positive, sureness = (float(value) for value in arrays["scalars"])
    return Weights(
        keys=arrays["keys"],
        worth=arrays["worth"],
        rarity=arrays["rarity"],
        worth_unit=worth_unit,
        rarity_unit=rarity_unit,
        bias=(negative, positive),
        sureness=sureness,
        about=about,
        version=hashlib.sha256(content).hexdigest()[:12],
    )
