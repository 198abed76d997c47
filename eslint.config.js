import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

/** Every rule holds in every file: one that does not pay is left out here, and no file switches one off. */
export default defineConfig(
  globalIgnores(['coverage/', 'cdb-data/']),
  { linterOptions: { noInlineConfig: true } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // The test runner awaits its tests itself.
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test', 'suite'] }] },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        // A `default` that hands the value to `never` is how the house writes exhaustiveness.
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    // The program speaks through its Terminal only, so that tests hear every word.
    files: ['src/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    // Scripts of pages run in a browser.
    files: ['src/**/*.js'],
    languageOptions: {
      sourceType: 'script',
      globals: Object.fromEntries(
        [
          'addEventListener',
          'clearTimeout',
          'devicePixelRatio',
          'document',
          'getComputedStyle',
          'innerWidth',
          'matchMedia',
          'setTimeout',
          'uPlot',
          'window',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
)
