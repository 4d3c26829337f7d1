package process

import (
	"bytes"
	"fmt"
	"runtime/pprof"
	"sync"
)

// cycle is how long a cycle lasts of the clock by which the runtime measures waits. It is no
// sync.OnceValue: that would link runtime/pprof into programs that never ask.
var cycle struct {
	sync.Once
	nanos float64 // 0 if the runtime does not tell
}

// nanosPerCycle returns cycle.nanos. Only package runtime/pprof knows it, and writes it in the second
// line of a profile.
func nanosPerCycle() float64 {
	cycle.Do(func() {
		var text bytes.Buffer
		if pprof.Lookup("block").WriteTo(&text, 1) != nil {
			return
		}
		_, rest, _ := bytes.Cut(text.Bytes(), []byte("\n"))
		var perSecond float64
		if n, err := fmt.Sscanf(string(rest), "cycles/second=%v\n", &perSecond); n == 1 && err == nil && perSecond > 0 {
			cycle.nanos = 1e9 / perSecond
		}
	})
	return cycle.nanos
}
