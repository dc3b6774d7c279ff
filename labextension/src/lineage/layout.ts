// Where the nodes of a lineage stand: sources left, what is made of them right.
import { Graph, layout } from '@dagrejs/dagre';

import type { Lineage, LineageNode } from '../api';

export const WIDTH = 220;
export const HEIGHT = 52;

export interface Placed {
  node: LineageNode;
  x: number;
  y: number;
}

/** Two parts of one graph as one; of a node in both, the newer knowledge. */
export function joined(old: Lineage, more: Lineage): Lineage {
  const nodes = new Map(old.nodes.map(node => [node.id, node]));
  for (const node of more.nodes) {
    // Who is at the rim of one part may have all its neighbours in the other.
    const before = nodes.get(node.id);
    const isMore = Boolean(node.more) && (!before || Boolean(before.more));
    nodes.set(node.id, { ...node, more: isMore });
  }
  const edges = new Map(
    [...old.edges, ...more.edges].map(edge => [`${edge.from} ${edge.to}`, edge])
  );
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

/** A place for every node. */
export function placed(lineage: Lineage): Placed[] {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 60 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of lineage.nodes) {
    graph.setNode(node.id, { width: WIDTH, height: HEIGHT });
  }
  for (const edge of lineage.edges) {
    graph.setEdge(edge.from, edge.to);
  }
  layout(graph);
  return lineage.nodes.map(node => {
    const { x, y } = graph.node(node.id) as { x: number; y: number };
    return { node, x: x - WIDTH / 2, y: y - HEIGHT / 2 };
  });
}
