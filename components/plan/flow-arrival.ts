'use client'
/**
 * A confirmed plan goes on as an operation, on a page of its own. Whoever comes from the flow is read its heading;
 * whoever opens the page afresh begins at its top, as on any other.
 */
let isArriving = false

export const noteArrival = (): void => {
  isArriving = true
}

/** True once after a confirmation. */
export function takeArrival(): boolean {
  const arrived = isArriving
  isArriving = false
  return arrived
}
