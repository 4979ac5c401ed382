"""Create: from words to a scene."""

import json
import random
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from app import markup
from app.advanced import advanced_settings, chosen
from app.desk import Desk
from app.jobs import Snapshot
from app.running import owner, sentence, turns
from depthfusion.types import InputError, Progress

EXAMPLES = {
    "Forest at dawn": "a misty pine forest at dawn",
    "Desert at dusk": "red desert dunes under a violet dusk sky",
    "Winter peaks": "snowy mountains in clear winter light",
    "Rainy street": "a city street at night in the rain",
    "Quiet beach": "a quiet beach with palms at sunset",
    "Space station": "a space station above a blue planet",
}
ENGINES = {"Automatic": "auto", "Sketch": "sketch", "LDM3D": "ldm3d"}
SIZES = {"1024 × 512": 1024, "2048 × 1024": 2048, "4096 × 2048": 4096}
SEEDS = 2**31


def create_tab(desk: Desk) -> None:
    """Place the tab."""
    choices, automatic = engines(desk.studio)
    with gr.Row(elem_classes="two"):
        with gr.Column(scale=5, min_width=320):
            prompt = gr.Textbox(
                label="What place do you want to stand in?",
                placeholder="a misty pine forest at dawn",
                lines=3,
                max_length=600,
                elem_id="prompt",
            )
            with gr.Row(elem_classes="chips"):
                chips = [gr.Button(name, size="sm", min_width=0) for name in EXAMPLES]
            start, stop = desk.job_buttons("Create", "create")
            with gr.Accordion("More settings", open=False, elem_classes="more"):
                engine = gr.Radio(choices, value="auto", label="Engine", info=automatic)
                with gr.Row():
                    width = gr.Dropdown(
                        list(SIZES.items()), value=2048, label="Size", filterable=False
                    )
                    seed = gr.Textbox(label="Seed", placeholder="drawn by lot", max_length=10)
                    dice = gr.Button("Dice", size="sm", min_width=60, elem_classes="dice")
                negative = gr.Textbox(label="Leave out", placeholder="people, text", max_length=600)
                with gr.Row(visible=("LDM3D", "ldm3d") in choices):
                    steps = gr.Slider(0, 100, 0, step=1, label="Steps", info="0: the model's own")
                    guidance = gr.Slider(
                        0, 20, 0, step=0.5, label="Guidance", info="0: the model's own"
                    )
            settings = advanced_settings(desk.studio)
        with gr.Column(scale=7, min_width=320):
            status = gr.HTML(markup.idle("The scene opens as soon as it is made."))

    def show_examples() -> None:
        for chip, words in zip(chips, EXAMPLES.values(), strict=True):
            fill = f"() => {json.dumps(words)}"
            chip.click(None, None, prompt, js=fill, api_visibility="private")

    async def run(
        words: str | None,
        engine: str,
        width: int,
        seed: str | None,
        negative: str | None,
        steps: float,
        guidance: float,
        lean: float | None,
        method: str,
        sharpen: str,
        detail: str,
        request: gr.Request,
    ) -> AsyncIterator[tuple[Any, ...]]:
        def work(progress: Progress) -> tuple[str, Any]:
            place = (words or "").strip()
            options = desk.studio.CreateOptions(
                engine=engine,
                width=int(width),
                height=int(width) // 2,
                seed=seed_of(seed or ""),
                negative=(negative or "").strip() or None,
                steps=int(steps) or None,
                guidance=guidance or None,
                **chosen(desk.studio, lean, method, sharpen, detail),
            )
            out = desk.studio.new_scene_folder(place, desk.shelf.folder)
            return out.name, desk.studio.create(place, out, options, progress=progress)

        def told(result: tuple[str, Any], now: Snapshot) -> str:
            return told_of(desk, result, now)

        async for turn in turns(desk.lane, "create", owner(request, "create"), work, told):
            view = desk.opened(turn.result[0]) if turn.result else desk.unchanged()
            yield *turn.row(), *view

    show_examples()
    dice.click(
        lambda: str(random.randrange(SEEDS)), None, seed, queue=False, api_visibility="private"
    )
    gr.on(
        [start.click, prompt.submit],
        run,
        [prompt, engine, width, seed, negative, steps, guidance, *settings],
        [status, start, stop, *desk.view],
        concurrency_limit=None,
        show_progress="hidden",
        api_name="create",
    )


def seed_of(text: str) -> int | None:
    """The number in a field that may be empty."""
    if not text.strip():
        return None
    if not text.strip().isdecimal():
        raise InputError(f"the seed must be a whole number, or empty; got {text!r}")
    return int(text)


def told_of(desk: Desk, result: tuple[str, Any], now: Snapshot) -> str:
    """A scene that came about, with what was chosen, understood and assumed on the way."""
    key, outcome = result
    scene = desk.shelf.find(key)
    if scene is None:
        return markup.ended("The scene was made and is gone again.", kind="warn")
    lines = [
        sentence(why if name == "engine" else f"{name}: {why}")
        for name, why in outcome.chosen.items()
    ]
    for name, words in (("understood", "Understood"), ("passed_over", "Passed over")):
        if outcome.facts.get(name):
            lines.append(f"{words}: {', '.join(outcome.facts[name])}.")
    return markup.made(scene, now.elapsed, [*lines, *map(sentence, outcome.notes)])


def engines(studio: Any) -> tuple[list[tuple[str, str]], str]:
    """The engines that work here, and what Automatic comes to."""
    working, reasons = [], {}
    for label, name in ENGINES.items():
        try:
            why = studio.choose_engine(name)[1]
        except InputError:
            continue
        working.append((label, name))
        reasons[name] = why
    return working, f"Automatic takes {reasons['auto']}."
