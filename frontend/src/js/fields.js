// Inline edit: Esc takes back, Enter saves, Tab saves and opens the next, leaving with a change saves.
import { ajax, onContent } from './hx.js';

const formOf = (node) => node.closest?.('form[data-field-form]');
const holder = (form) => form.closest('.fld, td');
const stateOf = (form) => JSON.stringify([...new FormData(form)].filter(([name]) => name !== 'csrfmiddlewaretoken').map(([name, value]) => [name, value.name ?? value, value.size]));
const begun = new WeakMap();
const placeOf = (form) => { const at = holder(form); return at.matches('td') ? `td[data-edit-url="${CSS.escape(at.dataset.editUrl)}"]` : `#${at.id}`; };
//: The field that focus returns to when its value stands there again.
let returnTo = '';

function cancel(form) {
  const url = form.dataset.cancel;
  if (url) ajax('GET', url, { target: holder(form), swap: 'outerHTML' });
}

document.addEventListener('keydown', (event) => {
  const form = formOf(event.target);
  if (!form) return;
  if (event.key === 'Escape' && !event.defaultPrevented) {
    event.preventDefault();
    event.stopPropagation();
    returnTo = placeOf(form);
    cancel(form);
  } else if (event.key === 'Enter' && !event.defaultPrevented && (event.ctrlKey || event.metaKey || event.target.matches('input, select'))) {
    event.preventDefault();
    returnTo = placeOf(form);
    form.requestSubmit();
  } else if (event.key === 'Tab' && !event.shiftKey && event.target.matches('input, select') && form.querySelectorAll('input:not([type=hidden]), select').length === 1) {
    const cells = [...document.querySelectorAll('td[data-edit-url]')];
    const cell = form.closest('td');
    if (cell) {
      event.preventDefault();
      const after = cells[cells.indexOf(cell) + 1];
      if (!after) returnTo = placeOf(form);
      leave(form);
      editCell(after);
      return;
    }
    const fields = [...document.querySelectorAll('.fld [data-field-open], .fld--edit')];
    const next = fields[fields.indexOf(form.closest('.fld')) + 1];
    if (!next) return;
    event.preventDefault();
    leave(form);
    next.click();
  }
});

/** Save what has changed, put the value back otherwise. What was refused waits for a decision. */
function leave(form) {
  if (!form.isConnected || form.querySelector('[aria-invalid=true], .err, .note')) return;
  if (begun.has(form) && stateOf(form) === begun.get(form)) cancel(form); else form.requestSubmit();
}

// Within the product leaving saves; a closed tab would not.
addEventListener('beforeunload', (event) => {
  for (const form of document.querySelectorAll('form[data-field-form]')) if (begun.has(form) && stateOf(form) !== begun.get(form)) event.preventDefault();
});

document.addEventListener('focusout', ({ target, relatedTarget }) => {
  const form = formOf(target);
  if (!form || form.contains(relatedTarget)) return;
  setTimeout(() => {
    const elsewhere = document.hasFocus() && !form.contains(document.activeElement) && !document.querySelector('dialog:modal');
    if (elsewhere && form.isConnected && !form.matches('.htmx-request')) leave(form);
  }, 200);
});

function focusable(cell) {
  cell.tabIndex = -1;
  return cell;
}

/** Open the editor of a table cell. */
export function editCell(cell) {
  if (cell?.dataset.editUrl && !cell.querySelector('form')) ajax('GET', cell.dataset.editUrl, { target: cell, swap: 'outerHTML' });
}

document.addEventListener('dblclick', ({ target }) => editCell(target.closest?.('td[data-edit-url]')));

onContent((root) => {
  for (const form of root.querySelectorAll('form[data-field-form]')) {
    if (begun.has(form)) continue;
    begun.set(form, stateOf(form));
    const control = form.querySelector('[aria-invalid=true], [autofocus]') ?? form.querySelector('input:not([type=hidden]), textarea') ?? form.querySelector('select');
    if (control && !form.contains(document.activeElement)) {
      control.focus();
      control.select?.();
    }
    // Its buttons, and what was refused, are in sight.
    holder(form).scrollIntoView({ block: 'nearest' });
  }
  const field = returnTo && document.querySelector(returnTo);
  if (field && !field.querySelector('form')) {
    returnTo = '';
    if (document.activeElement === document.body || document.activeElement.id === 'main') (field.matches('td') ? focusable(field) : field.querySelector('[data-field-open]'))?.focus({ preventScroll: true });
  }
});
