"""The public functions of the lower floors obey the house style; a new one that doesn't fails here.

Data positional, options keyword-only or in a dataclass; radians everywhere but in names that end in
`_deg`; a docstring on whatever has a public name.
"""

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import depthfusion.geometry
import depthfusion.rendering
import depthfusion.scene
import depthfusion.types

FLOORS = (depthfusion.types, depthfusion.geometry, depthfusion.scene, depthfusion.rendering)
NEEDS_OPENGL = {"depthfusion.rendering.opengl", "depthfusion.rendering.opengl_passes"}


def module_names() -> Iterator[str]:
    for floor in FLOORS:
        for found in pkgutil.walk_packages(floor.__path__, floor.__name__ + "."):
            if found.name not in NEEDS_OPENGL:
                yield found.name


def public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """What a module defines itself under a public name; compiled kernels are no interface."""
    for name, value in vars(module).items():
        own = getattr(value, "__module__", None) == module.__name__
        if (
            own
            and not name.startswith("_")
            and (inspect.isfunction(value) or inspect.isclass(value))
        ):
            yield name, value


def functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Public functions, and public methods of public classes."""
    for name, value in public(module):
        if inspect.isfunction(value):
            yield name, value
            continue
        for key, member in vars(value).items():
            member = getattr(member, "__func__", member)
            if inspect.isfunction(member) and not key.startswith("_"):
                yield f"{name}.{key}", member


@pytest.fixture(params=sorted(module_names()), ids=lambda name: name.removeprefix("depthfusion."))
def module(request: pytest.FixtureRequest) -> ModuleType:
    return importlib.import_module(request.param)


def test_whatever_is_public_says_what_it_is(module: ModuleType) -> None:
    assert module.__doc__
    for name, value in [*public(module), *functions(module)]:
        # A dataclass without one gets its signature for a docstring.
        text = inspect.getdoc(value) or ""
        assert text and not text.startswith(f"{name}("), f"{name} has no docstring"
        first = text.split("\n\n")[0]
        assert re.search(r"[.:;]$|\.", first), f"the docstring of {name} begins with no sentence"


def is_option(parameter: inspect.Parameter) -> bool:
    """Whether a default is a word or a switch: it chooses how, it is not what."""
    return isinstance(parameter.default, str | bool)


def test_options_are_keyword_only(module: ModuleType) -> None:
    for name, function in functions(module):
        for key, parameter in list(inspect.signature(function).parameters.items())[1:]:
            if is_option(parameter):
                assert parameter.kind is parameter.KEYWORD_ONLY, (
                    f"{name}: {key} is an option; put it behind a * or into a dataclass"
                )


def test_no_default_can_be_changed_by_a_call(module: ModuleType) -> None:
    for name, function in functions(module):
        for key, parameter in inspect.signature(function).parameters.items():
            assert not isinstance(parameter.default, list | dict | set), f"{name}: {key}"


def test_option_dataclasses_are_frozen_and_complete(module: ModuleType) -> None:
    for name, value in public(module):
        if not (inspect.isclass(value) and dataclasses.is_dataclass(value)):
            continue
        options = name.endswith("Options")
        if options or module.__name__.startswith("depthfusion.types"):
            assert value.__dataclass_params__.frozen, f"{name} can be changed"
        if options:
            value()  # the only home of defaults has one for everything


DEGREE_WORDS = re.compile(r"(^|_)(deg|degs|degree|degrees)(_|$)")


def test_degrees_live_only_in_names_that_say_so(module: ModuleType) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text())
    for node in ast.walk(tree):
        names = {
            ast.arg: lambda n: [n.arg],
            ast.FunctionDef: lambda n: [n.name],
            ast.Name: lambda n: [n.id],
            ast.keyword: lambda n: [n.arg or ""],
        }.get(type(node), lambda _: [])(node)
        for name in names:
            if DEGREE_WORDS.search(name.lower()):
                assert name.lower().endswith("_deg"), f"line {node.lineno}: {name}"


def test_angles_in_docstrings_are_radians(module: ModuleType) -> None:
    for name, value in [*public(module), *functions(module)]:
        text = inspect.getdoc(value) or ""
        assert not re.search(r"\bdegrees?\b", text) or "_deg" in text, f"{name} speaks of degrees"


def test_nothing_is_printed_or_swallowed(module: ModuleType) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            quiet = all(isinstance(step, ast.Pass) for step in node.body)
            assert node.type is not None, f"line {node.lineno}: a bare except"
            assert not quiet, f"line {node.lineno}: an error is swallowed"
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) != "print", f"line {node.lineno}: print"


def test_the_walk_finds_what_there_is() -> None:
    names = set(module_names())
    assert {"depthfusion.geometry.cameras", "depthfusion.scene.meshing"} <= names
    found = dict(functions(importlib.import_module("depthfusion.geometry.equirectangular")))
    assert {"sample", "pad", "directions"} <= set(found)
