"""The demo's voices: enough of them, and hard enough for the lexicon that was frozen before they were written."""

import re
from functools import cache
from random import Random

import pytest

from analysis.gapped import FILLER_REACH, GAP_REACH, SENTENCE_REACH
from analysis.lexicon import read_lexicon
from analysis.normal_form import normalise
from monitor.demo.speech import Template, mistype, say, slots, templates

GIVEN = {"app": "知夏", "tag": "#TheFirstAITea#", "hhmm": "10:05", "user": "某某"}
_SIGNS = {
    "…": rf"[^，。！？,!?\n]{{0,{GAP_REACH}}}",
    "~": rf"[^，。！？,!?\n]{{0,{FILLER_REACH}}}",
    "*": rf"[^。！？!?\n]{{0,{SENTENCE_REACH}}}",
    "(": "(?:",
    "|": "|",
    ")": ")",
}


@cache
def raw_phrases() -> re.Pattern[str]:
    """Every phrase of the complaint lexicon as it stands, whatever else its line asks for."""
    lines = [
        "".join(_SIGNS.get(piece, re.escape(normalise(piece).text)) for piece in re.split("([…~*(|)])", line[1]))
        for line in read_lexicon("complaints")
    ]
    return re.compile("|".join(lines))


def says_a_phrase(template: Template) -> bool:
    spoken = say(template, Random(1), GIVEN)
    return raw_phrases().search(normalise(spoken).text) is not None


def voices(mood: str) -> list[Template]:
    return [each for section in templates().values() for each in section if each.mood == mood]


def test_the_phrases_are_found_where_they_stand() -> None:
    assert says_a_phrase(Template(section="x/y", text="{app}一打开就闪退"))
    assert not says_a_phrase(Template(section="x/y", text="{app}请我喝茶"))


def test_there_are_three_hundred_distinct_templates_beside_the_asides() -> None:
    wordings = [each.text for section in templates().values() for each in section if each.mood != "aside"]
    assert len(wordings) == len(set(wordings))
    assert len(wordings) >= 300
    shapes = {re.sub(r"\{[^{}]*\}|\W", "", wording) for wording in wordings}
    assert len(shapes) >= 300, "templates that differ in slots and signs only are one template"


def test_a_third_of_the_complaints_use_no_word_of_the_lexicon() -> None:
    complaints = voices("complaint")
    unheard = [each for each in complaints if not says_a_phrase(each)]
    assert len(complaints) >= 100
    assert len(unheard) / len(complaints) >= 1 / 3


def test_a_third_of_the_campaign_voices_use_complaint_words_innocently() -> None:
    campaign = voices("campaign")
    innocent = [each for each in campaign if says_a_phrase(each)]
    assert len(campaign) >= 100
    assert len(innocent) / len(campaign) >= 1 / 3


def test_what_people_add_is_never_a_complaint_of_its_own() -> None:
    assert [each.text for each in voices("aside") if says_a_phrase(each)] == []


def test_ordinary_days_name_the_app() -> None:
    nameless = [
        each.text
        for section, found in templates().items()
        for each in found
        if section.startswith("quiet/") and section != "quiet/repost" and not re.search(r"\{app\}|知夏", each.text)
    ]
    assert nameless == []


@pytest.mark.parametrize("section", sorted(templates()))
def test_every_slot_has_words(section: str) -> None:
    for template in templates()[section]:
        said = say(template, Random(3), GIVEN)
        assert said
        assert "{" not in said
        assert "\\n" not in said


def test_a_slot_holds_one_word_throughout_and_its_twin_another() -> None:
    template = Template(section="x/y", text="{city}到{city}不远，{city}到{city2}远")
    for seed in range(50):
        first, second, third, fourth = re.split("到|不远，|远", say(template, Random(seed), {}))[:4]
        assert first == second == third
        assert fourth in slots()["city"]
        assert fourth != first


def test_a_slip_of_the_finger_leaves_hashtags_alone() -> None:
    slips = {mistype("真的好喝 #真的好喝#", Random(seed)) for seed in range(3000)}
    assert "真滴好喝 #真的好喝#" in slips
    assert all(slip.endswith("#真的好喝#") for slip in slips)
