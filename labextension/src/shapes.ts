// What the server's answers look like.

/** Which mesh a server works in. */
export interface Status {
  mesh: { name: string; root: string; engine: string } | null;
  user: string;
  version: string;
}

export interface Page<T> {
  items: T[];
  total: number;
}

export type Kind =
  | 'group'
  | 'domain'
  | 'product'
  | 'port'
  | 'catalog'
  | 'schema'
  | 'table'
  | 'column';

/** One row of the tree; `id` is `kind:name`. */
export interface Row {
  id: string;
  label: string;
  kind: Kind;
  /** A column's type, a catalog's kind. */
  type: string;
  comment: string;
  /** A product's version, owner and last check; whatever else is known. */
  detail: Record<string, unknown>;
  leaf: boolean;
}

export interface Found {
  id: string;
  label: string;
  kind: Kind;
  path: string;
  comment: string;
  score: number;
}

export interface Column {
  name: string;
  type: string;
  required: boolean;
  comment: string;
  unique?: boolean;
  primary_key?: boolean;
  classification?: string;
  unit?: string;
  tags?: string[];
  /** Where the metadata tells: values that are missing, and between what the others lie. */
  nulls?: number;
  low?: string;
  high?: string;
}

export interface TableDetails {
  name: string;
  columns: Column[];
  facts: Record<string, unknown>;
  /** The product that serves it, if there is one. */
  product: string | null;
  port?: string | null;
  rules?: Rule[];
  versions: TableVersion[];
}

export interface TableVersion {
  snapshot_id: string;
  committed: string;
  rows: number | null;
  /** The release that serves it, like `aviation/delays@1.0.0`. */
  release: string | null;
  /** How its columns differ from those of the state before. */
  added?: string[];
  removed?: string[];
  retyped?: string[];
}

/** One promise of a contract. */
export interface Rule {
  id: string;
  metric: string;
  column: string;
  description: string;
  severity: string;
  [more: string]: unknown;
}

export interface Port {
  name: string;
  table: string;
  description?: string;
  columns?: PromisedColumn[];
  rules?: Rule[];
}

/** A column as the contract names it. */
export interface PromisedColumn {
  name: string;
  type: string;
  required: boolean;
  description: string;
}

export interface Check {
  port: string;
  rule: string;
  outcome: string;
  message?: string;
  expected?: string;
  observed?: unknown;
  severity?: string;
  rows?: Record<string, unknown>[];
}

export interface ProductDetails {
  name: string;
  owner: string;
  description: string;
  version: string | null;
  ports: Port[];
  inputs: { name: string; table: string; release: string | null }[];
  notebook: string;
  folder?: string;
  releases: Release[];
  checks: Check[];
}

export interface Release {
  product: string;
  version: string;
  state: string;
  created: string;
  actor: string;
  kind?: string;
  change?: string;
  reason: string;
  digest: string;
  previous?: string | null;
  tables: { port: string; table: string; rows: number | null }[];
  inputs?: { table: string; release?: string; snapshot_id?: unknown }[];
  checks?: Check[];
  run?: {
    notebook: string;
    executed: string;
    started: string;
    ended: string;
  } | null;
}

/** What changed from one release to another. */
export interface Difference {
  before: Release;
  after: Release;
  decision: { change: string; reasons: string[] };
  ports: {
    port: string;
    rows_before: number | null;
    rows_after: number | null;
    added: string[];
    removed: string[];
    retyped: string[];
  }[];
  inputs_changed: string[];
  views_changed: string[];
  checks_changed: string[];
}

export interface LineageNode {
  id: string;
  kind: string;
  label: string;
  detail?: { version?: string; notebook?: string };
  /** There is more beyond it that was not asked for. */
  more?: boolean;
}

export interface Lineage {
  nodes: LineageNode[];
  edges: { from: string; to: string }[];
}

/** Something that stands in the way of a promotion. */
export interface Obstacle {
  text: string;
  remedy: string;
  cell: number | null;
  line: number | null;
  blocking: boolean;
}

export interface Plan {
  product: string;
  version: string;
  change: string;
  reasons: string[];
  inputs: { table: string; [more: string]: unknown }[];
  ports: Port[];
  obstacles: Obstacle[];
  checks: number;
  /** The rules that will be held, each with its port. */
  rules?: (Rule & { port: string })[];
  gates: string[];
  clear: boolean;
  /** The JSON schema of the notebook's parameters. */
  schema: Record<string, unknown>;
  parameters: Record<string, unknown>;
  /** The notebook that makes the product, as Jupyter shows it. */
  notebook: string;
  /** The version that is current now. */
  previous?: string | null;
}

export interface Scaffold {
  product: string;
  ports: string[];
  owner: string;
  notebook?: string;
}

/** A product that could be laid out, with the domains that are there already. */
export interface Proposal extends Scaffold {
  domains: string[];
}

export type JobState =
  'running' | 'published' | 'refused' | 'failed' | 'cancelled' | 'lost';

/** One promotion, as it stands. */
export interface Job {
  id: string;
  product: string;
  state: JobState;
  started: string;
  ended: string | null;
  actor: string;
  step: string;
  done: number;
  total: number;
  text: string;
  steps: { step: string; state: string; text: string }[];
  cells: { done: number; total: number };
  checks: Check[];
  release: string | null;
  error: {
    type: string;
    message: string;
    remedy: string;
    [more: string]: unknown;
  } | null;
  executed: string;
  parameters?: Record<string, unknown>;
  /** What was said on the way, line by line. */
  log?: string[];
}

export interface Completion {
  text: string;
  kind: string;
  detail: string;
}
