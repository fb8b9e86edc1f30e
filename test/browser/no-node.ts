import { isBuiltin, type ResolveHook } from 'node:module'

/* A loader hook: what this project has built may import no module of Node, and no koffi. */

export const resolve: ResolveHook = async (specifier, context, next) => {
  const isOurs =
    context.parentURL?.includes('/dist/') === true || context.parentURL?.includes('/test/browser/') === true
  if (isOurs && (isBuiltin(specifier) || specifier === 'koffi'))
    throw new Error(`refused: ${specifier}, imported by ${context.parentURL}`)
  return next(specifier, context)
}
