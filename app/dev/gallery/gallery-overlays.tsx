'use client'
import { Ellipsis, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button, IconButton } from '@/components/ui/button'
import { Dialog, Drawer, Menu, Popover } from '@/components/ui/overlays'
import { TextField } from '@/components/ui/text-field'
import { notify, Toasts } from '@/components/ui/toast'

/** Everything that floats. */
export function GalleryOverlays() {
  const [dialog, setDialog] = useState(false)
  const [drawer, setDrawer] = useState(false)
  return (
    <div className="flex flex-wrap gap-2">
      <Button onClick={() => setDialog(true)}>Dialog</Button>
      <Button onClick={() => setDrawer(true)}>Drawer</Button>
      <Menu
        label="More actions"
        trigger={(props) => <IconButton framed quietTip icon={Ellipsis} label="More actions" {...props} />}
        items={[
          { id: 'rename', label: 'Rename' },
          { id: 'hold', label: 'Hold', note: 'No rule deletes it' },
          { id: 'merge', label: 'Plan merge', disabledReason: 'This connection only observes.' },
          { id: 'line', separator: true },
          { id: 'delete', label: 'Delete', danger: true, icon: Trash2 },
        ]}
      />
      <Popover label="Sources" trigger={(props) => <Button {...props}>Popover</Button>}>
        Each source with its last answer.
      </Popover>
      <Button
        onClick={() =>
          notify.done({
            title: 'Snapshot taken',
            text: 'WebServer_Disk_20250831_1742_BeforePatch',
            action: { label: 'Open', href: '#' },
          })
        }
      >
        Toast
      </Button>
      <Button onClick={() => notify.running({ title: 'Merging on erp-app-02', share: 0.71, aside: '4 min' })}>
        Running
      </Button>
      <p className="w-full text-12 text-text-3">Failures never live in a toast only.</p>
      <Dialog
        open={dialog}
        onClose={() => setDialog(false)}
        title="Remove connection kvm-gz-01"
        footer={
          <>
            <Button onClick={() => setDialog(false)}>Cancel</Button>
            <Button variant="danger">Remove connection</Button>
          </>
        }
      >
        <p className="text-text-2">Its 41 guests leave this console. Nothing changes on the hypervisor.</p>
        <div className="mt-3">
          <TextField label="Type kvm-gz-01" />
        </div>
      </Dialog>
      <Drawer open={drawer} onClose={() => setDrawer(false)} title="WebServer_Disk_20250831_1430_BeforeUpdate">
        Before nginx 1.27.1 and OpenSSL 3.0.17.
      </Drawer>
      <Toasts />
    </div>
  )
}
