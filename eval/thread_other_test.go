//go:build !linux

package eval

import "time"

var epoch = time.Now()

// threadTime is the time that has passed: the processor time of a thread is not to be had.
func threadTime() time.Duration { return time.Since(epoch) }
