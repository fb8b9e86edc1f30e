/* The entry `fusewire/transport`: the interface of a transport, and one in memory. Runs anywhere. */

export { createPair } from './memory.js'

export type { MessageBuffer } from '../protocol/message.js'
export type { MemoryEnd, PairOptions } from './memory.js'
export type { Listener, Received, Receiver, Transport } from './transport.js'
