// What went wrong, in words that a person can act on.
import { language } from './language';

/** A line of a file; 0 is no line in particular. */
export interface Place {
  path: string;
  line: number;
}

/** An answer that is not what was asked for: what happened, and what to do. */
export class MeshError extends Error {
  constructor(
    message: string,
    readonly remedy: string = '',
    readonly status: number = 0,
    readonly type: string = 'MeshError',
    readonly details: Record<string, unknown> = {}
  ) {
    super(message);
    this.name = 'MeshError';
  }

  /** The file that is wrong, where the application can open it; its lines count from 1. */
  get place(): Place | null {
    const { path, line } = this.details;
    return typeof path === 'string' ? { path, line: Number(line ?? 0) } : null;
  }

  /** The server did not answer at all. */
  static unreachable(reason: unknown): MeshError {
    const why = reason instanceof Error ? reason.message : String(reason);
    const trans = language();
    return new MeshError(
      trans.__('The Jupyter server does not answer.'),
      trans.__(
        'Check that it still runs and that the network is up, then try again.'
      ),
      0,
      'Unreachable',
      { why }
    );
  }

  /** The server wants to know again who is asking. */
  static expired(): MeshError {
    const trans = language();
    return new MeshError(
      trans.__('Your session with the Jupyter server has ended.'),
      trans.__(
        'Log in again: reload this page in the browser. Nothing of what you saved is lost.'
      ),
      403,
      'SessionExpired'
    );
  }

  /** Whatever was thrown, as something that can be shown. */
  static of(reason: unknown): MeshError {
    if (reason instanceof MeshError) {
      return reason;
    }
    const message = reason instanceof Error ? reason.message : String(reason);
    return new MeshError(
      message,
      language().__('Try again; if it stays, reload the page.')
    );
  }
}

/** Read the error out of an answer of the server. */
export async function readError(answer: Response): Promise<MeshError> {
  const text = await answer.text();
  const told = parse(text);
  const error = told.error as Record<string, unknown> | undefined;
  if (error && typeof error === 'object') {
    const { type, message, remedy, ...details } = error;
    return new MeshError(
      String(message),
      String(remedy ?? ''),
      answer.status,
      String(type),
      details
    );
  }
  const trans = language();
  if (answer.status === 401 || answer.status === 403) {
    return MeshError.expired();
  }
  if (answer.status === 404) {
    return new MeshError(
      trans.__('This Jupyter server does not know the mesh.'),
      trans.__(
        'Run "jupyter server extension enable jupyter_mesh" and start the server again.'
      ),
      404,
      'NoServerExtension'
    );
  }
  return new MeshError(
    trans.__(
      'The server answered with %1.',
      `${answer.status} ${answer.statusText}`.trim()
    ),
    trans.__('Try again; the log of the Jupyter server says more.'),
    answer.status,
    'ServerFault',
    told
  );
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return value && typeof value === 'object'
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    // Not JSON: a proxy's page, which says nothing a person needs.
    return {};
  }
}
