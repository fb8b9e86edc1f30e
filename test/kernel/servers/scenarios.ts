import { chooseLoop } from '#src/transport/device-loops.js'
import { runOnKernel } from '../../scenarios/on-kernel.js'
import { Programs } from '../../scenarios/programs.js'
import { judge } from '../../scenarios/random/judge.js'
import { answerQuestions } from '../../scenarios/rpc.js'
import { SCENARIOS } from '../../scenarios/scenarios.js'

/* The server of scenarios on mounts of Linux, one after the other. Run with the mount point; told over IPC which to run. */

const mountpoint = process.argv[2]!
const { loop } = await chooseLoop()
const ground = { mountpoint, programs: new Programs(mountpoint), loop }

answerQuestions({
  run: (title: string) =>
    runOnKernel(
      SCENARIOS.find((each) => each.title === title)!,
      ground,
    ),
  judge: (seed: number) => judge(seed, ground),
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
