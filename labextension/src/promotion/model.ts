// What a promotion panel knows: the plan of a notebook or product, then the promotion itself.
import { UUID } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';

import * as api from '../api';
import type { Job, Plan, Proposal, Release, Scaffold } from '../api';
import { MeshError } from '../errors';
import type { Jobs } from '../jobs/model';
import { Parameters, sameAs } from './parameters';

/** What a panel was opened for. */
export interface Subject {
  notebook?: string;
  product?: string;
  /** A promotion that has begun already. */
  id?: string;
  parameters?: Record<string, unknown>;
  /** The panel's own name, by which JupyterLab finds its place again after a reload. */
  key?: string;
}

/** What is on its way. */
export type Busy =
  '' | 'saving' | 'planning' | 'laying out' | 'making' | 'starting' | 'opening';

/** Saves an open notebook that has changes; whether there were any. */
export type Save = (path: string) => Promise<boolean>;

const TYPING = 500;

export class PromotionModel implements IDisposable {
  plan: Plan | null = null;
  /** A product that could be laid out for a notebook that has none. */
  proposal: Proposal | null = null;
  /** There is no mesh yet in which anything could be promoted. */
  isMeshless = false;
  error: MeshError | null = null;
  busy: Busy = '';
  /** The plan that is shown is not the one that was last agreed to. */
  hasMoved = false;
  /** Another promotion of the same product that is on its way. */
  rival: Job | null = null;
  release: Release | null = null;
  readonly key: string;
  /** It was asked to stop and has not ended yet. */
  isStopping = false;
  /** The files that were laid out for the product. */
  made: string[] = [];
  parameters: Parameters;
  private id: string | null;
  private notebook: string;
  private product: string;
  private watch: IDisposable | null = null;
  private flight: AbortController | null = null;
  private shown = false;
  private hasSought = false;
  private _isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
  private readonly replan: Debouncer<void>;

  constructor(
    subject: Subject,
    readonly jobs: Jobs,
    private readonly save: Save
  ) {
    this.key = subject.key ?? UUID.uuid4();
    this.id = subject.id ?? null;
    this.notebook = subject.notebook ?? '';
    this.product = subject.product ?? '';
    this.parameters = new Parameters(subject.parameters);
    this.replan = new Debouncer(() => this.ask(), TYPING);
    jobs.changed.connect(this.onJobs, this);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** What this panel is about, to open it again after a reload. */
  get subject(): Subject {
    return {
      key: this.key,
      ...(this.notebook ? { notebook: this.notebook } : {}),
      ...(this.product ? { product: this.product } : {}),
      ...(this.id ? { id: this.id } : {})
    };
  }

  get job(): Job | null {
    return this.id ? this.jobs.get(this.id) : null;
  }

  /** Whether there is a promotion to be shown rather than a plan. */
  get isJob(): boolean {
    return this.id !== null;
  }

  get fault(): MeshError | null {
    return this.error ?? (this.id ? this.jobs.fault(this.id) : null);
  }

  get isSeen(): boolean {
    return this.shown;
  }

  /** The panel has come into sight or has left it: whoever is not seen asks for nothing. */
  set isSeen(shown: boolean) {
    this.shown = shown;
    this.look();
    this.tell();
  }

  /** Begin: follow the promotion that runs, or plan one. */
  async open(): Promise<void> {
    if (this.id) {
      this.look();
      await this.jobs.ask(this.id);
      await this.conclude();
      return;
    }
    await this.ask();
    const running = this.rival;
    if (running) {
      this.follow(running.id);
    }
  }

  /** Save and plan; what was planned before stays in sight until the new plan has come. */
  async ask(): Promise<void> {
    this.flight?.abort();
    const flight = (this.flight = new AbortController());
    const isPast = (): boolean => flight.signal.aborted || this._isDisposed;
    try {
      await this.plans(flight.signal, isPast);
      this.error = null;
    } catch (reason) {
      if (!isPast()) {
        await this.fail(MeshError.of(reason));
      }
    }
    if (!isPast()) {
      this.set('');
    }
  }

  /** Values of the form: the plan is made anew when the typing stops. */
  change(values: Record<string, unknown>): void {
    if (this.parameters.change(values)) {
      this.set('planning');
      void this.replan.invoke();
    }
  }

  get canPromote(): boolean {
    return !this.busy && !!this.plan?.clear && !this.error && !this.isJob;
  }

  /** Start what the plan shows; when the notebook was changed meanwhile, show the new plan first. */
  async promote(): Promise<void> {
    const agreed = this.plan;
    if (!agreed || !this.canPromote) {
      return;
    }
    this.set('saving');
    try {
      if (await this.save(agreed.notebook ?? '')) {
        await this.ask();
        this.hasMoved = !this.error && !sameAs(agreed, this.plan);
        if (this.error || this.hasMoved) {
          this.tell();
          return;
        }
      }
      this.set('starting');
      const id = await this.jobs.start(agreed.product, this.parameters.sent);
      this.follow(id);
    } catch (reason) {
      const error = MeshError.of(reason);
      if (error.status === 409) {
        await this.rivals(agreed.product);
      }
      this.error = error;
    }
    this.set('');
  }

  /** Show a promotion that has begun. */
  follow(id: string): void {
    this.id = id;
    this.rival = null;
    this.error = null;
    this.release = null;
    this.isStopping = false;
    this.look();
    void this.conclude();
    this.tell();
  }

  async cancel(): Promise<void> {
    const id = this.id;
    if (id) {
      this.isStopping = true;
      this.tell();
      await this.jobs.cancel(id);
      // What could not be stopped may be asked to stop again.
      this.isStopping = this.jobs.fault(id) === null;
      this.tell();
    }
  }

  /** The notebook that makes the product, once it is known. */
  get source(): string {
    return this.notebook;
  }

  /** Plan the same once more, with the parameters of the last promotion or with others. */
  async again(parameters?: Record<string, unknown>): Promise<void> {
    const job = this.job;
    if (job) {
      this.product = job.product;
    }
    this.parameters = new Parameters(
      parameters ?? job?.parameters ?? this.parameters.sent
    );
    this.id = null;
    this.plan = null;
    this.release = null;
    this.hasMoved = false;
    this.error = null;
    this.look();
    await this.ask();
  }

  /** Lay out a product for the notebook, then plan it. */
  async scaffold(what: Scaffold): Promise<void> {
    this.set('laying out');
    try {
      const { files, notebook } = await api.scaffold(what);
      this.made = files;
      this.proposal = null;
      this.product = what.product;
      this.notebook = notebook ?? this.notebook;
      await this.ask();
    } catch (reason) {
      this.error = MeshError.of(reason);
      this.set('');
    }
  }

  /** Make a mesh where there is none, then plan. */
  async makeMesh(): Promise<void> {
    this.set('making');
    try {
      await api.init();
      this.isMeshless = false;
      await this.ask();
    } catch (reason) {
      this.error = MeshError.of(reason);
      this.set('');
    }
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this.flight?.abort();
      this.watch?.dispose();
      this.replan.dispose();
      this.jobs.changed.disconnect(this.onJobs, this);
      Signal.clearData(this);
    }
  }

