// The list of jobs: asks the server for it, beside Gradio, so that it is right after a reload too.
const BUSY = 700; // milliseconds between two looks while something goes on
const IDLE = 4000;
const seen = new Map(); // id → whether it was over
let timer = 0;
let open = false;
let words = {};
let loaded = false; // whether this page knows what was over before it

const make = (name, properties = {}, ...inside) => {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...inside);
  return node;
};
const pill = make('button', { type: 'button', className: 'pill', hidden: true });
const list = make('ul');
const panel = make('section', { className: 'panel', hidden: true }, list);
pill.setAttribute('aria-expanded', 'false');
element.replaceChildren(make('div', { className: 'tray' }, pill, panel));

const show = (wanted) => {
  open = wanted;
  panel.hidden = !open;
  pill.setAttribute('aria-expanded', String(open));
};
pill.addEventListener('click', () => show(!open));
document.addEventListener('click', (event) => {
  if (open && !event.composedPath().includes(element)) show(false);
  if (event.target.closest?.('button')) soon(350);
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !open) return;
  show(false);
  pill.focus();
});

function soon(wait) {
  clearTimeout(timer);
  timer = setTimeout(look, wait);
}

async function look() {
  if (!element.isConnected) return;
  if (document.hidden) return soon(IDLE);
  let busy = false;
  try {
    const answer = await fetch('jobs', { headers: { accept: 'application/json' } });
    if (answer.ok) busy = draw(await answer.json());
  } catch {
    // The server is away; the next look tells.
  }
  soon(busy ? BUSY : IDLE);
}

function draw({ words: said, jobs }) {
  words = said;
  for (const job of jobs) {
    if (job.over && seen.get(job.id) !== true && loaded) trigger('input', { kind: job.kind, scene: job.scene });
    seen.set(job.id, job.over);
  }
  loaded = true;
  const active = jobs.filter((job) => !job.over);
  const first = active.find((job) => job.state === 'running') ?? active[0];
  const asking = jobs.filter((job) => job.resumable);
  pill.hidden = jobs.length === 0;
  pill.classList.toggle('busy', active.length > 0);
  const percent = first && first.percent != null ? ` · ${first.percent} %` : '';
  const count = active.length > 1 ? `${active.length} ${words.jobs}` : (first?.what ?? '');
  pill.textContent = first ? `${count}${percent}` : asking.length ? words.interrupted : words.jobs;
  pill.style.setProperty('--done', `${first?.percent ?? 0}%`);
  panel.setAttribute('aria-label', words.jobs);
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.of : null;
  list.replaceChildren(...jobs.map(row));
  if (focused) list.querySelector(`[data-of="${focused}"]`)?.focus();
  return active.length > 0;
}

function row(job) {
  const item = make('li', { className: job.state });
  item.append(make('b', { textContent: job.title || job.what }));
  item.append(make('span', { textContent: [job.what, job.line].filter(Boolean).join(' · ') }));
  if (!job.over) {
    const bar = make('div', { className: 'bar' }, make('i'));
    bar.setAttribute('role', 'progressbar');
    bar.setAttribute('aria-label', job.what);
    if (job.percent != null) {
      bar.setAttribute('aria-valuenow', job.percent);
      bar.firstChild.style.width = `${job.percent}%`;
    } else if (job.state === 'running') bar.firstChild.className = 'unknown';
    item.append(bar);
  }
  const verbs = make('div', { className: 'verbs' });
  const verb = (name, act) => {
    const button = make('button', { type: 'button', textContent: words[name] });
    button.dataset.of = `${job.id} ${name}`;
    button.setAttribute('aria-label', `${words[name]}: ${job.title || job.what}`);
    button.addEventListener('click', act);
    verbs.append(button);
  };
  const post = (name) => async () => {
    await fetch(`jobs/${job.id}/${name}`, { method: 'POST' });
    soon(0);
  };
  if (!job.over) verb('stop', post('stop'));
  if (job.resumable) verb('resume', post('resume'));
  if (job.state === 'done' && job.scene) {
    verb('open', () => {
      show(false);
      trigger('click', { open: job.scene, tab: job.file ? 'take' : 'look' });
    });
  }
  if (job.over) verb('forget', post('forget'));
  item.append(verbs);
  return item;
}

// The viewer wants a film of a path that was drawn in it.
window.addEventListener('message', (event) => {
  const { depthfusion: wish, scene, path } = event.data ?? {};
  if (event.origin !== location.origin || wish !== 'film') return;
  trigger('click', { open: String(scene), tab: 'take', film: String(path) });
});

soon(0);
