// Short messages with a way back. The server says HX-Trigger {"toast": {text, kind, undo_url, link}}, or puts a flash into the page.
import { ajax, onContent, onTrigger, say } from './hx.js';

const MOST = 3;
const host = () => document.getElementById('toasts');
let lastUndo = null;

/** Show a message; gives its element. `action` is {label, run}; `stay` is how long, in ms. */
export function toast({ text, kind = 'ok', undo_url: undo, link, action, stay: time }) {
  const box = document.createElement('div');
  box.className = `toast toast--${kind}`;
  if (kind === 'error') box.setAttribute('role', 'alert');
  const icons = document.getElementById('toast-icons')?.content;
  const icon = icons?.querySelector(`[data-kind=${kind}] svg`);
  if (icon) box.append(icon.cloneNode(true));
  const words = document.createElement('span');
  words.className = 'toast__t';
  words.textContent = text;
  box.append(words);
  if (undo) box.append(button(say('undo'), () => { close(box); back(undo); }));
  if (action) box.append(button(action.label, () => { close(box); action.run(); }));
  if (link) {
    const a = document.createElement('a');
    a.className = 'btn btn--link btn--sm';
    a.href = link.url;
    a.textContent = link.label;
    box.append(a);
  }
  const cross = button('', () => close(box));
  cross.className = 'btn btn--ghost btn--icon btn--sm';
  cross.setAttribute('aria-label', say('close'));
  const x = icons?.querySelector('[data-kind=close] svg');
  if (x) cross.append(x.cloneNode(true)); else cross.textContent = '×';
  box.append(cross);
  lastUndo = undo ? { box, undo } : lastUndo;
  const place = host();
  if (!place.matches(':popover-open')) place.showPopover?.();
  place.append(box);
  while (place.children.length > MOST) close(place.firstElementChild);
  linger(box, time ?? (undo ? 10000 : kind === 'error' ? 15000 : 6000));
  return box;
}

function button(label, action) {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'btn btn--link btn--sm';
  made.textContent = label;
  made.addEventListener('click', action);
  return made;
}

function linger(box, time) {
  let timer = setTimeout(() => close(box), time);
  const hold = () => clearTimeout(timer);
  const go = () => { hold(); timer = setTimeout(() => close(box), Math.max(3000, time / 2)); };
  box.addEventListener('pointerenter', hold);
  box.addEventListener('focusin', hold);
  box.addEventListener('pointerleave', go);
  box.addEventListener('focusout', go);
}

function close(box) {
  if (lastUndo?.box === box) lastUndo = null;
  box.remove();
  const place = host();
  if (!place.children.length && place.matches(':popover-open')) place.hidePopover?.();
}

const back = (url) => ajax('POST', url, { target: '#main', swap: 'none', values: { next: location.pathname + location.search } });

/** Ctrl+Z while the message is shown; was there one? */
export function undoLast() {
  if (!lastUndo) return false;
  const { box, undo } = lastUndo;
  close(box);
  back(undo);
  return true;
}

onTrigger('toast', toast);
onContent((root) => {
  for (const flash of root.querySelectorAll('[data-flash-item]')) {
    toast({ text: flash.dataset.text, kind: flash.dataset.kind, undo_url: flash.dataset.undo });
    flash.remove();
  }
});
