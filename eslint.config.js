import js from '@eslint/js';
import playwright from 'eslint-plugin-playwright';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

const TAGS = [
  '@p1',
  '@p2',
  '@http',
  '@ws',
  '@sse',
  '@load',
  '@realtime-chat',
  '@agent-execution',
  '@conversations',
  '@tenant-isolation',
  '@resilience',
  '@sessions',
  '@live-experience',
  '@browser-chat',
  '@access-control',
];

const NO_SWALLOWED_ERRORS = [
  {
    selector: 'CatchClause:not(:has(ThrowStatement))',
    message: 'A catch adds context and throws again; a swallowed error is a false green.',
  },
  {
    selector:
      "CallExpression[callee.property.name='catch'][arguments.0.body.type='BlockStatement'][arguments.0.body.body.length=0]",
    message: 'An empty .catch() hides a failure.',
  },
];

export default tseslint.config(
  { ignores: ['node_modules/', 'reports/', 'test-results/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js', '*.cjs'] } } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/unbound-method': 'off',
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: 'error',
      // Playwright reads a fixture's dependencies from its pattern, so "none" is written `{}`.
      'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }],
    },
  },
  { files: ['**/*.js', '**/*.cjs'], ...tseslint.configs.disableTypeChecked },
  {
    // What sees text of servers and pages; `.env` is the user's own.
    files: ['{fixtures,tests,load,src/{contract,evidence,diagnosis,reporter,doctor,nightly}}/**/*.ts'],
    ignores: ['fixtures/environment.ts'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable' } } },
  {
    files: ['src/standin/app/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'addEventListener',
          'btoa',
          'crypto',
          'document',
          'fetch',
          'navigator',
          'sessionStorage',
          'setTimeout',
          'WebSocket',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['tests/**/*.ts', 'checks/**/*.spec.ts'],
    extends: [playwright.configs['flat/recommended']],
    rules: {
      'playwright/consistent-spacing-between-blocks': 'off',
      'playwright/no-conditional-in-test': 'error',
      'playwright/no-conditional-expect': 'error',
      'playwright/no-wait-for-timeout': 'error',
      'playwright/valid-title': ['error', { disallowedWords: ['should'] }],
      'playwright/no-skipped-test': 'error',
    },
  },
  {
    files: ['tests/**/*.ts'],
    rules: {
      'playwright/valid-test-tags': ['error', { allowedTags: TAGS }],
      'playwright/expect-expect': 'error',
      // A part of a claim is a test block that the plugin does not know.
      'playwright/no-standalone-expect': 'off',
      'no-restricted-syntax': ['error', ...NO_SWALLOWED_ERRORS],
    },
  },
);
