import { FUSE_KERNEL_MINOR_VERSION } from '#src/protocol/index.js'
import { flagFamilies, initFlagAliases, initFlags } from './render-flags.js'
import { notifications, requests, reservedOpcodes } from './render-messages.js'
import { ioctls, limits, uring } from './render-numbers.js'
import { structs } from './render-structs.js'

/** The whole of docs/protocol.md, from the tables of `src/protocol`, in the form that prettier keeps. */
export function renderProtocolDocs(): string {
  return `${[
    '# The protocol',
    `FUSE 7.${FUSE_KERNEL_MINOR_VERSION} as this library has it. Made by \`npm run docs\` from the tables of \`src/protocol\`: change those, not this file.`,
    'Numbers are in the byte order of the machine, of which this library knows little-endian. Since: the minor of protocol 7 in which something appeared; where the changelog does not say, it is unknown.',
    '## Requests',
    'A request is `fuse_in_header`, what stands under In, and the extensions, if any. Its reply is `fuse_out_header` and what stands under Out, or `fuse_out_header` alone with a negated errno.',
    LEGEND,
    requests(),
    '### Numbers that are never opcodes',
    reservedOpcodes(),
    '## Extensions',
    EXTENSIONS,
    '## Notifications',
    'A notification is `fuse_out_header`, whose `unique` is 0 and whose `error` is the code as a positive number, and what stands under Out.',
    notifications(),
    '## Flags of INIT',
    'Bits 0 to 31 stand in `flags`, bits 32 to 63 in `flags2`, which counts only with `INIT_EXT`. Of a wish, `true` is required, `auto` is taken if offered, `false` is not taken.',
    initFlags(),
    initFlagAliases(),
    '## Other flags',
    flagFamilies(),
    '## Numbers',
    '### Limits',
    limits(),
    '### Ioctls of the device',
    'In the generic encoding of ioctls, which x86, arm64 and riscv share.',
    ioctls(),
    '### Commands of io_uring',
    'Since 7.42.',
    uring(),
    '## Structs',
    'Offsets and sizes are in bytes. Since is empty where a field is as old as its struct. Padding is written as 0.',
    structs(),
  ].join('\n\n')}\n`
}

const LEGEND =
  '`a NUL`: a string that ends with NUL. `a[n]`: as many bytes, structs or node ids as field `n` of the struct before says. `a[...]`: the rest of the message.'

const EXTENSIONS = [
  'They fill the last `total_extlen` times 8 bytes of a request. Each starts with `fuse_ext_header` and has a size that is a multiple of 8. They come in this order, each only if it was negotiated:',
  '- `secctx`, with `SECURITY_CTX`: `fuse_secctx_header`, then `nr_secctx` times `fuse_secctx`, name, NUL and `size` bytes of context.\n- `suppGroups`, with `CREATE_SUPP_GROUP`: `fuse_ext_header`, `fuse_supp_groups`, then `nr_groups` group ids, each a `u32`.',
].join('\n\n')
