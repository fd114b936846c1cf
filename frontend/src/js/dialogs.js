// Native dialogs: content that arrives in #dialog, #drawer or #signin opens them; what was typed is not closed away unasked.
import { ajax, onArrival, onContent, onTrigger, say } from './hx.js';

const hosts = ['dialog', 'drawer', 'signin'].map((id) => document.getElementById(id)).filter(Boolean);
const dirty = new WeakSet();

onContent(() => {
  for (const host of hosts) {
    if (host.childElementCount && !host.open) {
      dirty.delete(host);
      host.showModal();
      (host.querySelector('[autofocus]') ?? host.querySelector('input:not([type=hidden]), select, textarea, a.btn--primary'))?.focus();
    } else if (host.open) {
      host.querySelector('[aria-invalid=true]')?.focus();
    }
    if (host.id === 'drawer' && host.open) remember(host.querySelector('[data-peek]')?.dataset.peek);
  }
});

/** Close a dialog, whatever is typed in it. Emptied at once: the event comes later, and content that settles in between
 * would open the dialog again. */
export function closeDialog(host) {
  dirty.delete(host);
  if (host?.open) host.close();
  if (hosts.includes(host)) host.replaceChildren();
}

function leave(dialog) {
  if (dirty.has(dialog) && !confirm(say('unsaved'))) return;
  closeDialog(dialog);
}

for (const host of hosts) {
  host.addEventListener('close', () => {
    // Closed by its own means: what is left in it would open it again.
    if (!host.open) host.replaceChildren();
    if (host.id === 'drawer') remember(null);
  });
  host.addEventListener('input', () => { if (host.querySelector('form[method=post]')) dirty.add(host); });
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

onTrigger('closeDialog', () => hosts.forEach(closeDialog));

// --- the drawer has an address: ?peek=companies-42 opens it again after a reload, and for a colleague ---
function remember(peek) {
  const url = new URL(location.href);
  if ((url.searchParams.get('peek') ?? null) === (peek ?? null)) return;
  if (peek) url.searchParams.set('peek', peek); else url.searchParams.delete('peek');
  history.replaceState(history.state, '', url);
}

function reopen() {
  const [, plural, id] = /^([a-z_]+)-(\d+)$/.exec(new URL(location.href).searchParams.get('peek') ?? '') ?? [];
  // Over a list it knows its neighbours.
  const list = document.querySelector('[data-list-page]')?.dataset.carried;
  if (plural) ajax('GET', `/${plural}/${id}/_peek/${list ? `?${list}` : ''}`, { target: '#drawer', swap: 'innerHTML' });
}

onArrival(() => { for (const host of hosts) if (host.id !== 'signin') closeDialog(host); reopen(); });
reopen();
