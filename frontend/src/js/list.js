// The keyboard, the selection and the preview of a list.
import { ajax, onArrival, onContent, visit } from './hx.js';
import { editCell } from './fields.js';

const page = () => document.querySelector('[data-list-page]');
const rows = () => [...document.querySelectorAll('tr[data-row]')].filter((row) => row.checkVisibility());
const boxes = () => [...document.querySelectorAll('[data-select]')];
const boxOf = (row) => row?.querySelector('[data-select]');
const current = () => document.activeElement?.closest?.('tr[data-row]');
const table = () => document.querySelector('[data-list] table');
const drawer = document.getElementById('drawer');
let anchor = null;
let stamp = '';

// --- selection ---

function refresh() {
  const all = boxes();
  const chosen = all.filter((box) => box.checked);
  for (const box of all) {
    if (box.checked) box.closest('tr').setAttribute('aria-selected', 'true'); else box.closest('tr').removeAttribute('aria-selected');
  }
  const whole = all.length > 0 && chosen.length === all.length;
  const banner = document.querySelector('[data-select-all]');
  const everything = banner?.querySelector('[data-all-field]');
  if (banner) {
    if (!whole) everything.value = '';
    banner.hidden = !whole || everything.value === '1';
  }
  const bar = document.querySelector('[data-bulk-bar]');
  if (bar) {
    bar.hidden = !chosen.length;
    bar.querySelector('[data-bulk-count]').textContent = everything?.value ? everything.dataset.total : chosen.length;
    for (const button of bar.querySelectorAll('[data-many]')) {
      button.disabled = Boolean(everything?.value) || chosen.length < Number(button.dataset.least) || chosen.length > Number(button.dataset.most);
    }
  }
  const head = document.querySelector('[data-select-page]');
  if (head) {
    head.checked = whole;
    head.indeterminate = chosen.length > 0 && !whole;
  }
  if (!chosen.length && !table()?.dataset.selecting) table()?.classList.remove('is-selecting');
}

function choose(box, on, range) {
  const all = boxes();
  if (range && anchor && all.includes(anchor)) {
    const [from, to] = [all.indexOf(anchor), all.indexOf(box)].sort((a, b) => a - b);
    all.slice(from, to + 1).forEach((one) => { one.checked = on; });
  }
  box.checked = on;
  anchor = box;
  refresh();
}

function choosePage(on) {
  for (const box of boxes()) box.checked = on;
  if (!on) delete table()?.dataset.selecting;
  refresh();
}

/** On a phone the boxes are out of the way until somebody wants to select. */
function selecting() {
  if (!table()) return;
  table().classList.add('is-selecting');
  table().dataset.selecting = '1';
}

// --- moving and opening ---

function land(row) {
  if (!row) return;
  for (const other of document.querySelectorAll('tr[data-row][tabindex="0"]')) other.tabIndex = -1;
  row.tabIndex = 0;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
}

function move(step, extend) {
  const all = rows();
  const from = current();
  const next = all[Math.max(0, Math.min(all.length - 1, step === -Infinity ? 0 : step === Infinity ? all.length - 1 : all.indexOf(from) + step))];
  if (extend && boxOf(from) && !boxOf(from).checked) choose(boxOf(from), true, false);
  land(next);
  if (extend && boxOf(next)) choose(boxOf(next), true, true);
}

function remember(row) {
  try { sessionStorage.setItem(`row:${location.pathname}`, row.dataset.row); } catch { /* private windows may refuse */ }
}

function peek(url) { ajax('GET', url, { target: '#drawer', swap: 'innerHTML' }); }

let peeked = '';
drawer?.addEventListener('close', () => {
  if (page() && peeked) land(document.querySelector(`tr[data-row="${peeked}"]`));
  peeked = '';
});
drawer?.addEventListener('keydown', (event) => {
  if (event.target.closest('input, select, textarea') || event.ctrlKey || event.metaKey || event.altKey) return;
  const way = { KeyJ: 'next', ArrowDown: 'next', KeyK: 'previous', ArrowUp: 'previous' }[event.code];
  const link = way && drawer.querySelector(`[data-peek-step=${way}]`);
  if (link) { event.preventDefault(); link.click(); } else if (event.code === 'Space' && !event.target.closest('a, button, summary')) { event.preventDefault(); drawer.close(); }
});

