"""One design language, light and dark: paper and ink, and amber for what is near."""

from pathlib import Path

from gradio.themes import Base
from gradio.themes.utils import sizes
from gradio.themes.utils.colors import Color

STATIC = Path(__file__).parent / "static"

AMBER = Color(
    "#fdf6e7", "#fbe9c6", "#f8d695", "#f5c368", "#f2b04a", "#d98f1f", "#b87312", "#9a5a06",
    "#7a4708", "#5d370b", "#3a2206", name="amber",
)  # fmt: skip
STONE = Color(
    "#faf9f6", "#f3f1ec", "#e6e3db", "#d3cfc5", "#aaa59a", "#79746a", "#5c5850", "#3a3936",
    "#212326", "#17191c", "#0f1113", name="stone",
)  # fmt: skip
FONT = ("Instrument Sans", "system-ui", "sans-serif")


def theme() -> Base:
    """The theme; fonts come from the app itself, nothing from the network."""
    base = Base(
        primary_hue=AMBER,
        secondary_hue=AMBER,
        neutral_hue=STONE,
        radius_size=sizes.radius_lg,
        text_size=sizes.text_md,
        font=FONT,
        font_mono=("ui-monospace", "Menlo", "monospace"),
    )
    return base.set(
        body_background_fill="#f6f4ef",
        body_background_fill_dark="#0f1113",
        body_text_color="#1d1f21",
        body_text_color_dark="#efebe3",
        body_text_color_subdued="#67635b",
        body_text_color_subdued_dark="#a8a399",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#17191c",
        background_fill_secondary="#faf9f6",
        background_fill_secondary_dark="#1c1f22",
        border_color_primary="#e2ded4",
        border_color_primary_dark="#2b2e32",
        block_background_fill="#ffffff",
        block_background_fill_dark="#17191c",
        block_border_color="#e2ded4",
        block_border_color_dark="#2b2e32",
        block_border_width="1px",
        block_radius="14px",
        input_radius="10px",
        button_large_radius="12px",
        button_medium_radius="10px",
        button_small_radius="10px",
        button_primary_border_color="transparent",
        button_primary_border_color_dark="transparent",
        button_secondary_border_color="transparent",
        button_secondary_border_color_dark="transparent",
        block_shadow="none",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_label_border_width="0px",
        block_label_text_color="#67635b",
        block_label_text_color_dark="#a8a399",
        block_title_text_color="#67635b",
        block_title_text_color_dark="#a8a399",
        block_title_text_weight="500",
        block_info_text_color="#67635b",
        block_info_text_color_dark="#a8a399",
        input_background_fill="#faf9f6",
        input_background_fill_dark="#1f2225",
        input_background_fill_focus="#ffffff",
        input_background_fill_focus_dark="#1f2225",
        input_border_color="#dcd7cb",
        input_border_color_dark="#33373b",
        input_border_color_focus="#9a5a06",
        input_border_color_focus_dark="#f2b04a",
        input_border_width="1px",
        input_placeholder_color="#79746a",
        input_placeholder_color_dark="#8d887e",
        button_primary_background_fill="#1d1f21",
        button_primary_background_fill_hover="#34373a",
        button_primary_text_color="#ffffff",
        button_primary_background_fill_dark="#f1ede5",
        button_primary_background_fill_hover_dark="#ffffff",
        button_primary_text_color_dark="#17191c",
        button_secondary_background_fill="#efece4",
        button_secondary_background_fill_hover="#e6e2d8",
        button_secondary_text_color="#1d1f21",
        button_secondary_background_fill_dark="#24272b",
        button_secondary_background_fill_hover_dark="#2e3236",
        button_secondary_text_color_dark="#efebe3",
        button_large_text_weight="600",
        button_medium_text_weight="500",
        color_accent="#9a5a06",
        color_accent_soft="#fbe9c6",
        color_accent_soft_dark="#3a2e18",
        slider_color="#9a5a06",
        slider_color_dark="#f2b04a",
        loader_color="#9a5a06",
        loader_color_dark="#f2b04a",
        checkbox_background_color_selected="#9a5a06",
        checkbox_background_color_selected_dark="#d98f1f",
        checkbox_border_color_selected="#9a5a06",
        checkbox_border_color_selected_dark="#d98f1f",
    )
