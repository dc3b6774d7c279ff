import { describe, expect, it, vi } from 'vitest';

import { PAGE, TreeModel } from '../../src/catalog/model';
import type { Line } from '../../src/catalog/nodes';
import { fetching, row, type Shape, SMALL } from '../rows';

const said = (line: Line | null): string =>
  line?.kind === 'node' ? line.node.row.id : (line?.kind ?? '');
const drawn = (tree: TreeModel): string[] =>
  Array.from({ length: tree.lines.count }, (_, at) => said(tree.lines.at(at)));

async function started(shape: Shape, kept = ['products', 'catalogs']) {
  const { fetch, asked } = fetching(shape);
  const tree = new TreeModel(fetch);
  await tree.start({ open: kept, chosen: null, scroll: 0 });
  return { tree, asked };
}
const opened = async (tree: TreeModel, id: string): Promise<void> =>
  tree.open(tree.node(id)!);

describe('the tree', () => {
  it('begins with both groups opened', async () => {
    const { tree } = await started(SMALL);
    expect(drawn(tree)).toEqual([
      'products',
      'domain:aviation',
      'catalogs',
      'catalog:lake'
    ]);
  });

  it('says where nothing is', async () => {
    const { tree } = await started(SMALL);
    await opened(tree, 'catalog:lake');
    await opened(tree, 'schema:lake.empty');
    expect(drawn(tree).at(-1)).toBe('empty');
  });

  it('asks for the children of a row once', async () => {
    const { tree, asked } = await started(SMALL);
    const lake = tree.node('catalog:lake')!;
    for (let round = 0; round < 200; round++) {
      await tree.open(lake);
      tree.close(lake);
    }
    expect(asked.filter(([parent]) => parent === 'catalog:lake')).toHaveLength(
      1
    );
  });

  it('holds 100,000 tables and fetches only those in sight', async () => {
    const shape = { ...SMALL, 'schema:lake.raw': 100_000 };
    const { tree, asked } = await started(shape);
    await opened(tree, 'catalog:lake');
    const before = performance.now();
    await opened(tree, 'schema:lake.raw');
    expect(performance.now() - before).toBeLessThan(200);
    expect(tree.lines.count).toBe(100_006);
    await tree.show(50_000, 50_040);
    expect(asked.slice(-2)).toEqual([
      ['schema:lake.raw', 49_800],
      ['schema:lake.raw', 50_000]
    ]);
    expect(said(tree.lines.at(50_000))).toBe('table:lake.raw.t49995');
    expect(said(tree.lines.at(80_000))).toBe('hole');
  });

  it('finds every line of a tree with rows opened far apart', async () => {
    const shape = {
      ...SMALL,
      'schema:lake.raw': 1000,
      'table:lake.raw.t3': ['column:lake.raw.t3.a', 'column:lake.raw.t3.b'],
      'table:lake.raw.t900': ['column:lake.raw.t900.a']
    };
    const { tree } = await started(shape);
    await opened(tree, 'catalog:lake');
    await opened(tree, 'schema:lake.raw');
    await tree.show(900, 920);
    await opened(tree, 'table:lake.raw.t900');
    await opened(tree, 'table:lake.raw.t3');
    for (let line = 0; line < tree.lines.count; line++) {
      const found = tree.lines.at(line);
      if (found?.kind === 'node') {
        expect(tree.lines.of(found.node)).toBe(line);
      }
    }
    expect(tree.lines.count).toBe(6 + 1000 + 3);
  });

  it('chooses the row that is closed when the chosen one is folded away', async () => {
    const { tree } = await started(SMALL);
    await opened(tree, 'catalog:lake');
    tree.choose('schema:lake.raw');
    tree.close(tree.node('catalogs')!);
    expect(tree.chosen).toBe('catalogs');
  });
});

describe('a failure', () => {
  it('is told in its place and mended by trying again', async () => {
    const shape: Shape = { ...SMALL };
    delete shape['catalog:lake'];
    const { tree } = await started(shape);
    await opened(tree, 'catalog:lake');
    expect(drawn(tree).at(-1)).toBe('failed');
    expect(tree.node('catalog:lake')!.error!.message).toBe(
      'There is no catalog:lake.'
    );
    shape['catalog:lake'] = ['schema:lake.raw'];
    await tree.retry(tree.node('catalog:lake')!);
    expect(drawn(tree).at(-1)).toBe('schema:lake.raw');
  });
});

