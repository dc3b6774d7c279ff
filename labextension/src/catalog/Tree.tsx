// The tree: only the lines in sight are drawn, and every key does what a tree's key does.
import type { TranslationBundle } from '@jupyterlab/translation';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type CSSProperties,
  type JSX,
  type KeyboardEvent,
  useEffect,
  useLayoutEffect,
  useReducer,
  useRef
} from 'react';

import { Failure } from '../failure';
import { actionsOf } from './actions';
import { pressed } from './keys';
import type { TreeModel } from './model';
import type { Line } from './nodes';
import { type Handlers, RowView } from './Row';

const HEIGHT = 24;
const FAILED = 130;

export interface TreeProps extends Handlers {
  model: TreeModel;
  trans: TranslationBundle;
}

export function Tree(props: TreeProps): JSX.Element {
  const { model, trans } = props;
  const frame = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    model.changed.connect(redraw);
    return () => {
      model.changed.disconnect(redraw);
    };
  }, [model]);
  const virtual = useVirtualizer({
    count: model.lines.count,
    getScrollElement: () => frame.current,
    estimateSize: line =>
      model.lines.at(line)?.kind === 'failed' ? FAILED : HEIGHT,
    initialOffset: model.scroll,
    overscan: 6
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    // A scrollbar that is dragged past thousands of rows fetches only those where it rests.
    const timer = setTimeout(() => void model.show(first, last), 40);
    return () => clearTimeout(timer);
  }, [model, model.lines, first, last]);
  useRememberedScroll(frame, model);

  const reveal = (): void => {
    if (model.chosenLine >= 0) {
      virtual.scrollToIndex(model.chosenLine, { align: 'auto' });
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const node = model.node(model.chosen ?? '');
    if (
      node &&
      (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10'))
    ) {
      const box = frame.current?.querySelector('.jp-mod-selected');
      const { left = 0, bottom = 0 } = box?.getBoundingClientRect() ?? {};
      props.menu(node.row, left + 24, bottom);
    } else if (!pressed(model, event, enter)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    reveal();
  };
  const enter = (): void => {
    const node = model.node(model.chosen ?? '');
    const page = node && actionsOf(node.row).find(isPage);
    if (page) {
      props.act(page);
    } else if (node) {
      void (node.isOpen ? model.close(node) : model.open(node));
    }
  };

  const draw = (line: Line | null, number: number, style: CSSProperties) => {
    const key = `${number}`;
    if (!line) {
      return null;
    }
    if (line.kind === 'node') {
      const { node } = line;
      const isChosen = node.row.id === model.chosen;
      const isOpen = node.row.leaf ? undefined : node.isOpen;
      return (
        <RowView
          key={node.row.id}
          row={node.row}
          trans={trans}
          act={props.act}
          label={props.label}
          menu={props.menu}
          isChosen={isChosen}
          isOpen={isOpen}
          depth={node.depth}
          style={style}
          attributes={{
            role: 'treeitem',
            id: isChosen ? 'jp-mesh-tree-chosen' : undefined,
            'aria-level': node.depth + 1,
            'aria-posinset': node.index + 1,
            'aria-setsize': node.parent?.total ?? undefined,
            'aria-selected': isChosen,
            'aria-expanded': isOpen
          }}
          choose={() => {
            model.choose(node.row.id);
            frame.current?.focus();
          }}
          toggle={() => void (isOpen ? model.close(node) : model.open(node))}
          enter={enter}
        />
      );
    }
    const { parent } = line;
    const inset = { ...style, paddingLeft: 22 + (parent.depth + 1) * 14 };
    if (line.kind === 'failed' && parent.error) {
      const retry = (): void => void model.retry(parent);
      return (
        <div key={key} style={inset}>
          <Failure error={parent.error} trans={trans} retry={retry} />
        </div>
      );
    }
    return (
      <div key={key} className="jp-mesh-row jp-mod-note" style={inset}>
        {line.kind === 'empty' ? trans.__('Nothing here.') : trans.__('…')}
      </div>
    );
  };

  return (
    <div
      ref={frame}
      className="jp-mesh-tree"
      role="tree"
      tabIndex={0}
      aria-label={trans.__('Mesh catalog')}
      aria-activedescendant={
        model.chosenLine >= 0 ? 'jp-mesh-tree-chosen' : undefined
      }
      aria-busy={model.isRefreshing}
      onKeyDown={onKeyDown}
      onScroll={event => {
        model.scroll = event.currentTarget.scrollTop;
      }}
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {items.map(item =>
          draw(model.lines.at(item.index), item.index, {
            position: 'absolute',
            top: item.start,
            left: 0,
            right: 0,
            height: item.size
          })
        )}
      </div>
    </div>
  );
}

const isPage = (action: { command: string }): boolean =>
  action.command === 'mesh:open-page';

/** Go back to the place of the last time as soon as there are rows enough to do so. */
function useRememberedScroll(
  frame: React.RefObject<HTMLDivElement>,
  model: TreeModel
): void {
  const goal = useRef(model.scroll);
  const count = model.lines.count;
  useLayoutEffect(() => {
    const element = frame.current;
    if (element && goal.current && count * HEIGHT > goal.current) {
      element.scrollTop = goal.current;
      goal.current = 0;
    }
  }, [frame, count]);
}
