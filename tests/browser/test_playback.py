"""Films in the browser: what DepthFusion writes plays there, boxes, tags and all."""

import base64
from pathlib import Path

import pytest
from export_samples import room_scene

from depthfusion import studio

pytestmark = pytest.mark.browser

# Plays the film to its end without sound, and tells what was seen on the way.
PLAY = """async (film) => {
  const video = document.createElement("video");
  video.muted = true;
  video.src = `data:video/mp4;base64,${film}`;
  const faults = [];
  video.addEventListener("error", () => faults.push(video.error.message));
  document.body.append(video);
  await video.play();
  await new Promise((done) => {
    video.addEventListener("ended", done);
    video.addEventListener("error", done);
  });
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return {
    faults, width: video.videoWidth, height: video.videoHeight,
    duration: video.duration, at: video.currentTime,
    frames: video.getVideoPlaybackQuality().totalVideoFrames,
    mean: data.reduce((sum, value, k) => sum + (k % 4 < 3 ? value : 0), 0) / (data.length * 0.75),
  };
}"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return room_scene(tmp_path_factory.mktemp("scenes") / "room")


@pytest.mark.parametrize(
    ("projection", "size", "frame"),
    [
        ("perspective", (128, 72), [128, 72]),
        ("equirectangular", (128, 64), [128, 64]),
        ("ods", (128, 64), [128, 128]),
        ("vr180", (64, 64), [128, 64]),
    ],
)
def test_a_film_plays_to_its_end(projection, size, frame, room, tmp_path: Path, visit) -> None:
    options = studio.VideoOptions(projection=projection, size=size, seconds=0.5)
    studio.video(room, tmp_path / "film.mp4", options)
    film = base64.b64encode((tmp_path / "film.mp4").read_bytes()).decode()
    said = visit("about:blank").evaluate(PLAY, film)
    assert said["faults"] == []
    assert [said["width"], said["height"]] == frame
    assert said["duration"] == pytest.approx(0.5, abs=0.05)
    assert said["at"] == pytest.approx(said["duration"], abs=0.05) and said["frames"] >= 10
    assert 60 < said["mean"] < 200, "a room, neither black nor white"
