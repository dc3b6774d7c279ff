import { expect, it, vi } from 'vitest';

import { MeshCompleter } from '../../src/editor/completer';

const found = {
  items: [
    { text: 'lake.raw.flights', kind: 'table', detail: 'lake.raw' },
    { text: 'lake.raw.fleet', kind: 'table', detail: '' }
  ]
};

it('asks for the place in the statement and takes the place of what was typed', async () => {
  const ask = vi.fn(async () => found);
  const text = '%%mesh\nSELECT *\nFROM lake.raw.f\nWHERE 1 = 1';
  const offset = text.indexOf('.f\n') + 2;
  const reply = await new MeshCompleter(ask).fetch({ text, offset });
  expect(ask).toHaveBeenCalledWith(text.slice(7), 1, 15);
  expect(text.slice(reply.start, reply.end)).toBe('lake.raw.f');
  expect(reply.items[0]).toMatchObject({
    insertText: 'lake.raw.flights',
    type: 'table'
  });
});

it('says nothing on the line of the magic or in a statement too long for an address', async () => {
  const ask = vi.fn(async () => found);
  const completer = new MeshCompleter(ask);
  const first = await completer.fetch({
    text: '%%mesh --i\nSELECT',
    offset: 10
  });
  const text = `%%mesh\n${'x'.repeat(20_000)}`;
  const long = await completer.fetch({ text, offset: text.length });
  expect([first.items, long.items]).toEqual([[], []]);
  expect(ask).not.toHaveBeenCalled();
});

it.each([
  ['%%mesh\nSELECT', true],
  ['x = 1', false]
])('applies to %j: %s', async (source, applies) => {
  const editor = { model: { sharedModel: { getSource: () => source } } };
  const context = { editor, widget: null } as never;
  expect(await new MeshCompleter().isApplicable(context)).toBe(applies);
});

it('lets the server get ready, and is silent where there is no mesh', async () => {
  const ask = vi.fn(async () => found);
  await new MeshCompleter(ask).warm();
  expect(ask).toHaveBeenCalledWith('SELECT * FROM ', 0, 14);
  ask.mockRejectedValueOnce(new Error('There is no mesh.'));
  await expect(new MeshCompleter(ask).warm()).resolves.toBeUndefined();
});
