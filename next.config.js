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
  turbopack: { root: import.meta.dirname },
}

export default createNextIntlPlugin('./lib/i18n/request.ts')(config)
