// Where one is and where one was: a new page begins at its top and Back returns to the same row.
import { onArrival } from './hx.js';

const SCROLLED = ['#main', '.tw', '.rec__l', '.rec__m', '.rec__r', '.set__m'];
const address = () => location.pathname + location.search;
let here = address();

function save() {
  const tops = SCROLLED.map((place) => document.querySelector(place)?.scrollTop ?? 0);
  const row = document.activeElement?.closest?.('[data-row]')?.dataset.row ?? '';
  try { sessionStorage.setItem(`place:${here}`, JSON.stringify({ tops, row })); } catch { /* private windows may refuse */ }
}

function restore() {
  let kept;
  try { kept = JSON.parse(sessionStorage.getItem(`place:${here}`) ?? 'null'); } catch { return; }
  if (!kept) return;
  if (kept.row) document.querySelector(`[data-row="${CSS.escape(kept.row)}"]`)?.focus({ preventScroll: true });
  SCROLLED.forEach((place, n) => { const node = document.querySelector(place); if (node) node.scrollTop = kept.tops[n]; });
}

document.addEventListener('htmx:before:swap', ({ detail: { ctx } }) => { if (ctx.select === '#main') save(); });
addEventListener('pagehide', save);
onArrival(({ back }) => {
  here = address();
  if (back) restore();
  else {
    for (const place of SCROLLED) { const node = document.querySelector(place); if (node) node.scrollTop = 0; }
    const main = document.getElementById('main');
    const named = location.hash ? document.getElementById(location.hash.slice(1)) : null;
    (named ?? main.querySelector('[aria-invalid=true]') ?? main.querySelector('[autofocus]') ?? main).focus({ preventScroll: true });
  }
});
if (performance.getEntriesByType('navigation')[0]?.type === 'back_forward') restore();

// What this browser remembers of a person goes when they do.
document.addEventListener('submit', ({ target }) => { if (target.matches?.('[data-logout]')) localStorage.removeItem(`recent:${document.documentElement.dataset.user}`); });
