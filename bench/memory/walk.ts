import { lstatSync, readdirSync } from 'node:fs'

/* Looks at every file below a directory, so that the kernel knows it. Prints how many there are. */

let count = 0
const directories = [process.argv[2]!]
for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
  for (const name of readdirSync(directory)) {
    const path = `${directory}/${name}`
    if (lstatSync(path).isDirectory()) directories.push(path)
    count += 1
  }
}
process.stdout.write(String(count))
