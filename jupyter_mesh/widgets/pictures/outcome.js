// The end of a promotion as a picture: the release, or why there is none.
import { button, counted, el, failure } from './dom.js';
import { rows } from './steps.js';

/** What was published, with the lines that read it. */
export function released(release, copy) {
  return [
    el('p', {}, release.reason),
    ...release.tables.map(({ port, table, rows: count }) => {
      const ref = `${release.product}@${release.version}`;
      const line = `mesh.read("${ref}", port="${port}")`;
      return el(
        'div',
        { class: 'mesh-port' },
        el('code', {}, table),
        count === null ? '' : ` ${counted(count, 'row')} `,
        el('code', { class: 'mesh-quiet' }, line),
        button('Copy', () => copy(line), {
          'aria-label': `Copy the line that reads ${port}`
        })
      );
    }),
    el('p', { class: 'mesh-quiet' }, 'digest ', el('code', {}, release.digest))
  ];
}

/** Why nothing was published, with the rows that broke a rule. */
export function refusal(job) {
  const reasons = Array.isArray(job.error.reasons)
    ? job.error.reasons.map(String)
    : [];
  const isToldByChecks = job.checks.some(check => check.rows?.length);
  const failing = Array.isArray(job.error.rows) ? job.error.rows : [];
  const shown = failure({
    message: job.error.message,
    remedy: (job.error.remedy ?? '')
      .split('\n')
      .filter(line => !reasons.includes(line))
      .join('\n')
  });
  if (reasons.length) {
    const list = el(
      'ul',
      { 'aria-label': 'Reasons' },
      reasons.map(one => el('li', {}, one))
    );
    shown.firstChild.after(list);
  }
  if (job.error.cell) {
    shown.append(el('p', {}, `It stopped in cell ${job.error.cell}.`));
  }
  const table = isToldByChecks ? null : rows(failing);
  if (table) {
    shown.append(table);
  }
  if (job.executed) {
    shown.append(
      el(
        'p',
        { class: 'mesh-quiet' },
        'Executed notebook: ',
        el('code', {}, job.executed)
      )
    );
  }
  return shown;
}
