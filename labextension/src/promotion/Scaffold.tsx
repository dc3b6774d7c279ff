// The form that lays out a product for a notebook which has none.
import type { JSX } from 'react';
import { useId, useState } from 'react';

import type { Proposal } from '../api';
import { Waiting } from '../failure';
import { busyText, type Props } from './given';

const PLAIN = '[a-z_][a-z0-9_]*';

export function ScaffoldForm(
  props: Props & { proposal: Proposal }
): JSX.Element {
  const { model, proposal, trans } = props;
  const [guessedDomain, guessedName] = proposal.product.split('/');
  const [domain, setDomain] = useState(guessedDomain);
  const [name, setName] = useState(guessedName ?? '');
  const [owner, setOwner] = useState(proposal.owner);
  const [ports, setPorts] = useState(proposal.ports.join(', '));
  const known = useId();
  const lay = (): void => {
    void model.scaffold({
      product: `${domain}/${name}`,
      owner,
      ports: ports.split(/[\s,]+/).filter(Boolean),
      ...(proposal.notebook ? { notebook: proposal.notebook } : {})
    });
  };
  return (
    <form
      className="jp-mesh-scaffold"
      aria-label={trans.__('New product')}
      onSubmit={event => {
        event.preventDefault();
        lay();
      }}
    >
      <h2>{trans.__('This notebook makes no product yet')}</h2>
      <p className="jp-mesh-quiet">
        {trans.__(
          'Lay one out: a descriptor, a contract for each port, and a copy of this notebook beside them. Nothing is overwritten.'
        )}
      </p>
      <Field
        label={trans.__('Domain')}
        help={trans.__('Who answers for it, like aviation.')}
        value={domain}
        pattern={PLAIN}
        list={known}
        onChange={setDomain}
      />
      <datalist id={known}>
        {proposal.domains.map(one => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <Field
        label={trans.__('Name')}
        help={trans.__('Lower case letters, digits and underscores.')}
        value={name}
        pattern={PLAIN}
        onChange={setName}
      />
      <Field
        label={trans.__('Owner')}
        help={trans.__('The person to ask about it.')}
        value={owner}
        onChange={setOwner}
      />
      <Field
        label={trans.__('Ports')}
        help={
          proposal.ports.length
            ? trans.__('The tables it serves, found in its stage calls.')
            : trans.__(
                'The tables it serves, separated by commas; the notebook stages none yet.'
              )
        }
        value={ports}
        pattern={`\\s*${PLAIN}(\\s*[,\\s]\\s*${PLAIN})*\\s*`}
        onChange={setPorts}
      />
      <div className="jp-mesh-actions">
        <button
          type="submit"
          className="jp-mesh-button jp-mod-primary"
          disabled={!!model.busy}
        >
          {trans.__('Lay out the product')}
        </button>
        {model.busy && <Waiting text={busyText(model, trans)} />}
      </div>
    </form>
  );
}

function Field(props: {
  label: string;
  help: string;
  value: string;
  pattern?: string;
  list?: string;
  onChange: (value: string) => void;
}): JSX.Element {
  const { label, help, value, pattern, list, onChange } = props;
  return (
    <label className="jp-mesh-field">
      <span>{label}</span>
      <input
        className="jp-mod-styled"
        required
        value={value}
        pattern={pattern}
        title={help}
        list={list}
        spellCheck={false}
        onChange={event => onChange(event.target.value)}
      />
      <small className="jp-mesh-quiet">{help}</small>
    </label>
  );
}
