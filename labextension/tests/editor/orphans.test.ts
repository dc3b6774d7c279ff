import { nullTranslator } from '@jupyterlab/translation';
import { expect, it } from 'vitest';

import { settled } from '../../src/editor/orphans';

const trans = nullTranslator.load('jupyter_mesh');

it('puts an end to the line of a query whose kernel is gone, and to nothing else', () => {
  const lines: Record<string, unknown>[] = [
    { metadata: {}, text: 'printed' },
    { metadata: { jupyter_mesh: { state: 'running' } } },
    { metadata: { jupyter_mesh: { rows: 3 } } }
  ];
  const outputs = {
    length: lines.length,
    get: (at: number) => lines[at],
    set: (at: number, value: Record<string, unknown>) => {
      lines[at] = value;
    }
  };
  settled(outputs as unknown as Parameters<typeof settled>[0], trans);
  expect(lines[0].text).toBe('printed');
  expect(lines[1]).toMatchObject({
    output_type: 'error',
    ename: 'KernelEnded'
  });
  expect(String(lines[1].traceback)).toContain('Run the cell again');
  expect(lines[2].metadata).toEqual({ jupyter_mesh: { rows: 3 } });
});
