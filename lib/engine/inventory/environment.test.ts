import { expect, test } from 'vitest'
import { environmentOf } from './environment'

test.each([
  [['env=prod'], 'web', 'production'],
  [['staging'], 'web-prod', 'test'],
  [['dev', 'production'], 'web', 'production'],
  [[], 'db-prd-01', 'production'],
  [[], 'lab_7', 'development'],
  [['team-3'], 'web', 'unknown'],
  [[], 'producer', 'unknown'],
] as const)('%j %s is %s', (tags, name, environment) => {
  expect(environmentOf(tags, name)).toBe(environment)
})
