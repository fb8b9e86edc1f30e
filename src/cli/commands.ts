import type { Command } from './command.js'
import { abort } from './commands/abort.js'
import { client } from './commands/client.js'
import { diagnose } from './commands/diagnose.js'
import { mount } from './commands/mount.js'
import { notify } from './commands/notify.js'
import { probe } from './commands/probe.js'
import { serve } from './commands/serve.js'
import { umount } from './commands/umount.js'

/** The commands, in the order in which `--help` lists them. To add one: its file in commands/, and a row here. */
export const COMMANDS: readonly Command[] = [mount, umount, serve, client, probe, diagnose, abort, notify]
