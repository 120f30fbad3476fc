/** Imports run one way: contract, environment and evidence at the bottom, checks on top, no circles. */
const pathOf = (name) => (name.endsWith('.ts') ? `${name}$` : `${name}/`);
const only = (from, allowed) => ({
  name: `${from.replace('src/', '')}-knows-only-${allowed.length === 0 ? 'itself' : allowed.map((name) => name.replace('src/', '')).join('-')}`,
  severity: 'error',
  from: { path: `^${from}/` },
  to: {
    dependencyTypesNot: ['core'],
    path: '^(?!node_modules/)[^/]+/',
    pathNot: `^(?:${[from, ...allowed].map(pathOf).join('|')}|node_modules/)`,
  },
});

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only('src/contract', []),
    only('src/evidence', []),
    only('src/environment', []),
    only('src/diagnosis', ['src/contract', 'src/evidence']),
    {
      ...only('src/standin', ['src/contract', 'src/environment/arguments.ts']),
      name: 'standin-knows-only-the-contract',
    },
    only('src/reporter', ['src/contract', 'src/environment', 'src/evidence', 'src/diagnosis']),
    only('fixtures', ['src/contract', 'src/environment', 'src/evidence', 'src/diagnosis']),
    only('tests', ['src/contract', 'src/evidence', 'fixtures']),
    only('src/nightly', ['src/evidence', 'src/reporter', 'src/environment', 'fixtures/environment.ts']),
    only('src/doctor', ['src/contract', 'src/evidence', 'src/environment', 'fixtures']),
    only('src/conformance', ['src/contract', 'src/evidence', 'src/environment', 'fixtures']),
    only('load', ['src/contract', 'src/evidence', 'fixtures']),
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
