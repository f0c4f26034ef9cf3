'use client'
import { Camera, ListFilter, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { BrandMark } from '@/components/ui/brand-mark'
import { Button } from '@/components/ui/button'
import { Bytes } from '@/components/ui/bytes'
import { Checkbox, RadioCards, Segmented, Select, SwitchRow } from '@/components/ui/choice'
import { CodeBlock, CopyButton } from '@/components/ui/code-block'
import { DefinitionList, DiffBlock, Fingerprint, KeyFigure, KeyFigures } from '@/components/ui/facts'
import { Kbd } from '@/components/ui/kbd'
import { Meter, MeterLegend, ProgressBar } from '@/components/ui/meter'
import { Notice } from '@/components/ui/notice'
import { Box, LinkTabs, StepRail } from '@/components/ui/page'
import { SeverityBadge } from '@/components/ui/severity'
import { AgeAndLimit, ChainDepth, EnvironmentTag, PowerDot, StateHeld, Tag } from '@/components/ui/state-marks'
import { EmptyState, ErrorState, PartialNotice, SkeletonRows, StaleNotice } from '@/components/ui/states'
import { TextField } from '@/components/ui/text-field'
import { DAY, GIB, HOUR, MINUTE, TIB } from '@/lib/domain/units'
import { GalleryOverlays } from './gallery-overlays'
import { GalleryTable } from './gallery-table'

function Cell({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="min-w-0 border-b border-line py-[18px] pb-6 lg:px-7 lg:[&:not(:nth-child(3n+1))]:border-l lg:[&:nth-child(3n+1)]:pl-0">
      <h2 className="mb-3 text-13 font-head">{title}</h2>
      {children}
    </section>
  )
}

const METERS = [
  { used: 62.8, held: 7 },
  { used: 84.6, held: 14 },
  { used: 91.4, held: 17.5 },
  { used: 95.3, held: 18 },
] as const

/** The states sheet of the design, in our components, on sample data. */
export function Gallery() {
  const [typed, setTyped] = useState('6 snapshots')
  const [platform, setPlatform] = useState<'proxmox' | 'libvirt' | 'vsphere'>('proxmox')
  return (
    <main className="min-h-dvh bg-surface">
      <div className="mx-auto max-w-[1392px] px-4 pb-12 pt-8 md:px-6">
        <header className="mb-5 flex items-center gap-2.5">
          <BrandMark size={24} />
          <h1 className="text-24 font-[640] tracking-[-0.022em]">Components and states</h1>
        </header>
        <div className="grid border-t border-line lg:grid-cols-3">
          <Cell title="Severity: shape, word and colour">
            <div className="flex flex-wrap gap-2">
              <SeverityBadge severity="ok" />
              <SeverityBadge severity="warning" />
              <SeverityBadge severity="critical" />
              <SeverityBadge severity="emergency" />
              <SeverityBadge severity="stale" />
            </div>
            <div className="mt-3 flex flex-wrap gap-4">
              <SeverityBadge severity="ok" plain>
                62.8 %
              </SeverityBadge>
              <SeverityBadge severity="warning" plain>
                84.6 %
              </SeverityBadge>
              <SeverityBadge severity="critical" plain>
                91.4 %
              </SeverityBadge>
              <SeverityBadge severity="emergency" plain>
                95.3 %
              </SeverityBadge>
              <SeverityBadge severity="stale" plain>
                69.4 %
              </SeverityBadge>
            </div>
            <p className="mt-3 text-12 text-text-3">
              Loudness grows with severity: text, tint, tint and edge, solid. Only emergency is solid.
            </p>
          </Cell>
          <Cell title="Usage bar, ticks at 80, 90, 95">
            <div className="flex flex-col gap-3.5">
              {METERS.map((meter) => (
                <div key={meter.used} className="grid grid-cols-[1fr_56px] items-center gap-4">
                  <Meter used={meter.used} capacity={100} held={meter.held} />
                  <span className="num text-right font-strong">{meter.used} %</span>
                </div>
              ))}
              <div className="grid grid-cols-[1fr_56px] items-center gap-4">
                <Meter used={69.4} capacity={100} stale={{ age: 14 * MINUTE }} />
                <span className="num text-right text-12 text-text-2">at 17:28</span>
              </div>
              <div className="grid grid-cols-[1fr_56px] items-center gap-4">
                <Meter used={null} capacity={TIB} />
                <span className="text-right text-12 text-text-3">not known</span>
              </div>
              <MeterLegend />
            </div>
          </Cell>
          <Cell title="State held: consistency is neutral, not a score">
            <div className="flex flex-col gap-2">
              <div>
                <StateHeld consistency="crash" />
              </div>
              <div>
                <StateHeld consistency="filesystem" />
              </div>
              <div>
                <StateHeld consistency="application" />
              </div>
              <div>
                <StateHeld consistency="crash" memory />
              </div>
              <div>
                <StateHeld consistency="unknown" />
              </div>
            </div>
          </Cell>
          <Cell title="Age and limit">
            <div className="flex flex-col items-start gap-2">
              <AgeAndLimit ageMillis={3 * HOUR} limitMillis={24 * HOUR} />
              <AgeAndLimit ageMillis={21 * HOUR} limitMillis={24 * HOUR} />
              <AgeAndLimit ageMillis={43 * HOUR} limitMillis={24 * HOUR} />
              <AgeAndLimit ageMillis={7 * DAY} limitMillis={24 * HOUR} />
              <AgeAndLimit ageMillis={50 * DAY} limitMillis={24 * HOUR} exceptedUntil="30 Sep" />
              <AgeAndLimit ageMillis={50 * DAY} />
            </div>
          </Cell>
          <Cell title="Marks">
            <div className="flex flex-wrap items-center gap-3">
              <EnvironmentTag name="prod" />
              <EnvironmentTag name="test" />
              <Tag>memory</Tag>
              <span className="sw-pill">You are here</span>
              <PowerDot power="running" word />
              <PowerDot power="paused" word />
              <PowerDot power="stopped" word />
              <PowerDot power="unknown" word />
            </div>
            <div className="mt-3 flex flex-wrap items-center gap-4">
              <ChainDepth depth={0} />
              <ChainDepth depth={2} />
              <ChainDepth depth={5} />
              <ChainDepth depth={null} />
              <Bytes value={212.4 * GIB} />
              <Bytes value={1.43 * TIB} />
              <Bytes value={9.8 * GIB} confidence="at-least" />
              <Bytes value={null} />
            </div>
          </Cell>
          <Cell title="Buttons and focus">
            <div className="flex flex-wrap gap-2">
              <Button variant="primary" icon={Camera}>
                Take snapshot
              </Button>
              <Button>Plan merge</Button>
              <Button variant="danger" icon={Trash2}>
                Delete 6 snapshots
              </Button>
              <Button variant="quiet" keys="Esc">
                Close
              </Button>
              <Button disabledReason="This connection only observes. An administrator can change that.">Run</Button>
              <Button size="sm">Small</Button>
              <Button busy>Busy</Button>
            </div>
            <div className="mt-3.5 flex flex-wrap items-center gap-4">
              <Button className="outline-2 outline-offset-1 outline-accent-text">Focused</Button>
              <Checkbox label="Tick" defaultChecked />
              <Checkbox label="Off" />
              <span className="text-12 text-text-3">
                <Kbd>⌘K</Kbd> 2 px ring, 1 px gap, 7.0 : 1
              </span>
            </div>
          </Cell>
          <Cell title="Empty">
            <EmptyState
              framed
              icon={Camera}
              title="No snapshots of dc01"
              actions={<Button variant="primary">Take snapshot</Button>}
            >
              Take one before you change something. It is deleted by itself after 24 h in prod.
            </EmptyState>
          </Cell>
          <Cell title="Empty after filtering">
            <EmptyState
              framed
              icon={ListFilter}
              title="No guest matches prod, past limit, KVM"
              actions={<Button>Clear filters</Button>}
            >
              412 guests are hidden by 3 filters.
            </EmptyState>
          </Cell>
          <Cell title="Loading, after 200 ms">
            <SkeletonRows label="Loading guests" check />
            <p className="mt-2.5 text-12 text-text-3">Heads and widths are final, so nothing jumps. No shimmer.</p>
          </Cell>
          <Cell title="Error, nothing could be read">
            <ErrorState
              title="Guests could not be loaded"
              reference="7f3a-91c2"
              actions={<Button size="sm">Try again</Button>}
            >
              The Snapwarden service did not answer within 10 s. Your hypervisors are not affected.
            </ErrorState>
          </Cell>
          <Cell title="Stale, last known values shown">
            <StaleNotice
              title="kvm-edge-07 has not answered since 17:28"
              actions={<Button size="sm">Test connection</Button>}
            >
              Showing values from 14 min ago. Actions on its 9 guests are off until it answers.
            </StaleNotice>
          </Cell>
          <Cell title="Partial failure">
            <PartialNotice
              title="4 of 6 snapshots deleted, 2 were not"
              actions={
                <>
                  <Button size="sm">Run the other 2 at 18:30</Button>
                  <Button size="sm" variant="quiet">
                    Show log
                  </Button>
                </>
              }
            >
              mssql-fin-01 was locked by a backup that ends about 18:20. Nothing is half merged.
            </PartialNotice>
          </Cell>
          <Cell title="Overlays and toasts">
            <GalleryOverlays />
          </Cell>
          <Cell title="Type to confirm">
            <label className="sw-label" htmlFor="typed">
              Type <span className="sw-mono rounded-1 bg-surface-3 px-[5px] py-px">6 snapshots</span> to delete them
            </label>
            <div className="mt-2 flex gap-2">
              <input
                id="typed"
                className="sw-input sw-input-lg sw-mono"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
              <Button variant="danger" size="lg" disabled={typed !== '6 snapshots'}>
                Delete 6 snapshots
              </Button>
            </div>
            <p className="mt-2 text-12 text-text-2">
              Production, more than 5 items, or no safety snapshot. Otherwise one button is enough.
            </p>
          </Cell>
          <Cell title="Card">
            <Box className="px-3.5 py-3">
              <div className="flex items-center gap-2">
                <SeverityBadge severity="critical" />
                <span className="flex-1" />
                <span className="text-12 text-text-3">26 min</span>
              </div>
              <div className="mt-[7px] text-14 font-strong">lvm-thin on pve-sh-03 is full on Mon 14:30</div>
              <div className="mb-[9px] text-text-2">91.4 % used, 11 production guests</div>
              <Meter used={91.4} capacity={100} held={17.5} />
              <div className="mt-3 flex gap-2">
                <Button size="sm" variant="primary">
                  Free 212 GiB
                </Button>
                <Button size="sm">Acknowledge</Button>
                <Button size="sm">Silence…</Button>
              </div>
            </Box>
          </Cell>
          <Cell title="Fields">
            <div className="flex max-w-[400px] flex-col gap-[18px]">
              <TextField
                label="Set-up code"
                mono
                defaultValue="7Q4K-2MZD-91XH"
                hint="Printed in the terminal at first start. It proves you own this server."
              />
              <TextField label="Password" type="password" defaultValue="a long password" />
              <TextField label="Address" defaultValue="-host" error="A host cannot begin with a dash." optional />
              <Select
                label="Language"
                defaultValue="en"
                options={[
                  ['en', 'English'],
                  ['zh-CN', '简体中文'],
                ]}
              />
              <Checkbox
                strong
                defaultChecked
                label="Ask for a second factor"
                hint="Passkey or authenticator app, set at next sign-in."
              />
            </div>
          </Cell>
          <Cell title="Choices">
            <div className="flex flex-col gap-4">
              <Segmented
                label="Platform"
                name="platform"
                value={platform}
                onChange={setPlatform}
                options={[
                  { value: 'proxmox', label: 'Proxmox VE' },
                  { value: 'libvirt', label: 'KVM / libvirt' },
                  { value: 'vsphere', label: 'VMware' },
                ]}
              />
              <RadioCards
                label="Mode"
                name="mode"
                defaultValue="observe"
                options={[
                  {
                    value: 'observe',
                    label: 'Observe',
                    hint: 'Snapwarden only reads. It cannot change anything there.',
                  },
                  {
                    value: 'operate',
                    label: 'Operate',
                    hint: 'It may also take, roll back and delete, always through a plan.',
                  },
                ]}
              />
              <SwitchRow label="Single-letter shortcuts" hint="j, k, x and friends." defaultChecked />
              <ProgressBar share={0.71} label="Merging" />
            </div>
          </Cell>
          <Cell title="Fingerprint, code, difference">
            <div className="flex flex-col gap-3">
              <div className="text-12 text-text-3">SHA-256 fingerprint offered by pve-sh-01.example.cn</div>
              <Fingerprint value="4F9A1CE277B03D58A60EC4912BF86D13E75A089CD144B72F60FE831AC93570DB" />
              <CodeBlock inline code="virsh -c qemu:///system list --all" />
              <DiffBlock
                head="14:30 → now"
                lines={[
                  { name: 'cpus', before: '6', after: '8' },
                  { name: 'memory', before: '12 GiB', after: '16 GiB' },
                  { name: 'net0.vlan', before: '30 (dmz-old)', after: '40 (dmz-web)' },
                ]}
              />
              <CopyButton text="hello" />
            </div>
          </Cell>
          <Cell title="Facts">
            <DefinitionList
              items={[
                ['Taken', '31 Aug 2025, 14:30 by Lin Yue'],
                ['Holds', 'Disks only, no memory'],
                ['Consistency', 'Application, frozen 6.2 s'],
                ['Size', '9.8 GiB, fixed since 15:10'],
                [
                  'File',
                  <span key="f" className="sw-mono">
                    WebServer-000004.vmdk
                  </span>,
                ],
              ]}
            />
          </Cell>
          <Cell title="Set-up steps and tabs">
            <StepRail
              current="connection"
              steps={[
                { key: 'admin', label: 'Create administrator', note: 'chen.hao@example.cn' },
                { key: 'connection', label: 'Add a connection' },
                { key: 'inventory', label: 'First inventory' },
              ]}
            />
            <div className="mt-4 md:-mx-6">
              <LinkTabs
                label="Guest"
                current="#a"
                tabs={[
                  { href: '#a', label: 'Snapshots', count: 7 },
                  { href: '#b', label: 'Disks', count: 3 },
                  { href: '#c', label: 'Configuration' },
                ]}
              />
            </div>
          </Cell>
          <Cell title="Notices">
            <div className="flex flex-col gap-2">
              <Notice
                inline
                tone="warning"
                title="Chain 5 deep, advised ≤ 3."
                actions={<Button size="sm">Plan merge</Button>}
              >
                A read may have to look in 6 files.
              </Notice>
              <Notice tone="info" title="Demo data">
                Nothing here is real.
              </Notice>
              <Notice tone="emergency" title="lvm-thin is full in 3 h 20 min" />
              <Notice tone="ok" title="Connected to libvirt 9.0.0" />
            </div>
          </Cell>
        </div>
        <div className="mt-6">
          <KeyFigures>
            <KeyFigure label="Snapshots" value="716" note="12 taken today" />
            <KeyFigure label="Held by snapshots" value="9.3" unit="TiB" note="9.5 % of storage" />
            <KeyFigure label="Chains deeper than 3" value="14" unit="guests" note="deepest 5" href="#" />
            <KeyFigure label="With memory" value="27" unit="snapshots" />
          </KeyFigures>
        </div>
        <div className="mt-6 h-[520px] border border-line">
          <GalleryTable />
        </div>
      </div>
    </main>
  )
}
