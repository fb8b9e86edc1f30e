import { Worker } from 'node:worker_threads'

/** The longest that the end of the process waits for a thread that is about to be able to end. */
const LONGEST_MS = 5000

/** What {@link startNativeWorker} adds to a worker's data. */
interface NativeWorkerData {
  /** 1 once it {@link mayBeEnded}. */
  readonly ready: Int32Array
}

/**
 * Starts a worker thread that makes system calls. The end of the process takes threads away wherever they are, and one that is
 * just loading koffi, or mapping memory by it, then takes the process with it (SIGABRT, "napi_throw"): so the end waits until
 * the thread says {@link mayBeEnded}.
 */
export function startNativeWorker(module: URL, data: object): Worker {
  const ready = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(module, { workerData: { ...data, ready } satisfies NativeWorkerData })
  const hold = () => void Atomics.wait(ready, 0, 0, LONGEST_MS)
  const settled = () => void process.off('exit', hold)
  process.once('exit', hold)
  worker.once('message', settled)
  worker.once('exit', settled)
  return worker
}

/** In a worker: from now on it only makes calls that give numbers. @param data its `workerData` */
export function mayBeEnded(data: unknown): void {
  const { ready } = data as NativeWorkerData
  Atomics.store(ready, 0, 1)
  Atomics.notify(ready, 0)
}
