import { FuseWireError } from '../base/errors.js'
import { closeFd } from './open.js'

/**
 * Owns one file descriptor and closes it exactly once. After that the number may belong to something else in this
 * process, so every use of a closed `Fd` is an error here, and never a system call on somebody else's file.
 */
export class Fd implements Disposable {
  #number: number
  readonly #what: string

  /**
   * Takes over `number`: nobody else may close it from now on.
   *
   * @param what what it is, for error messages
   */
  constructor(number: number, what = 'file descriptor') {
    if (!Number.isInteger(number) || number < 0) throw new RangeError(`${number} is not a file descriptor`)
    this.#number = number
    this.#what = what
  }

  /**
   * The descriptor, for the duration of a call. Do not keep it: it is good until {@link close}.
   *
   * @throws FuseWireError ERR_FD_CLOSED
   */
  get number(): number {
    if (this.#number < 0) throw new FuseWireError('ERR_FD_CLOSED', `${this.#what} is already closed`)
    return this.#number
  }

  /** Whether {@link number} can still be asked for. */
  get isOpen(): boolean {
    return this.#number >= 0
  }

  /**
   * Closes it; the second time does nothing.
   *
   * @throws SystemError such as EIO, of a write that failed late; the descriptor is closed all the same
   */
  close(): void {
    const number = this.#number
    if (number < 0) return
    this.#number = -1
    closeFd(number)
  }

  /** Gives the descriptor away, open: from now on it is the caller's to close. */
  release(): number {
    const { number } = this
    this.#number = -1
    return number
  }

  /** As {@link close}. */
  [Symbol.dispose](): void {
    this.close()
  }
}
