import { describe, expect, it } from 'vitest';

import { placeIn, statementStart, wrongRange } from '../../src/editor/cell';

describe('a %%mesh cell', () => {
  it.each([
    ['%%mesh\nSELECT 1', 7],
    ['\n# about\n  # more\n%%mesh --into x\nSELECT', 34],
    ['%%mesh', 6],
    ['%%meshes\nSELECT 1', null],
    ['%%mesh.x\n', null],
    ['x = 1\n%%mesh\nSELECT 1', null],
    ['"""\n%%mesh\n"""', null],
    [' %%mesh\nSELECT 1', null],
    ['', null]
  ])('%j has its statement at %s', (text, at) => {
    expect(statementStart(text)).toBe(at);
  });
});

it('counts characters as the server does', () => {
  expect(placeIn('a\n😀b', 5)).toEqual({ line: 1, column: 2 });
  expect(placeIn('', 0)).toEqual({ line: 0, column: 0 });
});

describe('the place of an error', () => {
  const cell = '# hi\n%%mesh\nSELECT 1,\n  "a b" + nope';
  const at = (line: number, column: number, text: string) => {
    const found = wrongRange(cell, { line, column, text });
    return found && cell.slice(found.from, found.to);
  };

  it('is the word there', () => {
    expect(at(2, 11, '  "a b" + nope')).toBe('nope');
    expect(at(2, 3, '  "a b" + nope')).toBe('"a b"');
    expect(at(2, 9, '  "a b" + nope')).toBe('+');
  });

  it('is the last character where the statement ended too early', () => {
    expect(at(2, 99, '  "a b" + nope')).toBe('e');
  });

  it('is nowhere when the line was written over', () => {
    expect(at(2, 3, '  other')).toBeNull();
    expect(at(9, 1, 'SELECT 1,')).toBeNull();
    expect(at(0, 0, '')).toBeNull();
    expect(wrongRange('x', { line: 1, column: 1, text: 'x' })).toBeNull();
  });

  it('counts letters and not the halves of one', () => {
    const text = "%%mesh\n'😀' x";
    expect(wrongRange(text, { line: 1, column: 5, text: "'😀' x" })).toEqual({
      from: 12,
      to: 13
    });
  });
});
