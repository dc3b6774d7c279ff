// The state of the search: the latest question, and the answer to it alone.
import { type ISignal, Signal } from '@lumino/signaling';

import { type Found, MeshError } from '../api';

/** How long a person may pause between two keys before the server is asked. */
export const PAUSE = 120;

type Fetch = (
  q: string,
  limit: number,
  signal: AbortSignal
) => Promise<{ items: Found[] }>;

export class SearchModel {
  text = '';
  /** What was found; null where nothing is searched for. */
  items: Found[] | null = null;
  error: MeshError | null = null;
  isWaiting = false;
  /** Which of the items is chosen. */
  chosen = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private flight: AbortController | null = null;
  private readonly _changed = new Signal<this, void>(this);

  constructor(private readonly fetch: Fetch) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Search for a text as soon as the typing pauses; an empty one ends the search. */
  ask(text: string, pause = PAUSE): void {
    this.text = text;
    clearTimeout(this.timer);
    this.flight?.abort();
    this.error = null;
    const q = text.trim();
    this.isWaiting = q !== '';
    if (q) {
      this.timer = setTimeout(() => void this.answer(q), pause);
    } else {
      this.items = null;
    }
    this._changed.emit();
  }

  choose(index: number): void {
    const last = (this.items?.length ?? 0) - 1;
    this.chosen = Math.max(0, Math.min(last, index));
    this._changed.emit();
  }

  private async answer(q: string): Promise<void> {
    const flight = new AbortController();
    this.flight = flight;
    try {
      const { items } = await this.fetch(q, 50, flight.signal);
      if (flight.signal.aborted) {
        return;
      }
      this.items = items;
      this.chosen = 0;
    } catch (reason) {
      if (flight.signal.aborted) {
        return;
      }
      this.error = MeshError.of(reason);
      this.items = null;
    }
    this.isWaiting = false;
    this._changed.emit();
  }
}
