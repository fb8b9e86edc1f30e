import type { ChildProcess } from 'node:child_process'

interface Question {
  readonly id: number
  readonly ask: string
  readonly argument: unknown
}

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

/** Questions to a process that was forked, any number at a time. */
export class Remote {
  readonly process: ChildProcess
  private readonly waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  private next = 0

  constructor(child: ChildProcess) {
    this.process = child
    child.on('message', (message: Answer) => {
      const waiter = this.waiting.get(message.id)
      this.waiting.delete(message.id)
      if (message.error === undefined) waiter?.resolve(message.result)
      else waiter?.reject(new Error(message.error))
    })
    child.on('exit', (code, signal) => {
      for (const { reject } of this.waiting.values()) reject(new Error(`the process ended (${signal ?? code})`))
    })
  }

  ask(ask: string, argument?: unknown): Promise<unknown> {
    this.next += 1
    const question: Question = { id: this.next, ask, argument }
    return new Promise((resolve, reject) => {
      this.waiting.set(question.id, { resolve, reject })
      this.process.send(question)
    })
  }
}

/** Answers questions in the process that was forked. */
export function answerQuestions(handlers: Readonly<Record<string, (argument: never) => unknown>>): void {
  const answer = async ({ id, ask, argument }: Question): Promise<Answer> => {
    try {
      return { id, result: await handlers[ask]!(argument as never) }
    } catch (error) {
      return { id, error: String((error as Error).stack) }
    }
  }
  process.on('message', (question: Question) => {
    void answer(question).then((said) => process.send?.(said))
  })
}
