"""The form under Create: words, pictures of examples, and every setting of a creation."""

import random
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from app.advanced import advanced_settings
from app.desk import QUIET, words_of
from app.diffusion import diffusion_settings
from app.engines import ENGINES, engine_line, takes
from app.languages import ENGLISH, Words, on_page
from app.tasks.diffusing import FILES, SETTINGS
from app.timing import Usual
from depthfusion.types import InputError

EXAMPLES = {
    "forest": "a misty pine forest at dawn",
    "desert": "red desert dunes under a violet dusk sky",
    "peaks": "snowy mountains in clear winter light",
    "street": "a city street at night in the rain",
    "beach": "a quiet beach with palms at sunset",
    "station": "a space station above a blue planet",
}
"""Picture in `static/examples` → the words that made it; the sketch engine knows English."""
SIZES = {"1024 × 512": 1024, "2048 × 1024": 2048, "4096 × 2048": 4096}
SEEDS = 2**31
PRESS_EXAMPLE = """
element.addEventListener('click', (event) => {
  const card = event.target.closest('[data-words]');
  if (card) trigger('click', { words: card.dataset.words });
});
"""


class CreateForm:
    """Components by the names of a job's arguments; they read as one, and are filled as one.

    Parameters
    ----------
    studio : as in `Desk`.
    usual : how long creating takes.
    """

    def __init__(self, studio: Any, usual: Usual) -> None:
        self.fields: dict[str, Any] = {}
        self._studio = studio
        self._usual = usual

    def place_prompt(self) -> None:
        """Place the words and the examples."""
        self.fields["words"] = gr.Textbox(
            label=on_page("What place do you want to stand in?"),
            placeholder=EXAMPLES["forest"],
            lines=3,
            max_length=600,
            elem_id="prompt",
        )
        examples = gr.HTML(example_cards(), js_on_load=PRESS_EXAMPLE, elem_id="examples")
        examples.click(picked, None, self.fields["words"], **QUIET)

    def place_settings(self) -> None:
        """Place everything else, closed."""
        with gr.Accordion(
            on_page("More settings"), open=False, elem_classes="more", elem_id="settings"
        ) as self.settings:
            engine = gr.Radio(list(ENGINES.items()), value="auto", label=on_page("Engine"))
            self.line = gr.HTML("", elem_classes="hint", elem_id="engine-line")
            width = gr.Dropdown(
                list(SIZES.items()), value=2048, label=on_page("Size"), filterable=False
            )
            with gr.Row():
                seed = gr.Textbox(
                    label=on_page("Seed"), placeholder=on_page("drawn by lot"), max_length=10
                )
                dice = gr.Button(on_page("Dice"), size="sm", min_width=60, elem_classes="dice")
            lock = gr.Checkbox(False, label=on_page("Keep the last seed"))
            self.last = gr.State("")
            negative = gr.Textbox(
                label=on_page("Leave out"), placeholder=on_page("people, text"), max_length=600
            )
            with gr.Row():
                steps = gr.Slider(
                    0, 100, 0, step=1, label=on_page("Steps"), info=on_page("0: the model's own")
                )
                guidance = gr.Slider(
                    0, 20, 0, step=0.5, label=on_page("Guidance"),
                    info=on_page("0: the model's own"),
                )  # fmt: skip
            init = gr.Image(
                label=on_page("Start from a 360° picture"), sources=["upload"], type="filepath",
                image_mode=None, height=150, elem_id="init", buttons=[],
            )  # fmt: skip
            init.preprocess = path_of
            strength = gr.Slider(
                0, 1, 0.6, step=0.05, label=on_page("How far to leave it"),
                info=on_page("0 keeps the picture, 1 forgets it"),
            )  # fmt: skip
        self.fields |= {
            "engine": engine, "width": width, "seed": seed, "lock": lock, "negative": negative,
            "steps": steps, "guidance": guidance, "init": init, "strength": strength,
        }  # fmt: skip
        self.fields |= diffusion_settings(path_of)
        self.fields |= advanced_settings(self._studio)
        self._join(dice)

    def _join(self, dice: gr.Button) -> None:
        form = self.fields
        drawn = [form["seed"], form["lock"]]
        dice.click(lambda: (str(random.randrange(SEEDS)), True), None, drawn, **QUIET)
        form["lock"].input(kept, [form["lock"], form["seed"], self.last], form["seed"], **QUIET)
        for changed in (form["engine"], form["width"]):
            changed.change(self.engine_changed, self.engine_inputs, self.engine_outputs, **QUIET)

    @property
    def engine_inputs(self) -> list[Any]:
        """What `engine_changed` reads."""
        return [self.fields["engine"], self.fields["width"]]

    @property
    def engine_outputs(self) -> list[Any]:
        """What `engine_changed` writes."""
        names = ("negative", "steps", "guidance", "init", "strength")
        return [self.line, *(self.fields[name] for name in names)]

    def engine_changed(self, engine: str, width: int, request: gr.Request) -> tuple[Any, ...]:
        """Say what the engine does here, and rest what it has no use for."""
        words = words_of(request)
        line = engine_line(self._studio, self._usual, engine, int(width), words)
        used = takes(self._studio, engine)
        names = ("negative", "steps", "guidance", "init", "strength")
        return line, *(gr.update(interactive=name in used) for name in names)

    def read(self, values: Sequence[Any]) -> tuple[dict[str, Any], dict[str, str | None]]:
        """The arguments of a job, and the files that go with it.

        Raises
        ------
        InputError
            The seed is no number.
        """
        given = dict(zip(self.fields, values, strict=True))
        used = takes(self._studio, given["engine"])
        init = given.pop("init")
        given.pop("lock")
        given["seed"] = seed_of(given["seed"] or "")
        given["steps"] = int(given["steps"] or 0)
        for name in ("steps", "guidance", "negative", "strength"):
            given[name] = given[name] or None if name in used else None
        if not ((init or given["sketched"]) and "init" in used):
            given["strength"] = None
        files = {"init": init, **{name: given.pop(name) for name in FILES}}
        if "init" not in used:  # it does not diffuse
            given |= dict.fromkeys(SETTINGS)
            files = dict.fromkeys(files)
        return given, files

    def filled(self, recipe: Mapping[str, Any], init: str | None = None) -> dict[Any, Any]:
        """Component → what it shows, after a recipe; `init` is the picture to start from."""
        options = dict(recipe.get("options") or {})
        values: dict[str, Any] = {"words": recipe.get("prompt") or recipe.get("title") or ""}
        for name in ("negative", "steps", "guidance"):
            values[name] = options.get(name) or (0 if name != "negative" else "")
        if recipe.get("seed") is not None:
            again = init is None  # a remix wants another place, a recipe the same
            values |= {"seed": str(recipe["seed"]) if again else "", "lock": again}
        width = options.get("width") or recipe.get("width")
        if width in SIZES.values():
            values["width"] = width
        if recipe.get("engine") in ENGINES.values():
            values["engine"] = recipe["engine"]
        values["init"] = init
        return {self.fields[name]: value for name, value in values.items()}


def kept(lock: bool, seed: str, last: str) -> str:
    """What the field of the seed holds once the last one is to be kept, or is not any more."""
    return (seed or last) if lock else ""


def example_cards(words: Words = ENGLISH) -> str:
    """Pictures of examples; pressing one fills in its words."""
    rows = "".join(
        f'<li><button type="button" data-words="{escape(text, quote=True)}" '
        f'aria-label="{escape(words("Example") + ": " + text, quote=True)}">'
        f'<img src="examples/{name}.webp" alt="" width="160" height="90"></button></li>'
        for name, text in EXAMPLES.items()
    )
    return f'<ul class="examples">{rows}</ul>'


def picked(event: gr.EventData) -> str:
    """The words of the example that was pressed."""
    return str(event._data.get("words", ""))[:600]


def path_of(payload: Any) -> str | None:
    """The uploaded file as it is, unopened: the studio reads it and says what is wrong with it."""
    return str(Path(payload.path)) if payload else None


def seed_of(text: str) -> int | None:
    """The number in a field that may be empty."""
    if not text.strip():
        return None
    if not text.strip().isdecimal():
        raise InputError(f"the seed must be a whole number, or empty; got {text!r}")
    return int(text)
