// Native dialogs: content that arrives in #dialog or #drawer opens them; what was typed is not closed away unasked.
import { onContent, onTrigger, say } from './hx.js';

const hosts = ['dialog', 'drawer'].map((id) => document.getElementById(id)).filter(Boolean);
let dirty = false;

onContent(() => {
  for (const host of hosts) {
    if (host.childElementCount && !host.open) {
      dirty = false;
      host.showModal();
      (host.querySelector('[autofocus]') ?? host.querySelector('input:not([type=hidden]), select, textarea, a.btn--primary'))?.focus();
    } else if (host.open) {
      host.querySelector('[aria-invalid=true]')?.focus();
    }
  }
});

// Emptied at once: the event comes later, and content that settles in between would open the dialog again.
function shut(dialog) {
  dirty = false;
  dialog.close();
  if (hosts.includes(dialog)) dialog.replaceChildren();
}

export function closeAll() {
  for (const host of hosts) if (host.open) shut(host);
}

function leave(dialog) {
  if (hosts.includes(dialog) && dirty && !confirm(say('unsaved'))) return;
  shut(dialog);
}

for (const host of hosts) {
  host.addEventListener('input', () => { dirty = Boolean(host.querySelector('form[method=post]')); });
  host.addEventListener('cancel', (event) => { event.preventDefault(); leave(host); });
}

document.addEventListener('click', (event) => {
  const { target } = event;
  const dialog = target.closest?.('dialog');
  if (dialog && (target.closest('[data-close]') || (target === dialog && outside(dialog, event)))) leave(dialog);
});

function outside(dialog, { clientX: x, clientY: y }) {
  const box = dialog.getBoundingClientRect();
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}

onTrigger('closeDialog', closeAll);
