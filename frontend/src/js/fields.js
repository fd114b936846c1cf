// Inline edit: Esc takes back, Enter saves, Tab saves and opens the next, leaving with a change saves.
import { ajax } from './hx.js';

const formOf = (node) => node.closest?.('form[data-field-form]');
const holder = (form) => form.closest('.fld, td');

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
    cancel(form);
  } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === 'Tab' && !event.shiftKey && event.target.matches('input, select') && form.querySelectorAll('input:not([type=hidden]), select').length === 1) {
    const fields = [...document.querySelectorAll('.fld [data-field-open], .fld--edit')];
    const next = fields[fields.indexOf(form.closest('.fld')) + 1];
    form.requestSubmit();
    if (next) { event.preventDefault(); next.click(); }
  }
});

/** Open the editor of a table cell. */
export function editCell(cell) {
  if (cell?.dataset.editUrl && !cell.querySelector('form')) ajax('GET', cell.dataset.editUrl, { target: cell, swap: 'outerHTML' });
}

document.addEventListener('dblclick', ({ target }) => editCell(target.closest?.('td[data-edit-url]')));
document.addEventListener('htmx:after:settle', () => {
  const control = document.querySelector('form[data-field-form] [autofocus]');
  if (control && !control.closest('form').contains(document.activeElement)) {
    control.focus();
    control.select?.();
  }
});
