// Lost connections, refusals, expired sessions: say it, lose nothing.
import { onFailure, onTrigger, say } from './hx.js';
import { toast } from './toasts.js';

const bar = document.getElementById('netbar');
const text = bar?.querySelector('[data-net-text]');
const retry = bar?.querySelector('[data-net-retry]');
let again = null;

function show(words, action = null) {
  if (!bar) return;
  text.textContent = words;
  again = action;
  retry.hidden = !action;
  bar.hidden = false;
}

retry?.addEventListener('click', () => { const action = again; bar.hidden = true; action?.(); });
addEventListener('offline', () => show(say('offline')));
addEventListener('online', () => { const action = again; bar.hidden = true; action?.(); });

onFailure(({ status, headers, timeout, retry: action }) => {
  if (status === 429) toast({ text: say('busy', { n: headers.get('Retry-After') ?? '…' }), kind: 'warn' });
  else if (status >= 500) {
    const id = headers.get('X-Incident');
    toast({ text: `${say('error')} ${id ? say('incident', { id }) : ''}`, kind: 'error' });
  } else show(say(timeout ? 'timeout' : navigator.onLine ? 'failed' : 'offline'), action);
});

// The page stays as it is; signing in happens in another tab, then the person saves again.
onTrigger('login', ({ url }) => toast({ text: say('expired'), kind: 'warn', link: { url, label: say('signin') } }));
