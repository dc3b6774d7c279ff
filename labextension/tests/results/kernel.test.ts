import type { Kernel } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { expect, it, vi } from 'vitest';

import { KernelDesk } from '../../src/results/kernel';

function desk(subshellStarted?: Promise<void>) {
  const comm = {
    onMsg: vi.fn() as (message: unknown) => void,
    onClose: (): void => undefined,
    open: vi.fn(),
    send: vi.fn(),
    close: vi.fn(),
    isDisposed: false,
    subshellStarted
  };
  const kernel = {
    createComm: () => comm,
    isDisposed: false,
    supportsSubshells: subshellStarted !== undefined
  };
  const statusChanged = new Signal<unknown, string>(kernel);
  const says = (data: object, buffers: unknown[] = []): void =>
    comm.onMsg({ content: { data }, buffers });
  const whole = { ...kernel, statusChanged } as unknown;
  const open = new KernelDesk(whole as Kernel.IKernelConnection);
  return { comm, statusChanged, says, desk: open };
}

const never = new AbortController().signal;

it('gives each answer to the request it belongs to', async () => {
  const { desk: open, says } = desk();
  const heard: number[] = [];
  const first = open.ask({ do: 'count' }, never, rows => heard.push(rows));
  const second = open.ask({ do: 'rows' }, never);
  const bytes = new DataView(new Uint8Array([0, 1, 2, 3]).buffer, 1, 2);
  says({ id: 2, rows: 2 }, [bytes]);
  says({ id: 1, so_far: 10 });
  says({ id: 1, total: 12 });
  expect((await second).bytes).toEqual(new Uint8Array([1, 2]));
  expect((await first).total).toBe(12);
  expect(heard).toEqual([10]);
});

it('passes an error on with its remedy', async () => {
  const { desk: open, says } = desk();
  const asked = open.ask({ do: 'save' }, never);
  says({ id: 1, error: { type: 'X', message: 'No.', remedy: 'Do.' } });
  await expect(asked).rejects.toMatchObject({ type: 'X', remedy: 'Do.' });
});

it.each(['restarting', 'dead'])('fails when the kernel is %s', async state => {
  const { desk: open, statusChanged } = desk();
  const asked = open.ask({ do: 'count' }, never);
  statusChanged.emit(state);
  await expect(asked).rejects.toMatchObject({ type: 'NoKernel' });
  expect(open.isOpen).toBe(false);
});

it('fails when the kernel does not know our desk', async () => {
  const { desk: open, comm } = desk();
  const asked = open.ask({ do: 'count' }, never);
  comm.onClose();
  await expect(asked).rejects.toMatchObject({ remedy: 'Run the cell again.' });
});

it('tells the kernel to stop what nobody waits for', async () => {
  const { desk: open, comm } = desk();
  const stopping = new AbortController();
  const asked = open.ask({ do: 'save' }, stopping.signal);
  stopping.abort();
  await expect(asked).rejects.toMatchObject({ type: 'Stopped' });
  await vi.waitFor(() =>
    expect(comm.send).toHaveBeenLastCalledWith({ id: 1, do: 'stop' })
  );
});

it('opens when its thread in the kernel has started, and asks after that', async () => {
  let start = (): void => undefined;
  const subshellStarted = new Promise<void>(done => (start = done));
  const { desk: open, comm, says } = desk(subshellStarted);
  const asked = open.ask({ do: 'rows' }, never);
  await new Promise(done => setTimeout(done));
  expect(comm.open).not.toHaveBeenCalled();
  start();
  await vi.waitFor(() =>
    expect(comm.send).toHaveBeenCalledWith({ id: 1, do: 'rows' })
  );
  expect(comm.open).toHaveBeenCalledOnce();
  says({ id: 1, rows: 0 });
  expect((await asked).rows).toBe(0);
});
