import { rmSync } from 'node:fs'
import { O, posix } from '../../helpers/posix.js'
import { firstDifference, type Model } from './model.js'

/** A file answered something else than its model says. */
export class Difference extends Error {
  override readonly name = 'Difference'
  /** The first byte that differs, if content does. */
  readonly offset: number | undefined

  constructor(message: string, offset?: number) {
    super(message)
    this.offset = offset
  }
}

/** A file under test together with its model. */
export class TestedFile {
  readonly path: string
  readonly label: string
  readonly model: Model
  readonly #buffer: Buffer
  fd: number

  /** `buffer` is what reads go to; it is shared between files and as large as the largest of them. */
  constructor(path: string, label: string, model: Model, buffer: Buffer) {
    this.path = path
    this.label = label
    this.model = model
    this.#buffer = buffer
    this.fd = posix.open(path, O.RDWR | O.CREAT | O.EXCL, 0o600)
  }

  reopen(): void {
    const old = this.fd
    this.fd = -1
    posix.close(old)
    this.fd = posix.open(this.path, O.RDWR)
  }

  /** Closes and removes the file, which may be gone already when a test has failed. */
  remove(): void {
    try {
      if (this.fd !== -1) posix.close(this.fd)
    } finally {
      rmSync(this.path, { force: true })
    }
  }

  checkSize(): void {
    const { size } = posix.fstat(this.fd)
    if (size === this.model.size) return
    throw new Difference(`file ${this.label} has ${size} bytes instead of ${this.model.size}`)
  }

  /** Reads a range, also across the end, and compares. */
  checkRead(offset: number, length: number): void {
    const count = posix.preadInto(this.fd, this.#buffer.subarray(0, length), offset)
    this.compare(this.#buffer.subarray(0, count), offset, length, 'a read')
  }

  /** The whole content, and that nothing comes behind it. */
  checkAll(): void {
    this.checkSize()
    this.checkRead(0, this.#buffer.length)
    if (this.model.size === this.#buffer.length) this.checkRead(this.model.size, 1)
  }

  compare(got: Buffer, offset: number, length: number, how: string): void {
    const expected = this.model.read(offset, length)
    const common = Math.min(got.length, expected.length)
    const at = firstDifference(got.subarray(0, common), expected.subarray(0, common))
    const where = `${how} of file ${this.label} at ${offset}, ${length} bytes,`
    if (at !== -1) {
      const [has, should] = [hex(got[at]!), hex(expected[at]!)]
      throw new Difference(`${where} differs first at byte ${offset + at}: ${has} instead of ${should}`, offset + at)
    }
    if (got.length !== expected.length) {
      throw new Difference(`${where} answered ${got.length} bytes instead of ${expected.length}`, offset + common)
    }
  }
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`
}
