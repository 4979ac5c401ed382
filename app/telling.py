"""What came of a job, in words."""

from app import markup
from app.board import sentence
from app.languages import Words
from app.ledger import Record
from app.shelf import Shelf


def told_of(shelf: Shelf, record: Record, words: Words) -> str:
    """A scene that came about, with what was chosen, understood and assumed on the way."""
    result = dict(record.result or {})
    found = [shelf.find(key) for key in result.get("scenes", [])]
    scenes = [scene for scene in found if scene is not None]
    if not scenes:
        return markup.ended(words("The scene was made and is gone again."), kind="warn")
    if len(scenes) > 1:
        return markup.several(scenes, words)
    return markup.made(scenes[0], record.seconds, notes_of(record, words), words)


def notes_of(record: Record, words: Words) -> list[str]:
    """Sentences about how it came about."""
    result = dict(record.result or {})
    chosen, found = result.get("chosen", {}), result.get("facts", {})
    lines = [
        sentence(why if name == "engine" else f"{name}: {why}") for name, why in chosen.items()
    ]
    for name, said in (("understood", "Understood"), ("passed_over", "Passed over")):
        if found.get(name):
            lines.append(f"{words(said)}: {', '.join(found[name])}.")
    return [*lines, *map(sentence, result.get("notes", []))]