  private async plans(
    signal: AbortSignal,
    isPast: () => boolean
  ): Promise<void> {
    if (this.notebook) {
      this.set('saving');
      await this.save(this.notebook);
    }
    this.set('planning');
    const what = this.product
      ? { product: this.product }
      : { notebook: this.notebook };
    let plan = await api.plan(what, this.parameters.sent, signal);
    if (plan.notebook && plan.notebook !== this.notebook) {
      // Only the plan knows which notebook makes the product; what is open of it counts.
      this.notebook = plan.notebook;
      if (await this.save(plan.notebook)) {
        plan = await api.plan(what, this.parameters.sent, signal);
      }
    }
    await this.rivals(plan.product);
    if (isPast()) {
      return;
    }
    this.plan = plan;
    this.product = plan.product;
    this.proposal = null;
    this.isMeshless = false;
    this.hasMoved = false;
    this.parameters.learn(plan);
  }

  /** What the failure of a plan means for who wants to go on. */
  private async fail(error: MeshError): Promise<void> {
    const proposal = error.details.scaffold as Proposal | undefined;
    if (proposal) {
      this.proposal = proposal;
      this.error = null;
      return;
    }
    this.error = error;
    if (error.type === 'ConfigError') {
      const found = await api.status().catch(() => null);
      this.isMeshless = found !== null && found.mesh === null;
    }
  }

  private async rivals(product: string): Promise<void> {
    const running = await this.jobs.list({ product, state: 'running' });
    this.rival = running[0] ?? null;
  }

  private look(): void {
    this.watch?.dispose();
    this.watch =
      this.shown && this.id && !this._isDisposed
        ? this.jobs.watch(this.id)
        : null;
  }

  private onJobs(): void {
    void this.conclude();
    this.tell();
  }

  /** Ask for what the end of a promotion names: the release, or the notebook that stopped. */
  private async conclude(): Promise<void> {
    const { job } = this;
    const release = job?.release;
    const isFound = release
      ? nameOf(this.release) === release
      : !job?.error || this.notebook !== '' || this.hasSought;
    if (!job || isFound || this.busy === 'opening' || this.error) {
      return;
    }
    this.set('opening');
    try {
      if (release) {
        const found = await api.release(release);
        this.release = this.id === job.id ? found : null;
      } else {
        this.hasSought = true;
        this.notebook = (await api.product(job.product)).notebook;
      }
    } catch (reason) {
      // Without the product's page there is no link to its notebook; all else is told.
      this.error = release ? MeshError.of(reason) : null;
    }
    this.set('');
  }

  private set(busy: Busy): void {
    this.busy = busy;
    this.tell();
  }

  private tell(): void {
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }
}

/** `aviation/delays@1.0.0`. */
const nameOf = (release: Release | null): string =>
  release ? `${release.product}@${release.version}` : '';
