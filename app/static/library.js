// Pictures of scenes: pressing one opens it; each says what can be done with it.
element.addEventListener('click', (event) => {
  const verb = event.target.closest('[data-verb]');
  const undo = event.target.closest('[data-undo]');
  const card = event.target.closest('[data-scene]');
  if (undo) trigger('click', { verb: 'undo', token: undo.dataset.undo });
  else if (verb) act(verb.dataset.verb, verb.closest('[data-key]'));
  else if (card) trigger('click', { scene: card.dataset.scene });
});

function act(verb, item) {
  if (verb === 'rename') rename(item);
  else trigger('click', { verb, scene: item.dataset.key });
}

function rename(item) {
  if (item.querySelector('input')) return;
  const name = item.querySelector('b').textContent;
  const field = Object.assign(document.createElement('input'), { value: name, maxLength: 200 });
  field.setAttribute('aria-label', item.querySelector('[data-verb=rename]').textContent);
  item.querySelector('button[data-scene]').after(field);
  item.classList.add('renaming');
  field.focus();
  field.select();
  let over = false; // taking a field away blurs it, which ends it once more
  const end = (keep) => {
    if (over) return;
    over = true;
    const title = field.value.trim();
    field.remove();
    item.classList.remove('renaming');
    if (keep && title && title !== name) trigger('click', { verb: 'rename', scene: item.dataset.key, title });
    else item.querySelector('[data-verb=rename]').focus();
  };
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') end(true);
    if (event.key === 'Escape') end(false);
  });
  field.addEventListener('blur', () => end(true));
}
