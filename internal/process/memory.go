package process

import "time"

// Memory is what the runtime has of the machine's memory, in bytes.
type Memory struct {
	total    uint64 // mapped by the runtime
	objects  uint64 // in use or not yet swept
	live     uint64 // marked by the last collection
	unused   uint64 // reserved for objects in spans that are in use
	free     uint64 // could be given back to the kernel
	released uint64 // given back to it
	stacks   uint64 // of goroutines and threads
	runtime  uint64 // the runtime's own
	limit    uint64 // GOMEMLIMIT; 0 if there is none

	count     uint64 // objects in use or not yet swept
	allocated uint64 // in all, since the start
	freed     uint64 // likewise
}

// ReadMemory reads the runtime's figures. It takes some microseconds.
func ReadMemory() Memory {
	var m Memory
	var r reader
	r.want(&m.total, "/memory/classes/total:bytes")
	r.want(&m.objects, "/memory/classes/heap/objects:bytes")
	r.want(&m.live, "/gc/heap/live:bytes")
	r.want(&m.unused, "/memory/classes/heap/unused:bytes")
	r.want(&m.free, "/memory/classes/heap/free:bytes")
	r.want(&m.released, "/memory/classes/heap/released:bytes")
	r.want(&m.stacks, "/memory/classes/heap/stacks:bytes")
	r.want(&m.stacks, "/memory/classes/os-stacks:bytes")
	for _, name := range []string{
		"/memory/classes/metadata/mcache/free:bytes", "/memory/classes/metadata/mcache/inuse:bytes",
		"/memory/classes/metadata/mspan/free:bytes", "/memory/classes/metadata/mspan/inuse:bytes",
		"/memory/classes/metadata/other:bytes", "/memory/classes/other:bytes", "/memory/classes/profiling/buckets:bytes",
	} {
		r.want(&m.runtime, name)
	}
	r.want(&m.limit, "/gc/gomemlimit:bytes")
	r.want(&m.count, "/gc/heap/objects:objects")
	r.want(&m.allocated, "/gc/heap/allocs:bytes")
	r.want(&m.freed, "/gc/heap/frees:bytes")
	r.read()
	m.limit = limit(m.limit)
	return m
}

// Collector is what the garbage collector has done since the start.
type Collector struct {
	cycles   uint64 // that have ended
	forced   uint64 // of these by a call of runtime.GC
	percent  uint64 // GOGC
	goal     uint64 // bytes of heap at which the next cycle ends
	live     uint64 // bytes that the last cycle marked
	cpu      time.Duration
	cpuShare float64 // of the processors' time since the start, up to the last cycle
	pauses   Times   // each cycle stops the world twice
	waiting  Times   // of goroutines that were ready, until they ran
}

// ReadCollector reads the runtime's figures. It takes some microseconds.
func ReadCollector() Collector {
	var c Collector
	var cpu, all float64
	var pauses, waiting Distribution
	var r reader
	r.want(&c.cycles, "/gc/cycles/total:gc-cycles")
	r.want(&c.forced, "/gc/cycles/forced:gc-cycles")
	r.want(&c.percent, "/gc/gogc:percent")
	r.want(&c.goal, "/gc/heap/goal:bytes")
	r.want(&c.live, "/gc/heap/live:bytes")
	r.want(&cpu, "/cpu/classes/gc/total:cpu-seconds")
	r.want(&all, "/cpu/classes/total:cpu-seconds")
	r.want(&pauses, "/sched/pauses/total/gc:seconds")
	r.want(&waiting, "/sched/latencies:seconds")
	r.read()
	if all > 0 {
		c.cpuShare = cpu / all
	}
	c.cpu, c.pauses, c.waiting = seconds(cpu), timesOf(pauses), timesOf(waiting)
	return c
}
