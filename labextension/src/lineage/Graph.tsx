// The lineage, drawn: what a table or product is made from, and what is made of it.
import '@xyflow/react/dist/style.css';

import type { TranslationBundle } from '@jupyterlab/translation';
import {
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow
} from '@xyflow/react';
import { type JSX, useMemo, useState } from 'react';

import * as api from '../api';
import { type Lineage, type LineageNode, MeshError } from '../api';
import { useAnswer } from '../asking';
import { Failure, Waiting } from '../failure';
import { productIcon, tableIcon } from '../icons';
import { nameOf } from '../names';
import type { Run } from '../pages/run';
import { Commands } from '../tokens';
import { HEIGHT, joined, placed, WIDTH } from './layout';

type Drawn = Node<{
  node: LineageNode;
  isStart: boolean;
  open: () => void;
  more: (() => void) | null;
  trans: TranslationBundle;
}>;
const KINDS = { mesh: Box };

export default function Graph(props: {
  name: string;
  run: Run;
  trans: TranslationBundle;
}): JSX.Element {
  const { name, run, trans } = props;
  const first = useAnswer(signal => api.lineage(name, 3, signal), name);
  const [added, setAdded] = useState<Lineage[]>([]);
  const [error, setError] = useState<MeshError | null>(null);
  const lineage = useMemo(
    () => first.value && added.reduce(joined, first.value),
    [first.value, added]
  );
  const failure = first.error ?? error;
  if (failure && !lineage) {
    return <Failure error={failure} trans={trans} retry={first.retry} />;
  }
  if (!lineage) {
    return <Waiting text={trans.__('Following the lineage of %1…', name)} />;
  }
  const expand = (node: LineageNode): void => {
    setError(null);
    api
      .lineage(nameOf(node.id), 2)
      .then(more => setAdded(parts => [...parts, more]))
      .catch((reason: unknown) => setError(MeshError.of(reason)));
  };
  const nodes: Drawn[] = placed(lineage).map(({ node, x, y }) => ({
    id: node.id,
    type: 'mesh',
    position: { x, y },
    width: WIDTH,
    height: HEIGHT,
    data: {
      node,
      trans,
      isStart: nameOf(node.id) === name,
      open: () => run(Commands.openPage, { id: node.id }),
      more: node.more ? () => expand(node) : null
    }
  }));
  const edges: Edge[] = lineage.edges.map(({ from, to }) => ({
    id: `${from} ${to}`,
    source: from,
    target: to,
    markerEnd: { type: MarkerType.ArrowClosed }
  }));
  return (
    <div className="jp-mesh-lineage">
      {failure && <Failure error={failure} trans={trans} />}
      {lineage.nodes.length === 1 && (
        <p>
          {trans.__(
            'No release reads or writes it yet: lineage is recorded by promotions.'
          )}
        </p>
      )}
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={KINDS}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        fitView
        fitViewOptions={{ maxZoom: 1 }}
        minZoom={0.1}
        proOptions={{ hideAttribution: true }}
      >
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

function Box({ data }: NodeProps<Drawn>): JSX.Element {
  const { node, isStart, open, more, trans } = data;
  const Picture = (node.kind === 'product' ? productIcon : tableIcon).react;
  const { version, notebook } = node.detail ?? {};
  const below = [version, notebook].filter(Boolean).join(' · ');
  return (
    <div
      className={`jp-mesh-node${isStart ? ' jp-mod-start' : ''}`}
      data-kind={node.kind}
      style={{ height: HEIGHT, width: WIDTH }}
    >
      <Handle type="target" position={Position.Left} />
      <button type="button" title={node.label} onClick={open}>
        <Picture tag="span" />
        <span>
          <b>{node.label}</b>
          {below && <small>{below}</small>}
        </span>
      </button>
      {more && (
        <button
          type="button"
          className="jp-mesh-node-more"
          title={trans.__('Show what is beyond')}
          aria-label={trans.__('Show what is beyond %1', node.label)}
          onClick={more}
        >
          +
        </button>
      )}
      <Handle type="source" position={Position.Right} />
    </div>
  );
}
