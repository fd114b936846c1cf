// Drafts: what is typed into a form with data-draft outlives a reload, an error, a closed tab and an ended session.
import { onContent, say } from './hx.js';
import { addRow } from './forms.js';

const KEPT_ELSEWHERE = ['csrfmiddlewaretoken', 'version', 'initial', 'password'];
const keyOf = (form) => `draft:${document.documentElement.dataset.user}:${form.dataset.draft}`;
const ticked = (control) => control.type === 'checkbox' || control.type === 'radio';
const kept = (control) => control.name && !KEPT_ELSEWHERE.includes(control.name) && !['file', 'password'].includes(control.type) && !control.closest('viz-combo');

/** The controls by name, and what was chosen in the look-ups: they show a title and send a number. */
function stateOf(form) {
  const fields = {};
  for (const control of form.elements) {
    if (kept(control) && !(ticked(control) && !control.checked)) (fields[control.name] ??= []).push(control.value);
  }
  const combos = Object.fromEntries([...form.querySelectorAll('viz-combo')].map((combo) => [combo.dataset.name, combo.chosen]));
  return { fields, combos };
}

function save({ target }) {
  const form = target.closest?.('form[data-draft]');
  if (!form) return;
  try { localStorage.setItem(keyOf(form), JSON.stringify(stateOf(form))); } catch { /* private windows may refuse */ }
}
document.addEventListener('input', save);
document.addEventListener('change', save);
document.addEventListener('htmx:after:request', ({ detail: { ctx } }) => {
  const form = ctx.sourceElement?.closest?.('form[data-draft]');
  if (form && ctx.response?.status < 300) localStorage.removeItem(keyOf(form));
});

function restore(form) {
  form.dataset.draftSeen = '1';
  // An answer with errors holds what was typed already.
  if (form.querySelector('[aria-invalid=true], [data-errors], [name=dupes_seen]')) return;
  let found;
  try { found = JSON.parse(localStorage.getItem(keyOf(form)) ?? 'null'); } catch { return; }
  if (!found?.fields || JSON.stringify(found) === JSON.stringify(stateOf(form))) return;
  for (const rows of form.querySelectorAll('viz-rows')) lengthen(rows, Object.keys(found.fields));
  for (const control of form.elements) {
    if (!kept(control) || !(ticked(control) || control.name in found.fields)) continue;
    if (ticked(control)) control.checked = (found.fields[control.name] ?? []).includes(control.value);
    else control.value = found.fields[control.name].shift() ?? '';
  }
  for (const combo of form.querySelectorAll('viz-combo')) combo.chosen = found.combos?.[combo.dataset.name] ?? [];
  const note = document.createElement('p');
  note.className = 'hint drafted';
  const drop = document.createElement('button');
  drop.type = 'button';
  drop.className = 'link';
  drop.textContent = say('discard');
  drop.addEventListener('click', () => { localStorage.removeItem(keyOf(form)); location.reload(); });
  note.append(`${say('draft')} · `, drop);
  form.prepend(note);
}

/** As many rows of phones as the draft has. */
function lengthen(rows, names) {
  const one = rows.querySelector('[data-rows-row] [name]')?.name.replace(/-\d+-.*/, '');
  const count = new Set(names.map((name) => name.match(new RegExp(`^${one}-(\\d+)-`))?.[1]).filter(Boolean)).size;
  while (one && rows.querySelectorAll('[data-rows-row]').length < count) addRow(rows);
}

onContent((root) => root.querySelectorAll('form[data-draft]:not([data-draft-seen])').forEach(restore));
