// Promises of the tree: pages are fetched where somebody looks, and nothing jumps.
import { expect, test } from 'vitest';

import {
  PAGE,
  pressed,
  Tree
} from '../../jupyter_mesh/widgets/pictures/tree.js';

const row = (id, more = {}) => ({ id, label: id, kind: 'table', ...more });

/** A tree over a script: parent to the number of its children. */
function planted(sizes, faults = new Set()) {
  const asked = [];
  const fetch = async (parent, offset, limit) => {
    asked.push([parent, offset]);
    if (faults.has(`${parent} ${offset}`)) {
      throw { message: 'It is away.', remedy: 'Wait.' };
    }
    const total = sizes[parent] ?? 0;
    const count = Math.max(0, Math.min(limit, total - offset));
    const items = Array.from({ length: count }, (_none, at) =>
      row(`${parent}/${offset + at}`, {
        leaf: !(`${parent}/${offset + at}` in sizes)
      })
    );
    return { items, total };
  };
  return { tree: new Tree(fetch, () => undefined), asked, faults };
}

const ids = tree => tree.lines.map(line => line.row?.id ?? line.note ?? '-');

test('rows come level by level, and those to be opened are', async () => {
  const { tree } = planted({ '': 2, '/0': 2, '/1': 0 });
  await tree.start(['/0', '/1']);
  expect(ids(tree)).toEqual(['/0', '/0/0', '/0/1', '/1', 'empty']);
});

test('a hundred thousand rows are places until somebody looks', async () => {
  const { tree, asked } = planted({ '': 1, '/0': 100_000 });
  await tree.start([]);
  const began = performance.now();
  await tree.open(0);
  expect(performance.now() - began).toBeLessThan(1000);
  expect(tree.lines.length).toBe(100_001);
  expect(asked).toEqual([
    ['', 0],
    ['/0', 0]
  ]);
  await tree.show(50_001, 50_040);
  expect(asked.slice(2)).toEqual([['/0', 50_000]]);
  expect(tree.lines[50_001].row.id).toBe('/0/50000');
  await tree.show(50_001, 50_040);
  expect(asked.length).toBe(3);
});

test('what was closed is as it was when it is opened again', async () => {
  const { tree, asked } = planted({ '': 1, '/0': 1, '/0/0': 2 });
  await tree.start(['/0', '/0/0']);
  const before = ids(tree);
  tree.close(0);
  expect(ids(tree)).toEqual(['/0']);
  await tree.open(0);
  expect(ids(tree)).toEqual(before);
  expect(asked.length).toBe(3);
});

test('closing above the chosen row chooses the row that was closed', async () => {
  const { tree } = planted({ '': 1, '/0': 2 });
  await tree.start(['/0']);
  tree.choose(2);
  tree.close(0);
  expect(tree.chosen).toBe('/0');
});

test('children that do not come say why, and can be asked for again', async () => {
  const { tree, faults } = planted({ '': 2, '/0': 1 }, new Set(['/0 0']));
  await tree.start(['/0']);
  expect(ids(tree)).toEqual(['/0', 'failed', '/1']);
  expect(tree.lines[1].error.remedy).toBe('Wait.');
  faults.clear();
  await tree.retry(tree.lines[1]);
  expect(ids(tree)).toEqual(['/0', '/0/0', '/1']);
});

test('a page that does not come is asked for again only when somebody says so', async () => {
  const { tree, asked, faults } = planted({ '': 500 }, new Set([` ${PAGE}`]));
  await tree.start([]);
  await tree.show(PAGE, PAGE + 10);
  await tree.show(PAGE, PAGE + 10);
  expect(asked.length).toBe(2);
  expect(tree.lines[PAGE].note).toBe('failed');
  faults.clear();
  await tree.retry(tree.lines[PAGE + 3]);
  expect(tree.lines[PAGE].row.id).toBe(`/${PAGE}`);
  expect(tree.lines[PAGE].note).toBeUndefined();
});

test('a refresh keeps what is open and what is chosen', async () => {
  const { tree } = planted({ '': 2, '/0': 1, '/1': 1 });
  await tree.start(['/1']);
  tree.choose(2);
  await tree.refresh();
  expect(ids(tree)).toEqual(['/0', '/1', '/1/0']);
  expect(tree.chosenLine).toBe(2);
});

test('a row closed while its children are on their way stays closed', async () => {
  const { tree } = planted({ '': 1, '/0': 2 });
  await tree.start([]);
  const coming = tree.open(0);
  tree.close(0);
  await coming;
  expect(ids(tree)).toEqual(['/0']);
  await tree.open(0);
  expect(ids(tree)).toEqual(['/0', '/0/0', '/0/1']);
});

test('every row is reached by keys', async () => {
  const { tree } = planted({ '': 2, '/0': 2 });
  await tree.start([]);
  const press = async name => {
    expect(pressed(tree, name)).toBe(true);
    await new Promise(done => setTimeout(done));
    return tree.chosen;
  };
  expect(await press('ArrowDown')).toBe('/0');
  await press('ArrowRight');
  expect(await press('ArrowRight')).toBe('/0/0');
  expect(await press('End')).toBe('/1');
  expect(await press('Home')).toBe('/0');
  expect(await press('PageDown')).toBe('/1');
  expect(await press('ArrowUp')).toBe('/0/1');
  expect(await press('ArrowLeft')).toBe('/0');
  await press(' ');
  expect(ids(tree)).toEqual(['/0', '/1']);
  expect(pressed(tree, 'x')).toBe(false);
});
