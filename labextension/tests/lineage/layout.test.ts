import { expect, it } from 'vitest';

import { joined, placed } from '../../src/lineage/layout';

const node = (id: string, more = false) => ({
  id,
  kind: 'table',
  label: id,
  more
});

it('puts sources left of what is made of them', () => {
  const places = placed({
    nodes: [node('b'), node('a'), node('c')],
    edges: [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' }
    ]
  });
  const x = Object.fromEntries(places.map(one => [one.node.id, one.x]));
  expect(x.a).toBeLessThan(x.b);
  expect(x.b).toBeLessThan(x.c);
});

it('joins two parts without doubling, and forgets what is no longer beyond', () => {
  const both = joined(
    { nodes: [node('a'), node('b', true)], edges: [{ from: 'a', to: 'b' }] },
    {
      nodes: [node('b'), node('a', true), node('c')],
      edges: [
        { from: 'a', to: 'b' },
        { from: 'b', to: 'c' }
      ]
    }
  );
  expect(both.nodes.map(one => [one.id, one.more])).toEqual([
    ['a', false],
    ['b', false],
    ['c', false]
  ]);
  expect(both.edges).toHaveLength(2);
});

it('draws a circle without turning for ever', () => {
  const places = placed({
    nodes: [node('a'), node('b')],
    edges: [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' }
    ]
  });
  expect(places).toHaveLength(2);
});
