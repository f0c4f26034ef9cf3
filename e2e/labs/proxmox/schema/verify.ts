import type { ParameterSpec, RouteSpec } from './routes'

/** Parameter verification with PVE::JSONSchema's own texts (recorded in group snaperr; the rest [code]). */

export type Parameters = Record<string, string | number>

/** Typed parameters, or one text for each bad one. */
export function verifyParameters(
  spec: RouteSpec,
  given: Readonly<Record<string, unknown>>,
): { parameters: Parameters; errors: Record<string, string> } {
  const parameters: Parameters = {}
  const errors: Record<string, string> = {}
  for (const [name, rule] of Object.entries(spec.parameters)) {
    const value = given[name]
    if (value === undefined || value === null) {
      if (!rule.optional) errors[name] = 'property is missing and it is not optional'
      continue
    }
    const checked = checkValue(rule, value)
    if (checked.error !== undefined) errors[name] = checked.error
    else parameters[name] = checked.value
  }
  for (const [name, value] of Object.entries(given)) {
    if (name in spec.parameters) continue
    if (spec.additionalProperties !== 0 || isNumbered(spec, name)) {
      parameters[name] = String(value)
      continue
    }
    errors[name] = 'property is not defined in schema and the schema does not allow additional properties'
  }
  return { parameters, errors }
}

/** `scsi[n]` in the schema stands for scsi0, scsi1, … */
function isNumbered(spec: RouteSpec, name: string): boolean {
  return name.replace(/\d+$/, '[n]') in spec.parameters
}

type Checked = { value: string | number; error?: undefined } | { error: string }

function checkValue(rule: ParameterSpec, value: unknown): Checked {
  const text = typeof value === 'boolean' ? (value ? '1' : '0') : String(value)
  const wrongType = (type: string): Checked => ({ error: `type check ('${type}') failed - got '${text}'` })
  switch (rule.type) {
    case 'integer':
      if (!/^[+-]?\d+$/.test(text)) return wrongType('integer')
      return checkRange(rule, Number(text))
    case 'number':
      if (!/^[+-]?\d+(\.\d+)?$/.test(text)) return wrongType('number')
      return checkRange(rule, Number(text))
    case 'boolean':
      if (/^(1|on|yes|true)$/i.test(text)) return { value: 1 }
      if (/^(0|off|no|false)$/i.test(text)) return { value: 0 }
      return wrongType('boolean')
    default:
      return checkText(rule, text)
  }
}

function checkRange(rule: ParameterSpec, value: number): Checked {
  if (rule.minimum !== undefined && value < rule.minimum) {
    return { error: `value must have a minimum value of ${rule.minimum}` }
  }
  if (rule.maximum !== undefined && value > rule.maximum) {
    return { error: `value must have a maximum value of ${rule.maximum}` }
  }
  return { value }
}

function checkText(rule: ParameterSpec, text: string): Checked {
  if (rule.maxLength !== undefined && text.length > rule.maxLength) {
    return { error: `value may only be ${rule.maxLength} characters long` }
  }
  const complaint = rule.format === undefined ? undefined : FORMATS[rule.format]?.(text)
  if (complaint !== undefined) return { error: `invalid format - ${complaint}\n` }
  if (rule.minLength !== undefined && text.length < rule.minLength) {
    return { error: `value must be at least ${rule.minLength} characters long` }
  }
  if (rule.enum !== undefined && !rule.enum.includes(text)) {
    return { error: `value '${text}' does not have a value in the enumeration '${rule.enum.join(', ')}'` }
  }
  return { value: text }
}

const FORMATS: Readonly<Record<string, (text: string) => string | undefined>> = {
  'pve-configid': (text) => (/^[a-z][a-z0-9_-]+$/i.test(text) ? undefined : `invalid configuration ID '${text}'`),
  'pve-node': (text) =>
    /^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/.test(text) ? undefined : 'value does not look like a valid node name',
  'pve-storage-id': (text) =>
    /^[a-z][a-z0-9\-_.]*[a-z0-9]$/i.test(text) ? undefined : `storage ID '${text}' contains illegal characters`,
  'pve-calendar-event': (text) =>
    /^[a-z0-9.,:*/ -]+$/i.test(text) && /\d|daily|hourly|weekly|monthly|minutely|yearly/.test(text)
      ? undefined
      : `invalid calendar event '${text}' - unable to parse calendar event\n`,
}
