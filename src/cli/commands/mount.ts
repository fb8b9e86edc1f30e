import { command } from '../command.js'
import { startDaemon } from '../mount/daemon.js'
import { LiveView } from '../mount/live-view.js'
import { openLog } from '../mount/log.js'
import { MOUNT_OPTIONS, planMount } from '../mount/plan.js'
import { serve } from '../mount/serve.js'
import { SignalStop } from '../mount/signals.js'
import { parseSource } from '../mount/source.js'

export const mount = command({
  name: 'mount',
  summary: 'mount a directory, or memory, and serve it until it is unmounted',
  operands: ['SOURCE', 'MOUNTPOINT'],
  options: MOUNT_OPTIONS,
  notes: [
    "SOURCE is a directory, or 'memory:' for files that live as long as the mount ('./memory:' is a directory), with",
    "limits in the words of tmpfs: 'memory:?size=1G&inodes=10000&mode=1777'.",
    'SIGINT (Ctrl-C), SIGTERM and SIGHUP unmount; a second one does not wait for open files.',
    'SIGUSR1 shows once, on standard error, what it is doing.',
  ],
  async run({ operands: [source, mountpoint], options }) {
    const what = parseSource(source!)
    const plan = planMount(what, mountpoint!, options)
    if (options.daemon === true) return startDaemon(plan)
    const { statusEveryMs: everyMs, json } = plan
    const view = everyMs === undefined ? undefined : new LiveView(process.stdout, { everyMs, json })
    const above = (write: () => void) => (view === undefined ? write() : view.above(write))
    const log = openLog(plan.log)
    const say = (text: string) => above(() => log(text))
    return serve(plan, {
      signals: new SignalStop(say),
      say,
      report: (text) => above(() => process.stderr.write(`${text}\n`)),
      ready(mounted, cache) {
        const { mountpoint } = mounted
        // With JSON every line is an object.
        if (view === undefined || !json) {
          const end = `'fusewire umount ${mountpoint}' or Ctrl-C ends it`
          process.stdout.write(`${what.name} is mounted at ${mountpoint}; ${end}\n${cache}\n`)
        }
        view?.start(mounted)
      },
    })
  },
})
