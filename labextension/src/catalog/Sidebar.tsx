// The picture of the sidebar: search, tree, and what to do where there is no mesh yet.
import type { TranslationBundle } from '@jupyterlab/translation';
import { refreshIcon } from '@jupyterlab/ui-components';
import {
  type JSX,
  type KeyboardEvent,
  useEffect,
  useReducer,
  useState
} from 'react';

import type { Found } from '../api';
import { Failure, Waiting } from '../failure';
import { actionsOf } from './actions';
import { type Handlers, RowView } from './Row';
import type { CatalogState } from './state';
import { Tree } from './Tree';

export interface SidebarProps extends Handlers {
  state: CatalogState;
  trans: TranslationBundle;
}

export function Sidebar(props: SidebarProps): JSX.Element {
  const { state, trans } = props;
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const signals = [state.changed, state.search.changed, state.tree.changed];
    signals.forEach(signal => signal.connect(redraw));
    return () => signals.forEach(signal => signal.disconnect(redraw));
  }, [state]);
  if (state.error && !state.status?.mesh && !isAbout(state)) {
    const retry = (): void => void state.load();
    return <Failure error={state.error} trans={trans} retry={retry} />;
  }
  if (!state.status) {
    return <Waiting text={trans.__('Looking for the mesh…')} />;
  }
  if (!state.status.mesh) {
    return <NoMesh state={state} trans={trans} />;
  }
  return (
    <>
      <Header {...props} name={state.status.mesh.name} />
      {state.tree.stale && (
        <Failure
          error={state.tree.stale}
          trans={trans}
          retry={() => void state.tree.refresh()}
        />
      )}
      {state.search.text.trim() ? (
        <Results {...props} />
      ) : (
        <Tree {...props} model={state.tree} />
      )}
    </>
  );
}

/** Whether the failure is about making a mesh, which is told beside the form. */
const isAbout = (state: CatalogState): boolean => state.status !== null;

function Header(props: SidebarProps & { name: string }): JSX.Element {
  const { state, trans } = props;
  const { search, tree } = state;
  return (
    <div className="jp-mesh-header">
      <input
        type="search"
        className="jp-mesh-search"
        placeholder={trans.__('Search %1', props.name)}
        aria-label={trans.__('Search products, tables and columns')}
        role="combobox"
        aria-expanded={search.items !== null}
        aria-controls="jp-mesh-found"
        aria-activedescendant={
          search.items?.length ? 'jp-mesh-found-chosen' : undefined
        }
        value={search.text}
        onChange={event => search.ask(event.currentTarget.value)}
        onKeyDown={event => searchKey(props, event)}
      />
      <button
        type="button"
        className="jp-mesh-refresh"
        title={trans.__('Refresh')}
        aria-label={trans.__('Refresh')}
        aria-busy={tree.isRefreshing}
        onClick={() => void state.refresh()}
      >
        <refreshIcon.react tag="span" />
      </button>
    </div>
  );
}

function searchKey(
  props: SidebarProps,
  event: KeyboardEvent<HTMLInputElement>
): void {
  const { search } = props.state;
  const chosen = search.items?.[search.chosen];
  if (event.key === 'Escape' && search.text) {
    search.ask('');
  } else if (event.key === 'ArrowDown' && search.items) {
    search.choose(search.chosen + 1);
  } else if (event.key === 'ArrowUp' && search.items) {
    search.choose(search.chosen - 1);
  } else if (event.key === 'ArrowDown' && !search.text) {
    const tree = event.currentTarget.closest('.jp-mesh-catalog');
    tree?.querySelector<HTMLElement>('.jp-mesh-tree')?.focus();
  } else if (event.key === 'Enter' && chosen) {
    enter(props, chosen);
  } else if (
    chosen &&
    (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10'))
  ) {
    const box = document.getElementById('jp-mesh-found-chosen');
    const { left = 0, bottom = 0 } = box?.getBoundingClientRect() ?? {};
    props.menu(chosen, left + 24, bottom);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

function enter(props: Handlers, row: Found): void {
  const page = actionsOf(row).find(one => one.command === 'mesh:open-page');
  if (page) {
    props.act(page);
  }
}

function Results(props: SidebarProps): JSX.Element {
  const { state, trans } = props;
  const { search } = state;
  if (search.error) {
    const retry = (): void => search.ask(search.text, 0);
    return <Failure error={search.error} trans={trans} retry={retry} />;
  }
  if (!search.items) {
    return <Waiting text={trans.__('Searching…')} />;
  }
  if (!search.items.length && !search.isWaiting) {
    return (
      <Waiting
        text={trans.__(
          'Nothing is called or described like that. Try fewer letters.'
        )}
      />
    );
  }
  return (
    <div
      id="jp-mesh-found"
      className="jp-mesh-found"
      role="listbox"
      aria-label={trans.__('Found')}
      aria-busy={search.isWaiting}
    >
      {search.items.map((found, index) => (
        <RowView
          key={found.id}
          row={found}
          trans={trans}
          act={props.act}
          label={props.label}
          menu={props.menu}
          isChosen={index === search.chosen}
          attributes={{
            role: 'option',
            id: index === search.chosen ? 'jp-mesh-found-chosen' : undefined,
            'aria-selected': index === search.chosen
          }}
          choose={() => search.choose(index)}
          enter={() => enter(props, found)}
        />
      ))}
    </div>
  );
}

function NoMesh(props: {
  state: CatalogState;
  trans: TranslationBundle;
}): JSX.Element {
  const { state, trans } = props;
  const [folder, setFolder] = useState('');
  return (
    <form
      className="jp-mesh-none"
      onSubmit={event => {
        event.preventDefault();
        void state.create(folder);
      }}
    >
      <h3>{trans.__('There is no mesh here yet')}</h3>
      <p>
        {trans.__(
          'A mesh is a folder with a file mesh.yaml: it names the catalogs to read and holds the products you publish. None was found in the folder that Jupyter shows or above it.'
        )}
      </p>
      <label>
        {trans.__('Folder (empty: the one that Jupyter shows)')}
        <input
          className="jp-mesh-search"
          value={folder}
          onChange={event => setFolder(event.currentTarget.value)}
        />
      </label>
      <button
        type="submit"
        className="jp-mesh-button jp-mod-primary"
        disabled={state.isWaiting}
      >
        {state.isWaiting ? trans.__('Creating…') : trans.__('Create a mesh')}
      </button>
      <button
        type="button"
        className="jp-mesh-button"
        disabled={state.isWaiting}
        onClick={() => void state.load()}
      >
        {trans.__('Look again')}
      </button>
      {state.error && <Failure error={state.error} trans={trans} />}
    </form>
  );
}
