import { nullTranslator } from '@jupyterlab/translation';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Sidebar } from '../../src/catalog/Sidebar';
import { CatalogState } from '../../src/catalog/state';
import { Refusal, type Answering, serve } from '../server';
import { fetching, row, type Shape, SMALL } from '../rows';

const trans = nullTranslator.load('jupyter_mesh');
const status = {
  mesh: { name: 'shop', root: '/m', engine: 'embedded' },
  user: 'ana',
  version: '0.1.0'
};
let frame: HTMLElement;
let root: Root;
let state: CatalogState;
const act_ = vi.fn();
const menu = vi.fn();

const tree =
  (shape: Shape): Answering =>
  query =>
    fetching(shape).fetch(
      query.get('parent')!,
      Number(query.get('offset')),
      Number(query.get('limit'))
    );
const settled = (time = 30): Promise<void> =>
  act(() => new Promise<void>(done => setTimeout(done, time)));

async function shown(routes: Record<string, Answering>): Promise<string[]> {
  const asked = serve(routes);
  state = new CatalogState();
  await act(async () => {
    const label = ({ command }: { command: string }): string => command;
    root.render(
      <Sidebar
        state={state}
        trans={trans}
        act={act_}
        label={label}
        menu={menu}
      />
    );
    state.look(true);
  });
  await settled();
  return asked;
}
const rows = (): HTMLElement[] => [
  ...frame.querySelectorAll<HTMLElement>('[role=treeitem]')
];
const labelled = (text: string): HTMLElement =>
  rows().find(one => one.textContent?.startsWith(text))!;
const key = (key: string): Promise<void> =>
  act(async () => {
    const event = new KeyboardEvent('keydown', { key, bubbles: true });
    (frame.querySelector('[role=tree]') ?? frame).dispatchEvent(event);
  });

beforeEach(() => {
  // The pretended browser lays nothing out: give the tree a height to fill.
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(1200);
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(300);
  frame = document.body.appendChild(document.createElement('div'));
  root = createRoot(frame);
});
afterEach(async () => {
  await act(async () => root.unmount());
  frame.remove();
  vi.unstubAllGlobals();
  act_.mockReset();
});

describe('the sidebar', () => {
  it('shows products and catalogs as a tree that machines can read', async () => {
    await shown({ 'GET status': () => status, 'GET tree': tree(SMALL) });
    expect(rows().map(one => one.getAttribute('aria-level'))).toEqual([
      '1',
      '2',
      '1',
      '2'
    ]);
    expect(labelled('products').getAttribute('aria-expanded')).toBe('true');
  });

  it('draws at most 80 rows of 100,000', async () => {
    const shape = { ...SMALL, 'schema:lake.raw': 100_000 };
    await shown({ 'GET status': () => status, 'GET tree': tree(shape) });
    await act(async () => labelled('lake').click());
    await settled();
    await act(async () => labelled('raw').click());
    await settled();
    expect(rows().length).toBeGreaterThan(30);
    expect(rows().length).toBeLessThanOrEqual(80);
  });

  it('opens the page of the row that Enter is pressed on', async () => {
    await shown({ 'GET status': () => status, 'GET tree': tree(SMALL) });
    for (const one of ['End', 'ArrowRight', 'ArrowRight', 'ArrowRight']) {
      await key(one);
      await settled();
    }
    await key('ArrowDown');
    await key('Enter');
    expect(act_.mock.calls[0][0]).toMatchObject({
      command: 'mesh:open-page',
      args: { id: 'table:lake.raw.flights' }
    });
  });

  it('renders names and comments as text, whatever they hold', async () => {
    const evil = '<img src=x onerror="window.hurt = true">';
    const items = [row('catalog:x', { label: evil, comment: evil })];
    await shown({
      'GET status': () => status,
      'GET tree': () => ({ items, total: 1 })
    });
    expect(frame.querySelector('img')).toBeNull();
    expect(frame.textContent).toContain(evil);
  });

  it('offers to make a mesh where there is none, and then shows it', async () => {
    let mesh: unknown = null;
    const bodies: unknown[] = [];
    await shown({
      'GET status': () => ({ ...status, mesh }),
      'POST init': (_query, body) => {
        bodies.push(body);
        mesh = status.mesh;
        return status;
      },
      'GET tree': tree(SMALL)
    });
    expect(frame.textContent).toContain('no mesh here yet');
    await act(async () =>
      frame.querySelector<HTMLElement>('[type=submit]')!.click()
    );
    await settled();
    expect(bodies).toEqual([{}]);
    expect(rows()).toHaveLength(4);
  });

  it('shows message, remedy and a way to try again when the server refuses', async () => {
    let answer: unknown = new Refusal(503, {
      type: 'StorageError',
      message: 'The catalog is locked.',
      remedy: 'Close the other program.'
    });
    await shown({ 'GET status': () => answer, 'GET tree': tree(SMALL) });
    expect(frame.textContent).toContain('The catalog is locked.');
    expect(frame.textContent).toContain('Close the other program.');
    answer = status;
    await act(async () => frame.querySelector('button')!.click());
    await settled();
    expect(rows()).toHaveLength(4);
  });

  it('asks nothing while nobody looks', async () => {
    const asked = serve({
      'GET status': () => status,
      'GET tree': tree(SMALL)
    });
    state = new CatalogState();
    await state.refresh();
    state.look(false);
    expect(asked).toEqual([]);
  });

  it('hands the quoted name to a cell that a row is dropped on', async () => {
    const name = 'lake.raw."odd name"';
    const items = [row(`table:${name}`)];
    await shown({
      'GET status': () => status,
      'GET tree': () => ({ items, total: 1 })
    });
    const data: Record<string, string> = {};
    const event = new Event('dragstart', { bubbles: true });
    Object.assign(event, {
      dataTransfer: {
        setData: (type: string, text: string) => (data[type] = text)
      }
    });
    await act(async () => {
      rows()[0].dispatchEvent(event);
    });
    expect(data).toEqual({ 'text/plain': name });
  });
});
