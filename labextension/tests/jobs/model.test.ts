// The promotions of this server, as the browser follows them.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import * as api from '../../src/api';
import { MeshError } from '../../src/errors';
import { Jobs } from '../../src/jobs/model';
import { job } from './job';

vi.mock('../../src/api');

const flush = (): Promise<void> => new Promise(done => setTimeout(done));

describe('Jobs', () => {
  let jobs: Jobs;
  beforeEach(() => {
    vi.mocked(api.promotions).mockResolvedValue({ items: [] });
    vi.mocked(api.promotion).mockResolvedValue(job());
    jobs = new Jobs();
  });
  afterEach(() => {
    jobs.dispose();
    vi.resetAllMocks();
  });

  it('moves on by an event without asking when nobody looks', async () => {
    vi.mocked(api.promotions).mockResolvedValue({ items: [job()] });
    await jobs.list();
    jobs.hear({ ...job(), step: 'check', done: 1, total: 3 });
    await flush();
    expect(jobs.get('one')).toMatchObject({ step: 'check', done: 1 });
    expect(api.promotion).not.toHaveBeenCalled();
  });

  it('asks once more when it moves while the answer is on its way', async () => {
    let answer: (job: api.Job) => void = () => undefined;
    vi.mocked(api.promotion).mockImplementationOnce(
      () => new Promise(done => (answer = done))
    );
    const asked = jobs.ask('one');
    void jobs.ask('one');
    void jobs.ask('one');
    answer(job({ step: 'run' }));
    await asked;
    expect(api.promotion).toHaveBeenCalledTimes(2);
  });

  it('tells of an end once, and only of what it saw running', async () => {
    const ended: string[] = [];
    jobs.ended.connect((_, { id }) => void ended.push(id));
    vi.mocked(api.promotions).mockResolvedValue({
      items: [job(), job({ id: 'old', state: 'published' })]
    });
    await jobs.list();
    vi.mocked(api.promotion).mockResolvedValue(job({ state: 'refused' }));
    jobs.hear({ ...job(), state: 'refused' });
    await flush();
    jobs.hear({ ...job(), state: 'refused' });
    await flush();
    expect(ended).toEqual(['one']);
  });

  it('shows newest first', async () => {
    const items = ['2026-01-01', '2026-03-01', '2026-02-01'].map(day =>
      job({ id: day, started: `${day}T10:00:00+00:00` })
    );
    vi.mocked(api.promotions).mockResolvedValue({ items });
    await jobs.list();
    expect(jobs.all.map(({ id }) => id)).toEqual([
      '2026-03-01',
      '2026-02-01',
      '2026-01-01'
    ]);
  });

  it('keeps what it knows when the server does not answer, and says so', async () => {
    await jobs.ask('one');
    vi.mocked(api.promotion).mockRejectedValue(MeshError.unreachable('gone'));
    await jobs.ask('one');
    expect(jobs.get('one')?.state).toBe('running');
    expect(jobs.fault('one')?.remedy).toContain('still runs');
    vi.mocked(api.promotion).mockResolvedValue(job({ state: 'published' }));
    await jobs.ask('one');
    expect(jobs.fault('one')).toBeNull();
  });

  it('shows how it ended when it could not be stopped any more', async () => {
    vi.mocked(api.cancel).mockRejectedValue(
      new MeshError('ended already', '', 409)
    );
    vi.mocked(api.promotion).mockResolvedValue(job({ state: 'published' }));
    await jobs.cancel('one');
    expect(jobs.get('one')?.state).toBe('published');
    expect(jobs.fault('one')).toBeNull();
  });

  it('says why a running promotion could not be stopped', async () => {
    vi.mocked(api.cancel).mockRejectedValue(
      new MeshError('It runs on another machine.', '', 409)
    );
    await jobs.cancel('one');
    expect(jobs.fault('one')?.message).toBe('It runs on another machine.');
  });

  it('asks for nothing by itself when nothing is watched', async () => {
    vi.useFakeTimers();
    await jobs.list();
    const calls = vi.mocked(api.promotions).mock.calls.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(vi.mocked(api.promotions).mock.calls.length).toBe(calls);
    vi.useRealTimers();
  });

  it('looks again while a panel shows what runs, and stops when it is hidden', async () => {
    vi.useFakeTimers();
    vi.mocked(api.promotions).mockResolvedValue({ items: [job()] });
    const watch = jobs.watch();
    await vi.advanceTimersByTimeAsync(11_000);
    const calls = vi.mocked(api.promotions).mock.calls.length;
    expect(calls).toBeGreaterThan(1);
    watch.dispose();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(vi.mocked(api.promotions).mock.calls.length).toBeLessThanOrEqual(
      calls + 1
    );
    vi.useRealTimers();
  });
});
