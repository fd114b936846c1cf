// Small helps in forms: rows of phones, the password's eye, folding, uploads by dropping.
import { onContent, say } from './hx.js';

document.addEventListener('click', ({ target }) => {
  const add = target.closest?.('[data-rows-add]');
  const remove = target.closest?.('[data-rows-remove]');
  const eye = target.closest?.('[data-reveal]');
  if (add) addRow(add.closest('viz-rows'));
  if (remove) removeRow(remove.closest('[data-rows-row]'));
  if (eye) reveal(eye);
});

export function addRow(rows) {
  const all = rows.querySelectorAll('[data-rows-row]');
  const made = all[all.length - 1].cloneNode(true);
  for (const control of made.querySelectorAll('input, select')) {
    control.name = control.name.replace(/-\d+-/, `-${all.length}-`);
    control.id = control.id && control.id.replace(/-\d+-/, `-${all.length}-`);
    if (control.matches('[data-rows-number]')) control.value = String(all.length);
    else if (control.matches('input')) control.value = '';
  }
  all[all.length - 1].after(made);
  made.querySelector('input').focus();
}

// A form that leaves the page says so at once; one that comes back from the browser's memory is ready again.
document.addEventListener('submit', (event) => setTimeout(() => { if (!event.defaultPrevented) event.submitter?.setAttribute('aria-busy', 'true'); }));
addEventListener('pageshow', ({ persisted }) => { if (persisted) document.querySelectorAll('[aria-busy=true].btn').forEach((button) => button.removeAttribute('aria-busy')); });

function removeRow(row) {
  row.querySelector('input').value = '';
  if (row.parentElement.querySelectorAll('[data-rows-row]').length > 1) row.hidden = true;
}

function reveal(eye) {
  const input = eye.parentElement.querySelector('input');
  const shown = input.type === 'password';
  input.type = shown ? 'text' : 'password';
  eye.setAttribute('aria-pressed', String(shown));
  eye.setAttribute('aria-label', say(shown ? 'hide' : 'show'));
}

onContent((root) => {
  for (const part of root.querySelectorAll('details[data-fold]:not([data-fold-seen])')) {
    part.dataset.foldSeen = '1';
    const state = localStorage.getItem(`fold:${part.dataset.fold}`);
    if (state) part.open = state === 'open';
    part.addEventListener('toggle', () => localStorage.setItem(`fold:${part.dataset.fold}`, part.open ? 'open' : 'shut'));
  }
});

document.addEventListener('change', ({ target }) => {
  const name = target.matches?.('input[type=file]') && target.closest('[data-drop]')?.querySelector('[data-drop-name]');
  if (!name) return;
  name.textContent = [...target.files].map((file) => file.name).join(', ');
  name.hidden = !target.files.length;
});

for (const kind of ['dragover', 'dragleave', 'drop']) {
  document.addEventListener(kind, (event) => {
    const zone = event.target.closest?.('[data-drop]');
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle('is-over', kind === 'dragover');
    if (kind !== 'drop') return;
    const input = zone.querySelector('input[type=file]');
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
}
