// Package peer tells who is at the other end of a connection, as far as the operating system knows:
// the user and the process, whether it may be another machine, and what limits count it as. What it
// says comes from the kernel and not from what the peer has sent. It admits nobody and refuses nobody.
package peer
