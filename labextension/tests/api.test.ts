import { afterEach, expect, it, vi } from 'vitest';

import * as api from '../src/api';
import { MeshError } from '../src/api';
import { Refusal, serve } from './server';

afterEach(() => {
  vi.unstubAllGlobals();
});
const failing = async (asking: Promise<unknown>): Promise<MeshError> => {
  const reason = await asking.then(
    () => null,
    (error: unknown) => error
  );
  expect(reason).toBeInstanceOf(MeshError);
  return reason as MeshError;
};

it('writes names into the address so that none can break out of it', async () => {
  let asked = '';
  serve({
    'GET table': query => {
      asked = query.get('name')!;
      return {};
    }
  });
  await api.table('lake.raw."a&b=c/?#"');
  expect(asked).toBe('lake.raw."a&b=c/?#"');
});

it('keeps message, remedy, status and details of a refusal', async () => {
  serve({
    'POST plan': () =>
      new Refusal(404, {
        type: 'NameNotFound',
        message: 'There is no product shop/x.',
        remedy: 'Did you mean shop/y?',
        scaffold: { ports: ['a'] }
      })
  });
  const error = await failing(api.plan({ product: 'shop/x' }));
  expect(error.message).toBe('There is no product shop/x.');
  expect(error.remedy).toBe('Did you mean shop/y?');
  expect(error.status).toBe(404);
  expect(error.details.scaffold).toEqual({ ports: ['a'] });
});

it('says that the extension of the server is missing', async () => {
  serve({});
  const error = await failing(api.status());
  expect(error.remedy).toContain('jupyter server extension enable');
});

it('says that the session has ended, also where a login form answers', async () => {
  serve({
    'GET status': () =>
      new Response('<form>', { headers: { 'content-type': 'text/html' } }),
    'GET tree': () => new Refusal(403, null)
  });
  expect((await failing(api.status())).type).toBe('SessionExpired');
  expect((await failing(api.tree(''))).type).toBe('SessionExpired');
});

it('says that the server does not answer', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('refused')));
  const error = await failing(api.status());
  expect(error.message).toBe('The Jupyter server does not answer.');
});

it('shows no innards of a server that broke', async () => {
  serve({ 'GET status': () => new Response('Traceback ...', { status: 500 }) });
  const error = await failing(api.status());
  expect(error.message + error.remedy).not.toContain('Traceback');
});