const cells = (row) => [...row.querySelectorAll('td:not(.tbl__c, .tbl__m)')];
function moveCell(row, step) {
  const all = cells(row);
  const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(document.activeElement.closest('td')) + step))];
  if (!next) return;
  next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** One key of the list, by its physical place; true when it meant something. */
export function listKey(event) {
  if (!document.querySelector('[data-list]')) return false;
  const row = current();
  const { code, shiftKey, ctrlKey, metaKey } = event;
  const act = (action) => { action(); return true; };
  if ((ctrlKey || metaKey) && code === 'KeyA' && row) return act(() => choosePage(true));
  if (ctrlKey || metaKey || event.altKey) return false;
  // Somebody who wants no single letters still has them on a row that is in focus.
  const letters = row || document.documentElement.dataset.keys !== 'off';
  if ((code === 'KeyJ' && letters) || (code === 'ArrowDown' && row)) return act(() => move(1, shiftKey));
  if ((code === 'KeyK' && letters) || (code === 'ArrowUp' && row)) return act(() => move(-1, shiftKey));
  if (code === 'KeyF' && letters) return act(() => document.querySelector('[data-filter-add]')?.click());
  if (code === 'Escape') return escape();
  if (!row || event.target.closest('button, summary')) return false;
  if (code === 'Home' || code === 'End') return act(() => move(code === 'Home' ? -Infinity : Infinity, shiftKey));
  if (code === 'ArrowRight' || code === 'ArrowLeft') return act(() => moveCell(row, code === 'ArrowRight' ? 1 : -1));
  const cell = document.activeElement.closest('td[data-edit-url]');
  if (code === 'Enter' && cell && document.activeElement === cell) return act(() => editCell(cell));
  if (code === 'Enter' && event.target.closest('a')) return false;
  if (code === 'Enter') return act(() => { remember(row); row.querySelector('a[href]')?.click(); });
  if (code === 'Space' && row.dataset.peek && !event.target.closest('input')) return act(() => peek(row.dataset.peek));
  if (code === 'KeyX' && boxOf(row)) return act(() => choose(boxOf(row), !boxOf(row).checked, shiftKey));
  if (code === 'F2') return act(() => editCell(cell ?? row.querySelector('td[data-edit-url]')));
  if (code === 'KeyE') return act(() => { remember(row); visit(`${row.dataset.base}edit/`); });
  return false;
}

function escape() {
  if (document.querySelector(':popover-open:not(#toasts)')) return false;
  if (document.querySelector('[data-select]:checked')) { choosePage(false); return true; }
  const reset = document.querySelector('[data-list-reset]');
  if (!reset) return false;
  reset.click();
  return true;
}

// --- pointers ---

let held = null;
let suppress = false;
document.addEventListener('pointerdown', (event) => {
  const row = event.pointerType === 'touch' && event.target.closest?.('tr[data-row]');
  if (!row || event.target.closest('input, button')) return;
  const { clientX: x, clientY: y } = event;
  const timer = setTimeout(() => { suppress = true; selecting(); if (boxOf(row)) choose(boxOf(row), true, false); navigator.vibrate?.(10); }, 500);
  held = { timer, x, y };
});
for (const kind of ['pointermove', 'pointerup', 'pointercancel']) {
  document.addEventListener(kind, (event) => {
    if (held && (kind !== 'pointermove' || Math.hypot(event.clientX - held.x, event.clientY - held.y) > 10)) { clearTimeout(held.timer); held = null; }
  });
}
document.addEventListener('contextmenu', (event) => { if (suppress || held) event.preventDefault(); });

