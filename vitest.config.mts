// How the front end's own tests run: JupyterLab's real packages over a pretended browser.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'jsdom',
    include: ['labextension/**/*.test.{ts,tsx}', 'tests/widgets/**/*.test.js'],
    setupFiles: ['labextension/tests/setup.ts'],
    restoreMocks: true,
    // Only what hangs fails by the clock: a machine may be busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { inline: [/@jupyterlab/, /@jupyter\//, /@lumino/] } }
  }
});
