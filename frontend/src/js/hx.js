// The one place that knows htmx's names. Others use ajax, onTrigger, onContent, onFailure.
import 'htmx.org';

const htmx = window.htmx;
const triggers = new Map();
const content = [];
const failures = [];

export const words = JSON.parse(document.getElementById('ui-words')?.textContent ?? '{}');
export const say = (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');

const headers = () => JSON.parse(document.body.getAttribute('hx-headers:inherited') ?? '{}');
export const csrf = () => headers()['X-CSRFToken'] ?? '';

/** A request by htmx; `options` as of htmx.ajax, CSRF included. */
export const ajax = (verb, path, options = {}) =>
  htmx.ajax(verb, path, { ...options, headers: { 'X-CSRFToken': csrf(), ...options.headers } });

/** Call `handler(detail, source)` when an answer names this event in HX-Trigger. */
export const onTrigger = (name, handler) => triggers.set(name, [...(triggers.get(name) ?? []), handler]);

/** Call `handler(root)` for the page as it is and for everything that is swapped in later. */
export function onContent(handler) {
  content.push(handler);
  handler(document);
}

/** Call `handler({status, headers, retry})` for an answer of 429 or 5xx, and with status 0 when none came. */
export const onFailure = (handler) => failures.push(handler);

export function fire(name, detail, source = document.body) {
  for (const handler of triggers.get(name) ?? []) handler(detail, source);
}

function eventsOf(header) {
  if (!header) return {};
  return header.startsWith('{') ? JSON.parse(header) : Object.fromEntries(header.split(',').map((name) => [name.trim(), true]));
}

document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => {
  for (const [name, detail] of Object.entries(eventsOf(ctx.hx?.trigger))) fire(name, detail, ctx.sourceElement);
});

document.addEventListener('htmx:after:settle', () => content.forEach((handler) => handler(document)));

function again(ctx) {
  const { method, action } = ctx.request;
  const form = ctx.sourceElement;
  // A form is sent again as it is now; anything else was an address.
  return () => (form instanceof HTMLFormElement ? form.isConnected && form.requestSubmit() : method === 'GET' && ajax(method, action, { target: ctx.target, swap: ctx.swap }));
}

document.addEventListener('htmx:before:response', (event) => {
  const { ctx } = event.detail;
  const { status, headers: found } = ctx.response;
  // Their pages must not replace what a person is looking at.
  if (status === 429 || status >= 500) {
    event.preventDefault();
    failures.forEach((handler) => handler({ status, headers: found, retry: again(ctx) }));
  }
});

document.addEventListener('htmx:error', ({ detail: { ctx, error } }) => {
  if (ctx?.request && error) failures.forEach((handler) => handler({ status: 0, timeout: ctx.request.signal?.reason === 'timeout', retry: again(ctx) }));
});
