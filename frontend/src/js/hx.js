// The one place that knows htmx's names. Others use ajax, getText, onTrigger, onContent, onArrival, onFailure.
import 'htmx.org';

const htmx = window.htmx;
const root = document.documentElement;
const triggers = new Map();
const content = [];
const arrivals = [];
const failures = [];

export const words = JSON.parse(document.getElementById('ui-words')?.textContent ?? '{}');
export const say = (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');

const KEY = 'X-CSRFToken';
const headers = () => JSON.parse(document.body.getAttribute('hx-headers:inherited') ?? '{}');
export const csrf = () => headers()[KEY] ?? '';

/** The key of forms has changed, as it does when somebody signs in: what is on the page goes on working. */
export function renew(key) {
  document.body.setAttribute('hx-headers:inherited', JSON.stringify({ ...headers(), [KEY]: key }));
  for (const input of document.querySelectorAll('input[name=csrfmiddlewaretoken]')) input.value = key;
}

/** A request by htmx; `options` as of htmx.ajax, CSRF included. */
export const ajax = (verb, path, options = {}) =>
  htmx.ajax(verb, path, { ...options, headers: { [KEY]: csrf(), ...options.headers } });

/** The text of a GET; null when there is none to be had, and the failure is said as for any other request. */
export async function getText(path) {
  const retry = () => {};
  try {
    const answer = await fetch(path, { headers: { 'HX-Request': 'true' } });
    if (answer.ok) return await answer.text();
    if (fails(answer.status)) failed({ status: answer.status, headers: answer.headers, retry });
  } catch {
    failed({ status: 0, retry });
  }
  return null;
}

/** Go to a page as a link would; `replace` leaves no step to come back to. */
export const visit = (path, { replace = false } = {}) =>
  ajax('GET', path, { target: '#main', select: '#main', swap: 'outerMorph', [replace ? 'replace' : 'push']: 'true' });

/** Let htmx see what a script has put on the page. */
export const attend = (node) => htmx.process(node);

/** Call `handler(detail, source)` when an answer names this event in HX-Trigger. */
export const onTrigger = (name, handler) => triggers.set(name, [...(triggers.get(name) ?? []), handler]);

/** Call `handler(root)` for the page as it is and for everything that is swapped in later. */
export function onContent(handler) {
  content.push(handler);
  handler(document);
}

/** Call `handler({back})` when another page has taken the place of this one, without a reload. */
export const onArrival = (handler) => arrivals.push(handler);

/** Call `handler({status, headers, timeout, form, retry})` for answers that must not replace the page (401, 429, 5xx), and
 * with status 0 when none came. `retry` sends the same again; `form` is what was to be written. */
export const onFailure = (handler) => failures.push(handler);

const fails = (status) => status === 401 || status === 429 || status >= 500;
const failed = (failure) => failures.forEach((handler) => handler(failure));

export function fire(name, detail, source = document.body) {
  for (const handler of triggers.get(name) ?? []) handler(detail, source);
}

function eventsOf(header) {
  if (!header) return {};
  return header.startsWith('{') ? JSON.parse(header) : Object.fromEntries(header.split(',').map((name) => [name.trim(), true]));
}

// When a form was first sent whose answer never came.
const tried = new WeakMap();

/** The same request once more, as the page stands then. */
function again({ sourceElement: source, request, target, swap, select, selectOOB, push }) {
  const { method, action, submitter } = request;
  const sent = request.body ? [...request.body].filter(([name]) => name !== 'csrfmiddlewaretoken') : [];
  const begun = Date.now();
  return () => {
    if (source && !tried.has(source)) tried.set(source, begun);
    if (source instanceof HTMLFormElement) {
      if (source.isConnected) source.requestSubmit(submitter?.isConnected ? submitter : undefined);
    } else if (source?.isConnected && source.matches('a[href], button')) source.click();
    else ajax(method, action, { target, swap, select, selectOOB, push, values: Object.fromEntries(sent) });
  };
}

// --- a request that takes longer than 300 ms shows a line on top of everything ---
let running = 0;
let slow;

document.addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
  // Whoever answers can tell whether the first try has come after all: so many seconds ago it was sent.
  const first = tried.get(ctx.sourceElement);
  if (first && ctx.request.method !== 'GET') ctx.request.headers['X-Resent'] = String(Math.ceil((Date.now() - first) / 1000));
  running += 1;
  slow ??= setTimeout(() => { root.dataset.loading = ''; }, 300);
});

document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => {
  running = Math.max(0, running - 1);
  if (!running) {
    clearTimeout(slow);
    slow = undefined;
    delete root.dataset.loading;
  }
  for (const [name, detail] of Object.entries(eventsOf(ctx.hx?.trigger))) fire(name, detail, ctx.sourceElement);
});

document.addEventListener('htmx:after:settle', () => content.forEach((handler) => handler(document)));

// What is replaced when another page takes the place of this one; the same as in app.html and web.go.
const PAGE = { target: '#main', select: '#main', swap: 'outerMorph', selectOOB: '#nav:outerMorph,#bottom:outerMorph,#back:outerMorph' };
let back = false;

// Back and Forward bring the page, not the whole document: dialogs, messages and what listens to them stay.
document.addEventListener('htmx:before:history:restore', (event) => {
  if (!document.getElementById('main') || !document.getElementById('nav')) return;
  event.preventDefault();
  back = true;
  ajax('GET', event.detail.path, { ...PAGE, push: 'false', headers: { 'HX-History-Restore-Request': 'true' } });
});

document.addEventListener('htmx:before:swap', ({ detail: { ctx } }) => {
  ctx.arrives = ctx.select === '#main' && Boolean(back || ctx.push || ctx.sourceElement?._htmx?.boosted);
});
document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  if (!ctx.arrives) return;
  arrivals.forEach((handler) => handler({ back }));
  back = false;
});

// A key that has become too old is renewed once by the way; a form is never sent a third time.
const renewed = new WeakSet();

document.addEventListener('htmx:before:response', (event) => {
  const { ctx } = event.detail;
  const { status, headers: found } = ctx.response;
  const key = found.get('X-CSRF-Token');
  if (status === 403 && key && !renewed.has(ctx.sourceElement)) {
    event.preventDefault();
    renewed.add(ctx.sourceElement);
    renew(key);
    setTimeout(again(ctx));
  } else if (fails(status)) {
    event.preventDefault();
    failed({ status, headers: found, retry: again(ctx) });
  } else {
    renewed.delete(ctx.sourceElement);
    tried.delete(ctx.sourceElement);
  }
});

document.addEventListener('htmx:error', ({ detail: { ctx, error } }) => {
  if (!ctx?.request || !error) return;
  const form = ctx.request.method === 'GET' ? null : ctx.sourceElement?.closest?.('form');
  failed({ status: 0, timeout: ctx.request.signal?.reason === 'timeout', form, retry: again(ctx) });
});
