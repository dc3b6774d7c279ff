import { expect, it } from 'vitest';

import { chartCell } from '../../src/results/kept';
import { result } from './rows';

const model = result({ a: ['x', 'y'], b: [1, 2] });
const bars = { kind: 'bar', x: 0, y: 1 } as const;

it('asks the statement of the cell again, on the same engine', () => {
  const source =
    '%%mesh --into t --engine big --stage p\nSELECT a, b\nFROM t -- it';
  const cell = chartCell(source, model, bars);
  expect(cell).toContain(
    'run_cell_magic("mesh", "--engine big", """SELECT a, b\nFROM t -- it""").df()'
  );
  expect(cell).toContain('.iloc[:5000, [0,1]].set_axis(["x","y"], axis=1)');
  expect(cell).not.toContain('"values": [');
});

it.each(['SELECT """a"""\n', "SELECT '\\n'\n, 1", 'SELECT\n"a"'])(
  'writes %j as Python would',
  sql => {
    const cell = chartCell(`%%mesh\n${sql}`, model, bars);
    expect(cell).toContain(`"mesh", "", ${JSON.stringify(sql.trim())})`);
  }
);

it('takes one column where rows are counted', () => {
  const cell = chartCell('%%mesh\nSELECT 1', model, {
    kind: 'histogram',
    x: 1,
    y: -1
  });
  expect(cell).toContain('[1]].set_axis(["x"], axis=1)');
});
