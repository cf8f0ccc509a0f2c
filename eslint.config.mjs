import tseslint from 'typescript-eslint';

/** `.where()` replaces the team filter of a TypeORM query and `.orWhere()` escapes it, silently. */
const teamFilter = [
  {
    selector: "CallExpression[callee.property.name='orWhere']",
    message: 'orWhere() escapes the team filter; use andWhere() with Brackets.',
  },
  { selector: "CallExpression[callee.property.name='where']", message: 'where() replaces the team filter; use andWhere().' },
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'test/oracle/', 'openapi/'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/require-await': 'off', // an async signature is a promise to callers, also where today's body has nothing to wait for
      '@typescript-eslint/only-throw-error': 'off', // PostgreSQL's and RouterOS's errors are rethrown as they came
      '@typescript-eslint/consistent-type-imports': 'off', // injected classes must be imported as values
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', ...teamFilter],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now', message: 'Time comes from the injected Clock.' }],
    },
  },
  { files: ['src/platform/database/**', 'src/routeros/**', 'tools/**'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: [
      'src/platform/clock/**',
      'src/platform/embedded/**',
      'tools/**',
      'test/**',
      'src/cli/**',
      '**/*.spec.ts',
      'src/platform/tasks/**',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['**/*.spec.ts', 'test/**'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off', // bodies of answers are any in supertest
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }], // tables of cases
    },
  },
);
