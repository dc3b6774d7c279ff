// A statement as Trino's lexer sees it: enough to lay it out again without losing a character.

export interface Token {
  text: string;
  /** The text in capitals for words, empty for everything else. */
  word: string;
  kind: 'word' | 'quoted' | 'line comment' | 'comment' | 'sign';
  /** What stood before it. */
  isApart: boolean;
  isOnNewLine: boolean;
}

const LEXEME =
  /(--[^\n]*)|(\/\*[^]*?\*\/)|('(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`)|([\p{L}_][\p{L}\p{N}_$@]*|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(<>|!=|<=|>=|=>|->|\|\||[^\s'"`])/uy;

/** The tokens of a text; null where a quote or a comment is not closed. */
export function tokensOf(text: string): Token[] | null {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const blank = /\s*/uy;
    blank.lastIndex = at;
    const before = blank.exec(text)![0];
    at += before.length;
    if (at >= text.length) {
      break;
    }
    LEXEME.lastIndex = at;
    const found = LEXEME.exec(text);
    if (!found || text.startsWith('/*', at) !== (found[2] !== undefined)) {
      return null;
    }
    const [whole, line, block, quoted, word] = found;
    tokens.push({
      text: line ? line.trimEnd() : whole,
      word: word ? word.toUpperCase() : '',
      kind: line
        ? 'line comment'
        : block
          ? 'comment'
          : quoted
            ? 'quoted'
            : word
              ? 'word'
              : 'sign',
      isApart: before !== '',
      isOnNewLine: before.includes('\n')
    });
    at += whole.length;
  }
  return tokens;
}

/** Words that Trino reserves: no name can be meant by them, so capitals change nothing. */
export const RESERVED = new Set(
  (
    'ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_DATE CURRENT_TIME ' +
    'CURRENT_TIMESTAMP CURRENT_USER DELETE DESCRIBE DISTINCT DROP ELSE END ESCAPE EXCEPT ' +
    'EXISTS EXTRACT FALSE FOR FROM FULL GROUP GROUPING HAVING IN INNER INSERT INTERSECT INTO ' +
    'IS JOIN LEFT LIKE NATURAL NOT NULL ON OR ORDER OUTER RECURSIVE RIGHT ROLLUP SELECT TABLE ' +
    'THEN TRUE UESCAPE UNION UNNEST USING VALUES WHEN WHERE WITH'
  ).split(' ')
);
