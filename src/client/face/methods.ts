/**
 * Makes the methods of an object properties of its own, which need no `this`: programs take the functions of `fs.promises`
 * out of it, one by one or all with a spread.
 */
export function bindMethods(object: object): void {
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(object))) {
    const method: unknown = Reflect.get(object, name)
    if (name === 'constructor' || typeof method !== 'function') continue
    const value: unknown = method.bind(object)
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  }
}
