import { runLab } from './lib/run-lab.mjs'

await runLab('proxmox')
