// Rows as they travel: Arrow streams, in base64 where a notebook keeps them.
import { type Table, tableFromIPC } from '@uwdata/flechette';

import type { ResultRecord } from './record';

/** The rows of an Arrow stream, with 64-bit integers and decimals exact. */
export function readRows(bytes: Uint8Array): Table {
  return tableFromIPC(bytes, { useBigInt: true, useDecimalInt: true });
}

export function fromBase64(text: string): Uint8Array {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) {
    bytes[i] = raw.charCodeAt(i);
  }
  return bytes;
}

/** The record of a stream that no kernel keeps: the server writes Trino's types into it. */
export function recordOf(bytes: Uint8Array, limit: number): ResultRecord {
  const { numRows, schema } = readRows(bytes);
  return {
    arrow: '',
    columns: schema.fields.map(({ name, metadata }) => ({
      name,
      type: metadata?.get('trino') ?? ''
    })),
    rows: numRows,
    whole: numRows < limit
  };
}
