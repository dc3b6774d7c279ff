// The way from a page to the commands of others.
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

/** How pages reach the commands of others. */
export type Run = (command: string, args: ReadonlyPartialJSONObject) => void;
