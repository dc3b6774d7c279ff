// Lays a statement out: a clause a line, what is long below it, every comment kept.
import { RESERVED, type Token, tokensOf } from './tokens';

const WIDTH = 88;
const STEP = '  ';
const JOINS = /^(LEFT|RIGHT|FULL|INNER|CROSS|NATURAL|JOIN)$/;
const CLAUSES =
  /^(SELECT|FROM|WHERE|HAVING|WINDOW|LIMIT|OFFSET|FETCH|UNION|INTERSECT|EXCEPT|VALUES)$/;
const SPACED = /^(=|<>|!=|<|>|<=|>=|=>|->|\|\|)$/;
/** What a clause is divided by when it is too long for one line. */
const LISTS = /^(WITH|SELECT|FROM|GROUP|ORDER|VALUES|WINDOW)$/;

/**
 * The statement laid out anew, or null where it cannot be done safely.
 *
 * Only blanks and the case of reserved words change, and that is proved for every answer: its
 * tokens are held against those of the original.
 */
export function format(sql: string): string | null {
  const tokens = tokensOf(sql);
  if (!tokens?.length) {
    return null;
  }
  const text = query(tokens, '').trimEnd();
  const again = tokensOf(text);
  return again && same(tokens, again) ? text : null;
}

function same(one: Token[], other: Token[]): boolean {
  const told = ({ text, word }: Token): string =>
    RESERVED.has(word) ? word : text;
  return (
    one.length === other.length &&
    one.every((token, place) => told(token) === told(other[place]))
  );
}

/** Clause below clause, each at the same indentation. */
function query(tokens: Token[], indent: string): string {
  return clauses(tokens)
    .map(part => clause(part, indent))
    .join(`\n${indent}`);
}

/** The tokens cut before every word that begins a clause of this very query. */
function clauses(tokens: Token[]): Token[][] {
  const parts: Token[][] = [[]];
  walk(tokens, (place, depth) => {
    if (depth === 0 && place > 0 && begins(tokens, place)) {
      parts.push([]);
    }
    parts.at(-1)!.push(tokens[place]);
  });
  return parts.filter(part => part.length);
}

function begins(tokens: Token[], place: number): boolean {
  const { word } = tokens[place];
  const before = tokens[place - 1]?.word;
  const after = tokens[place + 1];
  if (before === 'DISTINCT' && word === 'FROM') {
    return false;
  }
  if (word === 'GROUP' || word === 'ORDER') {
    return after?.word === 'BY';
  }
  if (JOINS.test(word)) {
    return !JOINS.test(before ?? '') && before !== 'OUTER' && before !== '.';
  }
  return CLAUSES.test(word) && tokens[place - 1]?.text !== '.';
}

/** One clause: on one line where it fits, else its parts below its head. */
function clause(tokens: Token[], indent: string): string {
  const whole = spelled(tokens, indent);
  const fits = !whole.includes('\n') && indent.length + whole.length <= WIDTH;
  const head = tokens[0].word;
  if (fits || tokens.length < 3) {
    return whole;
  }
  if (LISTS.test(head)) {
    return listed(tokens, indent, head === 'WITH' || head === 'FROM');
  }
  return conditions(tokens, indent);
}

function listed(tokens: Token[], indent: string, stays: boolean): string {
  const from =
    tokens[1]?.word === 'BY' || tokens[1]?.word === 'DISTINCT' ? 2 : 1;
  const inner = stays ? indent : indent + STEP;
  const parts: Token[][] = [[]];
  walk(tokens.slice(from), (place, depth) => {
    const token = tokens[from + place];
    const last = parts.at(-1)!;
    // A comment behind a comma is about what stands before it.
    const belongs = token.kind === 'line comment' && !token.isOnNewLine;
    if (depth === 0 && !belongs && ended(last)) {
      parts.push([token]);
    } else {
      last.push(token);
    }
  });
  const head = spelled(tokens.slice(0, from), indent);
  const body = parts.map(part => spelled(part, inner)).join(`\n${inner}`);
  return stays ? `${head} ${body}` : `${head}\n${inner}${body}`;
}

/** Whether a part has its comma, with a comment behind it or without. */
function ended(part: Token[]): boolean {
  const last = part.at(-1);
  return (
    last?.text === ',' ||
    (last?.kind === 'line comment' && part.at(-2)?.text === ',')
  );
}

function conditions(tokens: Token[], indent: string): string {
  const parts: Token[][] = [[]];
  let isBetween = false;
  walk(tokens, (place, depth) => {
    const token = tokens[place];
    if (depth === 0 && token.word === 'BETWEEN') {
      isBetween = true;
    } else if (depth === 0 && /^(AND|OR)$/.test(token.word)) {
      if (!isBetween) {
        parts.push([]);
      }
      isBetween = false;
    }
    parts.at(-1)!.push(token);
  });
  const inner = indent + STEP;
  return parts.map(part => spelled(part, inner)).join(`\n${inner}`);
}

/** The tokens in a row; a query in brackets has lines of its own. */
function spelled(tokens: Token[], indent: string): string {
  let text = '';
  for (let place = 0; place < tokens.length; place++) {
    const token = tokens[place];
    const last = tokens[place - 1];
    const isOwnLine = token.kind === 'line comment' && token.isOnNewLine;
    if (last && (isOwnLine || last.kind === 'line comment')) {
      text += `\n${indent}`;
    } else if (last && apart(last, token)) {
      text += ' ';
    }
    const end = token.text === '(' ? closing(tokens, place) : -1;
    if (end > 0 && /^(SELECT|WITH)$/.test(tokens[place + 1].word)) {
      const inner = indent + STEP;
      const body = query(tokens.slice(place + 1, end), inner);
      text += `(\n${inner}${body}\n${indent})`;
      place = end;
    } else {
      text += RESERVED.has(token.word) ? token.word : token.text;
    }
  }
  return text;
}

function apart(one: Token, other: Token): boolean {
  if (other.kind === 'line comment') {
    return true;
  }
  if (/^[,;)\]]$/.test(other.text) || /^[([]$/.test(one.text)) {
    return false;
  }
  if (one.kind === 'comment' || other.kind === 'comment') {
    return true;
  }
  if (one.text === ',' || SPACED.test(one.text) || SPACED.test(other.text)) {
    return true;
  }
  return other.isApart;
}

/** Where a bracket is closed; -1 where it is not. */
function closing(tokens: Token[], open: number): number {
  let depth = 0;
  for (let place = open; place < tokens.length; place++) {
    depth += tokens[place].text === '(' ? 1 : 0;
    depth -= tokens[place].text === ')' ? 1 : 0;
    if (depth === 0) {
      return place;
    }
  }
  return -1;
}

/** Go through the tokens; brackets and CASE ... END lie deeper than the query itself. */
function walk(
  tokens: Token[],
  see: (place: number, depth: number) => void
): void {
  let depth = 0;
  tokens.forEach(({ text, word }, place) => {
    const opens = /^[([]$/.test(text) || word === 'CASE';
    const closes = /^[)\]]$/.test(text) || (word === 'END' && depth > 0);
    depth -= closes ? 1 : 0;
    see(place, depth);
    depth += opens ? 1 : 0;
  });
}
