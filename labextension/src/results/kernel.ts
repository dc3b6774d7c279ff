// The desk in a kernel where a page asks for more of a result: rows, a count, a file.
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';

import { MeshError } from '../errors';
import { language } from '../language';

const TARGET = 'jupyter_mesh.results';

interface Said extends JSONObject {
  id: number;
}

/** What a desk answers. */
export interface Answer {
  rows?: number;
  total?: number;
  path?: string;
  table?: string;
  bytes: Uint8Array | null;
}

interface Waiting {
  tell: (rows: number) => void;
  answer: (answer: Answer) => void;
  fail: (error: MeshError) => void;
}

/** Asks one kernel; a request that is stopped or whose kernel ends fails, none waits for ever. */
export class KernelDesk {
  private readonly comm: Kernel.IComm;
  private readonly waiting = new Map<number, Waiting>();
  private readonly opened: Promise<void>;
  private last = 0;
  private closed = false;

  constructor(private readonly kernel: Kernel.IKernelConnection) {
    this.comm = kernel.createComm(TARGET);
    this.comm.onMsg = message => this.hear(message);
    // A kernel that does not know the target closes at once.
    this.comm.onClose = () => this.close();
    kernel.statusChanged.connect(this.watch, this);
    this.opened = beside(kernel, this.comm).then(() => {
      if (this.isOpen) {
        this.comm.open();
      }
    });
  }

  /** Whether it can still be asked. */
  get isOpen(): boolean {
    return !this.closed && !this.kernel.isDisposed;
  }

  /** Ask for something; `tell` hears how many rows were handled so far. */
  ask(
    asked: JSONObject,
    stop: AbortSignal,
    tell: (rows: number) => void = () => undefined
  ): Promise<Answer> {
    const id = ++this.last;
    return new Promise((answer, fail) => {
      this.waiting.set(id, { tell, answer, fail });
      stop.addEventListener('abort', () => {
        if (this.waiting.delete(id)) {
          void this.say({ id, do: 'stop' });
          fail(new MeshError(language().__('Stopped.'), '', 0, 'Stopped'));
        }
      });
      void this.say({ ...asked, id });
    });
  }

  close(): void {
    if (this.closed) {
      return;
    }
    this.closed = true;
    this.kernel.statusChanged.disconnect(this.watch, this);
    for (const { fail } of this.waiting.values()) {
      fail(gone());
    }
    this.waiting.clear();
    if (!this.comm.isDisposed && !this.kernel.isDisposed) {
      this.comm.close();
    }
  }

  /** Messages leave in their order, none before the desk is open. */
  private async say(message: JSONObject): Promise<void> {
    await this.opened;
    if (this.isOpen) {
      this.comm.send(message);
    }
  }

  private watch(_: unknown, status: Kernel.Status): void {
    if (/restarting|dead|terminating/.test(status)) {
      this.close();
    }
  }

  private hear(message: KernelMessage.ICommMsgMsg): void {
    const said = message.content.data as Said;
    const waits = this.waiting.get(said.id);
    if (!waits) {
      return;
    }
    if (typeof said.so_far === 'number') {
      waits.tell(said.so_far);
      return;
    }
    this.waiting.delete(said.id);
    const error = said.error as JSONObject | undefined;
    if (error) {
      const { type, message: what, remedy } = error;
      waits.fail(
        new MeshError(String(what), String(remedy ?? ''), 0, String(type))
      );
      return;
    }
    waits.answer({ ...(said as Partial<Answer>), bytes: bytesOf(message) });
  }
}

/** What JupyterLab's own comms have, and their type does not tell. */
interface Threaded extends Kernel.IComm {
  subshellStarted?: Promise<void>;
}

/**
 * Wait until a comm has a thread of its own in the kernel, where it can have one.
 *
 * JupyterLab asks for that thread behind our back; what is sent before it has come waits in the
 * kernel's main thread until the running cell ends.
 */
async function beside(
  kernel: Kernel.IKernelConnection,
  comm: Threaded
): Promise<void> {
  await kernel.info;
  if (kernel.supportsSubshells && comm.commsOverSubshells !== 'disabled') {
    // Without the thread the answer comes later, but it comes.
    await comm.subshellStarted?.catch(() => undefined);
  }
}

/** No kernel has these rows any more. */
export function gone(): MeshError {
  const trans = language();
  return new MeshError(
    trans.__(
      'No kernel holds this result any more; the rows here are those saved with the notebook.'
    ),
    trans.__('Run the cell again.'),
    0,
    'NoKernel'
  );
}

function bytesOf(message: KernelMessage.ICommMsgMsg): Uint8Array | null {
  const buffer = message.buffers?.[0];
  if (!buffer) {
    return null;
  }
  // Arrow reads numbers in place, so they must lie at multiples of eight.
  const bytes =
    buffer instanceof ArrayBuffer
      ? new Uint8Array(buffer)
      : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  return bytes.byteOffset % 8 ? bytes.slice() : bytes;
}
