import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PageBudget } from '#src/client/cache/page-budget.js'
import { PageCache } from '#src/client/cache/page-cache.js'

const indexes = (pages: readonly { readonly index: number }[]) => pages.map(({ index }) => index)

test('ranges are in order, however many pages there are', () => {
  const cache = new PageCache(new PageBudget(100))
  for (const index of [5, 1, 9, 3]) cache.grab(index)
  assert.deepEqual(indexes(cache.range(0, Infinity)), [1, 3, 5, 9])
  assert.deepEqual(indexes(cache.range(2, 5)), [3, 5])
  assert.deepEqual(indexes(cache.range(6, 8)), [])
})

test('the least recently used idle pages make room; locked, dirty and sent ones stay', () => {
  const budget = new PageBudget(16)
  const cache = new PageCache(budget)
  for (let i = 0; i < 16; i += 1) cache.grab(i)
  cache.get(0)!.tryLock()
  cache.setDirty(cache.get(1)!, true)
  cache.get(2)!.writeback = Promise.resolve()
  cache.use(3)
  for (let i = 16; i < 20; i += 1) cache.grab(i)
  assert.equal(budget.count, 16)
  assert.deepEqual(indexes(cache.range(0, 8)), [0, 1, 2, 3, 8])
})

test('several files share one budget', () => {
  const budget = new PageBudget(16)
  const [a, b] = [new PageCache(budget), new PageCache(budget)]
  for (let i = 0; i < 16; i += 1) a.grab(i)
  for (let i = 0; i < 10; i += 1) b.grab(i)
  assert.deepEqual([a.size, b.size, budget.count], [6, 10, 16])
  b.clear()
  assert.deepEqual([a.size, b.size, budget.count], [6, 0, 6])
})

test('dirty pages are counted, whatever becomes of them', () => {
  const budget = new PageBudget(16)
  const cache = new PageCache(budget)
  for (let i = 0; i < 9; i += 1) cache.setDirty(cache.grab(i), true)
  cache.setDirty(cache.get(0)!, true)
  assert.equal(budget.dirty, 9)
  assert.equal(budget.isDirtyBeyondMeasure, true)
  cache.setDirty(cache.get(0)!, false)
  cache.drop(cache.get(1)!)
  assert.deepEqual(indexes(cache.dirty(0, Infinity)), [2, 3, 4, 5, 6, 7, 8])
  cache.clear()
  assert.equal(budget.dirty, 0)
})

test('a page is handed from one to the next; who waits for it to be free comes last', async () => {
  const cache = new PageCache(new PageBudget(16))
  const page = cache.grab(0)
  const log: string[] = []
  assert.equal(page.lock(), undefined)
  const waiting = page.unlocked()!.then(() => log.push(`free ${page.isLocked} ${page.isGone}`))
  const dropping = async () => {
    await page.lock()
    log.push('next')
    cache.drop(page)
    page.unlock()
  }
  const next = dropping()
  page.unlock()
  await Promise.all([waiting, next])
  assert.equal(log.length, 2)
  assert.equal(page.isGone, true)
  assert.notEqual(cache.grab(0), page)
})
