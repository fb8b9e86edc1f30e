type Report = (error: unknown, request: string) => void

/** `report`, which may throw: that is not for who reports to handle, and would end the loop of a transport. */
export function sheltered(report: Report): Report {
  return (error, request) => {
    try {
      report(error, request)
    } catch (fault) {
      queueMicrotask(() => {
        throw fault
      })
    }
  }
}
