// One value of an Arrow column as text: every digit of it, and what is nested readable.
import { type Batch, type DataType, Type } from '@uwdata/flechette';

import { date, interval, moment, months, time } from './moments';

/** A value taken apart for reading: text, nothing, a list, or named and paired parts. */
export type Tree =
  | { leaf: string; quoted: boolean }
  | null
  | { open: '[' | '{'; items: { key: string; value: Tree }[] };

type Any = Batch<unknown> & {
  type: DataType;
  values: ArrayLike<number | bigint> & { subarray?: unknown };
  offsets: ArrayLike<number | bigint>;
  children: Any[];
};

/** The text of a value; null where there is none. `digits` are those of a declared type. */
export function textOf(
  batch: Batch<unknown>,
  place: number,
  digits?: number
): string | null {
  const tree = treeOf(batch as Any, place, digits);
  return tree === null ? null : 'leaf' in tree ? tree.leaf : flat(tree);
}

/** The text of a value over as many lines as it takes to read it. */
export function wholeText(
  batch: Batch<unknown>,
  place: number,
  digits?: number
): string | null {
  const tree = treeOf(batch as Any, place, digits);
  return tree === null ? null : 'leaf' in tree ? tree.leaf : deep(tree, '');
}

function treeOf(batch: Any, place: number, digits?: number): Tree {
  if (batch.at(place) === null) {
    return null;
  }
  const type = batch.type;
  switch (type.typeId) {
    case Type.List:
    case Type.LargeList:
      return listed(batch, place);
    case Type.Map:
      return mapped(batch, place);
    case Type.Struct:
      return {
        open: '{',
        items: type.children.map((field, i) => ({
          key: field.name,
          value: treeOf(batch.children[i], place)
        }))
      };
    case Type.Utf8:
    case Type.LargeUtf8:
      return { leaf: String(batch.at(place)), quoted: true };
    default:
      return { leaf: scalar(batch, place, digits), quoted: false };
  }
}

function range(batch: Any, place: number): [number, number] {
  return [Number(batch.offsets[place]), Number(batch.offsets[place + 1])];
}

function listed(batch: Any, place: number): Tree {
  const [from, to] = range(batch, place);
  const items = [];
  for (let at = from; at < to; at++) {
    items.push({ key: '', value: treeOf(batch.children[0], at) });
  }
  return { open: '[', items };
}

function mapped(batch: Any, place: number): Tree {
  const [from, to] = range(batch, place);
  const [keys, values] = batch.children[0].children;
  const items = [];
  for (let at = from; at < to; at++) {
    const key = textOf(keys, at) ?? 'NULL';
    items.push({ key, value: treeOf(values, at) });
  }
  return { open: '{', items };
}

function scalar(batch: Any, place: number, digits?: number): string {
  const type = batch.type;
  const value = batch.values?.[place];
  switch (type.typeId) {
    case Type.Float:
      return float(Number(batch.at(place)), type.precision);
    case Type.Decimal:
      return decimal(BigInt(batch.at(place) as bigint | number), type.scale);
    case Type.Date:
      return date(type.unit === 0 ? Number(value) : Number(value) / 86_400_000);
    case Type.Time:
      return time(BigInt(value), type.unit, digits);
    case Type.Timestamp:
      return moment(BigInt(value), type.unit, type.timezone, digits);
    case Type.Duration:
      return interval(BigInt(value), type.unit);
    case Type.Interval:
      return months((batch.at(place) as ArrayLike<number>)[0]);
    case Type.Binary:
    case Type.LargeBinary:
      return hex(batch.at(place) as Uint8Array);
    case Type.FixedSizeBinary:
      return uuid(hex(batch.at(place) as Uint8Array));
    default:
      return String(batch.at(place));
  }
}

/** The shortest digits that stand for exactly this number in its precision. */
function float(value: number, precision: number): string {
  if (Object.is(value, -0)) {
    return '-0.0';
  }
  if (precision === 2 || !Number.isFinite(value)) {
    return whole(String(value));
  }
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) {
      return whole(String(short));
    }
  }
  return whole(String(value));
}

/** A double is told from an integer by its point. */
function whole(digits: string): string {
  return /^-?\d+$/.test(digits) ? `${digits}.0` : digits;
}

/** `12.30` for 1230 with two digits after the point. */
export function decimal(value: bigint, scale: number): string {
  const sign = value < 0n ? '-' : '';
  const digits = (value < 0n ? -value : value)
    .toString()
    .padStart(scale + 1, '0');
  const point = digits.length - scale;
  return scale
    ? `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
    : sign + digits;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

function uuid(digits: string): string {
  return digits.length === 32
    ? digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    : digits;
}

const CLOSE = { '[': ']', '{': '}' };

function flat(tree: Tree): string {
  if (tree === null) {
    return 'NULL';
  }
  if ('leaf' in tree) {
    return tree.quoted ? JSON.stringify(tree.leaf) : tree.leaf;
  }
  const items = tree.items.map(item =>
    tree.open === '{' ? `${item.key}: ${flat(item.value)}` : flat(item.value)
  );
  return tree.open + items.join(', ') + CLOSE[tree.open];
}

function deep(tree: Tree, before: string): string {
  if (tree === null || 'leaf' in tree || flat(tree).length < 60) {
    return flat(tree);
  }
  const inner = `${before}  `;
  const items = tree.items.map(item => {
    const key = tree.open === '{' ? `${item.key}: ` : '';
    return inner + key + deep(item.value, inner);
  });
  return `${tree.open}\n${items.join(',\n')}\n${before}${CLOSE[tree.open]}`;
}

// Characters that would not be seen, or that would turn the text around them.
const UNSEEN = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** The text on one line, with every character that would not be seen spelled out. */
export function visible(text: string): string {
  return text.replace(UNSEEN, character => {
    if (character === '\n') {
      return '↵';
    }
    if (character === '\t') {
      return ' ';
    }
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
