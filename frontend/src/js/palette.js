// Search and commands: Ctrl K.
import { ajax, getText, onContent, say } from './hx.js';

const dialog = document.getElementById('palette');
const input = dialog?.querySelector('input');
const list = dialog?.querySelector('#palette-list');
const count = dialog?.querySelector('[data-palette-count]');
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
  if (found.children.length) found.prepend(dialog.querySelector('template[data-commands-head]').content.cloneNode(true));
  return found;
}

// What was looked at lately stays in this browser, as the rows that the server made.
const recentKey = () => `recent:${document.documentElement.dataset.user}`;
function recent() {
  try { return JSON.parse(localStorage.getItem(recentKey()) ?? '[]'); } catch { return []; }
}

onContent(() => {
  const place = document.querySelector('#main [data-recent-list][hidden]');
  if (place && recent().length) {
    place.hidden = false;
    place.querySelector('[data-recent-rows]').innerHTML = recent().join('').replaceAll('role="option"', '').replaceAll('tabindex="-1"', '').replaceAll(' id="pal-', ' data-id="');
  }
  const row = document.querySelector('#main template[data-recent-row]')?.innerHTML.trim();
  if (!row) return;
  const address = (text) => /href="([^"]*)"/.exec(text)?.[1];
  const rows = [row, ...recent().filter((other) => address(other) !== address(row))].slice(0, 8);
  try { localStorage.setItem(recentKey(), JSON.stringify(rows)); } catch { /* private windows may refuse */ }
});

// The page's own commands, then what was looked at lately.
function beginning() {
  const found = document.createElement('div');
  const here = document.querySelector('#main template[data-here]');
  if (here?.content.children.length) {
    found.append(dialog.querySelector('template[data-here-head]').content.cloneNode(true));
    found.querySelector('.pgrp span').textContent = here.dataset.here;
    found.append(here.content.cloneNode(true));
  }
  const rows = recent().filter((row) => !row.includes(`href="${location.pathname}"`));
  if (rows.length) {
    found.append(dialog.querySelector('template[data-recent]').content.cloneNode(true));
    found.insertAdjacentHTML('beforeend', rows.join(''));
  }
  return found;
}

async function show() {
  const text = input.value.trim();
  const only = text.startsWith('>');
  const local = commands(only ? text.slice(1).trim() : text);
  const first = text ? [] : [beginning()];
  count.hidden = true;
  list.replaceChildren(...first, local);
  mark(0);
  const mine = ++round;
  if (only) return;
  const answer = await getText(`${dialog.dataset.url}?q=${encodeURIComponent(text)}`);
  if (answer === null || mine !== round) return;
  const found = document.createElement('div');
  found.innerHTML = answer;
  const hits = [...found.querySelectorAll('[data-count]')].reduce((sum, { dataset }) => sum + parseInt(dataset.count, 10), 0);
  list.replaceChildren(...first, ...(text || hits ? [found] : []), ...(local.children.length ? [local] : []));
  dialog.querySelector('[data-status]').textContent = count.textContent = say('found', { n: hits });
  count.hidden = !text || !hits;
  mark(0);
}

// What can be done with one result takes the place of the results.
async function actions(url) {
  clearTimeout(timer);
  round += 1;
  const answer = await getText(url);
  if (answer === null) return;
  list.innerHTML = answer;
  mark(0);
}

input?.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(show, 150); });
input?.addEventListener('keydown', (event) => {
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); mark(at + (event.key === 'ArrowDown' ? 1 : -1)); }
  if ((event.key === 'Tab' && !event.shiftKey) && rows()[at]?.dataset.actions) { event.preventDefault(); actions(rows()[at].dataset.actions); }
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
  if (row.hash && row.getAttribute('href').startsWith('#')) {
    event.preventDefault();
    document.querySelector(row.hash)?.focus();
  } else if (row.getAttribute('href').startsWith('/_quick/')) {
    event.preventDefault();
    ajax('GET', row.getAttribute('href'), { target: '#dialog', swap: 'innerHTML' });
  }
});
document.addEventListener('click', (event) => {
  if (event.target.closest?.('[data-palette]') && !event.ctrlKey && !event.metaKey) { event.preventDefault(); openPalette(); }
});
