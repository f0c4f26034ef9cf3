import { defineConfig } from 'prisma/config'

// The address matters to `prisma migrate deploy` only; the product connects through its own configuration.
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://localhost/snapwarden' },
})
