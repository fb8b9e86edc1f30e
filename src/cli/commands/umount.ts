import { unmount } from '../../index.js'
import { command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { UsageError } from '../failure.js'

export const umount = command({
  name: 'umount',
  summary: 'unmount what is mounted, and wait until it is gone',
  operands: ['MOUNTPOINT'],
  options: {
    lazy: { help: ['take it out of sight at once; it ends when the last file there is closed'] },
    force: { help: ['end the connection first, even of a server that hangs: open files fail'] },
  },
  async run({ operands: [mountpoint], options: { lazy, force } }) {
    if (lazy === true && force === true) throw new UsageError('--lazy and --force exclude each other')
    await unmount(mountpoint!, { mode: force === true ? 'force' : lazy === true ? 'lazy' : 'normal' })
    return EXIT.OK
  },
})
