import { readFileSync } from 'node:fs'

const CAP_SYS_ADMIN = 21n

/** Whether this process may call mount(2): CAP_SYS_ADMIN is among its effective capabilities. */
export function mayMount(): boolean {
  const effective = /^CapEff:\t([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]
  return effective !== undefined && ((BigInt(`0x${effective}`) >> CAP_SYS_ADMIN) & 1n) === 1n
}
