// Theme, density, menu: at once on the page, then in the profile.
import { csrf } from './hx.js';

const root = document.documentElement;

function remember(name, value) {
  root.dataset[name] = value;
  const body = new URLSearchParams({ [name]: value });
  fetch('/settings/_prefs/', { method: 'POST', body, headers: { 'X-CSRFToken': csrf(), 'HX-Request': 'true' } }).catch(() => {});
}

export const toggleSide = () => remember('side', root.dataset.side === 'min' ? 'full' : 'min');

document.addEventListener('click', (event) => {
  const choice = event.target.closest?.('button[data-pref]');
  if (choice) {
    event.preventDefault();
    remember(choice.dataset.pref, choice.value);
    for (const other of document.querySelectorAll(`button[data-pref=${choice.dataset.pref}]`)) other.setAttribute('aria-pressed', String(other === choice));
  } else if (event.target.closest?.('[data-pref-toggle]')) {
    event.preventDefault();
    toggleSide();
  }
});
document.addEventListener('change', ({ target }) => {
  if (target.matches?.('input[data-pref]')) remember(target.dataset.pref, target.checked ? target.value : target.dataset.off);
});
