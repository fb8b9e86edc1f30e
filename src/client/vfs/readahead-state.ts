/** How a file is read ahead: the window that was asked for last, in pages. As the kernel's file_ra_state. */
export interface ReadaheadState {
  start: number
  size: number
  /** How many pages at the end of the window are beyond what was asked for. */
  asyncSize: number
  /** The page where the last read ended: behind it, if it ended at the edge of one. -1: none. */
  previous: number
}

export const READAHEAD_START: Readonly<ReadaheadState> = { start: 0, size: 0, asyncSize: 0, previous: -1 }

/** What is to be read: so many pages from `start`; reading the one `asyncSize` before their end starts the next window. */
export interface Window {
  readonly start: number
  readonly size: number
  readonly asyncSize: number
}

const ALIGNMENT = 4

/** @param wanted pages @param most of a window */
function firstSize(wanted: number, most: number): number {
  const rounded = 2 ** Math.ceil(Math.log2(wanted))
  if (rounded <= most / 32) return rounded * 4
  return rounded <= most / 4 ? rounded * 2 : most
}

function nextSize(size: number, most: number): number {
  if (size < most / 16) return size * 4
  return size <= most / 2 ? size * 2 : most
}

/**
 * A page is missing: what to read, as page_cache_sync_ra decides. A start of the file, a sequential miss or a large read
 * begins a window; a small one elsewhere is read as it is.
 * @param cachedBefore how many pages right before `index` are cached, as far as `most`; Infinity: all to the start
 */
export function onMiss(
  state: ReadaheadState,
  index: number,
  wanted: number,
  most: number,
  cachedBefore: () => { readonly count: number; readonly isAll: boolean },
): Window {
  if (most === 0) return { start: index, size: 1, asyncSize: 0 }
  const distance = index - state.previous
  if (index === 0 || wanted > most || (distance >= 0 && distance <= 1)) {
    const size = firstSize(wanted, most)
    return remember(state, { start: index, size, asyncSize: size > wanted ? size - wanted : size >> 1 })
  }
  const { count, isAll } = cachedBefore()
  if (count <= wanted) return { start: index, size: wanted, asyncSize: 0 }
  return remember(state, { start: index, size: Math.min((isAll ? count * 2 : count) + wanted, most), asyncSize: 1 })
}

/**
 * The mark of a window was read: what to read next, as page_cache_async_ra decides; undefined: nothing.
 * @param nextMissing the first page after `index` that is not cached, within `most`; undefined: none
 */
export function onMark(
  state: ReadaheadState,
  index: number,
  wanted: number,
  most: number,
  nextMissing: () => number | undefined,
): Window | undefined {
  if (most === 0) return undefined
  if (index === state.start + state.size - state.asyncSize) {
    return remember(state, aligned(state.start + state.size, Math.max(state.size, nextSize(state.size, most)), most))
  }
  const start = nextMissing()
  if (start === undefined) return undefined
  return remember(state, aligned(start, nextSize(start - index + wanted, most), most))
}

/** As the kernel has them since it reads ahead in larger folios: windows end at a multiple of four pages, if `most` is one. */
function aligned(start: number, size: number, most: number): Window {
  const alignment = most % ALIGNMENT === 0 ? ALIGNMENT : most % 2 === 0 ? 2 : 1
  const end = start + size - ((start + size) % alignment)
  const cut = end > start ? end - start : size
  return { start, size: cut, asyncSize: cut }
}

function remember(state: ReadaheadState, window: Window): Window {
  state.start = window.start
  state.size = window.size
  state.asyncSize = window.asyncSize
  return window
}
