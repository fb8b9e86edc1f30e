/**
 * How long the kernel may keep what it knows.
 *
 * - `push`: for ever, and it is told what changes. For filesystems that tell of that themselves (`FileSystem.changes`).
 * - `none`: it asks each time.
 * - `ttlMs`: names and attributes for so many milliseconds; names that do not exist not at all. Content is dropped when a file is
 *   opened again, and when its time or size is seen to have changed.
 */
export type CacheMode = 'push' | 'none' | { readonly ttlMs: number }
