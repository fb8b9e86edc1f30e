/* A module that makes no filesystem. */
export default (data: unknown): never => {
  if (data === 'exit') process.exit(5)
  throw new TypeError('no luck today')
}
