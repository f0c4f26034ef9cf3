/** Which operations a list shows; shared by the page on the server and in the browser. */
export const OPERATION_FILTERS = ['all', 'active', 'attention', 'ended'] as const
export type OperationFilter = (typeof OPERATION_FILTERS)[number]

/** What the address names; anything else is all. */
export const operationFilterOf = (text: string | null): OperationFilter =>
  OPERATION_FILTERS.find((each) => each === text) ?? 'all'

/** States to ask for, with commas between; null = all. */
export function statesOf(filter: OperationFilter): string | null {
  switch (filter) {
    case 'all':
      return null
    case 'active':
      return 'queued,running'
    case 'attention':
      return 'needs-attention,failed'
    case 'ended':
      return 'succeeded,cancelled,failed'
  }
}
