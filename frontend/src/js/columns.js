// Widths of columns: dragging the edge of a head, double click, Shift and an arrow. Lists in a person's own order.
import { ajax, onContent } from './hx.js';

const NARROW = 48;
const WIDE = 900;
const heads = () => [...document.querySelectorAll('th[data-col]')];
const clamp = (width) => Math.round(Math.max(NARROW, Math.min(WIDE, width)));
let timer;

/** From now on the table is laid out by widths, as it stands. */
function fix() {
  const table = heads()[0].closest('table');
  if (table.style.tableLayout) return;
  const all = [...table.querySelectorAll('thead th')];
  const widths = all.map((th) => th.getBoundingClientRect().width);
  table.querySelector('colgroup')?.remove();
  all.forEach((th, n) => { th.style.inlineSize = `${widths[n]}px`; });
  table.style.tableLayout = 'fixed';
  stretch();
}

function stretch() {
  const all = [...document.querySelectorAll('#rows thead th')];
  all[0].closest('table').style.inlineSize = `${all.reduce((sum, th) => sum + parseFloat(th.style.inlineSize), 0)}px`;
}

function widen(th, width) {
  fix();
  th.style.inlineSize = `${clamp(width)}px`;
  th.dataset.width = clamp(width);
  stretch();
}

function keep() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const page = document.querySelector('[data-list-page]');
    const cols = heads().map((th) => `${th.dataset.col}:${clamp(parseFloat(th.style.inlineSize))}`).join(',');
    ajax('POST', `${page.dataset.base}_columns/`, { target: '#main', swap: 'none', values: { cols, back: page.dataset.query } });
  }, 500);
}

/** As wide as its widest text. */
function fit(th) {
  const at = [...th.parentElement.children].indexOf(th);
  const range = document.createRange();
  const widths = [...th.closest('table').querySelectorAll('tr')].map((row) => {
    const cell = row.children[at];
    if (!cell || cell.colSpan > 1) return 0;
    range.selectNodeContents(cell.querySelector('.th') ?? cell);
    const style = getComputedStyle(cell);
    return range.getBoundingClientRect().width + parseFloat(style.paddingInlineStart) + parseFloat(style.paddingInlineEnd) + 6;
  });
  widen(th, Math.max(...widths));
  keep();
}

document.addEventListener('pointerdown', (event) => {
  const grip = event.target.closest?.('[data-resize]');
  if (!grip || event.button) return;
  event.preventDefault();
  const th = grip.closest('th');
  const from = event.clientX - th.getBoundingClientRect().width;
  let moved = false;
  grip.setPointerCapture(event.pointerId);
  const drag = ({ clientX }) => { moved = true; widen(th, clientX - from); };
  grip.addEventListener('pointermove', drag);
  grip.addEventListener('pointerup', () => { grip.removeEventListener('pointermove', drag); if (moved) keep(); }, { once: true });
});
document.addEventListener('dblclick', ({ target }) => { const grip = target.closest?.('[data-resize]'); if (grip) fit(grip.closest('th')); });
document.addEventListener('keydown', (event) => {
  const th = event.target.closest?.('th[data-col]');
  const step = { ArrowLeft: -16, ArrowRight: 16 }[event.code];
  if (!th || !step || !event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  widen(th, th.getBoundingClientRect().width + step);
  keep();
}, true);

// --- lists in a person's own order: the arrows beside the rows (reorder.js drags) ---

document.addEventListener('click', ({ target }) => {
  const button = target.closest?.('[data-order-move]');
  if (!button) return;
  const row = button.closest('[data-order-row]');
  if (button.dataset.orderMove === '1') row.nextElementSibling?.after(row); else row.previousElementSibling?.before(row);
  button.focus();
  row.scrollIntoView({ block: 'nearest' });
});
document.addEventListener('input', ({ target }) => {
  if (!target.matches?.('[data-order-search]')) return;
  const wanted = target.value.trim().toLowerCase();
  for (const row of target.closest('form').querySelectorAll('[data-order-row]')) row.hidden = !row.textContent.toLowerCase().includes(wanted);
});

// A table that came anew is laid out by the server again.
onContent((root) => {
  const table = root.querySelector('#rows');
  if (!table?.style.tableLayout || table.dataset.laid === table.getAttribute('width')) return;
  table.dataset.laid = table.getAttribute('width');
  table.removeAttribute('style');
  for (const th of table.querySelectorAll('th')) th.removeAttribute('style');
});
