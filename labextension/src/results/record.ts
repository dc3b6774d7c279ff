// What a cell leaves in the notebook about its result.
export const MIME = 'application/vnd.jupyter-mesh.result+json';

export interface ResultRecord {
  /** The first rows: an Arrow stream in base64. */
  arrow: string;
  /** By which the kernel knows the result; none in rows that no kernel holds. */
  handle?: string;
  columns: { name: string; type: string }[];
  /** Rows in all, as far as they were counted. */
  rows: number;
  /** Whether they were counted to the end. */
  whole: boolean;
  seconds?: number;
  engine?: string;
  query_id?: string;
  staged?: string;
}

/** The record, if it has rows to show; records of other versions may have none. */
export function readRecord(data: unknown): ResultRecord | null {
  const record = data as Partial<ResultRecord> | null;
  return record &&
    typeof record.arrow === 'string' &&
    Array.isArray(record.columns)
    ? (record as ResultRecord)
    : null;
}
