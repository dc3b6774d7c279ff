// The picture of a plan: everything that would happen, before anything does.
import type { TranslationBundle } from '@jupyterlab/translation';
import { FormComponent } from '@jupyterlab/ui-components';
import validator from '@rjsf/validator-ajv8';
import type { ComponentType, JSX, ReactNode } from 'react';

import type { Obstacle, Plan } from '../api';
import { Waiting } from '../failure';
import { promise } from '../words';
import { busyText, type Props } from './given';

interface Form {
  schema: Record<string, unknown>;
  formData: Record<string, unknown>;
  validator: unknown;
  idPrefix: string;
  compact: boolean;
  showModifiedFromDefault: boolean;
  liveValidate: boolean;
  disabled: boolean;
  tagName: string;
  translator: unknown;
  onChange: (event: { formData?: Record<string, unknown> }) => void;
}
// Its generic type does not take a schema that comes from the server.
const ParameterForm = FormComponent as unknown as ComponentType<Form>;

export function PlanPicture(props: Props & { plan: Plan }): JSX.Element {
  const { model, plan, trans } = props;
  return (
    <>
      <header className="jp-mesh-plan-head">
        <h2>
          {plan.product} <span className="jp-mesh-version">{plan.version}</span>
        </h2>
        <p className="jp-mesh-quiet">{because(plan, trans)}</p>
      </header>
      <Made {...props} />
      <Verdict {...props} />
      <Obstacles {...props} />
      <Fact name={trans.__('Ports')}>
        <Pairs
          pairs={plan.ports.map(port => [port.name, port.table])}
          empty={trans.__('It serves nothing.')}
        />
      </Fact>
      <Fact name={trans.__('Inputs')}>
        <Pairs
          pairs={plan.inputs.map(input => [input.table, pinOf(input, trans)])}
          empty={trans.__('It declares no inputs.')}
        />
      </Fact>
      <Fact name={trans.__('Checks')}>
        <Rules plan={plan} trans={trans} />
      </Fact>
      <Fact name={trans.__('Gates')}>
        {plan.gates.join(', ') || trans.__('none')}
      </Fact>
      <Fact name={trans.__('Notebook')}>
        <button
          type="button"
          className="jp-mesh-link"
          onClick={() => props.ways.goto(plan.notebook, 0, 0)}
        >
          {plan.notebook}
        </button>
      </Fact>
      <Parameters {...props} />
      <footer className="jp-mesh-actions">
        <button
          type="button"
          className="jp-mesh-button jp-mod-primary"
          disabled={!model.canPromote}
          onClick={() =>
            void props.ways
              .confirm(plan)
              .then(agreed => (agreed ? model.promote() : undefined))
          }
        >
          {trans.__('Promote %1', plan.version)}
        </button>
        <button
          type="button"
          className="jp-mesh-button"
          disabled={!!model.busy}
          onClick={() => void model.ask()}
        >
          {trans.__('Plan again')}
        </button>
        {model.busy && <Waiting text={busyText(model, trans)} />}
      </footer>
    </>
  );
}

function because(plan: Plan, trans: TranslationBundle): string {
  const size = plan.previous
    ? trans.__('%1 is current; this one is %2', plan.previous, plan.change)
    : '';
  return [size, plan.reasons.join('; ')].filter(Boolean).join(': ');
}

function Verdict({ model, plan, trans }: Props & { plan: Plan }): JSX.Element {
  const text = plan.clear
    ? trans.__('Nothing stands in the way.')
    : trans.__('It cannot be promoted yet: mend what is listed below.');
  return (
    <>
      <p
        className="jp-mesh-verdict"
        data-clear={plan.clear}
        role="status"
        aria-live="polite"
      >
        <span aria-hidden="true">{plan.clear ? '✓' : '✗'}</span> {text}
      </p>
      {model.hasMoved && (
        <p className="jp-mesh-note" role="alert">
          {trans.__(
            'The notebook was changed, and with it the plan. Look at it again, then promote.'
          )}
        </p>
      )}
    </>
  );
}

