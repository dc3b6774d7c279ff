// Arrow values as text that loses nothing: decimals, big integers and moments to the last digit.
import type { DataType } from '@uwdata/flechette';

/** Arrow's numbers for its types. */
const Type = {
  Binary: 4,
  Bool: 6,
  Decimal: 7,
  Date: 8,
  Time: 9,
  Timestamp: 10,
  List: 12,
  Struct: 13,
  FixedBinary: 15,
  FixedList: 16,
  Map: 17,
  LargeBinary: 19,
  LargeList: 21,
  Dictionary: -1
} as const;
/** Ticks of a second, by Arrow's time unit. */
const TICKS = [1n, 1000n, 1_000_000n, 1_000_000_000n];
/** A cell shows no more; the rest of a longer text would be out of sight anyway. */
const LONGEST = 2000;

/** One value as one line of text; null has none of its own. */
export function text(value: unknown, type: DataType): string {
  if (value === null || value === undefined) {
    return 'null';
  }
  const whole = spelled(value, type);
  return whole.length > LONGEST ? `${whole.slice(0, LONGEST)}…` : whole;
}

function spelled(value: unknown, type: DataType): string {
  const kind = type as DataType & Record<string, unknown>;
  switch (type.typeId) {
    case Type.Dictionary:
      return spelled(value, kind.dictionary as DataType);
    case Type.Decimal:
      return decimal(value as bigint | number, kind.scale as number);
    case Type.Date:
      return new Date(Number(value)).toISOString().slice(0, 10);
    case Type.Time:
      return clock(BigInt(value as bigint), kind.unit as number);
    case Type.Timestamp:
      return moment(
        BigInt(value as bigint),
        kind.unit as number,
        kind.timezone as string | null
      );
    case Type.Binary:
    case Type.LargeBinary:
    case Type.FixedBinary:
      return [...(value as Uint8Array).subarray(0, LONGEST / 2)]
        .map(byte => byte.toString(16).padStart(2, '0'))
        .join('');
    default:
      return nested(value, type);
  }
}

function nested(value: unknown, type: DataType): string {
  const fields =
    (type as { children?: { name: string; type: DataType }[] }).children ?? [];
  const inner = (one: unknown, at: number): string =>
    fields[at] ? text(one, fields[at].type) : plain(one);
  switch (type.typeId) {
    case Type.List:
    case Type.LargeList:
    case Type.FixedList:
      return `[${Array.from(value as ArrayLike<unknown>, one => inner(one, 0)).join(', ')}]`;
    case Type.Struct: {
      const struct = value as Record<string, unknown>;
      const shown = fields.map(
        (field, at) => `${field.name}: ${inner(struct[field.name], at)}`
      );
      return `{${shown.join(', ')}}`;
    }
    case Type.Map: {
      const [key, item] =
        (fields[0]?.type as { children?: { type: DataType }[] }).children ?? [];
      const shown = (value as [unknown, unknown][]).map(
        ([name, one]) => `${text(name, key.type)}: ${text(one, item.type)}`
      );
      return `{${shown.join(', ')}}`;
    }
    default:
      return plain(value);
  }
}

function plain(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? JSON.stringify(value, (_key, one: unknown) =>
        typeof one === 'bigint' ? one.toString() : one
      )
    : String(value);
}

function decimal(value: bigint | number, scale: number): string {
  const digits = BigInt(value);
  const sign = digits < 0n ? '-' : '';
  const bare = (digits < 0n ? -digits : digits)
    .toString()
    .padStart(scale + 1, '0');
  return scale > 0
    ? `${sign}${bare.slice(0, -scale)}.${bare.slice(-scale)}`
    : `${sign}${bare}`;
}

function fraction(ticks: bigint, unit: number): string {
  const width = unit * 3;
  return width ? `.${ticks.toString().padStart(width, '0')}` : '';
}

function clock(value: bigint, unit: number): string {
  const perSecond = TICKS[unit];
  const seconds = Number(value / perSecond);
  const part = (count: number): string => String(count).padStart(2, '0');
  const time = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(one =>
    part(Math.floor(one))
  );
  return time.join(':') + fraction(value % perSecond, unit);
}

function moment(value: bigint, unit: number, zone: string | null): string {
  const perSecond = TICKS[unit];
  const ticks = ((value % perSecond) + perSecond) % perSecond;
  const date = new Date(Number((value - ticks) / perSecond) * 1000);
  if (Number.isNaN(date.getTime())) {
    return value.toString();
  }
  const whole = date.toISOString().slice(0, -5).replace('T', ' ');
  return `${whole}${fraction(ticks, unit)}${zone ? ' UTC' : ''}`;
}
