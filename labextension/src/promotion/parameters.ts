// The values of a promotion's parameters: the notebook's own, and what was changed of them.
import type { Plan } from '../api';

type Values = Record<string, unknown>;

export class Parameters {
  private own: Values = {};
  private changed: Values;

  constructor(changed: Values = {}) {
    this.changed = { ...changed };
  }

  /** What has to be told to the server: only what is not as the notebook has it. */
  get sent(): Values {
    return { ...this.changed };
  }

  /** What a form shows. */
  get values(): Values {
    return { ...this.own, ...this.changed };
  }

  /** Take the values of a form; whether any of them is another. */
  change(values: Values): boolean {
    const before = this.values;
    const names = Object.keys({ ...before, ...values });
    if (names.every(name => isSame(values[name], before[name]))) {
      return false;
    }
    this.changed = Object.fromEntries(
      Object.entries(values).filter(
        ([name, value]) => !isSame(value, this.own[name])
      )
    );
    return true;
  }

  /** Learn from a plan what the notebook's own values are. */
  learn(plan: Plan): void {
    // The plan's values have ours among them; what stood there before is known or is not.
    const ours = Object.keys(this.changed);
    const before = Object.entries(this.own);
    this.own = {
      ...defaultsOf(plan.schema),
      ...plan.parameters,
      ...Object.fromEntries(ours.map(name => [name, undefined])),
      ...Object.fromEntries(before.filter(([name]) => ours.includes(name)))
    };
  }
}

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

function defaultsOf(schema: Record<string, unknown>): Record<string, unknown> {
  const properties = schema.properties as
    Record<string, { default?: unknown }> | undefined;
  return Object.fromEntries(
    Object.entries(properties ?? {})
      .filter(([, one]) => one.default !== undefined)
      .map(([name, one]) => [name, one.default])
  );
}

/** Whether two plans promise the same to whoever agreed to one of them. */
export function sameAs(agreed: Plan, now: Plan | null): boolean {
  const told = (plan: Plan | null): string =>
    JSON.stringify(
      plan && [
        plan.version,
        plan.clear,
        plan.inputs,
        plan.obstacles,
        plan.ports.map(port => port.table)
      ]
    );
  return told(agreed) === told(now);
}
