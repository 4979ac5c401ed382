"""Models: which are known, which are here, how they come over a network that breaks."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import COMMIT, UNET, Hub, depth_files, pipeline_files, safetensors, serving
from huggingface_hub import constants

from depthfusion.generation import models
from depthfusion.generation.models import (
    DEFAULT,
    MODELS,
    find,
    locate,
    offer,
    present,
    pull,
    pulling,
    verified,
    verify_weights,
)
from depthfusion.generation.models.offering import part_of
from depthfusion.types import Cancelled, InputError

PIPELINE = "Intel/ldm3d-pano"
DEPTH = DEFAULT["depth"]


def written(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with an LDM3D pipeline and a depth model, on a machine that may use it."""
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(pulling, "PAUSE", 0.001)
    with serving(Hub({PIPELINE: pipeline_files(), DEPTH: depth_files()})) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.address)
        yield served


def test_the_table_names_each_model_once_with_a_licence() -> None:
    assert len({model.id for model in MODELS}) == len(MODELS)
    assert len({model.name for model in MODELS}) == len(MODELS)
    assert all(model.licence.url.startswith("https://") for model in MODELS)
    assert DEFAULT["panorama"] == PIPELINE
    assert models.known("ldm3d-4c") is models.known("intel/LDM3D-4c")
    small, base = (models.known(f"Depth-Anything-V2-{size}-hf") for size in ("Small", "Base"))
    assert small and base and small.licence.commercial and not base.licence.commercial
    assert DEPTH == small.id


def test_an_offer_says_what_is_needed_and_nothing_is_fetched(hub: Hub, tmp_path: Path) -> None:
    offered = offer("ldm3d-pano")
    files = {file.path for file in offered.files}
    assert files == {
        "model_index.json", "unet/config.json", UNET, "vae/config.json",
        "vae/diffusion_pytorch_model.safetensors", "text_encoder/config.json",
        "text_encoder/model.safetensors", "tokenizer/vocab.json", "tokenizer/merges.txt",
        "tokenizer/tokenizer_config.json", "scheduler/scheduler_config.json",
    }  # fmt: skip
    assert offered.bytes == sum(len(hub.models[PIPELINE][name]) for name in files)
    assert offered.missing_bytes == offered.bytes
    assert offered.licence is not None and "OpenRAIL" in offered.licence.name
    assert (offered.revision, offered.licence_tag) == (COMMIT, "creativeml-openrail-m")
    assert not (tmp_path / "hf").exists() and find(PIPELINE) is None


def test_a_pulled_model_is_found_here_and_by_the_hubs_own_library(hub: Hub) -> None:
    told: list[float] = []
    located = pull(offer(PIPELINE), lambda stage, fraction: told.append(fraction))
    assert (located.id, located.revision) == (PIPELINE, COMMIT)
    assert told[0] == 0 and told[-1] == 1 and told == sorted(told) and len(told) > 5
    assert find("ldm3d-pano") == located and present("panorama") == [located]
    assert (located.folder / UNET).read_bytes() == hub.models[PIPELINE][UNET]
    assert located.bytes == offer(PIPELINE).bytes and offer(PIPELINE).missing_bytes == 0
    from huggingface_hub import snapshot_download

    cache = models.cache_folder()
    theirs = snapshot_download(PIPELINE, cache_dir=cache, local_files_only=True)
    assert Path(theirs) == located.folder
    assert not list(cache.rglob("*.incomplete"))


def test_what_is_here_is_not_fetched_again(hub: Hub) -> None:
    pull(offer(DEPTH))
    hub.asked.clear()
    pull(offer(DEPTH))
    assert [asked for asked in hub.asked if "/resolve/" in asked[1]] == []


def test_a_connection_that_breaks_is_taken_up_where_it_broke(hub: Hub) -> None:
    hub.breaks[UNET] = [1_500_000, 700_000]
    located = pull(offer(PIPELINE))
    assert (located.folder / UNET).read_bytes() == hub.models[PIPELINE][UNET]
    assert hub.gets(UNET) == [None, "bytes=1500000-", "bytes=2200000-"]


def test_a_download_that_was_given_up_goes_on_the_next_time(hub: Hub) -> None:
    hub.breaks[UNET] = [1_200_000] + [0] * pulling.ATTEMPTS
    with pytest.raises(InputError, match=r"broke at 1200000 of \d+ bytes.*goes on from there"):
        pull(offer(PIPELINE))
    assert find(PIPELINE) is None
    again = offer(PIPELINE)
    assert 0 < again.missing_bytes <= again.bytes - 1_200_000
    hub.asked.clear()
    told: list[float] = []
    pull(again, lambda _, fraction: told.append(fraction))
    assert hub.gets(UNET) == ["bytes=1200000-"]
    assert told[0] >= 1_200_000 / again.bytes and told == sorted(told)


