/** Imports run one way: contract at the bottom, checks on top, no circles. */
const only = (from, allowed) => ({
  name: `${from}-knows-only-${allowed.length === 0 ? 'itself' : allowed.join('-')}`,
  severity: 'error',
  from: { path: `^${from}/` },
  to: {
    dependencyTypesNot: ['core'],
    path: '^(?!node_modules/)[^/]+/',
    pathNot: `^(?:${[from, ...allowed].map((name) => (name.endsWith('.ts') ? `${name}$` : `${name}/`)).join('|')})|^node_modules/`,
  },
});

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only('contract', []),
    only('evidence', []),
    only('diagnosis', ['contract', 'evidence', 'tests/catalogue.ts']),
    { ...only('standin', ['contract']), name: 'standin-knows-only-the-contract' },
    {
      name: 'fixtures-know-the-wire-and-the-catalogue',
      severity: 'error',
      from: { path: '^fixtures/' },
      to: { path: '^(?:standin|reporter|checks|ci|doctor|tests/(?!catalogue\\.ts))' },
    },
    {
      name: 'tests-know-fixtures-and-contract',
      severity: 'error',
      from: { path: '^tests/' },
      to: { path: '^(?:standin|reporter|checks|ci|doctor)/' },
    },
    {
      name: 'reporter-knows-the-catalogue-and-the-evidence',
      severity: 'error',
      from: { path: '^reporter/' },
      to: { path: '^(?:standin|fixtures|checks|ci|doctor|tests/(?!catalogue\\.ts))' },
    },
    only('ci', ['evidence', 'reporter', 'fixtures/environment.ts']),
    only('doctor', ['contract', 'evidence', 'fixtures']),
    only('load', ['contract', 'evidence', 'fixtures']),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '^(?:test-results|reports|load/node_modules|load/dist)/|^eslint\\.config\\.js$' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
