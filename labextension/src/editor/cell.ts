// Where the statement of a `%%mesh` cell begins: the same rule as in the kernel.

const FIRST = /^%%mesh(?![\w.])/;
// What may stand before the magic without being code: empty lines and comments.
const BEFORE = /^\s*(#.*)?$/;

/** Where the text below the magic's line begins; null for any other cell. */
export function statementStart(text: string): number | null {
  let at = 0;
  while (at <= text.length) {
    const end = text.indexOf('\n', at);
    const line = end < 0 ? text.slice(at) : text.slice(at, end);
    if (FIRST.test(line)) {
      return end < 0 ? text.length : end + 1;
    }
    if (end < 0 || !BEFORE.test(line)) {
      return null;
    }
    at = end + 1;
  }
  return null;
}

/** A place in a statement as the server counts: lines and characters from 0. */
export function placeIn(
  statement: string,
  offset: number
): { line: number; column: number } {
  const lines = statement.slice(0, offset).split('\n');
  // A character beyond the first plane is two units here and one there.
  return {
    line: lines.length - 1,
    column: [...lines[lines.length - 1]].length
  };
}

/**
 * The range in a cell's text that an error means: `line` and `column` count from 1 in the
 * statement. null when the line is no longer the one the error was about.
 */
export function wrongRange(
  text: string,
  wrong: { line: number; column: number; text: string }
): { from: number; to: number } | null {
  const start = statementStart(text);
  if (start === null || wrong.line < 1) {
    return null;
  }
  let at = start;
  for (let line = 1; line < wrong.line; line++) {
    const end = text.indexOf('\n', at);
    if (end < 0) {
      return null;
    }
    at = end + 1;
  }
  const end = text.indexOf('\n', at);
  const line = text.slice(at, end < 0 ? undefined : end);
  if (line.trimEnd() !== wrong.text.trimEnd() || !line.trim()) {
    return null;
  }
  const column = Math.max(0, wrong.column - 1);
  const from = Math.min(
    [...line].slice(0, column).join('').length,
    line.length
  );
  // To the end of the word; at least one character, or nothing would be seen.
  const word = /^(?:"[^"]*"|'[^']*'|[\w$]+|\S)/u.exec(line.slice(from));
  if (!word) {
    return {
      from: at + line.trimEnd().length - 1,
      to: at + line.trimEnd().length
    };
  }
  return { from: at + from, to: at + from + word[0].length };
}
