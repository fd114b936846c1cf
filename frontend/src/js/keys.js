// Shortcuts by the physical key, so that they work in any layout.
import { ajax } from './hx.js';
import { listKey } from './list.js';
import { openPalette } from './palette.js';
import { toggleSide } from './prefs.js';
import { undoLast } from './toasts.js';

let waiting = '';
let timer;
const typing = (node) => node?.closest?.('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]');
// What a letter does on this page: E edits, N writes a note; among things to be worked through it means the one in focus.
const steps = () => [...document.querySelectorAll('[data-steps] [data-step]')];
const here = () => document.activeElement?.closest?.('[data-step]');
const ofPage = (code) => (code.startsWith('Key') || (code === 'Enter' && document.activeElement === here()))
  && (steps().length ? here() : document.getElementById('main'))?.querySelector(`[data-key="${code.replace('Key', '')}"]`);

function step(code) {
  const way = { KeyJ: 1, ArrowDown: 1, KeyK: -1, ArrowUp: -1 }[code];
  const all = way ? steps() : [];
  if (!all.length || (code.startsWith('Arrow') && !here())) return false;
  const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(here()) + way))];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
  return true;
}
const create = (url) => ajax('GET', url, { target: '#dialog', swap: 'innerHTML' });

function second(event) {
  const letter = event.code.replace('Key', '');
  const scope = waiting === 'KeyC' ? '#create-menu' : '#nav';
  const link = document.querySelector(`${scope} [data-key="${letter}"]`);
  waiting = '';
  if (!link) return false;
  if (scope === '#nav') link.click(); else create(link.getAttribute('href'));
  return true;
}

document.addEventListener('keydown', (event) => {
  const { code, ctrlKey, metaKey, altKey } = event;
  const control = ctrlKey || metaKey;
  const done = () => event.preventDefault();
  if (control && code === 'KeyK') { done(); openPalette(); return; }
  if (control && code === 'KeyB' && !typing(event.target)) { done(); toggleSide(); return; }
  if (control && code === 'Enter') { const form = event.target.closest?.('form[method=post]'); if (form && !event.defaultPrevented) { done(); form.requestSubmit(); } return; }
  if (control && code === 'KeyZ' && !typing(event.target)) { if (undoLast()) done(); return; }
  if (typing(event.target) || event.defaultPrevented || document.querySelector('dialog[open]')) return;
  if (waiting && !control && !altKey) { if (second(event)) done(); return; }
  if (listKey(event)) { done(); return; }
  if (control || altKey || document.documentElement.dataset.keys === 'off') return;
  if (event.key === '?') { done(); document.getElementById('keys-help')?.showModal(); }
  else if (code === 'Slash') { done(); const search = document.querySelector('input[data-list-search]'); if (search) search.focus(); else openPalette(); }
  else if (step(code)) done();
  else if (ofPage(code)) { const control = ofPage(code); done(); if (control.matches('textarea, input')) control.focus(); else control.click(); }
  else if (code === 'KeyC' || code === 'KeyG') {
    done();
    waiting = code;
    clearTimeout(timer);
    timer = setTimeout(() => { waiting = ''; }, 1500);
    if (code === 'KeyC' && !document.querySelector('#create-menu:popover-open')) document.querySelector('[data-create]')?.click();
  }
});

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('#create-menu a[href^="/_quick/"]');
  if (link && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    event.stopPropagation();
    document.getElementById('create-menu').hidePopover?.();
    create(link.getAttribute('href'));
  }
}, true);
