// A pretended server for tests: answers by path, and remembers what it was asked.
import { vi } from 'vitest';

export type Answering = (query: URLSearchParams, body: unknown) => unknown;

/** An answer that is not 200, in the server's own form. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly error: Record<string, unknown> | null
  ) {}
}

/** Answer `mesh/api/...` from a table of routes like `GET tree`. */
export function serve(routes: Record<string, Answering>): string[] {
  const asked: string[] = [];
  vi.stubGlobal(
    'fetch',
    async (request: Request | string, init?: RequestInit) => {
      const one = new Request(request, init);
      const url = new URL(one.url);
      const path = url.pathname.split('mesh/api/')[1] ?? url.pathname;
      url.searchParams.delete('');
      asked.push(`${one.method} ${path}${url.search}`);
      const text = await one.text();
      const answer = await routes[`${one.method} ${path}`]?.(
        url.searchParams,
        text ? JSON.parse(text) : undefined
      );
      if (answer instanceof Response) {
        return answer;
      }
      if (answer instanceof Refusal || answer === undefined) {
        const { status, error } = answer ?? new Refusal(404, null);
        const body = error
          ? JSON.stringify({ error })
          : '<html>Not here</html>';
        return new Response(body, { status });
      }
      return new Response(JSON.stringify(answer), {
        headers: { 'content-type': 'application/json' }
      });
    }
  );
  return asked;
}
