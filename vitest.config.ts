import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))
const alias = { '@': root.replace(/\/$/, '') }

/**
 * Rings of tests (DESIGN: cheap first). `unit` needs nothing and runs in `npm run verify`;
 * `services` needs the embedded PostgreSQL; `lab` needs a real libvirtd and QEMU.
 */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['{lib,app,components,scripts,bin}/**/*.test.{ts,tsx}', 'e2e/labs/proxmox/**/*.test.ts'],
          exclude: ['**/*.services.test.ts', '**/*.lab.test.ts', '**/node_modules/**'],
          // Bounds against hanging, not on speed: a machine may have other things to do.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'services',
          include: ['{lib,app,scripts,bin}/**/*.services.test.ts'],
          globalSetup: ['lib/testing/database-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'lab',
          include: ['{lib,e2e,scripts,bin}/**/*.lab.test.ts'],
          globalSetup: ['e2e/labs/libvirt/setup.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
