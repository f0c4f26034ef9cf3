/**
 * The drawing of one treegrid row: which lines pass, where this row's node sits, what kind it is.
 * One SVG a row, so that virtualised rows need nothing of their neighbours.
 */
import type { Segment } from '@/lib/engine/chain/lanes'

/** Where lanes stand, in CSS pixels. Desktop as in the design (x = 16 + 22·n, 40 px rows); phone narrower and taller. */
export type LaneGeometry = { firstLane: number; laneStep: number; rowHeight: number; minWidth: number }
export const DESKTOP_LANES: LaneGeometry = { firstLane: 16, laneStep: 22, rowHeight: 40, minWidth: 56 }
export const PHONE_LANES: LaneGeometry = { firstLane: 8, laneStep: 9, rowHeight: 72, minWidth: 24 }

/** `memory`: a disk snapshot that also holds the running memory. */
export type LaneNode = 'base' | 'disk' | 'memory' | 'current' | 'fold'

export const laneWidth = (lanes: number, geometry: LaneGeometry): number =>
  Math.max(geometry.minWidth, geometry.firstLane * 2 + geometry.laneStep * (lanes - 1) + 2)

type Props = {
  segments: Segment[]
  lane: number
  live: boolean
  node: LaneNode
  lanes: number
  geometry: LaneGeometry
}

export function LaneDrawing({ segments, lane, live, node, lanes, geometry }: Props) {
  const width = laneWidth(lanes, geometry)
  const { rowHeight } = geometry
  return (
    <svg
      className="sw-lanes"
      width={width}
      height={rowHeight}
      viewBox={`0 0 ${width} ${rowHeight}`}
      aria-hidden="true"
      focusable="false"
    >
      {segments.map((segment) => (
        <path
          key={
            segment.shape === 'line'
              ? `${segment.lane}${segment.from}${segment.to}`
              : `elbow${segment.from}-${segment.to}`
          }
          d={pathOf(segment, geometry)}
          className={segment.live ? 'sw-lane sw-lane-live' : 'sw-lane'}
          strokeDasharray={segment.broken ? '3 3' : undefined}
        />
      ))}
      <NodeMark x={laneX(lane, geometry)} y={rowHeight / 2} node={node} live={live} />
    </svg>
  )
}

const laneX = (lane: number, geometry: LaneGeometry): number => geometry.firstLane + geometry.laneStep * lane

function pathOf(segment: Segment, geometry: LaneGeometry): string {
  const middle = geometry.rowHeight / 2
  const bottom = geometry.rowHeight + 1
  if (segment.shape === 'line') {
    const x = laneX(segment.lane, geometry)
    return `M${x} ${segment.from === 'top' ? -1 : middle}V${segment.to === 'node' ? middle : bottom}`
  }
  const from = laneX(segment.from, geometry)
  const to = laneX(segment.to, geometry)
  return `M${from} -1V2C${from} ${middle * 0.6} ${to} ${middle * 0.3} ${to} ${middle}`
}

function NodeMark({ x, y, node, live }: { x: number; y: number; node: LaneNode; live: boolean }) {
  const stroke = live ? 'sw-node sw-node-live' : 'sw-node'
  switch (node) {
    case 'base':
      return <rect x={x - 5} y={y - 5} width="10" height="10" rx="1.5" className={`${stroke} sw-node-hollow`} />
    case 'disk':
      return <circle cx={x} cy={y} r="4.5" className={`${stroke} sw-node-full`} />
    case 'memory':
      return (
        <g className={stroke}>
          <circle cx={x} cy={y} r="5.5" className="sw-node-hollow" />
          <circle cx={x} cy={y} r="2.2" className="sw-node-core" />
        </g>
      )
    case 'current':
      return (
        <g className={stroke}>
          <circle cx={x} cy={y} r="7.5" className="sw-node-hollow" />
          <circle cx={x} cy={y} r="3.6" className="sw-node-core" />
        </g>
      )
    case 'fold':
      return (
        <g className={stroke}>
          <circle cx={x + 12} cy={y} r="1.4" className="sw-node-core" />
          <circle cx={x + 17} cy={y} r="1.4" className="sw-node-core" />
          <circle cx={x + 22} cy={y} r="1.4" className="sw-node-core" />
        </g>
      )
  }
}
