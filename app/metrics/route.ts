import { serveMetrics } from '@/lib/web/metrics'

export const GET = serveMetrics
