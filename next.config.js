import createNextIntlPlugin from 'next-intl/plugin'

/** @type {import('next').NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run verify` type-checks; an installation without development packages has to build, too.
  typescript: { ignoreBuildErrors: true },
  experimental: { authInterrupts: true },
  images: { unoptimized: true },
  serverExternalPackages: [
    '@node-rs/argon2',
    '@prisma/client',
    '@prisma/adapter-pg',
    'pg',
    'pino',
    'prom-client',
    'undici',
  ],
  turbopack: {
    root: import.meta.dirname,
    resolveAlias: {
      // Messages arrive taken apart (lib/i18n/compiled.ts): the ICU parser stays out of every page.
      'use-intl/format-message': './node_modules/use-intl/dist/esm/production/format-message/format-only.js',
    },
  },
}

export default createNextIntlPlugin('./lib/i18n/request.ts')(config)
