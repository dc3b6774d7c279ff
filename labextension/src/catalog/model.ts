// The state of the tree: what is open, what is chosen, what is on its way.
import { type ISignal, Signal } from '@lumino/signaling';

import { MeshError, type Page, type Row } from '../api';
import { Lines, Node, top } from './nodes';

/** Rows that are fetched at once. */
export const PAGE = 200;

/** What survives a reload of the browser. */
export interface Kept {
  open: string[];
  chosen: string | null;
  scroll: number;
}

type Fetch = (
  parent: string,
  offset: number,
  limit: number
) => Promise<Page<Row>>;

/** The tree; every change is told by `changed`, `lines` is what to draw. */
export class TreeModel {
  lines: Lines;
  chosen: string | null = null;
  /** The first line to be shown, in pixels from the top. */
  scroll = 0;
  /** Why the last refresh failed; the rows are then those from before. */
  stale: MeshError | null = null;
  isRefreshing = false;
  private root = top();
  private nodes = new Map<string, Node>();
  /** Rows to be opened as soon as they are known. */
  private wanted = new Set<string>();
  private asked = new Map<Node, Set<number>>();
  private shown: [number, number] = [0, 0];
  private readonly _changed = new Signal<this, void>(this);

  constructor(private readonly fetch: Fetch) {
    this.lines = new Lines(this.root);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What to keep for the next time. */
  get kept(): Kept {
    const open = [...this.nodes.values()].filter(node => node.isOpen);
    return {
      open: [...new Set([...open.map(node => node.row.id), ...this.wanted])],
      chosen: this.chosen,
      scroll: this.scroll
    };
  }

  /** Begin, at the place where it was left. */
  async start(kept: Kept | null): Promise<void> {
    this.wanted = new Set(kept?.open ?? ['products', 'catalogs']);
    this.chosen = kept?.chosen ?? null;
    this.scroll = kept?.scroll ?? 0;
    await this.load(this.root, 0);
  }

  /** The node of an id, if it is known. */
  node(id: string): Node | undefined {
    return this.nodes.get(id);
  }

  /** The line of the chosen row, or -1. */
  get chosenLine(): number {
    const node = this.chosen === null ? undefined : this.nodes.get(this.chosen);
    return node ? this.lines.of(node) : -1;
  }

  choose(id: string | null): void {
    if (this.chosen !== id) {
      this.chosen = id;
      this.tell();
    }
  }

  async open(node: Node): Promise<void> {
    if (!node.row.leaf && !node.isOpen) {
      node.isOpen = true;
      this.relined();
      if (node.total === null) {
        await this.load(node, 0);
      }
    }
  }

  close(node: Node): void {
    if (node.isOpen) {
      node.isOpen = false;
      this.wanted.delete(node.row.id);
      // What was chosen below would be out of sight, and the arrows with it.
      for (let one = this.nodes.get(this.chosen ?? ''); one;) {
        one = one.parent ?? undefined;
        if (one === node) {
          this.chosen = node.row.id;
        }
      }
      this.relined();
    }
  }

  /** Ask again for children that could not be fetched. */
  async retry(node: Node): Promise<void> {
    node.error = null;
    this.relined();
    await this.load(node, 0);
  }

  /** Fetch what is missing between two lines. */
  async show(first: number, last: number): Promise<void> {
    this.shown = [first, last];
    const pages = new Map<Node, Set<number>>();
    for (let line = first; line <= last; line++) {
      const found = this.lines.at(line);
      if (found?.kind === 'hole') {
        const page = Math.floor(found.index / PAGE);
        pages.set(
          found.parent,
          (pages.get(found.parent) ?? new Set()).add(page)
        );
      }
    }
    const loads = [...pages].flatMap(([node, some]) =>
      [...some].map(page => this.load(node, page))
    );
    await Promise.all(loads);
  }

  /** Ask again for everything in sight and swap it in at once: nothing jumps or blinks. */
  async refresh(): Promise<void> {
    if (this.isRefreshing) {
      return;
    }
    this.isRefreshing = true;
    this.tell();
    const fresh = top();
    const nodes = new Map<string, Node>();
    try {
      await this.renew(fresh, this.root, nodes);
      const before = this.nodes;
      this.root = fresh;
      this.nodes = nodes;
      this.asked.clear();
      this.follow(before);
      this.stale = null;
      if (this.chosen !== null && !nodes.has(this.chosen)) {
        const parent = before.get(this.chosen)?.parent;
        const isComing = parent && !nodes.get(parent.row.id)?.total;
        this.chosen = isComing ? this.chosen : null;
      }
    } catch (reason) {
      this.stale = MeshError.of(reason);
    } finally {
      this.isRefreshing = false;
      this.relined();
    }
  }

  /** Open and close what a person has opened and closed while a refresh was on its way. */
  private follow(before: Map<string, Node>): void {
    for (const [id, old] of before) {
      const node = this.nodes.get(id);
      if (!node) {
        // Its parent was opened meanwhile too, and brings it.
        if (old.isOpen) {
          this.wanted.add(id);
        }
      } else if (node.isOpen !== old.isOpen) {
        node.isOpen = old.isOpen;
        if (node.isOpen && node.total === null) {
          void this.load(node, 0);
        }
      }
    }
  }

  /** Rows that are known, from a line on and around again: for finding by typing. */
  *after(line: number): Generator<Node> {
    for (let step = 1; step <= this.lines.count; step++) {
      const found = this.lines.at((line + step) % this.lines.count);
      if (found?.kind === 'node') {
        yield found.node;
      }
    }
  }

  private async load(node: Node, page: number): Promise<void> {
    const asked = this.asked.get(node) ?? new Set<number>();
    if (asked.has(page)) {
      return;
    }
    this.asked.set(node, asked.add(page));
    try {
      const found = await this.fetch(node.row.id, page * PAGE, PAGE);
      if (!this.stands(node)) {
        return;
      }
      node.error = null;
      const opened = fill(node, found, page * PAGE, this.nodes, this.wanted);
      this.relined();
      await Promise.all(opened.map(child => this.load(child, 0)));
    } catch (reason) {
      node.error = MeshError.of(reason);
      asked.delete(page);
      this.relined();
    }
  }

  /** Fetch for the fresh node the pages that matter of the old one, and so on below. */
  private async renew(
    fresh: Node,
    old: Node,
    nodes: Map<string, Node>
  ): Promise<void> {
    const wanted = new Set<string>();
    old.children.forEach(child => child?.isOpen && wanted.add(child.row.id));
    const pages = [...this.pages(old)];
    const found = await Promise.all(
      pages.map(page => this.fetch(fresh.row.id, page * PAGE, PAGE))
    );
    const opened = found.flatMap((page, at) =>
      fill(fresh, page, pages[at] * PAGE, nodes, wanted)
    );
    await Promise.all(
      opened.map(async child => {
        const before = this.nodes.get(child.row.id);
        try {
          await this.renew(child, before ?? child, nodes);
        } catch (reason) {
          // One catalog that does not answer leaves the others fresh.
          child.error = MeshError.of(reason);
        }
      })
    );
  }

  /** Whether a node is still part of the tree: a refresh may have replaced it meanwhile. */
  private stands(node: Node): boolean {
    return node.parent ? this.stands(node.parent) : node === this.root;
  }

  /** The pages in sight, those with opened rows, and the first. */
  private pages(node: Node): Set<number> {
    const pages = new Set([0]);
    node.children.forEach((child, index) => {
      if (child?.isOpen || child?.row.id === this.chosen) {
        pages.add(Math.floor(index / PAGE));
      }
    });
    for (let line = this.shown[0]; line <= this.shown[1]; line++) {
      const found = this.lines.at(line);
      if (found?.kind === 'node' && found.node.parent === node) {
        pages.add(Math.floor(found.node.index / PAGE));
      }
    }
    return pages;
  }

  private relined(): void {
    this.lines = new Lines(this.root);
    this.tell();
  }

  private tell(): void {
    this._changed.emit();
  }
}

/** Put a page of children into a node; return those that have to be opened. */
function fill(
  node: Node,
  page: Page<Row>,
  offset: number,
  nodes: Map<string, Node>,
  wanted: Set<string>
): Node[] {
  node.total = page.total;
  node.children.length = page.total;
  const opened: Node[] = [];
  page.items.forEach((row, at) => {
    const child = new Node(row, node, offset + at);
    node.children[offset + at] = child;
    nodes.set(row.id, child);
    if (wanted.delete(row.id) && !row.leaf) {
      child.isOpen = true;
      opened.push(child);
    }
  });
  return opened;
}
