import type { JupyterFrontEnd } from '@jupyterlab/application';
import { nullTranslator } from '@jupyterlab/translation';
import { afterEach, expect, it } from 'vitest';

import { MeshError, readError } from '../src/errors';
import language from '../src/language';
import { ago } from '../src/words';

const loud = {
  load: () => ({
    __: (text: string, ...values: unknown[]) =>
      values
        .reduce<string>(
          (said, value, at) => said.replace(`%${at + 1}`, String(value)),
          text
        )
        .toUpperCase()
  })
} as never;
const speak = (translator: never): unknown =>
  language.activate({} as JupyterFrontEnd, translator);

afterEach(() => speak(nullTranslator as never));

it('is what errors and times are told in', async () => {
  expect(MeshError.expired().remedy).toMatch(/^Log in again/);
  speak(loud);
  expect(MeshError.expired().remedy).toMatch(/^LOG IN AGAIN/);
  expect(MeshError.unreachable(new Error('x')).message).toBe(
    'THE JUPYTER SERVER DOES NOT ANSWER.'
  );
  const fault = new Response('<html>', { status: 502, statusText: 'Bad' });
  expect((await readError(fault)).message).toBe(
    'THE SERVER ANSWERED WITH 502 BAD.'
  );
  const then = Date.parse('2026-01-01T00:00:00Z');
  expect(ago('2026-01-01T00:00:00Z', then + 300_000)).toBe('5 MIN');
});

declare global {
  interface ImportMeta {
    /** Of Vite: files by their paths. */
    glob(files: string, options: object): Record<string, string>;
  }
}

const SOURCES = import.meta.glob('../src/**/*.{ts,tsx}', {
  query: '?raw',
  import: 'default',
  eager: true
});

it('leaves no sentence to a person untranslated', () => {
  const found: string[] = [];
  for (const [path, text] of Object.entries(SOURCES)) {
    // A sentence in quotes that is not handed to a translator; comments and imports aside.
    const sentence =
      /(?<!__\(\s*)(?<![\w`])(['`])[A-Z][^'`\n]*? [^'`\n]*?[.?!…]\1/g;
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
    for (const match of code.matchAll(sentence)) {
      const before = code.slice(0, match.index).trimEnd();
      // What a plug-in or a token is for, is read by developers.
      if (!/description:$|new Token<\w+>\(\s*'[\w:-]+',$/.test(before)) {
        found.push(`${path}: ${match[0]}`);
      }
    }
  }
  expect(Object.keys(SOURCES).length).toBeGreaterThan(50);
  expect(found).toEqual([]);
});
