"""From a sentence to a `SceneSpec`: a vocabulary, longest match first, and an honest account."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from depthfusion.types import InputError

Kind = Literal["place", "feature", "time of day", "weather", "season", "colour", "mood"]

PLACES = {
    "forest": "forest woods wood woodland grove pinewood|pine forest|fir forest|birch forest|"
    "jungle|rainforest|rain forest|taiga|trees|tree",
    "mountains": "mountains mountain alps alpine peak peaks summit highlands himalaya|valley|fjord|"
    "lake",
    "desert": "desert dunes dune sahara wasteland|oasis|canyon",
    "beach": "beach sea seaside ocean coast shore island tropical lagoon|seashore|bay",
    "city": "city street town alley downtown avenue metropolis|city street|village|cyberpunk|urban",
    "room": "room bedroom library office study lounge parlour parlor|living room|"
    "interior|apartment|loft|cabin|house|home|kitchen",
    "cave": "cave cavern grotto mine underground|caves",
    "space": "space|space station|spaceship|spacecraft|station|orbit|starship|outer space|galaxy",
    "planet": "planet moon mars lunar martian|alien planet|asteroid|crater|red planet|moon surface",
    "meadow": "meadow field hills hill grassland pasture countryside prairie garden park|"
    "fields|steppe",
}
FEATURES = {
    "pine": "pine pines fir firs spruce conifer conifers|pinewood|pine forest|fir forest|taiga",
    "birch": "birch birches|birch forest",
    "jungle": "jungle rainforest|rain forest",
    "library": "library books bookshelf bookcase study",
    "bedroom": "bedroom bed",
    "office": "office desk",
    "fireplace": "fireplace hearth",
    "sofa": "sofa couch armchair",
    "plants": "plants plant houseplant",
    "rug": "rug carpet",
    "cabin": "cabin wooden loghouse",
    "lake": "lake river water pond oasis|tarn|fjord",
    "snowcap": "alps himalaya snowcapped|snow-capped|snow capped|glacier",
    "palms": "palm palms tropical island oasis lagoon",
    "cacti": "cactus cacti saguaro",
    "rocks": "rock rocks boulder boulders stone stones cliffs canyon",
    "flowers": "flower flowers wildflowers blossom blossoms poppies",
    "mushrooms": "mushroom mushrooms toadstools",
    "ferns": "fern ferns undergrowth",
    "path": "path trail track",
    "trees": "trees tree",
    "grass": "grass",
    "cars": "car cars traffic taxi",
    "people": "people crowd pedestrians",
    "lamps": "lamp lamps lantern lanterns lights streetlights neon",
    "towers": "skyscraper skyscrapers towers downtown metropolis|high-rise",
    "old": "town village alley old medieval",
    "neon": "neon cyberpunk",
    "crystals": "crystal crystals gems",
    "boat": "boat boats ship|rowing boat",
    "umbrella": "umbrella parasol|deck chair",
    "ring": "ring rings ringed",
    "mars": "mars martian|red planet",
    "moon": "moon lunar|moon surface",
    "alien": "alien|alien planet",
    "station": "spaceship spacecraft station starship|space station",
    "clouds": "clouds cloud",
    "stars": "stars starry|milky way",
    "sun": "sun sunshine|sunlight",
    "tent": "tent camp camping campsite",
    "campfire": "campfire fire bonfire",
    "dark": "dark",
}
TIMES = {
    "dawn": "dawn sunrise daybreak|early morning",
    "noon": "noon midday|high noon",
    "day": "day daytime daylight afternoon morning sunny|sunlit",
    "golden": "evening|golden hour|magic hour|late afternoon|evening light",
    "dusk": "dusk sunset twilight|blue hour",
    "night": "night midnight moonlit nighttime moonlight starry|milky way|nocturnal",
}
WEATHER = {
    "clear": "clear cloudless sunny|blue sky",
    "cloudy": "cloudy clouds",
    "overcast": "overcast grey sky|gray sky",
    "mist": "misty mist fog foggy haze hazy",
    "rain": "rain rainy raining wet drizzle",
    "snow": "snow snowy snowing snowfall blizzard frost frosty",
    "storm": "storm stormy thunderstorm tempest",
}
SEASONS = {
    "spring": "spring springtime|cherry blossom",
    "summer": "summer summery",
    "autumn": "autumn autumnal fall",
    "winter": "winter wintry",
}
COLOURS = {
    "red": "#b3261e", "crimson": "#9b1b30", "orange": "#d9691e", "golden": "#d8a02c",
    "gold": "#d8a02c", "yellow": "#d9b92e", "green": "#3f7d3a", "emerald": "#1f7a54",
    "teal": "#1f7f80", "turquoise": "#2aa6a0", "cyan": "#2bb3c4", "blue": "#2b5fa8",
    "navy": "#1f2f5c", "purple": "#6a3d91", "violet": "#7a4fb0", "magenta": "#b0307f",
    "pink": "#d77a9d", "white": "#e6e2da", "black": "#26262a", "grey": "#7b7d80",
    "gray": "#7b7d80", "brown": "#6b4a30", "silver": "#aeb3b8",
}  # fmt: skip
MOODS = {
    "cosy": "cosy cozy warm homely inviting",
    "spooky": "spooky eerie haunted gloomy sinister ominous creepy dark",
    "dreamy": "dreamy magical enchanted ethereal fairytale fantasy mystical|fairy tale",
    "cold": "cold icy chilly frozen",
    "vivid": "vivid vibrant colourful colorful bright",
    "calm": "calm peaceful serene quiet tranquil",
}
STOP = frozenset(
    "a an the of in on at by with and or to from into over under near between beside behind before "
    "for is are was it its this that there some very as through during after no not without".split()
)
NEGATIONS = frozenset({"no", "without", "not"})
TABLES: tuple[tuple[Kind, dict[str, str]], ...] = (
    ("place", PLACES), ("feature", FEATURES), ("time of day", TIMES), ("weather", WEATHER),
    ("season", SEASONS), ("mood", MOODS),
)  # fmt: skip


@dataclass(frozen=True)
class SceneSpec:
    """What a prompt asks for, in the engine's own words."""

    place: str
    features: frozenset[str] = frozenset()
    time: str = "day"
    weather: str = "fair"
    season: str = "summer"
    colours: tuple[str, ...] = ()
    moods: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()

    def has(self, *names: str) -> bool:
        """Say whether any of these features was asked for and none of them removed."""
        return bool(self.features & set(names)) and not self.lacks(*names)

    def lacks(self, *names: str) -> bool:
        """Say whether any of these was removed."""
        return bool(self.removed & set(names))

    def accent(self, default: str, which: int = 0) -> str:
        """Give the sRGB code of the colour asked for, or the default."""
        return COLOURS[self.colours[which % len(self.colours)]] if self.colours else default


