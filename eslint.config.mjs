// What the front end's source is held to.
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import hooks from 'eslint-plugin-react-hooks';
import typescript from 'typescript-eslint';

export default typescript.config(
  { ignores: ['**/node_modules', 'labextension/lib', 'labextension/style'] },
  js.configs.recommended,
  ...typescript.configs.strict,
  {
    // The widgets' pictures run in the browser as they stand.
    files: ['jupyter_mesh/widgets/**/*.js', 'tests/widgets/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'Event',
          'KeyboardEvent',
          'ResizeObserver',
          'cancelAnimationFrame',
          'clearTimeout',
          'document',
          'navigator',
          'performance',
          'requestAnimationFrame',
          'setTimeout',
          'window'
        ].map(name => [name, 'readonly'])
      )
    }
  },
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.js'],
    plugins: { 'react-hooks': hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      curly: ['error', 'all'],
      eqeqeq: 'error',
      'no-console': 'error',
      'max-lines': ['error', 400],
      'prefer-arrow-callback': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off'
    }
  },
  prettier
);
