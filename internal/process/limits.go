package process

import (
	"math"
	"runtime"
	"time"
)

// Limits is what bounds this process.
type Limits struct {
	maxProcs    uint64 // GOMAXPROCS
	cpus        int    // that the kernel lets it use
	memoryLimit uint64 // GOMEMLIMIT, in bytes; 0 if there is none
	gcPercent   uint64 // GOGC
	files       uint64 // that it may have open; 0 if unknown
	cgroup      *Cgroup
}

// Cgroup is what the control group of this process allows, and what it has taken.
type Cgroup struct {
	path         string
	cpus         float64 // processors that its quota is worth; 0 if there is none
	memory       uint64  // bytes it may have; 0 if there is no limit
	memoryInUse  uint64
	throttled    uint64 // periods in which it had to wait for the next one
	throttledFor time.Duration
}

// ReadLimits reads what limits this process. cgroup is nil where there is none that can be read:
// it takes Linux.
func ReadLimits() Limits {
	l := Limits{cpus: runtime.NumCPU(), files: maxFiles(), cgroup: readCgroup()}
	var r reader
	r.want(&l.maxProcs, "/sched/gomaxprocs:threads")
	r.want(&l.memoryLimit, "/gc/gomemlimit:bytes")
	r.want(&l.gcPercent, "/gc/gogc:percent")
	r.read()
	l.memoryLimit = limit(l.memoryLimit)
	return l
}

// limit returns GOMEMLIMIT as the runtime tells it, 0 if there is none.
func limit(bytes uint64) uint64 {
	if bytes == math.MaxInt64 {
		return 0
	}
	return bytes
}
