// The state of the sidebar: which mesh there is, its tree, and the search over it.
import { type ISignal, Signal } from '@lumino/signaling';

import * as api from '../api';
import { MeshError, type Status } from '../api';
import { SearchModel } from './found';
import { type Kept, TreeModel } from './model';

/** After so long out of sight the rows are fetched anew when they are shown again. */
export const FRESH = 60_000;

export class CatalogState {
  readonly tree = new TreeModel(api.tree);
  readonly search = new SearchModel(api.search);
  status: Status | null = null;
  error: MeshError | null = null;
  isWaiting = false;
  /** What was remembered of the last time is known. */
  ready: Promise<void> = Promise.resolve();
  private isVisible = false;
  private asked = 0;
  private kept: Kept | null = null;
  private readonly _changed = new Signal<this, void>(this);

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Where to begin when the sidebar is first looked at. */
  restore(kept: Kept | null): void {
    this.kept = kept;
  }

  /** Tell whether anybody looks; nothing is asked of the server while nobody does. */
  look(isVisible: boolean): void {
    this.isVisible = isVisible;
    if (isVisible && !this.isWaiting && Date.now() - this.asked > FRESH) {
      void (this.status?.mesh ? this.tree.refresh() : this.load());
      this.asked = Date.now();
    }
  }

  /** Ask again now, or when somebody looks. */
  async refresh(): Promise<void> {
    this.asked = 0;
    if (this.isVisible) {
      this.asked = Date.now();
      await (this.status?.mesh ? this.tree.refresh() : this.load());
    }
  }

  /** Make a mesh in a folder below the one that Jupyter shows. */
  async create(folder: string): Promise<void> {
    await this.settle(() => api.init(folder.trim() || undefined));
  }

  async load(): Promise<void> {
    await this.settle(api.status);
  }

  private async settle(ask: () => Promise<Status>): Promise<void> {
    this.isWaiting = true;
    this.error = null;
    this._changed.emit();
    try {
      await this.ready;
      this.status = await ask();
    } catch (reason) {
      this.error = MeshError.of(reason);
    }
    this.isWaiting = false;
    this._changed.emit();
    if (this.status?.mesh && !this.error) {
      await this.tree.start(this.kept);
    }
  }
}