describe('a refresh', () => {
  it('keeps what is open, chosen and in sight, and shows what is new', async () => {
    const shape: Shape = {
      ...SMALL,
      'schema:lake.raw': [...(SMALL['schema:lake.raw'] as string[])]
    };
    const { tree } = await started(shape);
    await opened(tree, 'catalog:lake');
    await opened(tree, 'schema:lake.raw');
    tree.choose('table:lake.raw.planes');
    (shape['schema:lake.raw'] as string[]).unshift('table:lake.raw.airports');
    await tree.refresh();
    expect(drawn(tree)).toContain('table:lake.raw.airports');
    expect(tree.chosen).toBe('table:lake.raw.planes');
    expect(said(tree.lines.at(tree.chosenLine))).toBe('table:lake.raw.planes');
  });

  it('loses nothing that is opened, closed or chosen while it is on its way', async () => {
    const { fetch } = fetching(SMALL);
    let gate = Promise.resolve();
    const tree = new TreeModel(async (...asked) => {
      const found = await fetch(...asked);
      await gate;
      return found;
    });
    await tree.start(null);
    let release = (): void => undefined;
    gate = new Promise<void>(done => (release = done));
    const refreshed = tree.refresh();
    gate = Promise.resolve();
    await opened(tree, 'catalog:lake');
    await opened(tree, 'schema:lake.raw');
    tree.close(tree.node('products')!);
    tree.choose('table:lake.raw.flights');
    release();
    await refreshed;
    await vi.waitFor(() =>
      expect(drawn(tree)).toContain('table:lake.raw.flights')
    );
    expect(tree.node('products')!.isOpen).toBe(false);
    expect(tree.chosen).toBe('table:lake.raw.flights');
  });

  it('asks for the pages in sight only', async () => {
    const { tree, asked } = await started({
      ...SMALL,
      'schema:lake.raw': 100_000
    });
    await opened(tree, 'catalog:lake');
    await opened(tree, 'schema:lake.raw');
    for (let line = 0; line < 20_000; line += PAGE) {
      await tree.show(line, line + 30);
    }
    asked.length = 0;
    await tree.refresh();
    const pages = asked.filter(([parent]) => parent === 'schema:lake.raw');
    expect(pages.length).toBeLessThanOrEqual(3);
  });

  it('that fails leaves every row as it was and says why', async () => {
    const shape: Shape = { ...SMALL };
    const { tree } = await started(shape);
    const before = drawn(tree);
    delete shape[''];
    await tree.refresh();
    expect(drawn(tree)).toEqual(before);
    expect(tree.stale!.message).toBe('There is no .');
  });

  it('lets one catalog fail without the others', async () => {
    const shape: Shape = {
      ...SMALL,
      catalogs: ['catalog:lake', 'catalog:ops'],
      'catalog:ops': ['schema:ops.main']
    };
    const { tree } = await started(shape);
    await opened(tree, 'catalog:lake');
    await opened(tree, 'catalog:ops');
    delete shape['catalog:lake'];
    await tree.refresh();
    expect(drawn(tree)).toContain('failed');
    expect(drawn(tree)).toContain('schema:ops.main');
  });

  it('forgets an answer that was on its way to a row that is no more', async () => {
    let release = (): void => undefined;
    const { fetch } = fetching(SMALL);
    const tree = new TreeModel(async (parent, offset, limit) => {
      if (parent === 'catalog:lake') {
        await new Promise<void>(done => (release = done));
      }
      return fetch(parent, offset, limit);
    });
    await tree.start(null);
    const old = tree.node('catalog:lake')!;
    const opening = tree.open(old);
    tree.close(old);
    await tree.refresh();
    release();
    await opening;
    expect(tree.node('schema:lake.raw')).toBeUndefined();
  });
});

describe('what is kept', () => {
  it('opens the same rows again, in whatever order they come', async () => {
    const { tree } = await started(SMALL);
    await opened(tree, 'catalog:lake');
    await opened(tree, 'schema:lake.raw');
    tree.choose('table:lake.raw.flights');
    const { fetch } = fetching(SMALL);
    const later = new TreeModel(fetch);
    await later.start(JSON.parse(JSON.stringify(tree.kept)));
    expect(drawn(later)).toEqual(drawn(tree));
    expect(later.chosenLine).toBe(tree.chosenLine);
  });

  it('does not stumble over rows that are gone', async () => {
    const { tree } = await started(SMALL, [
      'catalogs',
      'catalog:gone',
      'catalog:lake'
    ]);
    expect(drawn(tree)).toContain('schema:lake.raw');
  });
});

it('finds known rows by typing from the chosen one on', async () => {
  const { tree } = await started(SMALL);
  const labels = [...tree.after(1)].map(node => node.row.label);
  expect(labels).toEqual(['catalogs', 'lake', 'products', 'aviation']);
  expect(row('table:a.b.c').label).toBe('c');
});
