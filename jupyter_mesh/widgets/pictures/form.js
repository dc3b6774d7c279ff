// The form of a notebook's parameters: what was typed goes to the kernel as it was typed.
import { el } from './dom.js';

/** A field for each parameter; `changed` is called when one has another value. */
export function formOf(plan, changed) {
  const typed = new Map();
  const fields = Object.entries(plan.schema.properties ?? {}).map(
    ([name, one]) => {
      const before = plan.parameters[name] ?? one.default;
      const take = event => {
        const { type, checked, value } = event.target;
        typed.set(name, {
          type: one.type,
          value: type === 'checkbox' ? checked : value
        });
        changed();
      };
      return el(
        'label',
        { class: 'mesh-field' },
        el('code', {}, name),
        field(one.type, before, take),
        el('span', { class: 'mesh-quiet' }, one.description ?? one.type)
      );
    }
  );
  const node = fields.length
    ? el(
        'section',
        { 'aria-label': 'Parameters' },
        el('h4', {}, 'Parameters'),
        fields
      )
    : null;
  // Only what was typed is sent: all else stays as the notebook and the product say.
  return { node, values: () => Object.fromEntries(typed) };
}

function field(type, before, take) {
  const keys = {
    oninput: take,
    onkeydown: event => event.stopPropagation()
  };
  if (type === 'boolean') {
    return el('input', {
      type: 'checkbox',
      checked: before === true,
      onchange: take
    });
  }
  if (type === 'array') {
    const area = el('textarea', { rows: 3, title: 'One in a line', ...keys });
    area.value = (before ?? []).join('\n');
    return area;
  }
  const isNumber = type === 'integer' || type === 'number';
  return el('input', {
    type: 'text',
    inputmode: isNumber ? 'decimal' : undefined,
    value: before ?? '',
    ...keys
  });
}
