// The state of one result on a page: rows that are here, which are seen, what is on its way.
import type { JSONObject } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';

import { MeshError } from '../errors';
import { Rows } from './columns';
import type { Answer } from './kernel';
import { gone } from './kernel';
import { arranged, type View } from './order';
import type { ResultRecord } from './record';
import { readRows } from './rows';
import { type Summary, summary } from './summary';

/** Whom to ask for more; null where there is no kernel. */
export type Ask = (
  asked: JSONObject,
  stop: AbortSignal,
  tell?: (rows: number) => void
) => Promise<Answer>;

/** Rows that a page holds at most: beyond it a browser's memory is the bound. */
export const MOST = 1_000_000;
const PART = 50_000;

export type Change = 'rows' | 'view' | 'state';

export class ResultModel {
  readonly rows: Rows;
  readonly columns: Rows['columns'];
  view: View = { sort: null, filters: [], anywhere: '' };
  /** Rows in all, as far as known; null while nobody has counted to the end. */
  total: number | null;
  /** What is being waited for, in words. */
  waiting: string | null = null;
  failure: MeshError | null = null;
  /** What was done last, in words. */
  done: string | null = null;
  private order: Uint32Array | null = null;
  private glances = new Map<number, Summary>();
  private stopping: AbortController | null = null;
  private readonly _changed = new Signal<this, Change>(this);

  constructor(
    readonly record: ResultRecord,
    first: Uint8Array,
    private readonly ask: Ask | null
  ) {
    this.rows = new Rows(record.columns);
    this.columns = this.rows.columns;
    this.rows.add(readRows(first));
    this.total = record.whole ? Math.max(record.rows, this.rows.length) : null;
  }

  get changed(): ISignal<this, Change> {
    return this._changed;
  }

  /** How many rows are seen. */
  get length(): number {
    return this.order ? this.order.length : this.rows.length;
  }

  /** The row that is seen at a place. */
  row(place: number): number {
    return this.order ? this.order[place] : place;
  }

  /** The whole text of a cell that is seen. */
  text(place: number, column: number): string | null {
    return this.columns[column].text(this.row(place));
  }

  /** The spread of a column over the rows that are seen. */
  glance(column: number): Summary {
    let found = this.glances.get(column);
    if (!found) {
      found = summary(this.columns[column], this.length, place =>
        this.row(place)
      );
      this.glances.set(column, found);
    }
    return found;
  }

  /** See other rows, or in another order. */
  look(view: Partial<View>): void {
    this.view = { ...this.view, ...view };
    this.arrange();
    this._changed.emit('view');
  }

  /** Up, down, as they came: what a click on a heading does. */
  turn(column: number): void {
    const sort = this.view.sort;
    if (sort?.column !== column) {
      this.look({ sort: { column, descending: false } });
    } else {
      this.look({
        sort: sort.descending ? null : { column, descending: true }
      });
    }
  }

  /** Whether a kernel may have rows that are not here. */
  get hasMore(): boolean {
    return (
      !!this.ask &&
      !!this.record.handle &&
      this.rows.length < MOST &&
      (this.total === null || this.rows.length < this.total)
    );
  }

  get canAsk(): boolean {
    return !!this.ask && this.isKept;
  }

  /** Whether a kernel ever held all of the rows. */
  get isKept(): boolean {
    return !!this.record.handle;
  }

  /** How many rows there will be after the next step: ten times as many each time. */
  get step(): number {
    const next = Math.max(10_000, this.rows.length * 10);
    return Math.min(next, MOST, this.total ?? MOST);
  }

  /** Fetch rows until there are so many here, part by part. */
  async load(until: number, words: string): Promise<void> {
    if (this.waiting !== null) {
      return;
    }
    await this.work(words, async stop => {
      while (this.rows.length < until && !stop.aborted) {
        const limit = Math.min(PART, until - this.rows.length);
        const answer = await this.request(
          { do: 'rows', first: this.rows.length, limit },
          stop
        );
        if (answer.bytes) {
          this.rows.add(readRows(answer.bytes));
        }
        this.total = answer.total ?? this.total;
        this.waiting = `${words} ${this.rows.length.toLocaleString()}`;
        this._changed.emit('state');
        if (!answer.rows) {
          break;
        }
      }
    });
    // Once for all parts: ordering a million rows takes a second.
    this.arrange();
    this._changed.emit('rows');
  }

  /** Let the kernel count to the end. */
  async count(words: string): Promise<void> {
    await this.work(words, async stop => {
      const answer = await this.request(
        { do: 'count' },
        stop,
        this.tell(words)
      );
      this.total = answer.total ?? this.total;
    });
  }

  /** Let the kernel write all rows to a file; the answer is why it did not. */
  async save(
    path: string,
    replaces: boolean,
    words: string,
    saved: (path: string) => string
  ): Promise<MeshError | null> {
    return this.work(words, async stop => {
      const answer = await this.request(
        { do: 'save', path, replaces },
        stop,
        this.tell(words)
      );
      this.done = saved(answer.path ?? path);
    });
  }

  /** Let the kernel stage all rows for a port of the notebook's product. */
  async stage(
    port: string,
    words: string,
    staged: (table: string) => string
  ): Promise<void> {
    await this.work(words, async stop => {
      const answer = await this.request({ do: 'stage', port }, stop);
      this.done = staged(answer.table ?? port);
    });
  }

  /** Give up what is being waited for. */
  stop(): void {
    this.stopping?.abort();
  }

  /** Say that something cannot be done. */
  fail(error: MeshError): void {
    this.failure = error;
    this._changed.emit('state');
  }

  /** Take a failure or a message off the page. */
  clear(): void {
    this.failure = null;
    this.done = null;
    this._changed.emit('state');
  }

  private tell(words: string): (rows: number) => void {
    return rows => {
      this.waiting = `${words} ${rows.toLocaleString()}`;
      this._changed.emit('state');
    };
  }

  private request(
    asked: JSONObject,
    stop: AbortSignal,
    tell?: (rows: number) => void
  ): Promise<Answer> {
    if (!this.ask || !this.record.handle) {
      throw gone();
    }
    return this.ask({ ...asked, handle: this.record.handle }, stop, tell);
  }

  /** One thing at a time, seen while it lasts. */
  private async work(
    words: string,
    does: (stop: AbortSignal) => Promise<void>
  ): Promise<MeshError | null> {
    if (this.waiting !== null) {
      return null;
    }
    const stopping = new AbortController();
    this.stopping = stopping;
    this.waiting = words;
    this.failure = this.done = null;
    this._changed.emit('state');
    let error: MeshError | null = null;
    try {
      await does(stopping.signal);
    } catch (reason) {
      error = MeshError.of(reason);
      this.failure = stopping.signal.aborted ? null : error;
    }
    this.waiting = this.stopping = null;
    this._changed.emit('state');
    return error;
  }

  private arrange(): void {
    this.order = arranged(this.rows, this.view);
    this.glances.clear();
  }
}
