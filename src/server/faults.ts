/** Tells `onError` of faults of the filesystem. What it throws itself is an uncaught exception of the process. */
export function reporter(onError: (error: unknown, request: string) => void): typeof onError {
  return (error, request) => {
    try {
      onError(error, request)
    } catch (fault) {
      // Not ours to handle, and thrown here it would end the transport's loop.
      queueMicrotask(() => {
        throw fault
      })
    }
  }
}
