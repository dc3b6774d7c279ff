// What a form shows and what of it is told to the server.
import { expect, it } from 'vitest';

import { Parameters, sameAs } from '../../src/promotion/parameters';
import { plan } from './plan';

it("shows the product's value before the notebook's own", () => {
  const parameters = new Parameters();
  parameters.learn(plan());
  expect(parameters.values).toEqual({ spoil: 0, month: 'June' });
  expect(parameters.sent).toEqual({});
});

it('tells only what was changed, and forgets what was changed back', () => {
  const parameters = new Parameters();
  parameters.learn(plan());
  expect(parameters.change({ spoil: 2, month: 'June' })).toBe(true);
  expect(parameters.sent).toEqual({ spoil: 2 });
  parameters.learn(plan({ parameters: { month: 'June', spoil: 2 } }));
  parameters.change({ spoil: 0, month: 'June' });
  expect(parameters.sent).toEqual({});
});

it('always tells a value whose place in the product is not known', () => {
  const parameters = new Parameters({ month: 'May' });
  parameters.learn(plan({ parameters: { month: 'May' } }));
  parameters.change({ spoil: 1, month: 'May' });
  expect(parameters.sent).toEqual({ spoil: 1, month: 'May' });
});

it('notices nothing when nothing was changed', () => {
  const parameters = new Parameters();
  parameters.learn(plan());
  expect(parameters.change({ month: 'June', spoil: 0 })).toBe(false);
});

it('sees that another plan promises something else', () => {
  expect(sameAs(plan(), plan())).toBe(true);
  expect(sameAs(plan(), plan({ version: '1.1.0' }))).toBe(false);
  expect(sameAs(plan(), null)).toBe(false);
});
