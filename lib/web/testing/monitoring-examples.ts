/** The examples for Prometheus and Grafana beside a real answer of /metrics: what they ask for that it does not tell. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const DIRECTORY = join(import.meta.dirname, '..', '..', '..', 'scripts', 'monitoring')

/** One expression, and the labels that the words around it name. */
type Asked = { where: string; expr: string; words: string }

type RuleFile = { groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[] }
type Dashboard = { panels: { title: string; targets: { expr: string; legendFormat: string }[] }[] }

function examples(): Asked[] {
  const rules: RuleFile = parse(readFileSync(join(DIRECTORY, 'prometheus-rules.yml'), 'utf8'))
  const dashboard: Dashboard = JSON.parse(readFileSync(join(DIRECTORY, 'grafana-dashboard.json'), 'utf8'))
  return [
    ...rules.groups.flatMap((group) =>
      group.rules.map(({ alert, expr, annotations }) => ({
        where: alert,
        expr,
        words: Object.values(annotations).join(' '),
      })),
    ),
    ...dashboard.panels.flatMap(({ title, targets }) =>
      targets.map(({ expr, legendFormat }) => ({ where: title, expr, words: legendFormat })),
    ),
  ]
}

/** The samples of an answer by metric, each as its labels. A metric that is told of without a sample has none. */
function samplesIn(text: string): Map<string, Map<string, string>[]> {
  const samples = new Map(
    [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => [name ?? '', [] as Map<string, string>[]]),
  )
  for (const [, name, labels] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const pairs = [...(labels ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
    samples.get(name ?? '')?.push(new Map(pairs.map(([, key, value]) => [key ?? '', value ?? ''])))
  }
  return samples
}

/** Every name, label and value of a label that the examples ask for and the answer does not have. */
export function askedInVain(text: string): string[] {
  const samples = samplesIn(text)
  return examples().flatMap(({ where, expr, words }) => {
    const asked = [...expr.matchAll(/\b(snapwarden_\w+)(?:\{([^}]*)\})?/g)]
    const named = [...words.matchAll(/\{\{\s*(?:\$labels\.)?([a-z]\w*)/g)].map(([, label]) => label ?? '')
    return asked.flatMap(([, name = '', matchers = '']) => {
      const found = samples.get(name)
      if (found === undefined) return [`${where}: ${name}`]
      const values = [...matchers.matchAll(/(\w+)="([^"]*)"/g)].flatMap(([, label = '', value]) =>
        found.some((labels) => labels.get(label) === value) ? [] : [`${where}: ${name}{${label}="${value}"}`],
      )
      const labels = named.flatMap((label) =>
        found.length > 0 && found.every((sample) => sample.has(label)) ? [] : [`${where}: ${label} of ${name}`],
      )
      return [...values, ...labels]
    })
  })
}
