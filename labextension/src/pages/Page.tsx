// The picture of a page: its head, its tabs, and the part that is chosen.
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  type JSX,
  type KeyboardEvent,
  lazy,
  type ReactNode,
  Suspense,
  useEffect,
  useRef
} from 'react';

import * as api from '../api';
import type { ProductDetails, TableDetails } from '../api';
import { useAnswer } from '../asking';
import type { MeshError, Place } from '../errors';
import { Failure, Waiting } from '../failure';
import { nameOf } from '../names';
import { Sample } from '../results/Sample';
import { Commands } from '../tokens';
import { Columns } from './Columns';
import { About, Checks, Rules } from './Parts';
import type { Run } from './run';
import { Releases, Versions } from './Versions';

const Graph = lazy(() => import('../lineage/Graph'));

export interface PageProps {
  place: string;
  tab: string;
  choose: (tab: string) => void;
  run: Run;
  trans: TranslationBundle;
}

interface Tab {
  id: string;
  label: string;
  draw: () => ReactNode;
}

export function Page(props: PageProps): JSX.Element {
  return props.place.startsWith('table:') ? (
    <TablePage {...props} />
  ) : (
    <ProductPage {...props} />
  );
}

/** What went wrong with a page, with the way to the file that is to blame. */
function Fault(
  props: PageProps & { error: MeshError; retry: () => void }
): JSX.Element {
  const open = ({ path, line }: Place): void =>
    props.run(Commands.openFile, { path, line });
  return <Failure {...props} open={open} />;
}

function TablePage(props: PageProps): JSX.Element {
  const { place, run, trans } = props;
  const name = nameOf(place);
  const { value, error, retry } = useAnswer<TableDetails>(
    signal => api.table(name, signal),
    place
  );
  if (error) {
    return <Fault {...props} error={error} retry={retry} />;
  }
  if (!value) {
    return <Waiting text={trans.__('Looking at %1…', name)} />;
  }
  const tabs: Tab[] = [
    {
      id: 'columns',
      label: trans.__('Columns'),
      draw: () => <Columns table={value} trans={trans} />
    },
    {
      id: 'sample',
      label: trans.__('Sample'),
      draw: () => <Sample table={name} limit={100} trans={trans} />
    },
    {
      id: 'versions',
      label: trans.__('Versions'),
      draw: () => <Versions table={value} run={run} trans={trans} />
    },
    ...(value.rules?.length
      ? [
          {
            id: 'contract',
            label: trans.__('Contract'),
            draw: () => <Rules rules={value.rules ?? []} trans={trans} />
          }
        ]
      : []),
    lineage(props, name)
  ];
  const { product } = value;
  return (
    <Frame {...props} title={name} tabs={tabs} retry={retry}>
      {product && (
        <button
          type="button"
          className="jp-mesh-link"
          onClick={() => run(Commands.openPage, { id: `product:${product}` })}
        >
          {trans.__('served by %1', product)}
        </button>
      )}
      <button
        type="button"
        className="jp-mesh-button"
        onClick={() => run(Commands.insertCell, { table: name })}
      >
        {trans.__('Insert a %%%%mesh cell')}
      </button>
    </Frame>
  );
}

function ProductPage(props: PageProps): JSX.Element {
  const { place, run, trans } = props;
  const name = nameOf(place);
  const { value, error, retry } = useAnswer<ProductDetails>(
    signal => api.product(name, signal),
    place
  );
  if (error) {
    return <Fault {...props} error={error} retry={retry} />;
  }
  if (!value) {
    return <Waiting text={trans.__('Looking at %1…', name)} />;
  }
  const tabs: Tab[] = [
    {
      id: 'about',
      label: trans.__('About'),
      draw: () => <About product={value} run={run} trans={trans} />
    },
    {
      id: 'releases',
      label: trans.__('Releases'),
      draw: () => <Releases product={value} run={run} trans={trans} />
    },
    {
      id: 'checks',
      label: trans.__('Checks'),
      draw: () => <Checks checks={value.checks} trans={trans} />
    },
    lineage(props, name)
  ];
  return (
    <Frame {...props} title={name} tabs={tabs} retry={retry}>
      <span className="jp-mesh-version">
        {value.version ?? trans.__('not released')}
      </span>
    </Frame>
  );
}

function lineage({ run, trans }: PageProps, name: string): Tab {
  return {
    id: 'lineage',
    label: trans.__('Lineage'),
    draw: () => (
      <Suspense fallback={<Waiting text={trans.__('Drawing…')} />}>
        <Graph name={name} run={run} trans={trans} />
      </Suspense>
    )
  };
}

function Frame(
  props: PageProps & {
    title: string;
    tabs: Tab[];
    retry: () => void;
    children: ReactNode;
  }
): JSX.Element {
  const { tabs, trans } = props;
  const shown = tabs.find(tab => tab.id === props.tab) ?? tabs[0];
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const page = list.current?.closest('.jp-mesh-page');
    if (page && page === document.activeElement) {
      list.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
    }
  }, []);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const next = (tabs.indexOf(shown) + step + tabs.length) % tabs.length;
      props.choose(tabs[next].id);
      (event.currentTarget.children[next] as HTMLElement).focus();
    }
  };
  return (
    <>
      <header className="jp-mesh-page-head">
        <h2>{props.title}</h2>
        {props.children}
        <button type="button" className="jp-mesh-button" onClick={props.retry}>
          {trans.__('Refresh')}
        </button>
      </header>
      <div
        ref={list}
        className="jp-mesh-tabs"
        role="tablist"
        aria-label={props.title}
        onKeyDown={onKeyDown}
      >
        {tabs.map(tab => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            aria-selected={tab === shown}
            tabIndex={tab === shown ? 0 : -1}
            onClick={() => props.choose(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div
        className="jp-mesh-page-body"
        role="tabpanel"
        aria-label={shown.label}
        data-tab={shown.id}
      >
        {shown.draw()}
      </div>
    </>
  );
}
