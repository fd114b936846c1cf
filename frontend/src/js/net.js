// Lost connections, refusals, expired sessions: say it, lose nothing, send it again.
import { ajax, onContent, onFailure, onTrigger, renew, say } from './hx.js';
import { closeDialog } from './dialogs.js';
import { toast } from './toasts.js';

const bar = document.getElementById('netbar');
const text = bar?.querySelector('[data-net-text]');
const retry = bar?.querySelector('[data-net-retry]');
// What was written while nothing could be sent, by form; and the last page that was asked for.
const unsent = new Map();
let again = null;
let probing;

function show(words) {
  if (!bar) return;
  const count = [...unsent.keys()].filter((form) => form.isConnected).length;
  text.textContent = [words, count && say('unsent', { n: count })].filter(Boolean).join(' ');
  retry.hidden = !again && !count;
  bar.hidden = false;
  probing ??= setInterval(probe, 4000);
}

function hide() {
  clearInterval(probing);
  probing = undefined;
  again = null;
  bar.hidden = true;
}

/** Is the server there again? Then what waits is sent; a page is not opened unasked. */
async function probe() {
  try {
    await fetch(document.querySelector('link[rel=icon]').href, { method: 'HEAD', cache: 'no-store' });
  } catch { return; }
  if (unsent.size || !again) send();
  else if (navigator.onLine) hide();
}

function send() {
  const actions = [...unsent];
  unsent.clear();
  hide();
  for (const [form, action] of actions) {
    form.querySelector('[data-waits]')?.remove();
    action();
  }
}

/** The form keeps what is typed, says that it waits, and is sent when there is a way. */
function keep(form, action) {
  unsent.set(form, action);
  if (form.querySelector('[data-waits]')) return;
  const note = document.createElement('p');
  note.className = 'waits';
  note.dataset.waits = '';
  note.textContent = say('waits');
  form.append(note);
}

retry?.addEventListener('click', () => {
  const visit = again;
  send();
  visit?.();
});
addEventListener('offline', () => show(say('offline')));
addEventListener('online', probe);

onFailure(({ status, headers, timeout, form, retry: action }) => {
  if (status === 401) askToSignIn(action);
  else if (status === 429) wait(Number(headers.get('Retry-After')) || 60, action);
  else if (status >= 500) {
    const id = headers.get('X-Incident');
    toast({ text: [say('error'), id && say('incident', { id })].filter(Boolean).join(' '), kind: 'error', action: { label: say('retry'), run: action } });
  } else {
    // After a time-out the server may have done it all the same: then the person decides.
    if (form && !timeout) keep(form, action); else again = action;
    show(say(timeout ? 'timeout' : navigator.onLine ? 'failed' : 'offline'));
  }
});

/** Too often: a message that counts down and then offers to send the same again. */
function wait(seconds, action) {
  const box = toast({ text: say('busy', { n: seconds }), kind: 'warn', action: { label: say('retry'), run: action }, stay: (seconds + 20) * 1000 });
  const button = box.querySelector('button');
  button.disabled = true;
  count(seconds, (left) => {
    box.querySelector('.toast__t').textContent = left ? say('busy', { n: left }) : say('ready');
    button.disabled = left > 0;
    return box.isConnected;
  });
}

function count(seconds, tell) {
  const end = Date.now() + seconds * 1000;
  const timer = setInterval(() => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    if (!tell(left) || !left) clearInterval(timer);
  }, 250);
}

// The same on a page of its own.
onContent((root) => {
  for (const line of root.querySelectorAll('[data-countdown]')) {
    const seconds = Number(line.dataset.countdown);
    delete line.dataset.countdown;
    count(seconds, (left) => { line.textContent = left ? say('busy', { n: left }) : say('ready'); return line.isConnected; });
  }
});

// --- the session has ended: sign in over the page, then what was refused is sent again ---
const dialog = document.getElementById('signin');
let waiting = [];
let asking = false;

function askToSignIn(action) {
  waiting.push(action);
  if (!dialog || dialog.open || asking) return;
  asking = true;
  ajax('GET', `/login/again/?login=${encodeURIComponent(document.documentElement.dataset.login)}`, { target: '#signin', swap: 'innerHTML' }).finally(() => { asking = false; });
}

dialog?.addEventListener('close', () => { waiting = []; });
onTrigger('signed-in', ({ key, user }) => {
  const actions = waiting;
  waiting = [];
  closeDialog(dialog);
  renew(key);
  // Somebody else has sat down: this page is not theirs.
  if (String(user) !== document.documentElement.dataset.user) location.reload();
  else actions.forEach((action) => action());
});
