// Package goroutine reads the runtime's own list of goroutines, with their stacks, while they run:
// nothing is stopped, and nothing is asked of the scheduler.
//
// Where the fields of the runtime's structures stand is read off the descriptors that the binary has
// of them, by name, and what each is believed to mean is tested on goroutines of our own before it
// is first used. What fails the test is switched off instead of guessed.
//
// A stack is read by its frame pointers, twice, and then everything that says whether its goroutine
// has run meanwhile is compared: the stack's bounds, the saved registers, the status and the number.
// What differed is read again, and given as torn if it never held still. A goroutine that runs has
// no stack to read. Nor is the list of one moment: each goroutine is read at its own.
package goroutine
