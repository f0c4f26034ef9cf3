/** Random filters for property tests. */
import fc from 'fast-check'
import {
  CHOICES,
  COUNT_FIELDS,
  type Filter,
  type NumberTest,
  TEXT_FIELDS,
  type Term,
  YES_NO_FIELDS,
} from '@/lib/domain/filter'

const text = fc.oneof(
  fc.constantFrom('web', 'WEB 1', 'db,2', '"x"', 'a\\b', '=eq', '-minus', 'tag:x', '数据', '%_', '<script>', '，：'),
  fc.string({ minLength: 1, maxLength: 6 }),
)
const comparison = fc.constantFrom('=', '>', '>=', '<', '<=')
const tests = (value: fc.Arbitrary<number>, unknown: boolean): fc.Arbitrary<NumberTest[]> =>
  fc.array(
    unknown
      ? fc.oneof(fc.record({ comparison, value }), fc.constant('unknown' as const))
      : fc.record({ comparison, value }),
    { minLength: 1, maxLength: 3 },
  ) as fc.Arbitrary<NumberTest[]>
const negated = fc.boolean()

/** Any term of any field, with values that need quoting among them. */
const anyTerm: fc.Arbitrary<Term> = fc.oneof(
  fc.record({ negated, field: fc.constant('words' as const), values: fc.array(text, { minLength: 1, maxLength: 2 }) }),
  fc.record({
    negated,
    field: fc.constantFrom(...TEXT_FIELDS),
    values: fc.array(fc.record({ text, whole: fc.boolean() }), { minLength: 1, maxLength: 3 }),
  }),
  ...(['platform', 'kind', 'power', 'finding'] as const).map((field) =>
    fc.record({
      negated,
      field: fc.constant(field),
      values: fc.array(fc.constantFrom(...CHOICES[field]), { minLength: 1, maxLength: 3 }),
    }),
  ),
  fc.record({ negated, field: fc.constantFrom(...COUNT_FIELDS), values: tests(fc.nat(12), true) }),
  fc.record({
    negated,
    field: fc.constant('oldest' as const),
    values: tests(
      fc.nat(60).map((hours) => hours * 3_600_000),
      false,
    ),
  }),
  fc.record({
    negated,
    field: fc.constant('held' as const),
    values: tests(
      fc.nat(40).map((units) => units * 256 * 1024),
      true,
    ),
  }),
  fc.record({ negated, field: fc.constantFrom(...YES_NO_FIELDS), value: fc.boolean() }),
)

export const anyFilter: fc.Arbitrary<Filter> = fc.array(anyTerm, { maxLength: 4 })
