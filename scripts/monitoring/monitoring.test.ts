import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const ROOT = join(import.meta.dirname, '..', '..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** Names that GET /metrics has, from the file that makes them. */
const told = new Set(
  [...read('lib/web/metrics.ts').matchAll(/gauge\(\s*'(\w+)'/g)].map(([, name]) => `snapwarden_${name}`),
)
const namesIn = (text: string): string[] => [...text.matchAll(/\bsnapwarden_\w+/g)].map(([name]) => name)

type Rule = {
  alert: string
  expr: string
  for?: string
  labels: { severity: string }
  annotations: { summary: string }
}
type Panel = { title: string; gridPos: object; targets: { expr: string }[] }

describe('the examples for monitoring', () => {
  it('alert rules for Prometheus ask for what there is, and say what is wrong', () => {
    const { groups }: { groups: { name: string; rules: Rule[] }[] } = parse(
      read('scripts/monitoring/prometheus-rules.yml'),
    )
    const rules = groups.flatMap((group) => group.rules)
    expect(rules.length).toBeGreaterThan(5)
    for (const rule of rules) {
      expect(rule.alert).toMatch(/^Snapwarden[A-Z]\w+$/)
      expect(rule.for ?? '1m').toMatch(/^\d+[smhd]$/)
      expect(['warning', 'critical']).toContain(rule.labels.severity)
      expect(rule.annotations.summary).not.toBe('')
      const names = namesIn(rule.expr)
      if (!rule.expr.startsWith('up{')) expect(names, rule.alert).not.toEqual([])
      for (const name of names) expect([...told], rule.alert).toContain(name)
    }
  })

  it('the Grafana dashboard shows what there is', () => {
    const dashboard: { title: string; uid: string; panels: Panel[] } = JSON.parse(
      read('scripts/monitoring/grafana-dashboard.json'),
    )
    expect(dashboard).toMatchObject({ title: 'Snapwarden', uid: 'snapwarden' })
    expect(dashboard.panels.length).toBeGreaterThan(5)
    for (const { title, targets, gridPos } of dashboard.panels) {
      expect(gridPos, title).toMatchObject({ h: expect.any(Number), w: expect.any(Number) })
      for (const { expr } of targets) for (const name of namesIn(expr)) expect([...told], title).toContain(name)
    }
  })
})
