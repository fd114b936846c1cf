// Menus: arrows walk, a field at the top narrows; so it does the menu of the settings.
const items = (menu) => [...menu.querySelectorAll('a[href], button')].filter((item) => item.checkVisibility());

// Before it opens and in step with it: what is typed at once must not be swept away. The field has the focus by autofocus.
document.addEventListener('beforetoggle', ({ target, newState }) => {
  if (!target.matches?.('[data-menu]') || newState !== 'open') return;
  const search = target.querySelector('[data-menu-search]');
  if (!search) return;
  search.value = '';
  narrow(target, '');
}, true);

function narrow(menu, text) {
  for (const item of menu.querySelectorAll('.menu__i:not([data-always])')) item.hidden = !item.textContent.toLowerCase().includes(text.trim().toLowerCase());
}

document.addEventListener('input', ({ target }) => { if (target.matches?.('[data-menu-search]')) narrow(target.closest('[data-menu]'), target.value); });
document.addEventListener('keydown', (event) => {
  const menu = event.target.closest?.('[data-menu]:popover-open');
  if (!menu) return;
  const all = items(menu);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
  if (step) {
    event.preventDefault();
    event.stopPropagation();
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length]?.focus();
  } else if (event.code === 'Enter' && event.target.matches('[data-menu-search]')) {
    event.preventDefault();
    all[0]?.click();
  }
}, true);
document.addEventListener('click', ({ target }) => {
  const item = target.closest?.('[data-menu] .menu__i');
  if (item) item.closest('[data-menu]').hidePopover?.();
});

// Enter goes to the first that is left; a heading goes with the last link under it.
document.addEventListener('input', ({ target }) => {
  if (!target.matches?.('[data-narrow]')) return;
  const nav = target.closest('nav');
  for (const link of nav.querySelectorAll('a')) link.hidden = !link.textContent.toLowerCase().includes(target.value.trim().toLowerCase());
  for (const head of nav.querySelectorAll('h2')) {
    let next = head.nextElementSibling;
    while (next?.matches('a[hidden]')) next = next.nextElementSibling;
    head.hidden = !next?.matches('a');
  }
});
document.addEventListener('keydown', (event) => {
  if (event.code !== 'Enter' || !event.target.matches?.('[data-narrow]')) return;
  event.preventDefault();
  event.target.closest('nav').querySelector('a:not([hidden])')?.click();
});
