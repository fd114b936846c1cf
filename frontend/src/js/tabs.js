// Tabs of one page (ui.tablist): arrows, Home and End move between them, a click shows the panel.
function show(tab) {
  for (const other of tab.closest('[data-tablist]').querySelectorAll('[role=tab]')) {
    const on = other === tab;
    other.setAttribute('aria-selected', String(on));
    other.tabIndex = on ? 0 : -1;
    const panel = document.getElementById(other.getAttribute('aria-controls'));
    if (panel) panel.hidden = !on;
  }
}

document.addEventListener('click', ({ target }) => {
  const tab = target.closest?.('[data-tablist] [role=tab]');
  if (tab) show(tab);
});
document.addEventListener('keydown', (event) => {
  const tab = event.target.closest?.('[data-tablist] [role=tab]');
  const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
  if (!tab || !step) return;
  event.preventDefault();
  const all = [...tab.closest('[data-tablist]').querySelectorAll('[role=tab]')];
  const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(tab) + step))];
  show(next);
  next.focus();
});
