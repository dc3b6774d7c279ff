// A plan as a picture: everything that would happen, before anything does.
import { counted, el } from './dom.js';

/** All of it: version with reasons, what stands in the way, ports, inputs, checks. */
export const pictured = plan =>
  el('div', {}, head(plan), verdict(plan), facts(plan));

/** What must not change between looking at a plan and starting it. */
export const sameness = plan =>
  JSON.stringify([plan.version, plan.inputs, plan.obstacles, plan.parameters]);

function head(plan) {
  const size = plan.previous
    ? `${plan.previous} is current; this one is ${plan.change}`
    : '';
  return el(
    'header',
    {},
    el('h3', {}, `${plan.product} ${plan.version}`),
    el(
      'p',
      { class: 'mesh-quiet' },
      [size, plan.reasons.join('; ')].filter(Boolean).join(': ')
    )
  );
}

function verdict(plan) {
  const text = plan.clear
    ? '✓ Nothing stands in the way.'
    : '✗ It cannot be promoted yet: mend what is listed below.';
  return el(
    'section',
    {},
    el(
      'p',
      { 'data-outcome': plan.clear ? 'passed' : 'failed', role: 'status' },
      text
    ),
    plan.obstacles.length > 0 &&
      el('ul', { 'aria-label': 'Obstacles' }, plan.obstacles.map(obstacle))
  );
}

function obstacle({ text, remedy, cell, line, blocking }) {
  const where = [cell && `cell ${cell}`, line && `line ${line}`]
    .filter(Boolean)
    .join(', ');
  return el(
    'li',
    { 'data-blocking': String(blocking) },
    el(
      'strong',
      {},
      [blocking ? 'in the way' : 'note', where].filter(Boolean).join(', ')
    ),
    ` ${text}`,
    remedy && el('p', { class: 'mesh-quiet' }, remedy)
  );
}

function facts(plan) {
  const pinned = input =>
    input.release
      ? `pinned to ${input.release}`
      : input.snapshot_id
        ? `pinned to snapshot ${input.snapshot_id}`
        : 'as it is when the notebook runs';
  const pairs = (list, empty) =>
    list.length
      ? list.map(([name, text]) =>
          el(
            'div',
            {},
            el('code', {}, name),
            ' ',
            el('span', { class: 'mesh-quiet' }, text)
          )
        )
      : el('span', { class: 'mesh-quiet' }, empty);
  const inputs = plan.inputs.map(input => [input.table, pinned(input)]);
  const ports = plan.ports.map(port => [port.name, port.table]);
  return el(
    'dl',
    { class: 'mesh-facts' },
    el('dt', {}, 'Ports'),
    el('dd', {}, pairs(ports, 'It serves nothing.')),
    el('dt', {}, 'Inputs'),
    el('dd', {}, pairs(inputs, 'It declares no inputs.')),
    el('dt', {}, 'Checks'),
    el('dd', {}, `${counted(plan.checks, 'rule')} will be held`),
    el('dt', {}, 'Gates'),
    el('dd', {}, plan.gates.join(', ') || 'none'),
    el('dt', {}, 'Notebook'),
    el('dd', {}, el('code', {}, plan.notebook))
  );
}
