/** Who may know whom (docs/ARCHITECTURE.md). */
const rule = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });

module.exports = {
  forbidden: [
    rule('platform-knows-no-domain', { path: '^src/platform/' }, { path: '^src/(routeros|fleet|engines|modules|cli)/' }, 'platform imports nothing of ours above it'),
    rule('routeros-knows-no-domain', { path: '^src/routeros/' }, { path: '^src/(?!routeros/)' }, 'routeros imports nothing of ours'),
    rule('fleet-knows-no-module', { path: '^src/fleet/' }, { path: '^src/(modules|engines|cli)/' }, 'fleet reaches modules by events and ports'),
    rule('engines-know-platform-only', { path: '^src/engines/' }, { path: '^src/(routeros|fleet|modules|cli)/' }, 'engines stand beside the domains'),
    rule('modules-by-their-face', { path: '^src/modules/([^/]+)/' }, { path: '^src/modules/(?!$1/)[^/]+/(?!index\\.ts$)' }, 'a module reaches another through its index.ts only'),
    rule('fleet-by-its-face', { path: '^src/modules/' }, { path: '^src/fleet/(?!index\\.ts$)' }, 'modules reach the fleet through its index.ts only'),
    rule('routeros-by-its-faces', { path: '^src/(fleet|modules)/' }, { path: '^src/routeros/[^/]+/(?!index\\.ts$)' }, 'each part of routeros has a face'),
    rule('product-knows-no-tools', { path: '^src/(?!cli/)', pathNot: '\\.spec\\.ts$' }, { path: '^(tools|test)/' }, 'what runs in production needs neither tools nor tests'),
    rule('no-circles', { pathNot: '^(src/routeros/parser|tools/virtual-router/menus)/' }, { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }, 'files that need each other are one file; a recursive-descent parser and the commands of a menu are mutually recursive by nature'),
    rule('no-orphans', { orphan: true, path: '^src/', pathNot: '\\.(spec\\.ts|gz)$|\\.d\\.ts$|/main\\.ts$' }, {}, 'a file nobody imports'),
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs'] } },
};
