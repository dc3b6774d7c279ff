// One line of the tree or of what was found.
import {
  caretDownIcon,
  caretRightIcon,
  type LabIcon
} from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type CSSProperties, type JSX, type ReactNode, useState } from 'react';

import type { Kind } from '../api';
import * as icons from '../icons';
import { type Place, spoken } from '../names';
import { ago, moment } from '../words';
import { type Action, actionsOf } from './actions';

const PICTURES: Record<Kind, LabIcon> = {
  group: icons.groupIcon,
  domain: icons.schemaIcon,
  product: icons.productIcon,
  port: icons.portIcon,
  catalog: icons.catalogIcon,
  schema: icons.schemaIcon,
  table: icons.tableIcon,
  column: icons.columnIcon
};
const OUTCOMES: Record<string, string> = {
  passed: '✓',
  warned: '!',
  failed: '✗',
  'not evaluated': '?'
};
/** No name or comment needs more; a longer one would only slow the browser. */
const LONGEST = 300;
const cut = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;

/** What rows let happen. */
export interface Handlers {
  act: (action: Action) => void;
  label: (action: Action) => string;
  menu: (row: Place, x: number, y: number) => void;
}

export interface RowProps extends Handlers {
  row: Place & { type?: string; comment?: string; path?: string };
  trans: TranslationBundle;
  isChosen: boolean;
  depth?: number;
  /** Unset where a row cannot be opened. */
  isOpen?: boolean;
  style?: CSSProperties;
  attributes: Record<string, string | number | boolean | undefined>;
  choose: () => void;
  toggle?: () => void;
  enter: () => void;
}

export function RowView(props: RowProps): JSX.Element {
  const { row, isChosen, isOpen, depth = 0 } = props;
  const [isNear, setNear] = useState(false);
  const Picture = PICTURES[row.kind].react;
  const isNamed = row.kind !== 'group' && row.kind !== 'domain';
  return (
    <div
      {...props.attributes}
      className={`jp-mesh-row${isChosen ? ' jp-mod-selected' : ''}`}
      data-kind={row.kind}
      style={{ ...props.style, paddingLeft: 4 + depth * 14 }}
      title={tooltip(row, props.trans)}
      draggable={isNamed}
      onDragStart={event => {
        event.dataTransfer.setData('text/plain', spoken(row));
        event.dataTransfer.effectAllowed = 'copy';
      }}
      onMouseEnter={() => setNear(true)}
      onMouseLeave={() => setNear(false)}
      onClick={() => {
        props.choose();
        if (['group', 'domain', 'catalog', 'schema'].includes(row.kind)) {
          props.toggle?.();
        }
      }}
      onDoubleClick={props.enter}
      onContextMenu={event => {
        event.preventDefault();
        event.stopPropagation();
        props.choose();
        props.menu(row, event.clientX, event.clientY);
      }}
    >
      <Twisty isOpen={isOpen} toggle={props.toggle} />
      <Picture tag="span" className="jp-mesh-row-icon" />
      <span className="jp-mesh-row-label">{cut(row.label)}</span>
      {row.kind === 'product' && <Outcome row={row} trans={props.trans} />}
      {row.type && row.kind !== 'port' && (
        <span className="jp-mesh-row-type">{cut(row.type)}</span>
      )}
      {tagsOf(row).map(tag => (
        <span key={tag} className="jp-mesh-tag">
          {cut(tag)}
        </span>
      ))}
      <span className="jp-mesh-row-comment">{beside(row)}</span>
      {row.kind === 'table' && <Changed row={row} trans={props.trans} />}
      {isNear && <Buttons row={row} act={props.act} label={props.label} />}
    </div>
  );
}

function Twisty(props: { isOpen?: boolean; toggle?: () => void }): JSX.Element {
  let picture: ReactNode = null;
  if (props.isOpen !== undefined) {
    const Caret = props.isOpen ? caretDownIcon.react : caretRightIcon.react;
    picture = <Caret tag="span" />;
  }
  return (
    <span
      className="jp-mesh-row-twisty"
      aria-hidden="true"
      onClick={event => {
        event.stopPropagation();
        props.toggle?.();
      }}
    >
      {picture}
    </span>
  );
}

function Outcome(props: {
  row: Place;
  trans: TranslationBundle;
}): JSX.Element | null {
  const check = String(props.row.detail?.check ?? '');
  if (props.row.detail?.error) {
    return (
      <span
        className="jp-mesh-outcome"
        data-outcome="failed"
        title={props.trans.__('Its files cannot be read')}
      >
        !
      </span>
    );
  }
  return check ? (
    <span
      className="jp-mesh-outcome"
      data-outcome={check}
      title={props.trans.__('Last checks: %1', check)}
    >
      {OUTCOMES[check] ?? check}
    </span>
  ) : null;
}

function Buttons(props: {
  row: Place;
  act: (action: Action) => void;
  label: (action: Action) => string;
}): JSX.Element {
  return (
    <span className="jp-mesh-row-buttons">
      {actionsOf(props.row)
        .filter(action => action.isInline)
        .map(action => (
          <button
            key={action.command}
            type="button"
            tabIndex={-1}
            title={props.label(action)}
            aria-label={props.label(action)}
            onDoubleClick={event => event.stopPropagation()}
            onClick={event => {
              event.stopPropagation();
              props.act(action);
            }}
          >
            <action.icon.react tag="span" />
          </button>
        ))}
    </span>
  );
}

/** How long ago a table changed, where its catalog tells. */
function Changed(props: {
  row: Place;
  trans: TranslationBundle;
}): JSX.Element | null {
  const when = ago(String(props.row.detail?.changed ?? ''), Date.now());
  return when ? <span className="jp-mesh-row-changed">{when}</span> : null;
}

const tagsOf = ({ kind, detail }: Place): string[] =>
  kind === 'column' && Array.isArray(detail?.tags)
    ? [...new Set(detail.tags.map(String))]
    : [];

/** What stands beside a row's name: where it was found, who owns it, what it is. */
function beside({ path, comment, detail }: RowProps['row']): string {
  const words = path ? [path] : [detail?.owner, comment];
  return cut(words.filter(Boolean).join(' · '));
}

/** Everything that is known of a row, for those who wait a moment. */
function tooltip(row: RowProps['row'], trans: TranslationBundle): string {
  const { owner, tags, changed } = row.detail ?? {};
  const lines = [
    spoken(row),
    row.type,
    row.comment,
    owner ? trans.__('Owner: %1', String(owner)) : '',
    Array.isArray(tags) && tags.length
      ? trans.__('Tags: %1', tags.join(', '))
      : '',
    changed ? trans.__('Changed: %1', moment(String(changed))) : ''
  ];
  return lines
    .filter(Boolean)
    .map(line => cut(String(line)))
    .join('\n');
}
