// Who is here already: 300 ms after a name, a phone, an e-mail or a number was typed, a panel stands under the field; and
// when the field is left, what is typed is written as it will be kept.
import { attend, fire } from './hx.js';

const PAUSE = 300;
const timers = new WeakMap();
const rounds = new WeakMap();

const slots = (form) => [...form.querySelectorAll('[data-dupes-slot]')];
const placeOf = (slot) => slot.closest('[data-row]') ?? slot.closest('dd, td') ?? slot.closest('form');

function question(form) {
  const url = new URL(form.dataset.dupes, location.href);
  const said = new FormData(form);
  for (const slot of slots(form)) {
    url.searchParams.append('dupes_field', slot.dataset.dupesSlot);
    const names = new Set([...placeOf(slot).querySelectorAll('input, select, textarea')].map(({ name }) => name));
    for (const name of names) if (name && name !== 'dupes_seen') for (const value of said.getAll(name)) url.searchParams.append(name, value);
  }
  for (const token of said.getAll('dupes_seen')) url.searchParams.append('dupes_seen', token);
  if (said.get('target')) url.searchParams.set('target', said.get('target'));
  return url;
}

async function ask(form) {
  const round = (rounds.get(form) ?? 0) + 1;
  rounds.set(form, round);
  let text = '';
  try {
    const answer = await fetch(question(form), { headers: { 'HX-Request': 'true' } });
    if (!answer.ok) return;
    text = await answer.text();
  } catch { return; }
  if (rounds.get(form) !== round || !form.isConnected) return;
  const found = new DOMParser().parseFromString(text, 'text/html');
  for (const slot of slots(form)) {
    const panel = found.querySelector(`[data-dupes-for="${CSS.escape(slot.dataset.dupesSlot)}"]`);
    const html = panel?.innerHTML.trim() ?? '';
    // What was shown at saving has been seen: its marks stay in the form.
    for (const mark of slot.querySelectorAll('input[name=dupes_seen]')) form.append(mark);
    slot.dataset.written = panel?.dataset.written ?? '{}';
    if (slot.dataset.shown !== html) { slot.innerHTML = html; slot.dataset.shown = html; attend(slot); }
    rewrite(slot);
  }
}

/** What has been left stands there as it will be kept: a telephone number in its one spelling. */
function rewrite(slot) {
  const written = JSON.parse(slot.dataset.written ?? '{}');
  for (const input of placeOf(slot).querySelectorAll('input')) {
    if (input !== document.activeElement && Object.hasOwn(written, input.value.trim())) input.value = written[input.value.trim()];
  }
}
document.addEventListener('focusout', ({ target }) => {
  const form = target.closest?.('form[data-dupes]');
  if (form) setTimeout(() => slots(form).forEach(rewrite));
});

document.addEventListener('input', ({ target }) => {
  const form = target.closest?.('form[data-dupes]');
  if (!form || !slots(form).some((slot) => placeOf(slot).contains(target))) return;
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => ask(form), PAUSE));
});

document.addEventListener('click', ({ target }) => {
  const dismiss = target.closest?.('[data-dupes-dismiss]');
  if (dismiss) {
    const slot = dismiss.closest('[data-dupes-slot]');
    for (const { dataset } of slot.querySelectorAll('[data-dupes-token]')) {
      slot.closest('form').append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'dupes_seen', value: dataset.dupesToken }));
    }
    slot.replaceChildren();
    slot.dataset.shown = '';
  }
  const use = target.closest?.('[data-dupes-use]');
  if (use) {
    fire('combo:created', { target: use.closest('form').querySelector('[name=target]').value, id: use.dataset.dupesUse, label: use.dataset.label });
    fire('closeDialog', true);
  }
});
