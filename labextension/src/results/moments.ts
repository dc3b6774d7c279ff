// Days and times as Trino writes them, from the exact integers that Arrow carries.

const DAY = 86_400n;
/** The digits after a second in each of Arrow's units (0 seconds ... 3 nanoseconds). */
const DIGITS = [0, 3, 6, 9];

/** `2024-02-29` for days since 1970 (Hinnant's civil_from_days: no range of a Date to leave). */
export function date(days: number): string {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const day = shifted - era * 146_097;
  const year = Math.floor(
    (day -
      Math.floor(day / 1460) +
      Math.floor(day / 36_524) -
      Math.floor(day / 146_096)) /
      365
  );
  const ofYear =
    day - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const inYear = year + era * 400 + (month <= 2 ? 1 : 0);
  const dayOfMonth = ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const sign = inYear < 0 ? '-' : '';
  return `${sign}${pad(Math.abs(inYear), 4)}-${pad(month, 2)}-${pad(dayOfMonth, 2)}`;
}

/** `13:05:00.250` for a count of units since midnight, with so many digits. */
export function time(count: bigint, unit: number, digits?: number): string {
  const [seconds, fraction] = split(count, 10n ** BigInt(DIGITS[unit]));
  const rest = Number(seconds);
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60]
    .map(part => pad(part, 2))
    .join(':');
  return clock + fractionOf(fraction, DIGITS[unit], digits);
}

/** `2024-02-29 13:05:00.250`, followed by the zone where there is one. */
export function moment(
  count: bigint,
  unit: number,
  zone: string | null,
  digits?: number
): string {
  const scale = 10n ** BigInt(DIGITS[unit]);
  const local = zone ? count + offset(count / scale, zone) * scale : count;
  const [days, rest] = split(local, DAY * scale);
  const text = `${date(Number(days))} ${time(rest, unit, digits)}`;
  return zone ? `${text} ${zone}` : text;
}

/** `2 03:04:05.678`: days and time of an interval. */
export function interval(count: bigint, unit: number): string {
  const sign = count < 0n ? '-' : '';
  const scale = 10n ** BigInt(DIGITS[unit]);
  const [days, rest] = split(count < 0n ? -count : count, DAY * scale);
  return `${sign}${days} ${time(rest, unit, Math.max(3, DIGITS[unit]))}`;
}

/** `1-3`: years and months of an interval. */
export function months(count: number): string {
  const whole = Math.abs(count);
  return `${count < 0 ? '-' : ''}${Math.floor(whole / 12)}-${whole % 12}`;
}

/** Quotient and remainder, the remainder never negative. */
function split(count: bigint, by: bigint): [bigint, bigint] {
  const rest = ((count % by) + by) % by;
  return [(count - rest) / by, rest];
}

/** The declared digits; where none are declared, as many threes as say something. */
function fractionOf(rest: bigint, has: number, wanted?: number): string {
  const all = rest.toString().padStart(has, '0').slice(0, has);
  if (wanted !== undefined) {
    return wanted ? `.${all.padEnd(wanted, '0').slice(0, wanted)}` : '';
  }
  const short = all.replace(/(000)+$/, '');
  return short ? `.${short}` : '';
}

const zones = new Map<string, Intl.DateTimeFormat>();

/** Seconds that a zone is ahead of UTC at a moment. */
function offset(seconds: bigint, zone: string): bigint {
  if (zone === 'UTC') {
    return 0n;
  }
  const fixed = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (fixed) {
    const ahead = BigInt(Number(fixed[2]) * 3600 + Number(fixed[3]) * 60);
    return fixed[1] === '-' ? -ahead : ahead;
  }
  let format = zones.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      timeZoneName: 'longOffset'
    });
    zones.set(zone, format);
  }
  const name = format
    .formatToParts(new Date(Number(seconds) * 1000))
    .find(part => part.type === 'timeZoneName')?.value;
  const found = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name ?? '');
  if (!found) {
    return 0n;
  }
  const [, sign, hours, minutes, rest] = found;
  const ahead = BigInt(
    Number(hours) * 3600 + Number(minutes) * 60 + Number(rest ?? 0)
  );
  return sign === '-' ? -ahead : ahead;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