def test_a_stop_keeps_what_has_come(hub: Hub) -> None:
    def stop(stage: str, fraction: float) -> None:
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        pull(offer(PIPELINE), stop)
    offered = offer(PIPELINE)
    assert 0 < offered.missing_bytes < 0.6 * offered.bytes
    hub.asked.clear()
    pull(offered)
    assert str(hub.gets(UNET)[0]).startswith("bytes=")
    assert find(PIPELINE)


def test_a_hub_that_ignores_ranges_sends_all_again(hub: Hub) -> None:
    hub.breaks[UNET], hub.ignores_ranges = [1_500_000], True
    located = pull(offer(PIPELINE))
    assert (located.folder / UNET).read_bytes() == hub.models[PIPELINE][UNET]


@pytest.mark.parametrize("name", [UNET, "vae/config.json"])
def test_what_comes_damaged_is_thrown_away(hub: Hub, name: str) -> None:
    hub.corrupt.add(name)
    with pytest.raises(InputError, match=f"{name} of {PIPELINE} came damaged"):
        pull(offer(PIPELINE))
    assert find(PIPELINE) is None
    hub.corrupt.clear()
    assert pull(offer(PIPELINE)).revision == COMMIT


def test_two_processes_do_not_write_one_file(hub: Hub) -> None:
    import fcntl

    offered = offer(DEPTH)
    file = next(file for file in offered.files if file.path == "model.safetensors")
    part = part_of(DEPTH, file)
    part.parent.mkdir(parents=True)
    with part.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(InputError, match=r"another process is fetching model\.safetensors"):
            pull(offered)
    assert pull(offered).revision == COMMIT


def test_only_the_files_of_the_table_are_fetched(hub: Hub) -> None:
    adapter = models.known("IP-Adapter")
    assert adapter is not None
    wanted = {name: safetensors(1500) for name in adapter.files}
    hub.models[adapter.id] = {**wanted, "sdxl_models/huge.safetensors": safetensors(10**6)}
    located = pull(offer(adapter.id))
    names = {f.relative_to(located.folder).as_posix() for f in located.folder.rglob("*.*")}
    assert names >= set(adapter.files) and "sdxl_models/huge.safetensors" not in names


def test_weights_in_a_pickle_only_are_refused(hub: Hub) -> None:
    files = pipeline_files()
    del files[UNET]
    hub.models["someone/pickled"] = files
    with pytest.raises(InputError, match=r"only pickled weights in unet/ .*@refs/pr/N"):
        offer("someone/pickled")
    hub.models["someone/empty"] = {"config.json": b"{}"}
    with pytest.raises(InputError, match="no weights in safetensors"):
        offer("someone/empty")


def test_what_the_hub_refuses_is_said(hub: Hub) -> None:
    with pytest.raises(InputError, match="no model nobody/nothing at http"):
        offer("nobody/nothing")
    hub.gated.add(DEPTH)
    with pytest.raises(InputError, match="accept its terms at http"):
        offer(DEPTH)
    with pytest.raises(InputError, match="no id of a model"):
        offer("no/id/at/all")


