// Search and commands: Ctrl K.
import { say } from './hx.js';

const dialog = document.getElementById('palette');
const input = dialog?.querySelector('input');
const list = dialog?.querySelector('#palette-list');
let at = 0;
let timer;
let round = 0;

export function openPalette(text = '') {
  if (!dialog || dialog.open) return;
  input.value = text;
  dialog.showModal();
  input.focus();
  show();
}

const rows = () => [...list.querySelectorAll('[role=option]')];

function mark(n) {
  at = Math.max(0, Math.min(rows().length - 1, n));
  rows().forEach((row, i) => row.setAttribute('aria-selected', String(i === at)));
  const chosen = rows()[at];
  if (chosen) { input.setAttribute('aria-activedescendant', chosen.id); chosen.scrollIntoView({ block: 'nearest' }); }
}

function commands(q) {
  const found = document.createElement('div');
  found.append(dialog.querySelector('template[data-commands]').content.cloneNode(true));
  for (const row of [...found.children]) if (q && !row.textContent.toLowerCase().includes(q.toLowerCase())) row.remove();
  return found;
}

async function show() {
  const text = input.value.trim();
  const only = text.startsWith('>');
  const local = commands(only ? text.slice(1).trim() : text);
  list.replaceChildren(local);
  if (!text) local.before(dialog.querySelector('template[data-recent]').content.cloneNode(true));
  mark(0);
  if (!text || only) return;
  const mine = ++round;
  try {
    const answer = await fetch(`${dialog.dataset.url}?q=${encodeURIComponent(text)}`, { headers: { 'HX-Request': 'true' } });
    if (!answer.ok || mine !== round) return;
    const found = document.createElement('div');
    found.innerHTML = await answer.text();
    list.replaceChildren(found, ...(local.children.length ? [local] : []));
    dialog.querySelector('[data-status]').textContent = say('found', { n: rows().length });
    mark(0);
  } catch { /* the commands stay */ }
}

input?.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(show, 150); });
input?.addEventListener('keydown', (event) => {
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); mark(at + (event.key === 'ArrowDown' ? 1 : -1)); }
  if (event.key === 'Enter') {
    event.preventDefault();
    const row = rows()[at];
    if (!row) return;
    if (event.ctrlKey || event.metaKey) open(row.href, '_blank', 'noopener');
    else row.click();
  }
});
list?.addEventListener('click', (event) => {
  const row = event.target.closest('a[href]');
  if (!row) return;
  dialog.close();
  if (row.getAttribute('href').startsWith('/_quick/')) {
    event.preventDefault();
    import('./hx.js').then(({ ajax }) => ajax('GET', row.getAttribute('href'), { target: '#dialog', swap: 'innerHTML' }));
  }
});
document.addEventListener('click', (event) => {
  if (event.target.closest?.('[data-palette]') && !event.ctrlKey && !event.metaKey) { event.preventDefault(); openPalette(); }
});
