// Lists put in order by dragging: mouse, pen and finger alike. Lists of one name in one form exchange their rows. The form
// is sent as it then stands; buttons beside the rows do the same for the keyboard.
let moving = null;

const rowsOf = (form) => [...form.querySelectorAll('[data-reorder] > *')];

document.addEventListener('pointerdown', (event) => {
  const handle = event.target.closest?.('[data-reorder-handle]');
  if (!handle || event.button) return;
  event.preventDefault();
  const row = handle.closest('[data-reorder] > *');
  const form = row.closest('[data-reorder-form]');
  const lists = [...form.querySelectorAll('[data-reorder]')].filter((list) => list.dataset.reorder === row.parentElement.dataset.reorder);
  moving = { row, form, lists, before: rowsOf(form), home: row.parentElement, next: row.nextElementSibling };
  row.classList.add('is-moving');
  handle.setPointerCapture(event.pointerId);
});

document.addEventListener('pointermove', (event) => {
  if (!moving) return;
  const { row, lists } = moving;
  const list = lists.find((one) => event.clientY < one.getBoundingClientRect().bottom) ?? lists.at(-1);
  const next = [...list.children].find((other) => {
    if (other === row) return false;
    const box = other.getBoundingClientRect();
    return event.clientY < box.top + box.height / 2;
  });
  if (row.parentElement !== list || next !== row.nextElementSibling) list.insertBefore(row, next ?? null);
});

function drop(keep) {
  if (!moving) return;
  const { row, form, before, home, next } = moving;
  moving = null;
  row.classList.remove('is-moving');
  if (!keep) home.insertBefore(row, next);
  else if (row.parentElement !== home || rowsOf(form).some((other, place) => before[place] !== other)) form.requestSubmit();
}

document.addEventListener('pointerup', () => drop(true));
document.addEventListener('pointercancel', () => drop(false));
document.addEventListener('keydown', (event) => { if (moving && event.key === 'Escape') { event.stopPropagation(); drop(false); } }, true);
