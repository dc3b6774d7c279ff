// A question to the server as a picture sees it: on its way, answered, or failed.
import { useCallback, useEffect, useState } from 'react';

import { MeshError } from './errors';

export interface Answer<T> {
  value: T | null;
  error: MeshError | null;
  retry: () => void;
}

/**
 * Ask when the picture appears and when `about` changes; who left is not told any more.
 *
 * An older answer stays until the next has come.
 */
export function useAnswer<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  about: string
): Answer<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<MeshError | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const flight = new AbortController();
    setError(null);
    ask(flight.signal)
      .then(found => {
        if (!flight.signal.aborted) {
          setValue(found);
        }
      })
      .catch((reason: unknown) => {
        if (!flight.signal.aborted) {
          setError(MeshError.of(reason));
        }
      });
    return () => flight.abort();
    // `ask` is made anew at every drawing; what it is about says when to ask again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [about, turn]);
  const retry = useCallback(() => setTurn(count => count + 1), []);
  return { value, error, retry };
}
