// Live numbers in the menu, the chip of what runs in the background, forms that ask the server as they are filled in.
import { ajax, onContent, onTrigger } from './hx.js';

let counts = {};
let asked = 0;

async function look(cache) {
  if (!document.querySelector('[data-badge]') || (cache === 'default' && Date.now() - asked < 5000)) return;
  asked = Date.now();
  try {
    const answer = await fetch('/_badges/', { cache, headers: { 'HX-Request': 'true' } });
    if (answer.ok) counts = await answer.json();
  } catch { /* the old ones stay */ }
  show();
}

function show() {
  for (const badge of document.querySelectorAll('[data-badge]')) badge.textContent = counts[badge.dataset.badge] ?? '';
}

// What is kept may be older than a place of the menu: one that was pinned just now.
const stale = () => asked && [...document.querySelectorAll('[data-badge]')].some(({ dataset }) => !(dataset.badge in counts));
onContent(() => { show(); look(stale() ? 'reload' : 'default'); });
// Something was done: what is kept is no longer true.
onTrigger('toast', () => look('reload'));
onTrigger('tray', () => ajax('GET', '/_tray/', { target: '#tray', swap: 'outerMorph' }));

document.addEventListener('change', ({ target }) => { if (target.matches?.('[data-again]')) target.form.requestSubmit(); });