let menuRow = null;
document.addEventListener('click', (event) => {
  const { target } = event;
  if (suppress) { suppress = false; event.preventDefault(); event.stopPropagation(); return; }
  const row = target.closest?.('tr[data-row]');
  if (target.closest?.('[data-row-menu]')) menuRow = row;
  if (target.closest?.('[data-row-do]')) { document.getElementById('row-menu').hidePopover(); perform(target.closest('[data-row-do]').dataset.rowDo, menuRow); }
  else if (target.matches?.('[data-select]')) choose(target, target.checked, event.shiftKey);
  else if (row && table().dataset.selecting && !target.closest('button')) {
    event.preventDefault();
    event.stopPropagation();
    choose(boxOf(row), !boxOf(row).checked, event.shiftKey);
  } else if (target.closest?.('[data-bulk-clear]')) choosePage(false);
  else if (target.closest?.('[data-select-mode]')) { target.closest('[popover]')?.hidePopover(); selecting(); }
  else if (target.closest?.('[data-select-everything]')) {
    document.querySelector('[data-all-field]').value = '1';
    refresh();
  } else if (target.closest?.('[data-many]')) {
    const ids = boxes().filter((box) => box.checked).map((box) => box.value);
    visit(`${target.closest('[data-many]').dataset.many}?ids=${ids.join(',')}`);
  } else if (event.shiftKey && target.closest?.('[data-sort-add]')) {
    event.preventDefault();
    event.stopPropagation();
    visit(target.closest('[data-sort-add]').dataset.sortAdd);
  } else if (target.closest?.('[data-group-fold]')) fold(target.closest('tbody'), true);
  else if (row) {
    if (target.closest('a[href]')) remember(row);
    else if (!target.closest('input, select, button, form')) land(row);
  }
}, true);

function perform(what, row) {
  const { base, url, peek: preview } = row.dataset;
  if (what === 'open') { remember(row); visit(url); }
  if (what === 'tab') open(url, '_blank', 'noopener');
  if (what === 'peek') peek(preview);
  if (what === 'edit') { remember(row); visit(`${base}edit/`); }
  if (what === 'select') { if (matchMedia('(max-width: 767px)').matches) selecting(); choose(boxOf(row), true, false); }
  if (what === 'delete') ajax('POST', `${base}delete/`, { target: '#main', swap: 'none', values: { next: location.pathname + location.search } });
}

document.addEventListener('change', ({ target }) => { if (target.matches?.('[data-select-page]')) choosePage(target.checked); });

// --- groups ---

const folds = () => `groups:${page().dataset.base}`;
const folded = () => { try { return JSON.parse(localStorage.getItem(folds()) ?? '[]'); } catch { return []; } };
function fold(group, toggle) {
  const key = group.dataset.group;
  const shut = toggle ? !group.classList.contains('is-folded') : folded().includes(key);
  group.classList.toggle('is-folded', shut);
  group.querySelector('[data-group-fold]')?.setAttribute('aria-expanded', String(!shut));
  if (toggle) localStorage.setItem(folds(), JSON.stringify([...folded().filter((one) => one !== key), ...(shut ? [key] : [])]));
}

// --- searching, coming back ---

let timer;
document.addEventListener('input', ({ target }) => {
  if (!target.matches?.('input[data-list-search]')) return;
  clearTimeout(timer);
  timer = setTimeout(() => target.form.requestSubmit(), 250);
});

// From the search to what it has found.
document.addEventListener('keydown', (event) => {
  if (!event.target.matches?.('input[data-list-search]') || !['Escape', 'ArrowDown'].includes(event.code)) return;
  event.preventDefault();
  event.stopPropagation();
  event.target.blur();
  land(rows()[0]);
}, true);

// Back, and the way up from a record, lead to the row that one came from.
let returning = performance.getEntriesByType('navigation')[0]?.type === 'back_forward';
let up = false;
document.addEventListener('click', ({ target }) => { up = Boolean(target.closest?.('.crumb a, #back a')); }, true);
onArrival(({ back }) => { returning = back || up; up = false; });

function comeBack() {
  returning = false;
  const row = document.querySelector(`tr[data-row="${sessionStorage.getItem(`row:${location.pathname}`)}"]`);
  if (!row) return;
  land(row);
  row.scrollIntoView({ block: 'center' });
}

onContent(() => {
  const shown = drawer?.querySelector('[data-peek]')?.dataset.peek.split('-')[1];
  if (page() && shown && shown !== peeked) document.querySelector(`tr[data-row="${shown}"]`)?.scrollIntoView({ block: 'nearest' });
  peeked = shown ?? peeked;
  if (!page()) return;
  if (returning) comeBack();
  if (page().dataset.stamp === stamp) return;
  // Another list is there now: what was ticked in the one before is not.
  stamp = page().dataset.stamp;
  anchor = null;
  choosePage(false);
  for (const group of document.querySelectorAll('tbody[data-group]')) fold(group, false);
});