@dataclass(frozen=True)
class Reading:
    """A spec, and the account of how the words led to it."""

    spec: SceneSpec
    understood: tuple[str, ...]
    passed_over: tuple[str, ...]
    notes: tuple[str, ...]


def _vocabulary() -> dict[str, list[tuple[Kind, str]]]:
    """Turn the tables round: phrase → what it means, in every table it stands in."""
    phrases: dict[str, list[tuple[Kind, str]]] = {}
    for kind, table in TABLES:
        for value, listed in table.items():
            singles, *groups = listed.split("|")
            for phrase in (*singles.split(), *groups):
                phrases.setdefault(phrase, []).append((kind, value))
            if listed.count("|") and " " in value:
                phrases.setdefault(value, []).append((kind, value))
    for name in COLOURS:
        phrases.setdefault(name, []).append(("colour", name))
    return phrases


VOCABULARY = _vocabulary()
LONGEST = max(len(phrase.split()) for phrase in VOCABULARY)


def _phrases(text: str) -> Iterator[tuple[str, list[tuple[Kind, str]]]]:
    """Walk a text, the longest known phrase first; unknown words come with no meaning."""
    words = re.findall(r"[^\W_]+(?:[-'’][^\W_]+)*", text.lower())
    position = 0
    while position < len(words):
        for length in range(min(LONGEST, len(words) - position), 0, -1):
            phrase = " ".join(words[position : position + length])
            meaning = VOCABULARY.get(phrase) or (
                VOCABULARY.get(phrase.replace("-", " ")) if length == 1 else None
            )
            if meaning or length == 1:
                break
        yield phrase, meaning or []
        position += length


def read(prompt: str, negative: str = "") -> Reading:
    """Read a prompt.

    Parameters
    ----------
    prompt : what should be there. "no …" and "without …" take away the word that follows.
    negative : what should not be there.

    Raises
    ------
    InputError
        The prompt says nothing.
    """
    if not any(character.isalnum() for character in prompt):
        raise InputError(
            'The prompt is empty; say what to draw, for example "a pine forest at dawn".'
        )
    found: dict[Kind, list[str]] = {kind: [] for kind, _ in TABLES}
    found["colour"] = []
    understood, passed, removed, taking = [], [], [], False
    for phrase, meanings in _phrases(prompt):
        if phrase in NEGATIONS:
            taking = True
            continue
        if phrase in STOP:
            continue
        if not meanings:
            passed.append(phrase)
        elif taking:
            removed += _taken(meanings)
            understood.append(f"no {phrase} (taken away)")
        else:
            for kind, value in meanings:
                found[kind].append(value)
            understood.append(f"{phrase} ({' and '.join(dict.fromkeys(k for k, _ in meanings))})")
        taking = False
    for phrase, meanings in _phrases(negative):
        if meanings:
            removed += _taken(meanings)
            understood.append(f"no {phrase} (taken away)")
        elif phrase not in STOP:
            passed.append(phrase)

    notes = []
    gone = frozenset(removed)
    places = [place for place in dict.fromkeys(found["place"]) if place not in gone]
    if not places:
        notes.append("No place was named that the sketch engine knows; it drew meadows and hills.")
    elif len(places) > 1:
        notes.append(
            f"Several places were named; it drew {places[0]}, the first it could settle on."
        )
    spec = SceneSpec(
        place=places[0] if places else "meadow",
        features=frozenset(found["feature"]),
        time=_first(found["time of day"], gone, "day"),
        weather=_first(found["weather"], gone, "fair"),
        season=_first(found["season"], gone, "summer"),
        colours=tuple(name for name in dict.fromkeys(found["colour"]) if name not in gone),
        moods=frozenset(found["mood"]) - gone,
        removed=gone,
    )
    return Reading(
        spec, tuple(dict.fromkeys(understood)), tuple(dict.fromkeys(passed)), tuple(notes)
    )


def _taken(meanings: list[tuple[Kind, str]]) -> list[str]:
    """What a word takes away: the thing before the place, so that "no trees" thins a forest."""
    things = [value for kind, value in meanings if kind != "place"]
    return things or [value for _, value in meanings]


def _first(values: list[str], gone: frozenset[str], default: str) -> str:
    return next((value for value in values if value not in gone), default)
