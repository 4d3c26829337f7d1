//go:build !linux

package process

import "time"

// HasFiles says whether Files and Sockets are to be had.
const HasFiles = false

func maxFiles() uint64 { return 0 }

func readCgroup() *Cgroup { return nil }

// Uptime returns how long this process has run; 0 if the kernel does not tell.
func Uptime() time.Duration { return 0 }

// File is an open file of this process.
type File struct{}

// Files lists what this process has open, on Linux alone.
func Files() ([]File, error) { return nil, nil }

// Socket is an open socket of this process.
type Socket struct{}

// Sockets lists the sockets that this process has open, on Linux alone.
func Sockets() ([]Socket, error) { return nil, nil }
