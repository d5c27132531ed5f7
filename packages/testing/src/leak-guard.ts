import { guardAgainstLeaks } from './leaks.ts'

// A setup file of vitest: it runs in each test file.
guardAgainstLeaks()
