// The promotions of this server as the browser knows them: the server's word, moved on by events.
import type { IDisposable } from '@lumino/disposable';
import { DisposableDelegate } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';

import * as api from '../api';
import type { Job } from '../api';
import { MeshError } from '../errors';

export const EVENT = 'https://schema.jupyter.org/jupyter_mesh/promotion/v1';
/** How often the server is asked while somebody looks on, in case an event got lost. */
const SAFETY = 5000;

/** What the server tells everybody who listens. */
export type Moved = Pick<
  Job,
  'id' | 'product' | 'state' | 'step' | 'done' | 'total'
>;

export class Jobs implements IDisposable {
  private readonly known = new Map<string, Job>();
  /** What is being asked; true when it has moved on meanwhile. */
  private readonly asking = new Map<string, boolean>();
  /** Those that were seen running here: only their end is news. */
  private readonly running = new Set<string>();
  private readonly watches = new Set<{ id: string | null }>();
  private readonly poll: Poll;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _ended = new Signal<this, Job>(this);
  private readonly faults = new Map<string, MeshError>();
  private readonly unstopped = new Map<string, MeshError>();
  private _isListed = false;
  private _isDisposed = false;

  constructor() {
    this.poll = new Poll({
      auto: false,
      factory: () => this.look(),
      frequency: { interval: SAFETY, backoff: true, max: 60_000 },
      standby: () => (this.isWaiting ? 'when-hidden' : true),
      name: 'jupyter-mesh:promotions'
    });
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** A promotion that was seen running has come to its end. */
  get ended(): ISignal<this, Job> {
    return this._ended;
  }

  /** All that are known, newest first. */
  get all(): Job[] {
    return [...this.known.values()].sort((one, other) =>
      other.started.localeCompare(one.started)
    );
  }

  /** Whether the server has told all of them once. */
  get isListed(): boolean {
    return this._isListed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get(id: string): Job | null {
    return this.known.get(id) ?? null;
  }

  /** Why the last question failed: about one promotion, or about all of them. */
  fault(id: string | null = null): MeshError | null {
    const fault = this.faults.get(id ?? '') ?? this.unstopped.get(id ?? '');
    return fault ?? null;
  }

  /** Whether a panel that shows this promotion is in sight. */
  isWatched(id: string): boolean {
    return [...this.watches].some(({ id: one }) => one === null || one === id);
  }

  /** A panel has come into sight, which shows one promotion or all; dispose when it leaves. */
  watch(id: string | null = null): IDisposable {
    const watch = { id };
    this.watches.add(watch);
    if (this.watches.size === 1) {
      void this.poll.start();
    }
    void (id === null ? this.list() : this.ask(id));
    return new DisposableDelegate(() => {
      this.watches.delete(watch);
      if (!this.watches.size) {
        void this.poll.stop();
      }
    });
  }

  /** Ask for all of them, or for those in one state. */
  async list(which: { product?: string; state?: string } = {}): Promise<Job[]> {
    try {
      const { items } = await api.promotions(which);
      this.faults.delete('');
      this._isListed ||= !which.product && !which.state;
      items.forEach(job => this.take(job));
      return items;
    } catch (reason) {
      this.faults.set('', MeshError.of(reason));
      return [];
    } finally {
      this.tell();
    }
  }

  /** Ask how one stands; what moves while the answer is on its way is asked once more. */
  async ask(id: string): Promise<void> {
    if (this.asking.has(id)) {
      this.asking.set(id, true);
      return;
    }
    this.asking.set(id, false);
    try {
      this.take(await api.promotion(id));
      this.faults.delete(id);
    } catch (reason) {
      this.faults.set(id, MeshError.of(reason));
    }
    const again = this.asking.get(id);
    this.asking.delete(id);
    this.tell();
    if (again && !this._isDisposed) {
      await this.ask(id);
    }
  }

  /** Start a promotion and say what it is called. */
  async start(
    product: string,
    parameters: Record<string, unknown>
  ): Promise<string> {
    const { id } = await api.promote(product, parameters);
    this.running.add(id);
    await this.ask(id);
    return id;
  }

  /** Ask one to stop; why it did not is kept until it has ended or is asked again. */
  async cancel(id: string): Promise<void> {
    this.unstopped.delete(id);
    const refusal = await api.cancel(id).then(() => null, MeshError.of);
    await this.ask(id);
    // One that ended before it could be stopped tells more by its end.
    if (refusal && (this.get(id)?.state ?? 'running') === 'running') {
      this.unstopped.set(id, refusal);
      this.tell();
    }
  }

  /** Something has moved: nobody is asked on behalf of those who do not look. */
  hear(moved: Moved): void {
    const job = this.known.get(moved.id);
    if (moved.state !== 'running' || !job) {
      const isNews = moved.state === 'running' || this.running.has(moved.id);
      if (isNews || this.isWatched(moved.id)) {
        if (moved.state === 'running') {
          this.running.add(moved.id);
        }
        void this.ask(moved.id);
      }
      return;
    }
    if (job.state !== 'running') {
      return;
    }
    this.known.set(moved.id, { ...job, ...moved });
    this.tell();
    if (this.isWatched(moved.id) && !document.hidden) {
      void this.ask(moved.id);
    }
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this.poll.dispose();
      Signal.clearData(this);
    }
  }

  /** Whether somebody looks at a promotion that is not at its end, or that did not answer. */
  private get isWaiting(): boolean {
    return (
      this.faults.size > 0 || this.all.some(job => job.state === 'running')
    );
  }

  private async look(): Promise<void> {
    const all = [...this.watches].some(({ id }) => id === null);
    if (all) {
      await this.list();
    }
    const open = [...this.watches]
      .map(({ id }) => id)
      .filter((id): id is string => id !== null)
      .filter(id => this.get(id)?.state === 'running' || !this.get(id));
    await Promise.all([...new Set(open)].map(id => this.ask(id)));
    if ([...(all ? [null] : []), ...open].some(id => this.fault(id))) {
      // The poll waits longer from one failure to the next.
      throw MeshError.unreachable(null);
    }
  }

  private take(job: Job): void {
    this.known.set(job.id, job);
    if (job.state === 'running') {
      this.running.add(job.id);
      return;
    }
    this.unstopped.delete(job.id);
    if (this.running.delete(job.id)) {
      this._ended.emit(job);
    }
  }

  private tell(): void {
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }
}
