// The keyboard and the selection of a list.
import { ajax, onContent } from './hx.js';
import { editCell } from './fields.js';

let anchor = null;
const rows = () => [...document.querySelectorAll('tr[data-row]')];
const boxOf = (row) => row?.querySelector('[data-select]');
const current = () => document.activeElement?.closest?.('tr[data-row]');

function refresh() {
  const boxes = [...document.querySelectorAll('[data-select]')];
  const chosen = boxes.filter((box) => box.checked);
  for (const box of boxes) box.closest('tr').toggleAttribute('aria-selected', false);
  for (const box of chosen) box.closest('tr').setAttribute('aria-selected', 'true');
  const bar = document.querySelector('[data-bulk-bar]');
  if (bar) {
    bar.hidden = !chosen.length;
    bar.querySelector('[data-bulk-count]').textContent = chosen.length;
  }
  const all = document.querySelector('[data-select-page]');
  if (all) {
    all.checked = boxes.length > 0 && chosen.length === boxes.length;
    all.indeterminate = chosen.length > 0 && !all.checked;
  }
  for (const form of document.querySelectorAll('[data-bulk-dialog]')) {
    form.querySelectorAll('input[name=ids]').forEach((old) => old.remove());
    for (const { value } of chosen) {
      const hidden = document.createElement('input');
      Object.assign(hidden, { type: 'hidden', name: 'ids', value });
      form.append(hidden);
    }
  }
}

function choose(box, on, range) {
  const boxes = [...document.querySelectorAll('[data-select]')];
  if (range && anchor && boxes.includes(anchor)) {
    const [from, to] = [boxes.indexOf(anchor), boxes.indexOf(box)].sort((a, b) => a - b);
    boxes.slice(from, to + 1).forEach((one) => { one.checked = on; });
  }
  box.checked = on;
  anchor = box;
  refresh();
}

document.addEventListener('click', (event) => {
  const { target } = event;
  if (target.matches?.('[data-select]')) choose(target, target.checked, event.shiftKey);
  else if (target.closest?.('[data-bulk-clear]')) { document.querySelectorAll('[data-select]').forEach((box) => { box.checked = false; }); refresh(); }
  else if (event.shiftKey && target.closest?.('[data-sort-add]')) {
    event.preventDefault();
    event.stopPropagation();
    location.assign(target.closest('[data-sort-add]').dataset.sortAdd);
  } else target.closest?.('tr[data-row]')?.focus?.();
}, true);
document.addEventListener('change', ({ target }) => {
  if (!target.matches?.('[data-select-page]')) return;
  document.querySelectorAll('[data-select]').forEach((box) => { box.checked = target.checked; });
  refresh();
});

function move(step, extend) {
  const all = rows();
  const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(current()) + step))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
  if (extend && boxOf(next)) choose(boxOf(next), true, true);
}

/** One key of the list, by its physical place; true when it meant something. */
export function listKey(event) {
  if (!document.querySelector('[data-list]')) return false;
  const row = current();
  const { code, shiftKey, ctrlKey, metaKey } = event;
  if ((ctrlKey || metaKey) && code === 'KeyA' && row) { document.querySelectorAll('[data-select]').forEach((box) => { box.checked = true; }); refresh(); return true; }
  if (ctrlKey || metaKey || event.altKey) return false;
  if (code === 'KeyJ' || (code === 'ArrowDown' && row)) { move(1, shiftKey); return true; }
  if (code === 'KeyK' || (code === 'ArrowUp' && row)) { move(-1, shiftKey); return true; }
  if (code === 'KeyF') { document.querySelector('[data-filter-add]')?.click(); return true; }
  if (code === 'Escape' && document.querySelector('[data-select]:checked')) { document.querySelector('[data-bulk-clear]').click(); return true; }
  if (!row) return false;
  if (code === 'Enter') { row.querySelector('a[href]')?.click(); return true; }
  if (code === 'Space' && row.dataset.peek) { ajax('GET', row.dataset.peek, { target: '#drawer', swap: 'innerHTML' }); return true; }
  if (code === 'KeyX' && boxOf(row)) { choose(boxOf(row), !boxOf(row).checked, shiftKey); return true; }
  if (code === 'F2' || code === 'KeyE') { editCell(document.activeElement.closest('td[data-edit-url]') ?? row.querySelector('td[data-edit-url]')); return true; }
  return false;
}

let timer;
document.addEventListener('input', ({ target }) => {
  if (!target.matches?.('input[data-list-search]')) return;
  clearTimeout(timer);
  timer = setTimeout(() => target.form.requestSubmit(), 300);
});
onContent(refresh);
