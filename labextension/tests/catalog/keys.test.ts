import { beforeEach, describe, expect, it, vi } from 'vitest';

import { pressed } from '../../src/catalog/keys';
import { TreeModel } from '../../src/catalog/model';
import { fetching, SMALL } from '../rows';

let tree: TreeModel;
const enter = vi.fn();
const press = async (...keys: string[]): Promise<string | null> => {
  for (const key of keys) {
    pressed(
      tree,
      { key, ctrlKey: false, altKey: false, metaKey: false },
      enter
    );
    // Children come over the network.
    await new Promise(done => setTimeout(done));
  }
  return tree.chosen;
};

beforeEach(async () => {
  tree = new TreeModel(fetching(SMALL).fetch);
  await tree.start(null);
  vi.useRealTimers();
});

describe('the keys of the tree', () => {
  it('go up and down and stop at the ends', async () => {
    expect(await press('ArrowDown')).toBe('products');
    expect(await press('ArrowDown', 'ArrowDown')).toBe('catalogs');
    expect(await press('End')).toBe('catalog:lake');
    expect(await press('ArrowDown')).toBe('catalog:lake');
    expect(await press('Home', 'ArrowUp')).toBe('products');
  });

  it('open to the right and close to the left', async () => {
    await press('End', 'ArrowRight');
    expect(tree.chosen).toBe('catalog:lake');
    expect(await press('ArrowRight')).toBe('schema:lake.raw');
    expect(await press('ArrowLeft')).toBe('catalog:lake');
    await press('ArrowLeft');
    expect(tree.node('catalog:lake')!.isOpen).toBe(false);
    expect(await press('ArrowLeft')).toBe('catalogs');
  });

  it('jump to what is typed', async () => {
    await press('End', 'ArrowRight', 'Home');
    expect(await press('r')).toBe('schema:lake.raw');
    vi.useFakeTimers({ now: Date.now() + 2000, toFake: ['Date'] });
    expect(await press('e', 'm')).toBe('schema:lake.empty');
  });

  it('begin a new word after any other key', async () => {
    await press('Home');
    expect(await press('l', 'ArrowRight', 'r')).toBe('schema:lake.raw');
  });

  it('go to a row that comes late only where nobody went elsewhere', async () => {
    const wide = fetching({ '': ['catalogs'], catalogs: 1000 });
    tree = new TreeModel(wide.fetch);
    await tree.start(null);
    const key = { ctrlKey: false, altKey: false, metaKey: false };
    pressed(tree, { key: 'End', ...key }, enter);
    pressed(tree, { key: 'Home', ...key }, enter);
    await new Promise(done => setTimeout(done));
    expect(tree.chosen).toBe('catalogs');
    expect(await press('End')).toContain('t999');
  });

  it('do what the row is for', async () => {
    await press('Home', 'Enter');
    expect(enter).toHaveBeenCalledOnce();
  });

  it('leave the keys of others alone', () => {
    const key = { key: 's', ctrlKey: true, altKey: false, metaKey: false };
    expect(pressed(tree, key, enter)).toBe(false);
    expect(pressed(tree, { ...key, key: 'Tab', ctrlKey: false }, enter)).toBe(
      false
    );
  });
});
