// The tree as far as it is known, and which of its rows stands at which line.
import type { MeshError, Row } from '../api';

/** One row and what is known of its children; holes are children not yet fetched. */
export class Node {
  children: (Node | undefined)[] = [];
  /** How many children there are; null until the first page has come. */
  total: number | null = null;
  isOpen = false;
  error: MeshError | null = null;

  constructor(
    readonly row: Row,
    readonly parent: Node | null,
    readonly index: number
  ) {}

  get depth(): number {
    return this.parent ? this.parent.depth + 1 : -1;
  }
}

/** The node that nobody sees, above the groups. */
export function top(): Node {
  const row: Row = {
    id: '',
    label: '',
    kind: 'group',
    type: '',
    comment: '',
    detail: {},
    leaf: false
  };
  const node = new Node(row, null, 0);
  node.isOpen = true;
  return node;
}

/** What stands at one line. */
export type Line =
  | { kind: 'node'; node: Node }
  | {
      kind: 'hole' | 'waiting' | 'empty' | 'failed';
      parent: Node;
      index: number;
    };

/** A run of neighbouring children of one parent, from line `start` on. */
interface Segment {
  start: number;
  parent: Node;
  from: number;
  count: number;
  note: 'waiting' | 'empty' | 'failed' | null;
}

/**
 * All visible lines as runs of neighbours.
 *
 * Its size is that of the opened nodes, not of the rows: a schema of 100,000 tables is one run.
 */
export class Lines {
  readonly count: number;
  private readonly segments: Segment[] = [];

  constructor(root: Node) {
    this.count = this.add(root, 0);
  }

  /** The line with this number. */
  at(line: number): Line | null {
    const segment = this.segments[this.segmentOf(line)];
    if (!segment || line < 0 || line >= this.count) {
      return null;
    }
    const { parent, note } = segment;
    const index = segment.from + line - segment.start;
    if (note) {
      return { kind: note, parent, index };
    }
    const node = parent.children[index];
    return node ? { kind: 'node', node } : { kind: 'hole', parent, index };
  }

  /** The number of a node's line, or -1 where it is folded away. */
  of(node: Node): number {
    const { parent, index } = node;
    const segment = this.segments.find(
      one =>
        one.parent === parent &&
        !one.note &&
        one.from <= index &&
        index < one.from + one.count
    );
    return segment ? segment.start + index - segment.from : -1;
  }

  private add(parent: Node, line: number): number {
    const note = noteOf(parent);
    if (note) {
      this.segments.push({ start: line, parent, from: 0, count: 1, note });
      return line + 1;
    }
    let from = 0;
    const push = (count: number): void => {
      if (count) {
        this.segments.push({ start: line, parent, from, count, note: null });
        line += count;
        from += count;
      }
    };
    // forEach passes over holes without looking at them.
    parent.children.forEach((child, index) => {
      if (child?.isOpen) {
        push(index + 1 - from);
        line = this.add(child, line);
      }
    });
    push((parent.total ?? 0) - from);
    return line;
  }

  private segmentOf(line: number): number {
    let low = 0;
    let high = this.segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.segments[middle].start <= line) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}

function noteOf(node: Node): Segment['note'] {
  if (node.error && !node.children.length) {
    return 'failed';
  }
  if (node.total === null) {
    return 'waiting';
  }
  return node.total === 0 ? 'empty' : null;
}
