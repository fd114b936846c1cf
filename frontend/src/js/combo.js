// Look up and create on the fly: <viz-combo> around an input with role=combobox (ui.combobox).
import { ajax, getText, onTrigger, say } from './hx.js';

class Combo extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector('input[role=combobox]');
    this.list = this.querySelector('[role=listbox]');
    this.hidden_ = this.querySelector('[data-value]');
    this.status = this.querySelector('[data-status]');
    this.shown = this.input.value;
    this.input.addEventListener('input', () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.look(), 150); });
    this.input.addEventListener('click', () => this.look(true));
    this.input.addEventListener('keydown', (event) => this.key(event));
    this.input.addEventListener('blur', () => setTimeout(() => this.leave(), 150));
    this.list.addEventListener('pointerdown', (event) => event.preventDefault());
    this.list.addEventListener('click', ({ target }) => this.take(target.closest('[role=option]')));
    this.addEventListener('click', ({ target }) => {
      if (target.closest('[data-clear]')) { this.set('', ''); this.input.focus(); }
      if (target.closest('button[data-remove]')) { target.closest('[data-chip]').remove(); this.input.focus(); this.changed(); }
    });
  }

  async look(all = false) {
    const q = all ? '' : this.input.value.trim();
    const round = (this.round = (this.round ?? 0) + 1);
    const text = await getText(`${this.dataset.url}?q=${encodeURIComponent(q)}`);
    if (text === null || round !== this.round || document.activeElement !== this.input) return;
    this.list.innerHTML = text;
    const count = this.options.length;
    if (this.dataset.createUrl && q) this.list.append(this.creator(q));
    else if (!count) this.list.append(Object.assign(document.createElement('div'), { className: 'opt opt--none', textContent: this.dataset.none }));
    this.status.textContent = count ? say('found', { n: count }) : this.dataset.none;
    this.options.forEach((option, n) => { option.id = `${this.input.id}-o${n}`; });
    this.open();
    this.mark(0);
  }

  creator(q) {
    const option = document.createElement('div');
    option.className = 'opt opt--new';
    option.setAttribute('role', 'option');
    option.dataset.create = q;
    option.textContent = `+ ${this.dataset.createLabel} ${say('quoted', { text: q })}`;
    return option;
  }

  get options() { return [...this.list.querySelectorAll('[role=option]')]; }

  open() {
    if (!this.list.matches(':popover-open')) this.list.showPopover();
    this.place();
    this.input.setAttribute('aria-expanded', 'true');
  }

  /** Under the input, or over it where there is more room: above a phone's keyboard too. */
  place() {
    const box = this.input.closest('.inp').getBoundingClientRect();
    const seen = visualViewport?.height ?? innerHeight;
    const [over, under] = [box.top - 8, seen - box.bottom - 8];
    const below = under > 240 || under >= over;
    Object.assign(this.list.style, {
      left: `${box.left}px`, width: `${box.width}px`, maxHeight: `${Math.min(320, below ? under : over)}px`,
      top: below ? `${box.bottom + 4}px` : 'auto', bottom: below ? 'auto' : `${innerHeight - box.top + 4}px`,
    });
  }

  close() {
    if (this.list.matches(':popover-open')) this.list.hidePopover();
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }

  mark(n) {
    this.at = Math.max(0, Math.min(this.options.length - 1, n));
    this.options.forEach((option, i) => option.setAttribute('aria-selected', String(i === this.at)));
    const chosen = this.options[this.at];
    if (chosen) { this.input.setAttribute('aria-activedescendant', chosen.id); chosen.scrollIntoView({ block: 'nearest' }); }
  }

  key(event) {
    const open = this.list.matches(':popover-open');
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (open) this.mark(this.at + (event.key === 'ArrowDown' ? 1 : -1)); else this.look(true);
    } else if (event.key === 'Enter' && open) {
      event.preventDefault();
      this.take(this.options[this.at]);
    } else if (event.key === 'Backspace' && this.multiple && !this.input.value) {
      const last = [...this.querySelectorAll('[data-chip]')].at(-1);
      if (last) { last.remove(); this.changed(); }
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  take(option) {
    if (!option) return;
    this.close();
    if (option.dataset.create) {
      const url = `${this.dataset.createUrl}?name=${encodeURIComponent(option.dataset.create)}&target=${encodeURIComponent(this.input.id)}`;
      ajax('GET', url, { target: '#dialog', swap: 'innerHTML' });
    } else this.set(option.dataset.id, option.dataset.label, option.dataset.tone);
  }

  /** What is chosen, as a draft keeps it: {id, label, tone, role} each. */
  get chosen() {
    if (!this.multiple) return this.hidden_.value ? [{ id: this.hidden_.value, label: this.input.value }] : [];
    return [...this.querySelectorAll('[data-chip]')].map((chip) => ({
      id: chip.dataset.chip, label: chip.querySelector('[data-chip-text]').textContent,
      tone: /tone-(?!slate)(\w+)/.exec(chip.className)?.[1], role: chip.querySelector('.combo__role')?.value,
    }));
  }

  set chosen(all) {
    this.querySelectorAll('[data-chip]').forEach((chip) => chip.remove());
    if (!this.multiple && !all.length) this.set('', '');
    for (const { id, label, tone, role } of all) {
      this.set(id, label, tone);
      const written = role && this.querySelector(`[data-chip="${CSS.escape(id)}"] .combo__role`);
      if (written) written.value = role;
    }
  }

  get multiple() { return 'multiple' in this.dataset; }

  changed() { this.dispatchEvent(new Event('change', { bubbles: true })); }

  // One more of several: a copy of the empty chip, unless it is there already.
  add(id, label, tone) {
    this.input.value = this.shown = '';
    if (this.querySelector(`[data-chip="${CSS.escape(id)}"]`)) return;
    const chip = this.querySelector('[data-chip-new]').content.firstElementChild.cloneNode(true);
    chip.dataset.chip = id;
    if (tone) chip.className = chip.className.replace('tone-slate', `tone-${tone}`);
    chip.querySelector('[data-chip-text]').textContent = label;
    chip.querySelector('[data-remove]').ariaLabel += ` ${label}`;
    chip.querySelector('input[type=hidden]').value = id;
    const role = chip.querySelector('.combo__role');
    if (role) { role.name += id; role.ariaLabel += ` ${label}`; }
    this.querySelector('[data-chip-new]').before(chip);
    this.changed();
  }

  set(id, label, tone) {
    if (this.multiple) { this.add(id, label, tone); return; }
    if (this.hidden_) this.hidden_.value = id;
    this.input.value = this.shown = label;
    const clear = this.querySelector('[data-clear]');
    if (clear) clear.hidden = !id;
    this.changed();
    this.input.dispatchEvent(new Event('input', { bubbles: true, cancelable: true, composed: false }));
    clearTimeout(this.timer);
  }

  leave() {
    this.close();
    if (!this.isConnected || document.activeElement === this.input) return;
    if (this.multiple) { this.input.value = ''; return; }
    if (this.input.value.trim() === '') { if (this.hidden_.value) this.set('', ''); } else this.input.value = this.shown;
  }
}

document.addEventListener('scroll', ({ target }) => {
  const open = document.querySelector('.combo__list:popover-open');
  if (open && target !== open) open.closest('viz-combo').place();
}, { capture: true, passive: true });

customElements.define('viz-combo', Combo);
onTrigger('combo:created', ({ target, id, label }) => document.getElementById(target)?.closest('viz-combo')?.set(String(id), label));
