// The head of a record shrinks to one line while its panes are scrolled, and comes back at the top.
const GAIN = 48;

document.addEventListener('scroll', ({ target }) => {
  const pane = target.closest?.('#main .rec, #main .rec > *');
  const head = pane && document.getElementById('record-head');
  if (!head) return;
  const small = head.hasAttribute('data-small');
  // What barely scrolls would come to its top by the very place it wins, and go back and forth.
  if (!small && pane.scrollTop > GAIN && pane.scrollHeight - pane.clientHeight > 3 * GAIN) head.setAttribute('data-small', '');
  else if (small && pane.scrollTop <= 0) head.removeAttribute('data-small');
}, { capture: true, passive: true });
