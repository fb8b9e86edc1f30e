import * as protocol from '#src/protocol/index.js'
import { code, table } from './markdown.js'

const exported = new Map<string, unknown>(Object.entries(protocol))

type Row = readonly [name: keyof typeof protocol, meaning: string]

const LIMITS: readonly Row[] = [
  ['FUSE_KERNEL_VERSION', 'major of the protocol'],
  ['FUSE_KERNEL_MINOR_VERSION', 'newest minor that this library knows'],
  ['MIN_KERNEL_MINOR', 'oldest minor of a kernel that a server of this library works with'],
  ['ROOT_ID', 'node id of the root'],
  ['IN_HEADER_SIZE', 'bytes of the header of a request'],
  ['OUT_HEADER_SIZE', 'bytes of the header of a reply or notification'],
  ['FUSE_MIN_READ_BUFFER', 'least bytes of a buffer that the device is read with'],
  ['PAGE_SIZE', 'bytes of a page, in which `max_pages` counts'],
  ['MAX_PAGES_LIMIT', 'most pages of a message, unless the sysctl `fs.fuse.max_pages_limit` says otherwise'],
  ['NAME_MAX_ONE_PAGE', 'most bytes of a name while `max_pages` is 1'],
  ['NAME_MAX_PAGES', 'most bytes of a name once `max_pages` is above 1, and in a directory record'],
  ['MAX_ERRNO', 'largest errno of a reply'],
  ['FUSE_IOCTL_MAX_IOV', 'most iovecs in a reply to IOCTL with RETRY'],
  ['CUSE_INIT_INFO_MAX', 'most bytes of device information in the reply to CUSE_INIT'],
  ['FUSE_MAX_NR_SECCTX', 'largest second word of an extension that counts security contexts'],
  ['FUSE_EXT_GROUPS', 'type of the extension with supplementary groups'],
  ['RECORD_ALIGN', 'every extension and directory record has a multiple of this many bytes'],
  ['INVALID_ID', 'uid or gid of a caller that has none in the namespace of the mount'],
  ['INTERRUPT_BIT', 'added to the `unique` of a request for the `unique` of its INTERRUPT'],
  ['FUSE_UNIQUE_RESEND', 'set in the `unique` of a request that comes again after RESEND'],
]

const IOCTLS: readonly Row[] = [
  ['FUSE_DEV_IOC_MAGIC', 'type byte of the ioctls of the device'],
  [
    'FUSE_DEV_IOC_CLONE',
    'makes a fresh device descriptor another one of a connection; argument: its descriptor, `u32`',
  ],
  ['FUSE_DEV_IOC_BACKING_OPEN', 'registers a backing file, returns its id; argument: `fuse_backing_map`; since 7.40'],
  ['FUSE_DEV_IOC_BACKING_CLOSE', 'takes back a backing id; argument: `u32`; since 7.40'],
  ['FUSE_DEV_IOC_SYNC_INIT', 'makes mount(2) wait for the answer to INIT; no argument'],
]

const URING: readonly Row[] = [
  ['FUSE_IO_URING_CMD_INVALID', 'no command'],
  ['FUSE_IO_URING_CMD_REGISTER', 'hands a ring entry to the kernel for the first time'],
  ['FUSE_IO_URING_CMD_COMMIT_AND_FETCH', 'answers the request in a ring entry and takes the next one'],
  ['FUSE_URING_IN_OUT_HEADER_SZ', 'bytes for fuse_in_header or fuse_out_header in the header of an entry'],
  ['FUSE_URING_OP_IN_OUT_SZ', 'bytes for the first struct of the request in the header of an entry'],
]

export function limits(): string {
  const pageSizes = [4096, 16384, 65536].map((size) => `${protocol.removeMappingMaxEntries(size)} for ${size}`)
  const buffer = protocol.readBufferSize(1_048_576)
  return [
    numbers(LIMITS, String),
    [
      `The most entries of REMOVEMAPPING are a page divided by 16: ${pageSizes.join(', ')} bytes.`,
      'A read of the device needs a buffer of at least `max(FUSE_MIN_READ_BUFFER, 80 + max_write)` bytes,',
      `such as ${buffer} for a \`max_write\` of 1048576.`,
    ].join('\n'),
  ].join('\n\n')
}

export function ioctls(): string {
  return numbers(IOCTLS, hexadecimal)
}

export function uring(): string {
  return numbers(URING, String)
}

function numbers(rows: readonly Row[], format: (value: number | bigint) => string): string {
  const cells = rows.map(([name, meaning]) => {
    const value = exported.get(name) as number | bigint
    return [code(name), code(typeof value === 'bigint' ? hexadecimal(value) : format(value)), meaning]
  })
  return table(['Name', 'Value', 'Meaning'], cells)
}

function hexadecimal(value: number | bigint): string {
  return `0x${value.toString(16)}`
}