function Obstacles({
  plan,
  ways,
  trans
}: Props & { plan: Plan }): JSX.Element | null {
  if (!plan.obstacles.length) {
    return null;
  }
  const sorted = [...plan.obstacles].sort(
    (one, other) => Number(other.blocking) - Number(one.blocking)
  );
  return (
    <ul className="jp-mesh-obstacles" aria-label={trans.__('Obstacles')}>
      {sorted.map((obstacle, at) => (
        <li key={at} data-blocking={obstacle.blocking}>
          <p>
            <span className="jp-mesh-badge">
              {obstacle.blocking ? trans.__('in the way') : trans.__('note')}
            </span>{' '}
            {obstacle.text}
          </p>
          {obstacle.remedy && (
            <p className="jp-mesh-quiet">{obstacle.remedy}</p>
          )}
          <Place obstacle={obstacle} trans={trans} goto={ways.goto} of={plan} />
        </li>
      ))}
    </ul>
  );
}

function Place(props: {
  obstacle: Obstacle;
  of: Plan;
  trans: TranslationBundle;
  goto: (notebook: string, cell: number, line: number) => void;
}): JSX.Element | null {
  const { obstacle, of, trans, goto } = props;
  const { cell, line } = obstacle;
  if (!cell) {
    return null;
  }
  return (
    <button
      type="button"
      className="jp-mesh-link"
      onClick={() => goto(of.notebook, cell, line ?? 0)}
    >
      {line
        ? trans.__('Go to cell %1, line %2', cell, line)
        : trans.__('Go to cell %1', cell)}
    </button>
  );
}

function Parameters(props: Props & { plan: Plan }): JSX.Element | null {
  const { model, plan, trans, translator } = props;
  if (!Object.keys(plan.schema.properties ?? {}).length) {
    return null;
  }
  return (
    <section className="jp-mesh-parameters" aria-label={trans.__('Parameters')}>
      <h3>{trans.__('Parameters')}</h3>
      <ParameterForm
        schema={plan.schema}
        formData={model.parameters.values}
        validator={validator}
        idPrefix="jp-mesh-parameter"
        compact={true}
        showModifiedFromDefault={false}
        liveValidate={true}
        // A form inside the panel would send itself off on Enter.
        tagName="div"
        disabled={model.busy === 'starting'}
        translator={translator}
        onChange={({ formData }) => model.change(formData ?? {})}
      />
    </section>
  );
}

/** What was just laid out, to be filled before it can be promoted. */
function Made({ model, ways, trans }: Props): JSX.Element | null {
  if (!model.made.length) {
    return null;
  }
  return (
    <div className="jp-mesh-note" role="status">
      <p>
        {trans.__(
          'These files were laid out. Write into the contracts what the ports promise, then plan again.'
        )}
      </p>
      <ul>
        {model.made.map(file => (
          <li key={file}>
            <button
              type="button"
              className="jp-mesh-link"
              onClick={() => ways.goto(file, 0, 0)}
            >
              {file}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Fact(props: { name: string; children: ReactNode }): JSX.Element {
  return (
    <section className="jp-mesh-plan-fact" aria-label={props.name}>
      <h3>{props.name}</h3>
      <div>{props.children}</div>
    </section>
  );
}

function Pairs(props: {
  pairs: [string, string][];
  empty: string;
}): JSX.Element {
  if (!props.pairs.length) {
    return <span className="jp-mesh-quiet">{props.empty}</span>;
  }
  return (
    <ul className="jp-mesh-pairs">
      {props.pairs.map(([name, value]) => (
        <li key={name}>
          <code>{name}</code> <span className="jp-mesh-quiet">{value}</span>
        </li>
      ))}
    </ul>
  );
}

/** How many rules will be held, and on demand which. */
function Rules(props: { plan: Plan; trans: TranslationBundle }): JSX.Element {
  const { plan, trans } = props;
  const counted = trans._n(
    '%1 rule will be held',
    '%1 rules will be held',
    plan.checks
  );
  if (!plan.rules?.length) {
    return <>{counted}</>;
  }
  return (
    <details className="jp-mesh-plan-rules">
      <summary>{counted}</summary>
      <Pairs
        pairs={plan.rules.map(rule => [
          `${rule.port}.${rule.id}`,
          [promise(rule), rule.severity === 'critical' ? '' : rule.severity]
            .filter(Boolean)
            .join(', ')
        ])}
        empty=""
      />
    </details>
  );
}

function pinOf(
  input: Plan['inputs'][number],
  trans: TranslationBundle
): string {
  if (input.release) {
    return trans.__('pinned to %1', String(input.release));
  }
  return input.snapshot_id
    ? trans.__('pinned to snapshot %1', String(input.snapshot_id))
    : trans.__('as it is when the notebook runs');
}
