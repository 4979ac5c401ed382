// The open scene's picture, to press a point of the floor on, or to paint over with a brush.
// What the page hears: click {x, y} in 0…1 for a point, and input {mask} for what was painted.
let drawing = false;
let size = 0.03; // of the picture's width
let erasing = false;

element.addEventListener('pointerdown', (event) => {
  const canvas = event.target.closest('canvas');
  if (!canvas || event.button) return;
  event.preventDefault();
  const [x, y] = place(canvas, event);
  if (canvas.dataset.mode === 'point') {
    trigger('click', { x, y });
    return;
  }
  canvas.setPointerCapture(event.pointerId);
  drawing = true;
  dab(canvas, x, y, x, y);
  canvas.last = [x, y];
});
element.addEventListener('pointermove', (event) => {
  const canvas = event.target.closest('canvas');
  if (!canvas || !drawing) return;
  const [x, y] = place(canvas, event);
  dab(canvas, ...canvas.last, x, y);
  canvas.last = [x, y];
});
element.addEventListener('pointerup', done);
element.addEventListener('pointercancel', done);
element.addEventListener('keydown', (event) => {
  const canvas = event.target.closest('canvas');
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!canvas || (!step && event.key !== 'Enter' && event.key !== ' ')) return;
  event.preventDefault();
  const [x, y] = canvas.last ?? [0.5, 0.75];
  if (step) {
    canvas.last = [clamp(x + step[0] * 0.01), clamp(y + step[1] * 0.02)];
    cross(canvas);
  } else if (canvas.dataset.mode === 'point') trigger('click', { x, y });
  else {
    dab(canvas, x, y, x, y);
    tell(canvas);
  }
});
element.addEventListener('input', (event) => {
  if (event.target.matches('[data-brush]')) size = Number(event.target.value);
});
element.addEventListener('click', (event) => {
  const verb = event.target.closest('[data-board]')?.dataset.board;
  const canvas = element.querySelector('canvas');
  if (verb === 'clear') {
    canvas.getContext('2d').clearRect(0, 0, canvas.width, canvas.height);
    trigger('input', { mask: '' });
  } else if (verb === 'erase') {
    erasing = !erasing;
    event.target.closest('[data-board]').setAttribute('aria-pressed', String(erasing));
  }
});

const clamp = (value) => Math.min(Math.max(value, 0), 1);

function place(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [clamp((event.clientX - box.left) / box.width), clamp((event.clientY - box.top) / box.height)];
}

function dab(canvas, fromX, fromY, toX, toY) {
  const pen = canvas.getContext('2d');
  pen.globalCompositeOperation = erasing ? 'destination-out' : 'source-over';
  pen.strokeStyle = '#f2b04a';
  pen.lineCap = 'round';
  pen.lineWidth = size * canvas.width;
  pen.beginPath();
  pen.moveTo(fromX * canvas.width, fromY * canvas.height);
  pen.lineTo(toX * canvas.width + 0.01, toY * canvas.height);
  pen.stroke();
}

function cross(canvas) {
  const mark = element.querySelector('.cross');
  if (!mark) return;
  mark.style.left = `${canvas.last[0] * 100}%`;
  mark.style.top = `${canvas.last[1] * 100}%`;
  mark.hidden = false;
}

function done(event) {
  const canvas = event.target.closest?.('canvas');
  if (!drawing || !canvas) return;
  drawing = false;
  tell(canvas);
}

function tell(canvas) {
  // White where painted, on black, without soft rims.
  const flat = document.createElement('canvas');
  [flat.width, flat.height] = [canvas.width, canvas.height];
  const pen = flat.getContext('2d');
  const picture = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  for (let k = 0; k < picture.data.length; k += 4) {
    const on = picture.data[k + 3] > 127 ? 255 : 0;
    picture.data[k] = picture.data[k + 1] = picture.data[k + 2] = on;
    picture.data[k + 3] = 255;
  }
  pen.putImageData(picture, 0, 0);
  trigger('input', { mask: flat.toDataURL('image/png') });
}
