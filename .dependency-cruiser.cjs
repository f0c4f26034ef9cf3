/**
 * Who may import whom (the arrows of the design; everything may import `lib/domain`). Tests and their helpers stand
 * outside: they look at whatever they test.
 */
const outside = '^scripts/(bench|lab-)|\\.test\\.tsx?$|/testing(/|\\.ts$)|^e2e/|/fixtures/'
/** Small modules without a side: configuration, settings, wording. Anyone may read them. */
const common = '^lib/(domain/|config\\.ts$|settings\\.mjs$)|^package\\.json$'

/** @param {string} name @param {string} comment @param {object} from @param {object} to */
const forbid = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: { pathNot: outside, ...from },
  to,
})

/** A layer that may import only itself, the common modules and what `allowed` names. */
const layer = (name, comment, path, allowed) =>
  forbid(
    name,
    comment,
    { path },
    { path: '^(app|components|lib|scripts|bin|prisma|e2e)/', pathNot: [path, common, ...allowed] },
  )

const nodeOrServer = '^(node:|fs$|net$|tls$|crypto$|child_process$|path$|os$)'

module.exports = {
  forbidden: [
    forbid(
      'no-cycle',
      'A cycle has no first reader: break it. (What is loaded later, or only as a type, is none.)',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'dynamic-import'] } },
    ),
    layer('domain-imports-nothing', 'The words depend on nothing.', '^lib/domain/', []),
    forbid(
      'domain-no-packages',
      'The words depend on nothing, packages included.',
      { path: '^lib/domain/' },
      {
        dependencyTypes: ['npm', 'npm-dev', 'core'],
      },
    ),
    layer('engine-is-pure', 'Decisions see the words only.', '^lib/engine/', []),
    forbid('engine-no-io', 'Decisions do no I/O.', { path: '^lib/engine/' }, { dependencyTypes: ['core'] }),
    layer(
      'adapters-see-the-port',
      'A hypervisor adapter sees the port and the words, never store, engine or services.',
      '^lib/hypervisors/(?!registry)',
      [],
    ),
    forbid(
      'adapters-apart',
      'Adapters never import each other.',
      { path: '^lib/hypervisors/(proxmox|libvirt|vsphere|fake)/' },
      {
        path: '^lib/hypervisors/(proxmox|libvirt|vsphere|fake)/',
        pathNot: '^lib/hypervisors/$1/',
      },
    ),
    layer('registry-opens', 'Only the registry opens sealed credentials for adapters.', '^lib/hypervisors/registry', [
      '^lib/hypervisors/',
      '^lib/secrets/',
      '^lib/store/',
    ]),
    layer('store-sees-words', 'The memory knows the words, nothing that uses it.', '^lib/store/', []),
    forbid(
      'database-only-in-store',
      'Nothing outside the store speaks to the database.',
      { path: '^(app|components|lib|bin)/', pathNot: [outside, '^lib/store/'] },
      {
        path: ['(^|/)node_modules/(pg|@prisma|prisma)/', '^lib/store/generated/'],
      },
    ),
    layer(
      'services-are-verbs',
      'Verbs use engine and store; the registry only to test an unsaved connection.',
      '^lib/services/',
      ['^lib/engine/', '^lib/store/', '^lib/hypervisors/', '^lib/secrets/', '^lib/notify/'],
    ),
    forbid(
      'services-no-adapter',
      'Verbs reach hypervisors through the registry; how an address is written is no adapter.',
      { path: '^lib/services/' },
      {
        path: '^lib/hypervisors/(proxmox|libvirt|vsphere)/',
        pathNot: '^lib/hypervisors/libvirt/rpc/(uri|sockets)\\.ts$',
      },
    ),
    layer(
      'notify-sends',
      'Notices are worded and sent; sealed secrets of channels are opened here alone.',
      '^lib/notify/',
      ['^lib/engine/', '^lib/store/', '^lib/secrets/', '^lib/i18n/'],
    ),
    layer('worker-drives', 'The clockwork drives services, engine, store, registry and notify.', '^lib/worker/', [
      '^lib/(services|engine|store|notify|secrets)/',
      '^lib/hypervisors/',
    ]),
    forbid(
      'app-through-the-gate',
      'Pages reach verbs, never store, worker or hypervisors.',
      { path: '^app/', pathNot: [outside, '^app/api/health/'] },
      {
        path: '^lib/(store|worker|hypervisors|secrets|engine)/',
      },
    ),
    layer('ui-knows-nothing', 'Building blocks know nothing of virtual machines.', '^components/ui/', [
      '^lib/i18n/',
      '^lib/web/',
    ]),
    forbid(
      'components-compose',
      'Components never reach behind the web side.',
      { path: '^components/' },
      {
        path: '^(app/(?!actions/|tokens)|lib/(store|worker|hypervisors|secrets|services|cli|notify)/)',
      },
    ),
    forbid(
      'browser-code-stays-small',
      'Components run in the browser: no Node, no zod there.',
      { path: '^components/' },
      {
        path: [nodeOrServer, '(^|/)node_modules/(zod|pino|undici|better-auth)/'],
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid(
      'cli-like-bin',
      'The command line uses services and store, not the web side.',
      { path: '^(lib/cli|bin)/' },
      {
        path: '^(app|components|lib/web)/',
      },
    ),
    forbid(
      'product-not-from-tests',
      'The product never imports test code.',
      { path: '^(app|components|lib|scripts|bin)/' },
      {
        path: '^e2e/|/testing(/|\\.ts$)|\\.test\\.tsx?$',
      },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^lib/store/generated/.*/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
