// The only door to the server: one typed function per route.
import type { INotebookContent } from '@jupyterlab/nbformat';
import { ServerConnection } from '@jupyterlab/services';

import { MeshError, readError } from './errors';
import type {
  Completion,
  Difference,
  Found,
  Job,
  Lineage,
  Page,
  Plan,
  ProductDetails,
  Release,
  Row,
  Scaffold,
  Status,
  TableDetails
} from './shapes';

export { MeshError } from './errors';
export type * from './shapes';

type Query = Record<string, string | number | boolean | undefined>;
interface Ask {
  query?: Query;
  method?: 'GET' | 'POST' | 'DELETE';
  body?: unknown;
  signal?: AbortSignal;
}

/** Ask one route and return its answer, or throw a MeshError that people can read. */
async function ask(path: string, how: Ask = {}): Promise<Response> {
  const settings = ServerConnection.makeSettings();
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(how.query ?? {})) {
    if (value !== undefined) {
      query.set(name, String(value));
    }
  }
  const tail = query.size ? `?${query}` : '';
  const init: RequestInit = { method: how.method ?? 'GET' };
  if (how.body !== undefined) {
    init.body = JSON.stringify(how.body);
  }
  if (how.signal) {
    init.signal = how.signal;
  }
  let answer: Response;
  try {
    const url = `${settings.baseUrl}mesh/api/${path}${tail}`;
    answer = await ServerConnection.makeRequest(url, init, settings);
  } catch (reason) {
    if (how.signal?.aborted) {
      throw reason;
    }
    throw MeshError.unreachable(reason);
  }
  if (!answer.ok) {
    throw await readError(answer);
  }
  return answer;
}

async function json<T>(path: string, how: Ask = {}): Promise<T> {
  const answer = await ask(path, how);
  if (!answer.headers.get('content-type')?.includes('json')) {
    // A page instead of an answer: the server led us to its login form.
    throw MeshError.expired();
  }
  return (await answer.json()) as T;
}

/** Which mesh this server works in, and who asks. */
export const status = (): Promise<Status> => json('status');

/** Make a mesh where there is none. */
export const init = (folder?: string): Promise<Status> =>
  json('init', { method: 'POST', body: folder ? { folder } : {} });

/** One page of the children of a row; `''` has the groups as children. */
export const tree = (
  parent: string,
  offset = 0,
  limit = 200,
  signal?: AbortSignal
): Promise<Page<Row>> =>
  json('tree', { query: { parent, offset, limit }, signal });

/** Rows anywhere in the mesh whose names or descriptions are like the text. */
export const search = (
  q: string,
  limit = 50,
  signal?: AbortSignal
): Promise<{ items: Found[] }> =>
  json('search', { query: { q, limit }, signal });

/** The first rows of a table, as an Arrow stream. */
export async function preview(
  table: string,
  limit = 100,
  signal?: AbortSignal
): Promise<Uint8Array> {
  const answer = await ask('preview', { query: { table, limit }, signal });
  return new Uint8Array(await answer.arrayBuffer());
}

export const table = (
  name: string,
  signal?: AbortSignal
): Promise<TableDetails> => json('table', { query: { name }, signal });

export const product = (
  name: string,
  signal?: AbortSignal
): Promise<ProductDetails> => json('product', { query: { name }, signal });

export const releases = (
  product: string,
  signal?: AbortSignal
): Promise<{ items: Release[] }> =>
  json('releases', { query: { product }, signal });

export const release = (ref: string, signal?: AbortSignal): Promise<Release> =>
  json('release', { query: { ref }, signal });

/** The executed notebook of a release or of a promotion, as nbformat's JSON. */
export const notebook = (
  of: { release: string } | { promotion: string },
  signal?: AbortSignal
): Promise<INotebookContent> => json('notebook', { query: { ...of }, signal });

/** What changed between two releases, like `aviation/delays@1.0.0`. */
export const diff = (
  before: string,
  after: string,
  signal?: AbortSignal
): Promise<Difference> => json('diff', { query: { before, after }, signal });

export const lineage = (
  name: string,
  depth = 3,
  signal?: AbortSignal
): Promise<Lineage> => json('lineage', { query: { name, depth }, signal });

/** What a promotion would do and what stands in its way; changes nothing. */
export const plan = (
  what: { product: string } | { notebook: string },
  parameters: Record<string, unknown> = {},
  signal?: AbortSignal
): Promise<Plan> =>
  json('plan', { method: 'POST', body: { ...what, parameters }, signal });

/** Write the first files of a product. */
export const scaffold = (
  what: Scaffold
): Promise<{ files: string[]; notebook?: string }> =>
  json('scaffold', { method: 'POST', body: what });

/** Start a promotion. */
export const promote = (
  product: string,
  parameters: Record<string, unknown> = {}
): Promise<{ id: string }> =>
  json('promotions', { method: 'POST', body: { product, parameters } });

export const promotions = (
  which: { product?: string; state?: string } = {},
  signal?: AbortSignal
): Promise<{ items: Job[] }> =>
  json('promotions', { query: { ...which }, signal });

export const promotion = (id: string, signal?: AbortSignal): Promise<Job> =>
  json(`promotions/${encodeURIComponent(id)}`, { signal });

/** Ask a running promotion to stop. */
export async function cancel(id: string): Promise<void> {
  await ask(`promotions/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** What may stand at a place of a SQL text (line and column count from 0). */
export const completions = (
  text: string,
  line: number,
  column: number,
  signal?: AbortSignal
): Promise<{ items: Completion[] }> =>
  json('completions', { query: { text, line, column }, signal });
