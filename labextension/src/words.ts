// Values as people read them: numbers, moments, the promises of a contract.
import { language } from './language';
import type { Rule } from './shapes';

const ZONED = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/;

/** Any plain value in words. */
export function said(value: unknown): string {
  if (value === null || value === undefined) {
    return '';
  }
  if (typeof value === 'number') {
    return value.toLocaleString();
  }
  if (Array.isArray(value)) {
    return value.map(said).join(', ');
  }
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([name, one]) => `${name}: ${said(one)}`)
      .join(', ');
  }
  return moment(String(value));
}

/** A moment in the reader's own time zone and habit; a text that names no zone as it is. */
export function moment(text: string): string {
  const date = ZONED.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date)
    ? text
    : new Date(date).toLocaleString(undefined, {
        dateStyle: 'medium',
        timeStyle: 'medium'
      });
}

/** How long ago a moment was, short: `now`, `5 min`, `3 h`, `12 d`; its day when that is long. */
export function ago(text: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(text)) / 60_000);
  if (Number.isNaN(minutes)) {
    return '';
  }
  const trans = language();
  if (minutes < 1) {
    return trans.__('now');
  }
  if (minutes < 60) {
    return trans.__('%1 min', minutes);
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 24) {
    return trans.__('%1 h', hours);
  }
  const days = Math.floor(hours / 24);
  return days <= 30 ? trans.__('%1 d', days) : text.slice(0, 10);
}

/** A rule in the words of its contract; options of a type say it all by themselves. */
export function promise(rule: Rule): string {
  const options = said(rule.arguments);
  if (rule.description || !rule.metric) {
    return rule.description;
  }
  if (['logicalTypeOptions', 'type', 'columns'].includes(rule.metric)) {
    return options;
  }
  return [rule.metric, rule.operator, said(rule.threshold), rule.unit, options]
    .filter(Boolean)
    .join(' ');
}
