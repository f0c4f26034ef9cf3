/** The mark: a frame that holds one state. */
export function BrandMark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" fill="none" aria-hidden="true">
      <path
        d="M2 6.2V4.6A2.6 2.6 0 0 1 4.6 2h1.6M13.8 2h1.6A2.6 2.6 0 0 1 18 4.6v1.6M18 13.8v1.6a2.6 2.6 0 0 1-2.6 2.6h-1.6M6.2 18H4.6A2.6 2.6 0 0 1 2 15.4v-1.6"
        stroke="currentColor"
        strokeWidth="1.9"
        strokeLinecap="round"
      />
      <circle cx="10" cy="10" r="3" stroke="var(--sw-accent-text)" strokeWidth="2.2" />
    </svg>
  )
}