def test_a_full_disk_is_said_before_anything_comes(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = offer(PIPELINE)
    monkeypatch.setattr(pulling, "SPARE", 2**62)
    with pytest.raises(InputError, match="GB free; make room, or set HF_HOME"):
        pull(offered)
    assert hub.gets(UNET) == []


def test_without_a_network_the_ways_out_are_said(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(InputError, match=r"could not be asked .*network, or copy .*, or name"):
        offer(PIPELINE)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    hub.asked.clear()
    with pytest.raises(InputError, match="HF_HUB_OFFLINE forbids the network"):
        offer(PIPELINE)
    with pytest.raises(InputError) as caught:
        locate(PIPELINE)
    said = str(caught.value)
    assert "models pull" in said and "with --model;" in said and "--engine sketch" in said
    assert "HF_HUB_OFFLINE is unset" in said and hub.asked == []


def test_a_model_in_part_is_not_taken_for_whole(hub: Hub) -> None:
    located = pull(offer(PIPELINE))
    (located.folder / "tokenizer" / "merges.txt").unlink()
    assert find(PIPELINE) is None
    with pytest.raises(InputError, match=r"here in part, tokenizer/merges.txt is missing"):
        locate(PIPELINE)
    pull(offer(PIPELINE))
    assert find(PIPELINE)


def test_the_cache_is_where_the_hubs_library_looks(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    line = (
        "from huggingface_hub import constants as c; "
        "from depthfusion.generation import models as m;"
        "assert str(m.cache_folder()) == c.HF_HUB_CACHE, (m.cache_folder(), c.HF_HUB_CACHE);"
        "assert m.is_offline() == c.HF_HUB_OFFLINE"
    )
    for settings in (
        {}, {"HF_HOME": "/x"}, {"HF_HUB_CACHE": "~/y", "HF_HOME": "/x"}, {"XDG_CACHE_HOME": "/z"},
        {"HUGGINGFACE_HUB_CACHE": "$HOME/w", "HF_HUB_OFFLINE": "yes"},
        {"TRANSFORMERS_OFFLINE": "1"}, {"HF_HUB_OFFLINE": "0"},
    ):  # fmt: skip
        subprocess.run([sys.executable, "-c", line], check=True, env={**home, **settings})


def test_a_plain_folder_is_a_model(tmp_path: Path) -> None:
    folder = written(tmp_path / "mine", pipeline_files())
    located = locate(str(folder), "panorama")
    assert (located.id, located.folder, located.revision) == ("mine", folder, None)
    assert located.licence is None


@pytest.mark.parametrize(
    ("gone", "says"),
    [
        ("unet/config.json", "lacks unet/config.json"),
        ("tokenizer/vocab.json", "lacks tokenizer/vocab.json"),
        ("scheduler/scheduler_config.json", "lacks scheduler/scheduler_config.json"),
    ],
)
def test_what_a_folder_lacks_is_named(gone: str, says: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "mine", pipeline_files(size=100))
    (folder / gone).unlink()
    with pytest.raises(InputError, match=says):
        verified(folder, panorama=True)


def test_a_folder_that_is_no_ldm3d_model_says_why(tmp_path: Path) -> None:
    plain = written(tmp_path / "colour", pipeline_files(channels=3, size=100))
    with pytest.raises(InputError, match="its VAE gives 3 channels"):
        verified(plain, panorama=True)
    assert verified(plain) == plain
    depth = written(tmp_path / "depth", depth_files())
    with pytest.raises(InputError, match=r"no LDM3D model: it has no model_index\.json"):
        verified(depth, panorama=True)
    with pytest.raises(InputError, match="does not exist"):
        locate(str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match=r"neither model_index.json nor config.json"):
        locate(str(tmp_path))


def test_pickles_are_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "mine", pipeline_files(size=100))
    for file in folder.glob("unet/*.safetensors"):
        file.unlink()
    with pytest.raises(InputError, match="is pickled, which can run any program"):
        verified(folder)
    with pytest.raises(InputError, match="is pickled"):
        verify_weights(folder / "unet" / "diffusion_pytorch_model.bin")


def test_weights_that_are_cut_off_or_no_weights_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "w.safetensors"
    whole = safetensors(500)
    file.write_bytes(whole)
    verify_weights(file)
    file.write_bytes(whole[:-1])
    with pytest.raises(InputError, match=f"{len(whole) - 1} bytes of {len(whole)}"):
        verify_weights(file)
    for damaged in (b"", b"\x80\x02", whole[:20], b"\xff" * 64, b"\x02" + bytes(7) + b"[]"):
        file.write_bytes(damaged)
        with pytest.raises(InputError, match="no safetensors file, or is damaged"):
            verify_weights(file)
    with pytest.raises(InputError, match="cannot read"):
        verify_weights(tmp_path / "nowhere.safetensors")


def test_the_shards_of_an_index_must_all_be_here(tmp_path: Path) -> None:
    folder = written(tmp_path / "big", {
        "config.json": b"{}", "model-1-of-2.safetensors": safetensors(50),
        "model.safetensors.index.json": b'{"weight_map": {"a": "model-1-of-2.safetensors", '
        b'"b": "model-2-of-2.safetensors"}}',
    })  # fmt: skip
    with pytest.raises(InputError, match=r"lacks model-2-of-2.safetensors"):
        verified(folder)


@pytest.mark.parametrize("name", ["nothing", "a/b/c", "../../etc", "Intel/ldm3d-pano@../x"])
def test_a_name_that_cannot_be_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        locate(name)
