// Package peer tells who is at the other end of a connection, as far as the operating system knows:
// the user, the process, and whether it may be another machine. The answers come from the kernel,
// not from what the peer has sent. The package limits how often each origin may do something, but
// it decides nothing: admission does.
package peer
