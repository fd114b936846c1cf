// A list put in order by dragging: mouse, pen and finger alike. The form around it is sent as it then stands;
// buttons beside the rows do the same for the keyboard.
let moving = null;

document.addEventListener('pointerdown', (event) => {
  const handle = event.target.closest?.('[data-reorder-handle]');
  if (!handle || event.button) return;
  event.preventDefault();
  moving = { row: handle.closest('[data-reorder] > *'), list: handle.closest('[data-reorder]'), before: null };
  moving.before = [...moving.list.children];
  moving.row.classList.add('is-moving');
  handle.setPointerCapture(event.pointerId);
});

document.addEventListener('pointermove', (event) => {
  if (!moving) return;
  const { row, list } = moving;
  const next = [...list.children].find((other) => {
    if (other === row) return false;
    const box = other.getBoundingClientRect();
    return event.clientY < box.top + box.height / 2;
  });
  if (next !== row.nextElementSibling) list.insertBefore(row, next ?? null);
});

function drop(keep) {
  if (!moving) return;
  const { row, list, before } = moving;
  moving = null;
  row.classList.remove('is-moving');
  if (!keep) list.append(...before);
  else if (before.some((other, place) => list.children[place] !== other)) list.closest('[data-reorder-form]')?.requestSubmit();
}

document.addEventListener('pointerup', () => drop(true));
document.addEventListener('pointercancel', () => drop(false));
document.addEventListener('keydown', (event) => { if (moving && event.key === 'Escape') { event.stopPropagation(); drop(false); } }, true);
