"""What the sketch engine takes words for."""

import pytest

from depthfusion.generation.sketch.words import PLACES, VOCABULARY, read

EXAMPLES = {
    "a misty pine forest at dawn": ("forest", "dawn", "mist"),
    "the Alps in winter, snow": ("mountains", "day", "snow"),
    "sand dunes at golden hour": ("desert", "golden", "fair"),
    "tropical beach at sunset": ("beach", "dusk", "fair"),
    "a rainy city street at night": ("city", "night", "rain"),
    "a cozy library": ("room", "day", "fair"),
    "an underground cavern": ("cave", "day", "fair"),
    "a space station": ("space", "day", "fair"),
    "the surface of mars": ("planet", "day", "fair"),
    "rolling hills under an overcast sky": ("meadow", "day", "overcast"),
}


@pytest.mark.parametrize("prompt", EXAMPLES)
def test_place_time_and_weather(prompt):
    spec = read(prompt).spec
    assert (spec.place, spec.time, spec.weather) == EXAMPLES[prompt]


@pytest.mark.parametrize("place", PLACES)
def test_every_word_for_a_place_leads_there(place):
    singles, *phrases = PLACES[place].split("|")
    for phrase in (*singles.split(), *phrases):
        assert ("place", place) in VOCABULARY[phrase], phrase


def test_every_word_is_accounted_for_once():
    reading = read("a misty forest with wobbly gizmos at dawn, 8k")
    assert reading.understood == (
        "misty (weather)", "forest (place)", "dawn (time of day)",
    )  # fmt: skip
    assert reading.passed_over == ("wobbly", "gizmos", "8k")


def test_the_longest_phrase_wins():
    assert read("a beach at golden hour").understood[-1] == "golden hour (time of day)"


def test_a_missing_place_is_said():
    reading = read("happiness")
    assert reading.spec.place == "meadow"
    assert any("meadow" in note for note in reading.notes)


def test_two_places_are_said():
    reading = read("a forest and a beach")
    assert reading.spec.place == "forest"
    assert any("Several places" in note for note in reading.notes)


@pytest.mark.parametrize("prompt, negative", [
    ("a foggy meadow without trees", ""),
    ("a foggy meadow", "trees"),
    ("a foggy meadow", "no trees"),
])  # fmt: skip
def test_what_is_not_wanted_is_taken_away(prompt, negative):
    spec = read(prompt, negative).spec
    assert spec.lacks("trees") and spec.place == "meadow" and spec.weather == "mist"


def test_a_negative_word_also_silences_the_prompt():
    assert read("a foggy forest", "fog").spec.weather == "fair"


def test_colours_keep_their_order():
    spec = read("a teal room with a red sofa").spec
    assert spec.colours == ("teal", "red")
    assert spec.accent("#ffffff") != spec.accent("#ffffff", 1)


def test_a_word_for_a_thing_and_a_place_takes_the_thing():
    spec = read("a forest without trees").spec
    assert spec.place == "forest" and spec.lacks("trees")
    assert read("a beach", "forest").spec.place == "beach"
