package main

// The other exit codes of docs/client.md.
const (
	exitOK        = 0
	exitNoConnect = 3
	exitTimedOut  = 5
	exitInterrupt = 130
)
