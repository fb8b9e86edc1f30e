/**
 * The passthrough filesystem as a module, for mounts that several threads serve; `data` is a `PassthroughData`.
 *
 * @example
 *   const data = { source: '/srv', options: { shared: PassthroughFileSystem.share() } }
 *   await mount(PASSTHROUGH_MODULE, '/mnt', { threads: 2, data })
 */
export const PASSTHROUGH_MODULE: URL = new URL('module.js', import.meta.url)
